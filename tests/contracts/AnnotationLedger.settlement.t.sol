// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";

/// @notice A checkpoint's rows become shares: within the terms, after the window, once.
contract AnnotationLedgerSettlementTest is World {
    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
    }

    function test_propose__emits_and_opens_the_window() public {
        logRows(dataset, 3);
        uint64 windowEndsAt = uint64(block.timestamp + 1 days);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.SettlementProposed(
            dataset, 1, 1, coordinator, "root", 2e9, 2, "file", 1000e18, windowEndsAt
        );
        vm.prank(coordinator);
        assertEq(ledger.propose(dataset, 1, "root", 2e9, 2, "file"), 1);
        IAnnotationLedger.Proposal memory p = ledger.proposalOf(dataset, 1);
        assertEq(p.settlementRoot, "root");
        assertEq(p.totalUnits, 2e9);
        assertEq(p.windowEndsAt, windowEndsAt);
        assertEq(p.leafCount, 2);
        assertEq(p.proposer, coordinator);
        assertEq(p.bond, 1000e18);
        assertEq(uint8(p.state), uint8(IAnnotationLedger.ProposalState.Proposed));
    }

    function test_propose__by_another_than_the_coordinator__reverts() public {
        logRows(dataset, 3);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NotCoordinator.selector, dataset, alice, coordinator));
        ledger.propose(dataset, 1, "root", 2e9, 1, "");
    }

    function test_propose__twice__reverts() public {
        logRows(dataset, 3);
        _propose(1, 2e9);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.AlreadyProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.Proposed
            )
        );
        _propose(1, 2e9);
        finalizeEpoch(dataset, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.AlreadyProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.Finalized
            )
        );
        _propose(1, 2e9);
    }

    function test_propose__without_its_checkpoint__reverts() public {
        logRows(dataset, 3);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.UnknownCheckpoint.selector, dataset, 2));
        _propose(2, 2e9);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.UnknownCheckpoint.selector, dataset, 0));
        _propose(0, 2e9);
    }

    function test_propose__more_than_the_labels_are_worth__reverts_P5() public {
        logRows(dataset, 3);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalAboveLabels.selector, 3e9 + 1, 3e9));
        _propose(1, 3e9 + 1);
        _propose(1, 3e9);
    }

    function test_propose__more_than_the_supply_cap_leaves__reverts_also_for_pending_ones_P5() public {
        Terms memory terms = defaultTerms();
        terms.supplyCap = 5e9;
        dataset = newDataset(terms);
        logRows(dataset, 3);
        logRows(dataset, 3);
        logRows(dataset, 3);
        _propose(1, 3e9);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalAboveSupplyCap.selector, 3e9, 2e9));
        _propose(2, 3e9);
        _propose(3, 2e9);
        finalizeEpoch(dataset, 3);
        finalizeEpoch(dataset, 1);
        assertEq(sharesOf(dataset).totalSupply(), 5e9);
        assertEq(ledger.availableUnits(dataset), 0);
        _propose(2, 0);
    }

    function test_propose__too_few_units_before_there_are_shares__reverts() public {
        logRows(dataset, 3);
        logRows(dataset, 3);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalTooSmall.selector, 1e9 - 1, 1e9));
        _propose(1, 1e9 - 1);
        _propose(1, 1e9);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalTooSmall.selector, 1, 1e9));
        _propose(2, 1);
        finalizeEpoch(dataset, 1);
        _propose(2, 1);
    }

    function test_propose__nothing__settles_an_epoch_in_which_nobody_earned() public {
        logRows(dataset, 0);
        logRows(dataset, 5);
        _propose(1, 0);
        _propose(2, 0);
        finalizeEpoch(dataset, 1);
        finalizeEpoch(dataset, 2);
        assertEq(ledger.settledCount(dataset), 2);
        assertEq(sharesOf(dataset).totalSupply(), 0);
        logRows(dataset, 5);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalTooSmall.selector, 1, 1e9));
        _propose(3, 1);
    }

    function test_propose__units_without_leaves__reverts() public {
        logRows(dataset, 3);
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NoLeaves.selector, 1e9));
        ledger.propose(dataset, 1, "root", 1e9, 0, "");
    }

    function test_propose__more_leaves_than_rows__reverts() public {
        logRows(dataset, 3);
        vm.startPrank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.LeavesAboveRows.selector, 4, 3));
        ledger.propose(dataset, 1, "root", 1e9, 4, "");
        ledger.propose(dataset, 1, "root", 1e9, 3, "");
    }

    function test_propose__locks_the_bond_and_finalize_frees_it() public {
        Terms memory terms = defaultTerms();
        terms.proposerBond = 60_000e18;
        dataset = newDataset(terms);
        logRows(dataset, 3);
        logRows(dataset, 3);
        _propose(1, 1e9);
        assertEq(ledger.lockedBond(coordinator), 60_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.InsufficientBond.selector, coordinator, 40_000e18, uint256(60_000e18)
            )
        );
        _propose(2, 1e9);
        finalizeEpoch(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 0);
        _propose(2, 1e9);
    }

    function test_finalize__before_the_window_ends__reverts_and_at_its_end_works() public {
        logRows(dataset, 3);
        _propose(1, 1e9);
        uint64 end = ledger.proposalOf(dataset, 1).windowEndsAt;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.WindowOpen.selector, dataset, 1, end));
        ledger.finalize(dataset, 1);
        vm.warp(end);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.EpochFinalized(dataset, 1, 1, "root", 1e9);
        vm.prank(carol);
        ledger.finalize(dataset, 1);
        assertEq(ledger.proposalOf(dataset, 1).finalizedAt, end);
        assertEq(ledger.finalizedCount(dataset), 1);
    }

    function test_finalize__twice_or_never_proposed__reverts() public {
        logRows(dataset, 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.NotProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.None
            )
        );
        ledger.finalize(dataset, 1);
        _propose(1, 1e9);
        finalizeEpoch(dataset, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.NotProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.Finalized
            )
        );
        ledger.finalize(dataset, 1);
    }

    function test_finalize__out_of_order__counts_as_settled_only_in_order_P7() public {
        for (uint64 i = 1; i <= 4; ++i) {
            logRows(dataset, 3);
            _propose(i, 1e9);
        }
        vm.warp(block.timestamp + 1 days);
        ledger.finalize(dataset, 3);
        ledger.finalize(dataset, 2);
        assertEq(ledger.settledCount(dataset), 0);
        assertEq(ledger.proposalOf(dataset, 3).settledAt, 0);
        vm.warp(block.timestamp + 1 hours);
        ledger.finalize(dataset, 1);
        assertEq(ledger.settledCount(dataset), 3);
        assertEq(ledger.proposalOf(dataset, 3).settledAt, block.timestamp);
        assertEq(ledger.proposalOf(dataset, 3).finalizedAt, block.timestamp - 1 hours);
        ledger.finalize(dataset, 4);
        assertEq(ledger.settledCount(dataset), 4);
        assertEq(ledger.finalizedCount(dataset), 4);
        assertEq(sharesOf(dataset).epochCount(), 4);
    }

    function test_settle__goes_on_where_finalize_stopped__in_bounded_steps_B20() public {
        for (uint64 i = 1; i <= 30; ++i) {
            logRows(dataset, 3);
            _propose(i, 1e9);
        }
        vm.warp(block.timestamp + 1 days);
        for (uint64 i = 30; i >= 1; --i) {
            ledger.finalize(dataset, i);
        }
        assertEq(ledger.settledCount(dataset), 9);
        ledger.settle(dataset, 5);
        assertEq(ledger.settledCount(dataset), 14);
        ledger.settle(dataset, 100);
        assertEq(ledger.settledCount(dataset), 30);
        ledger.settle(dataset, 100);
        assertEq(ledger.settledCount(dataset), 30);
    }

    function _propose(uint64 number, uint64 units) private {
        vm.prank(coordinator);
        ledger.propose(dataset, number, "root", units, units == 0 ? 0 : 1, "");
    }
}
