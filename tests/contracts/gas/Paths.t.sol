// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {BountyEscrow} from "../../../contracts/BountyEscrow.sol";
import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {Measured} from "./Measured.sol";

/// @notice What the paths of money cost, held to the protocol's aims. All that a network in use has already written
/// (credits, balances, earlier epochs, an unlimited allowance) is written first.
contract PathsGasTest is Measured {
    bytes32 internal dataset;
    DatasetShares internal shares;
    Part[] internal members;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        for (uint160 i = 0; i < 128; ++i) {
            members.push(Part(address(0xa11ce00 + i), 4e9 + uint64(i)));
        }
        earnEpoch(dataset, members);
        usd.mint(buyer, 1e15);
        vm.startPrank(buyer);
        usd.approve(address(shares), type(uint256).max);
        usd.approve(address(market), type(uint256).max);
        vm.stopPrank();
        pay(dataset, 1000e6);
        setPrice(dataset, 0, 100e6);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(buyer);
        market.buy(o);
    }

    /// forge-config: default.isolate = true
    function test_gas__buy_first() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.receiver = makeAddr("first buyer");
        vm.prank(buyer);
        market.buy(o);
        _report("buy_first", 178_000);
    }

    /// forge-config: default.isolate = true
    function test_gas__claim_again() public {
        address member = members[3].account;
        vm.prank(member);
        shares.claim();
        pay(dataset, 1000e6);
        vm.prank(member);
        shares.claim();
        _report("claim_again", 54_000);
    }

    /// forge-config: default.isolate = true
    function test_gas__transfer_settled() public {
        (address a, address b) = (members[3].account, members[4].account);
        vm.prank(a);
        assertTrue(shares.transfer(b, 1000));
        vm.prank(a);
        assertTrue(shares.transfer(b, 1000));
        _report("transfer_settled", 48_000);
    }

    /// forge-config: default.isolate = true
    function test_gas__transfer_unsettled() public {
        (address a, address b) = (members[3].account, members[4].account);
        vm.prank(a);
        assertTrue(shares.transfer(b, 1000));
        _report("transfer_unsettled", 72_000);
    }

    /// @dev The case above is the dearest: shares of the very first epoch, whose due no longer fits the slot once it gets
    /// smaller. Holders who claimed or moved shares before pay this.
    /// forge-config: default.isolate = true
    function test_gas__transfer_unsettled_later() public {
        (address a, address b) = (members[3].account, members[4].account);
        shares.claimFor(a);
        shares.claimFor(b);
        pay(dataset, 1000e6);
        vm.prank(a);
        assertTrue(shares.transfer(b, 1000));
        _report("transfer_unsettled_later", 72_000);
    }

    /// forge-config: default.isolate = true
    function test_gas__claim_shares() public {
        uint64 epoch = settleEpoch(dataset, members);
        pay(dataset, 1000e6);
        claimPart(dataset, epoch, members, 1);
        IDatasetShares.ShareClaim[] memory claims = shareClaim(dataset, epoch, members, 2);
        shares.claimShares(claims);
        _report("claim_shares", 64_588);
    }

    /// @dev Of an epoch that took its part before, to an account that has the token: what the worker pays for each leaf.
    /// forge-config: default.isolate = true
    function test_gas__pay_bounty() public {
        BountyEscrow escrow = new BountyEscrow(address(registry), address(ledger), address(successions));
        usd.mint(publisher, 1000e6);
        vm.startPrank(publisher);
        usd.approve(address(escrow), 1000e6);
        uint256 bounty = escrow.open(dataset, 30e4, 1000e6);
        vm.stopPrank();
        uint64 epoch = settleEpoch(dataset, members);
        usd.mint(members[2].account, 1);
        escrow.pay(bounty, shareClaim(dataset, epoch, members, 1));
        IDatasetShares.ShareClaim[] memory leaf = shareClaim(dataset, epoch, members, 2);
        escrow.pay(bounty, leaf);
        _report("pay_bounty", 101_000);
    }

    /// forge-config: default.isolate = true
    function test_gas__epoch_of_1000_rows() public {
        uint64 to = ledger.checkpointOf(dataset, 1).to + 1000;
        vm.startPrank(coordinator);
        ledger.checkpoint(dataset, to, keccak256("log"), keccak256("data"));
        uint256 sum = _lastGas();
        ledger.propose(dataset, 2, keccak256("root"), 500e9, 40, keccak256("file"));
        sum += _lastGas();
        vm.warp(block.timestamp + 1 days);
        ledger.finalize(dataset, 2);
        sum += _lastGas();
        vm.stopPrank();
        _compare("epoch_1000", sum, 300_000);
    }

    function _report(string memory name, uint256 aim) private {
        _compare(name, _lastGas(), aim);
    }

    function _compare(string memory name, uint256 gas, uint256 aim) private {
        _write("paths", name, gas);
        _hold(name, gas, aim);
    }
}
