// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {ILicenseMarket} from "../../contracts/interfaces/ILicenseMarket.sol";
import {World} from "./support/World.sol";

/// @notice P4: paying revenue and settling an epoch cost the same for a few holders and for many.
contract DatasetSharesCostTest is World {
    bytes32[2] internal datasets;
    uint256[2] internal holders = [uint256(10), 1000];

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(publisher);
            datasets[i] = registry.createDataset(defaultTerms(), bytes32(i), "");
            earnEpoch(datasets[i], parts1(alice, 1000e9));
            DatasetShares shares = sharesOf(datasets[i]);
            for (uint160 k = 0; k < holders[i]; ++k) {
                move(shares, alice, address(0xc057000 + k), 0.5e9);
            }
            setPrice(datasets[i], 0, 100e6);
            pay(datasets[i], 1e6);
            usd.mint(buyer, 1000e6);
            vm.startPrank(buyer);
            usd.approve(address(shares), type(uint256).max);
            usd.approve(address(market), type(uint256).max);
            vm.stopPrank();
            buy(datasets[i], 100e6);
            vm.prank(buyer);
            usd.approve(address(market), type(uint256).max);
        }
    }

    /// forge-config: default.isolate = true
    function test_P4__pay_direct__costs_the_same_for_10_and_1000_holders() public {
        uint256[2] memory gas;
        for (uint256 i = 0; i < 2; ++i) {
            DatasetShares shares = sharesOf(datasets[i]);
            vm.prank(buyer);
            shares.pay(7e6);
            gas[i] = vm.lastCallGas().gasTotalUsed;
        }
        _same(gas);
    }

    /// forge-config: default.isolate = true
    function test_P4__buy_and_royalty__cost_the_same_for_10_and_1000_holders() public {
        uint256[2] memory buying;
        uint256[2] memory royalty;
        for (uint256 i = 0; i < 2; ++i) {
            ILicenseMarket.Order memory o = order(datasets[i], 100e6);
            vm.prank(buyer);
            market.buy(o);
            buying[i] = vm.lastCallGas().gasTotalUsed;
            vm.prank(buyer);
            market.payRoyalty(i + 1, 7e6, "report");
            royalty[i] = vm.lastCallGas().gasTotalUsed;
        }
        _same(buying);
        _same(royalty);
    }

    /// forge-config: default.isolate = true
    function test_P4__settling_an_epoch__costs_the_same_for_10_and_100000_contributors() public {
        uint256[2] memory proposing;
        uint256[2] memory finalizing;
        uint32[2] memory contributors = [uint32(16), 131_072];
        for (uint256 i = 0; i < 2; ++i) {
            uint64 number = logRows(datasets[i], 200_000);
            vm.prank(coordinator);
            ledger.propose(datasets[i], number, keccak256("root"), 100_000e9, contributors[i], keccak256("file"));
            proposing[i] = vm.lastCallGas().gasTotalUsed;
            vm.warp(block.timestamp + 1 days);
            ledger.finalize(datasets[i], number);
            finalizing[i] = vm.lastCallGas().gasTotalUsed;
        }
        _same(proposing);
        _same(finalizing);
    }

    /// @dev Whole transactions are compared. A byte of calldata that is not zero costs 12 more, and two words differ.
    function _same(uint256[2] memory gas) private pure {
        assertApproxEqAbs(gas[0], gas[1], 24);
    }
}
