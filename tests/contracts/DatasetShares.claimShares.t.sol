// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {Terms, TransferPolicy} from "../../contracts/types.sol";
import {SettlementTree} from "./support/SettlementTree.sol";
import {World} from "./support/World.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Shares of an epoch earn from its finalisation; claiming them needs a proof, and nobody's leave.
contract DatasetSharesClaimSharesTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;
    Part[] internal parts;
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        parts.push(Part(alice, 3e9));
        parts.push(Part(bob, 1e9));
        epoch = settleEpoch(dataset, parts);
    }

    function test_unclaimed_shares__stand_with_the_shares_contract() public {
        assertEq(shares.totalSupply(), 4e9);
        assertEq(shares.balanceOf(address(shares)), 4e9);
        claimPart(dataset, epoch, parts, 0);
        assertEq(shares.balanceOf(alice), 3e9);
        assertEq(shares.balanceOf(address(shares)), 1e9);
        uint64 second = settleEpoch(dataset, parts);
        assertEq(shares.balanceOf(address(shares)), 5e9);
        claimPart(dataset, second, parts, 1);
        assertEq(shares.balanceOf(address(shares)), 4e9);
    }

    function test_claim_shares__by_anyone__gives_only_to_the_named_account() public {
        IDatasetShares.ShareClaim[] memory claims = shareClaim(dataset, epoch, parts, 0);
        vm.expectEmit(address(shares));
        emit IERC20.Transfer(address(shares), alice, 3e9);
        vm.expectEmit(address(shares));
        emit IDatasetShares.SharesClaimed(dataset, epoch, alice, 0, 3e9, 1e9, 3e9);
        vm.prank(carol);
        shares.claimShares(claims);
        assertEq(shares.balanceOf(carol), 0);
        assertTrue(shares.isClaimed(epoch, 0));
        assertFalse(shares.isClaimed(epoch, 1));
    }

    function test_claim_shares__late__loses_nothing_P3() public {
        claimPart(dataset, epoch, parts, 0);
        pay(dataset, 1000);
        assertEq(shares.claimFor(alice), 750);
        pay(dataset, 1000);
        assertEq(shares.claimable(bob), 0);
        claimPart(dataset, epoch, parts, 1);
        assertEq(shares.claimable(bob), 500);
        assertEq(shares.claimFor(bob), 500);
        assertEq(shares.claimFor(alice), 750);
        assertEq(usd.balanceOf(address(shares)), 0);
    }

    function test_claim_shares__of_a_later_epoch__takes_no_earlier_revenue_P5() public {
        claimPart(dataset, epoch, parts, 0);
        claimPart(dataset, epoch, parts, 1);
        pay(dataset, 1000);
        uint64 second = earnEpoch(dataset, parts1(carol, 4e9));
        assertEq(second, 2);
        assertEq(shares.claimable(carol), 0);
        pay(dataset, 1000);
        assertEq(shares.claimable(carol), 500);
        assertEq(shares.claimable(alice), 750 + 375);
        assertEq(shares.claimable(bob), 250 + 125);
    }

    function test_claim_shares__of_several_epochs_at_once() public {
        uint64 second = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](2);
        claims[0] = shareClaim(dataset, second, parts, 0)[0];
        claims[1] = shareClaim(dataset, epoch, parts, 0)[0];
        shares.claimShares(claims);
        assertEq(shares.balanceOf(alice), 6e9);
    }

    function test_claim_shares__twice__reverts() public {
        claimPart(dataset, epoch, parts, 0);
        IDatasetShares.ShareClaim[] memory claims = shareClaim(dataset, epoch, parts, 0);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.AlreadyClaimed.selector, epoch, 0));
        shares.claimShares(claims);
    }

    function test_claim_shares__of_an_epoch_not_open__reverts() public {
        uint64 pending = proposeEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory claims = shareClaim(dataset, pending, parts, 0);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.EpochNotOpen.selector, pending));
        shares.claimShares(claims);
    }

    function test_claim_shares__ignores_the_transfer_policy() public {
        Terms memory terms = defaultTerms();
        terms.transferPolicy = TransferPolicy.AllowList;
        bytes32 listed = newDataset(terms);
        earnEpoch(listed, parts);
        assertEq(sharesOf(listed).balanceOf(alice), 3e9);
    }

    function test_claim_shares__beyond_the_total__finds_nothing_left_P5() public {
        // A settlement whose leaves add up to more than it declares.
        bytes32[] memory leaves = new bytes32[](2);
        uint64 number = logRows(dataset, 4);
        leaves[0] = leafOf(dataset, number, 0, Part(alice, 2e9));
        leaves[1] = leafOf(dataset, number, 1, Part(bob, 2e9));
        bytes32 root = SettlementTree.root(leaves);
        vm.prank(coordinator);
        ledger.propose(dataset, number, root, 3e9, 2, "");
        finalizeEpoch(dataset, number);
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = IDatasetShares.ShareClaim(number, 0, alice, 2e9, 0, SettlementTree.prove(leaves, leaves[0]));
        shares.claimShares(claims);
        claims[0] = IDatasetShares.ShareClaim(number, 1, bob, 2e9, 0, SettlementTree.prove(leaves, leaves[1]));
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.EpochExhausted.selector, number, 1e9, 2e9));
        shares.claimShares(claims);
    }

    function test_claim_shares__for_nobody_or_the_shares__reverts() public {
        for (uint256 i = 0; i < 2; ++i) {
            address account = i == 0 ? address(0) : address(shares);
            uint64 number = settleEpoch(dataset, parts1(account, 1e9));
            IDatasetShares.ShareClaim[] memory claims = shareClaim(dataset, number, parts1(account, 1e9), 0);
            vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidReceiver.selector, account));
            shares.claimShares(claims);
        }
    }

    function test_open_epoch__by_another_than_the_ledger__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NotLedger.selector, alice));
        vm.prank(alice);
        shares.openEpoch(9, 0, 1, 1);
    }

    function test_open_epoch__twice_or_above_the_cap__reverts_even_for_the_ledger_P5() public {
        vm.startPrank(address(ledger));
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.EpochAlreadyOpen.selector, epoch));
        shares.openEpoch(epoch, 0, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.SupplyCapExceeded.selector, 1e19 + 1, 1e19));
        shares.openEpoch(9, 0, 1e19 - 4e9 + 1, 1);
    }

    function test_open_epoch__emits_the_mint_and_the_pool() public {
        pay(dataset, 4);
        uint64 number = proposeEpoch(dataset, parts);
        bytes32 root = ledger.proposalOf(dataset, number).settlementRoot;
        vm.warp(block.timestamp + 1 days);
        vm.expectEmit(address(shares));
        emit IERC20.Transfer(address(0), address(shares), 4e9);
        vm.expectEmit(address(shares));
        emit IDatasetShares.EpochOpened(dataset, number, root, 4e9, 1e10, 8e9);
        ledger.finalize(dataset, number);
    }
}
