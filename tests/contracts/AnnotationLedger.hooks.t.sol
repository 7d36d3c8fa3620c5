// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {Leaves} from "../../contracts/libraries/Leaves.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";

/// @notice What court, faults and deliveries may do to a settlement and to a bond, and nobody else.
contract AnnotationLedgerHooksTest is World {
    uint64 private constant CORRECTION = 1 << 63;

    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        logRows(dataset, 3);
        _propose(2e9);
    }

    // ---- who may

    function test_hooks__only_the_contracts_of_the_version() public {
        address[4] memory others = [coordinator, publisher, admin, address(faults)];
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory refusal =
                abi.encodeWithSelector(IAnnotationLedger.NotCourt.selector, dataset, others[i], court);
            vm.startPrank(others[i]);
            vm.expectRevert(refusal);
            ledger.suspend(dataset, 1);
            vm.expectRevert(refusal);
            ledger.resume(dataset, 1);
            vm.expectRevert(refusal);
            ledger.reject(dataset, 1, 0, alice, 0);
            vm.expectRevert(refusal);
            ledger.openCorrection(dataset, 1, alice, 1);
            vm.stopPrank();
        }
        vm.startPrank(court);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NotFaults.selector, dataset, court, address(faults)));
        ledger.handOver(dataset);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NotSlasher.selector, dataset, publisher));
        vm.prank(publisher);
        ledger.slash(dataset, coordinator, 1, alice, 1);
    }

    // ---- disputes

    function test_suspend__stops_the_window_and_resume_gives_back_what_was_left() public {
        uint64 end = ledger.proposalOf(dataset, 1).windowEndsAt;
        vm.warp(block.timestamp + 1 hours);
        _suspend();
        assertEq(uint8(ledger.proposalOf(dataset, 1).state), uint8(IAnnotationLedger.ProposalState.Disputed));
        vm.warp(block.timestamp + 40 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.NotProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.Disputed
            )
        );
        ledger.finalize(dataset, 1);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.SettlementResumed(dataset, 1, 1, end + 40 days);
        vm.prank(court);
        ledger.resume(dataset, 1);
        vm.warp(end + 40 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.WindowOpen.selector, dataset, 1, end + 40 days));
        ledger.finalize(dataset, 1);
        vm.warp(end + 40 days);
        ledger.finalize(dataset, 1);
    }

    function test_resume__at_least_half_the_window_follows() public {
        vm.warp(block.timestamp + 1 days - 1);
        _suspend();
        vm.warp(block.timestamp + 3 days);
        vm.prank(court);
        ledger.resume(dataset, 1);
        assertEq(ledger.proposalOf(dataset, 1).windowEndsAt, block.timestamp + 12 hours);
    }

    function test_suspend__once_the_window_is_over__reverts() public {
        uint64 end = ledger.proposalOf(dataset, 1).windowEndsAt;
        vm.warp(end);
        vm.prank(court);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.WindowClosed.selector, dataset, 1, end));
        ledger.suspend(dataset, 1);
    }

    function test_hooks__in_another_state__revert() public {
        bytes memory notDisputed = abi.encodeWithSelector(
            IAnnotationLedger.NotDisputed.selector, dataset, 1, IAnnotationLedger.ProposalState.Proposed
        );
        vm.startPrank(court);
        vm.expectRevert(notDisputed);
        ledger.resume(dataset, 1);
        vm.expectRevert(notDisputed);
        ledger.reject(dataset, 1, 0, alice, 0);
        ledger.suspend(dataset, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.NotProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.Disputed
            )
        );
        ledger.suspend(dataset, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.NotFinalized.selector, dataset, 1, IAnnotationLedger.ProposalState.Disputed
            )
        );
        ledger.openCorrection(dataset, 1, alice, 1);
    }

    // ---- rejection

    function test_reject__gives_units_back_and_the_next_attempt_may_follow() public {
        assertEq(ledger.availableUnits(dataset), 1e19 - 2e9);
        _reject(0, address(0), 0);
        assertEq(ledger.availableUnits(dataset), 1e19);
        assertEq(ledger.lockedBond(coordinator), 0);
        assertEq(ledger.bondBalance(coordinator), 100_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.NotProposed.selector, dataset, 1, IAnnotationLedger.ProposalState.Rejected
            )
        );
        ledger.finalize(dataset, 1);
        assertEq(_propose(3e9), 2);
        assertEq(ledger.availableUnits(dataset), 1e19 - 3e9);
        finalizeEpoch(dataset, 1);
        assertEq(ledger.proposalOf(dataset, 1).attempt, 2);
        assertEq(sharesOf(dataset).totalSupply(), 3e9);
        assertEq(ledger.settledCount(dataset), 1);
    }

    function test_reject__forfeits_credits_and_burns() public {
        uint256 supply = cota.totalSupply();
        _suspend();
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.SettlementRejected(
            dataset, 1, 1, 700e18, alice, 400e18, uint64(block.timestamp + 7 days)
        );
        vm.prank(court);
        ledger.reject(dataset, 1, 700e18, alice, 400e18);
        assertEq(ledger.bondBalance(coordinator), 99_300e18);
        assertEq(ledger.lockedBond(coordinator), 0);
        assertEq(ledger.creditOf(alice), 400e18);
        assertEq(cota.totalSupply(), supply - 300e18);
        _holdsWhatItOwes();
    }

    function test_reject__never_takes_more_than_the_proposals_bond() public {
        _reject(type(uint128).max, alice, type(uint128).max);
        assertEq(ledger.bondBalance(coordinator), 99_000e18);
        assertEq(ledger.creditOf(alice), 1000e18);
    }

    function test_reject__a_window_is_left_to_propose_anew() public {
        uint64 due = ledger.settleBy(dataset, 1);
        assertEq(due, block.timestamp + 7 days);
        vm.warp(block.timestamp + 1 days - 1);
        _suspend();
        vm.warp(block.timestamp + 20 days);
        assertEq(ledger.settleBy(dataset, 1), due + 20 days);
        vm.prank(court);
        ledger.resume(dataset, 1);
        assertEq(ledger.settleBy(dataset, 1), due + 20 days);
        vm.warp(block.timestamp + 12 hours - 1);
        _suspend();
        vm.prank(court);
        ledger.reject(dataset, 1, 0, alice, 0);
        assertEq(ledger.settleBy(dataset, 1), due + 20 days);
        vm.warp(due + 30 days);
        _propose(1e9);
        _suspend();
        vm.prank(court);
        ledger.reject(dataset, 1, 0, alice, 0);
        assertEq(ledger.settleBy(dataset, 1), block.timestamp + 1 days);
    }

    function test_withdraw_credit__once_and_to_whom_its_owner_says() public {
        _reject(700e18, alice, 400e18);
        vm.startPrank(alice);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.withdrawCredit(address(0));
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.withdrawCredit(address(ledger));
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.CreditWithdrawn(alice, bob, 400e18);
        assertEq(ledger.withdrawCredit(bob), 400e18);
        assertEq(cota.balanceOf(bob), 400e18);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NoCredit.selector, alice));
        ledger.withdrawCredit(bob);
    }

    // ---- slashes and eras

    function test_slash__takes_unlocked_first_and_leaves_the_lock() public {
        uint256 supply = cota.totalSupply();
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.CoordinatorSlashed(dataset, coordinator, deliveries, 90_000e18, alice, 5e18, 10_000e18);
        vm.prank(deliveries);
        assertEq(ledger.slash(dataset, coordinator, 90_000e18, alice, 5e18), 90_000e18);
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        assertEq(cota.totalSupply(), supply - 90_000e18 + 5e18);
        _holdsWhatItOwes();
        finalizeEpoch(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 0);
    }

    function test_slash__of_more_than_there_is__takes_all() public {
        vm.prank(court);
        assertEq(ledger.slash(dataset, coordinator, type(uint128).max, alice, type(uint128).max), 100_000e18);
        assertEq(ledger.creditOf(alice), 100_000e18);
        assertEq(ledger.bondBalance(coordinator), 0);
        assertEq(ledger.lockedBond(coordinator), 0);
        vm.prank(court);
        assertEq(ledger.slash(dataset, coordinator, 1, alice, 1), 0);
        assertEq(ledger.proposalOf(dataset, 1).bond, 0);
    }

    function test_slash__old_proposals_do_not_unlock_what_was_deposited_after_it() public {
        vm.prank(address(faults));
        ledger.slash(dataset, coordinator, type(uint128).max, alice, 0);
        vm.startPrank(coordinator);
        ledger.depositBond(coordinator, 1000e18);
        vm.stopPrank();
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        vm.warp(ledger.proposalOf(dataset, 1).windowEndsAt);
        ledger.finalize(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        ledger.finalize(dataset, 2);
        assertEq(ledger.lockedBond(coordinator), 0);
    }

    function test_slash__to_nobody__reverts_and_of_a_stranger__reverts() public {
        vm.startPrank(court);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.slash(dataset, coordinator, 1, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NeverCoordinator.selector, dataset, successor));
        ledger.slash(dataset, successor, 1, alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NeverCoordinator.selector, dataset, address(0)));
        ledger.slash(dataset, address(0), 1, alice, 1);
    }

    function test_reject__after_a_slash__what_is_unlocked_answers_for_the_bond() public {
        vm.prank(address(faults));
        ledger.slash(dataset, coordinator, 99_500e18, alice, 0);
        assertEq(ledger.lockedBond(coordinator), 0);
        _reject(1000e18, alice, 1000e18);
        assertEq(ledger.creditOf(alice), 500e18);
        assertEq(ledger.bondBalance(coordinator), 0);
        _holdsWhatItOwes();
    }

    // ---- succession

    function test_hand_over__the_successor_checkpoints_and_proposes_the_old_bond_unlocks() public {
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.CoordinatorSucceeded(dataset, coordinator, successor);
        vm.prank(address(faults));
        ledger.handOver(dataset);
        assertEq(ledger.coordinatorOf(dataset), successor);
        assertTrue(ledger.isOrWasCoordinator(dataset, coordinator));
        assertTrue(ledger.isOrWasCoordinator(dataset, successor));
        assertFalse(ledger.isOrWasCoordinator(dataset, alice));
        assertEq(ledger.settleBy(dataset, 1), block.timestamp + 7 days);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.NotCoordinator.selector, dataset, coordinator, successor)
        );
        ledger.checkpoint(dataset, 9, "log", "data");
        assertEq(ledger.proposalOf(dataset, 1).proposer, coordinator);
        finalizeEpoch(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 0);
        vm.startPrank(successor);
        ledger.checkpoint(dataset, 9, "log", "data");
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.InsufficientBond.selector, successor, 0, uint256(1000e18))
        );
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        vm.stopPrank();
        vm.prank(coordinator);
        ledger.depositBond(successor, 1000e18);
        vm.prank(successor);
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        assertEq(ledger.proposalOf(dataset, 2).proposer, successor);
        assertEq(ledger.lockedBond(successor), 1000e18);
    }

    function test_hand_over__again__changes_nothing_and_before_the_first_checkpoint_works() public {
        bytes32 young = newDataset(_otherTerms());
        vm.startPrank(address(faults));
        ledger.handOver(young);
        vm.warp(block.timestamp + 5 days);
        ledger.handOver(young);
        vm.stopPrank();
        assertEq(ledger.coordinatorOf(young), successor);
        vm.prank(successor);
        ledger.checkpoint(young, 3, "log", "data");
        assertEq(ledger.availableUnits(young), 1e19);
    }

    // ---- corrections

    function test_open_correction__one_leaf_that_earns_from_now() public {
        finalizeEpoch(dataset, 1);
        pay(dataset, 100e6);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.CorrectionOpened(dataset, 1, CORRECTION | 1, alice, 1e9);
        vm.prank(court);
        uint64 epoch = ledger.openCorrection(dataset, 1, alice, 1e9);
        assertEq(epoch, Leaves.CORRECTION | 1);
        pay(dataset, 300e6);
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = IDatasetShares.ShareClaim(epoch, 0, alice, 1e9, 0, new bytes32[](0));
        assertEq(sharesOf(dataset).balanceOf(address(sharesOf(dataset))), 3e9);
        sharesOf(dataset).claimShares(claims);
        assertEq(sharesOf(dataset).balanceOf(alice), 1e9);
        assertEq(sharesOf(dataset).balanceOf(address(sharesOf(dataset))), 2e9);
        assertEq(sharesOf(dataset).claimable(alice), 100e6);
        assertEq(ledger.availableUnits(dataset), 1e19 - 3e9);
        assertEq(ledger.finalizedCount(dataset), 1);
    }

    function test_open_correction__with_its_epoch_never_more_than_the_labels_are_worth_P5() public {
        finalizeEpoch(dataset, 1);
        vm.startPrank(court);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalAboveLabels.selector, 1e9 + 1, 1e9));
        ledger.openCorrection(dataset, 1, alice, 1e9 + 1);
        assertEq(ledger.openCorrection(dataset, 1, alice, 4e8), CORRECTION | 1);
        assertEq(ledger.openCorrection(dataset, 1, bob, 6e8), CORRECTION | 2);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TotalAboveLabels.selector, 1, 0));
        ledger.openCorrection(dataset, 1, alice, 1);
        vm.expectRevert(IAnnotationLedger.ZeroAmount.selector);
        ledger.openCorrection(dataset, 1, alice, 0);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.openCorrection(dataset, 1, address(0), 1);
    }

    // ---- inside

    function _propose(uint64 units) private returns (uint32) {
        vm.prank(coordinator);
        return ledger.propose(dataset, 1, "root", units, 1, "file");
    }

    function _suspend() private {
        vm.prank(court);
        ledger.suspend(dataset, 1);
    }

    function _reject(uint128 forfeit, address to, uint128 toAmount) private {
        _suspend();
        vm.prank(court);
        ledger.reject(dataset, 1, forfeit, to, toAmount);
    }

    function _otherTerms() private view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.seats = 4;
    }

    function _holdsWhatItOwes() private view {
        assertEq(cota.balanceOf(address(ledger)), ledger.bondBalance(coordinator) + ledger.creditOf(alice));
    }
}
