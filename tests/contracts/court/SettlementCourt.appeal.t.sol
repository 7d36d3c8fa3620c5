// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Leaves} from "../../../contracts/libraries/Leaves.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice The upheld appeal of PROTOCOL "Settlement": penalty cancelled, units corrected, what she missed paid from the bond
/// (SettlementCourt.tree).
contract SettlementCourtAppealTest is Courtroom {
    uint64 internal epoch;
    IDatasetShares.ShareClaim[] internal leaves;

    function setUp() public override {
        super.setUp();
        // Six labels: two of alice's, one of which did not count; carol's leaf bears a penalty.
        leaves.push(leaf(0, alice, 1e9, 0));
        leaves.push(leaf(1, carol, 1e9, 30e18));
        leaves.push(leaf(2, bob, 2e9, 0));
        IDatasetShares.ShareClaim[] memory proposed_ = leaves;
        epoch = proposeLeaves(6, 4e9, proposed_);
        delete leaves;
        for (uint256 i = 0; i < proposed_.length; ++i) {
            leaves.push(proposed_[i]);
        }
        finalizeEpoch(dataset, epoch);
    }

    // ---- opening

    function test_appeal__asks_the_panel_and_takes_the_bond() public {
        vm.expectEmit(address(tribunal));
        emit ISettlementCourt.AppealOpened(1, dataset, alice, 0, false, 1e9);
        uint256 caseId = _appeal(alice, _units(0, 2, 1e9));
        assertEq(tribunal.lockedBonds(), BOND);
        ISettlementCourt.Case memory c = tribunal.caseOf(caseId);
        assertEq(uint8(c.ground), uint8(ISettlementCourt.Ground.Appeal));
        assertEq(c.respondent, coordinator);
        assertEq(tribunal.appealOf(caseId).units, 1e9);
    }

    function test_appeal__freezes_nothing_of_the_epoch() public {
        _appeal(alice, _units(0, 2, 1e9));
        sharesOf(dataset).claimShares(leaves);
        pay(dataset, 100e6);
        assertEq(sharesOf(dataset).balanceOf(alice), 1e9);
    }

    function test_appeal__of_who_has_no_leaf_at_all__is_heard() public {
        address dropped = makeAddr("dropped");
        equip(dropped);
        ruleOn(_appeal(dropped, _noLeaf(1, 1e9)), 1);
        _claimCorrection(dropped, Leaves.CORRECTION | 1, 1e9);
        assertEq(sharesOf(dataset).balanceOf(dropped), 1e9);
    }

    function test_appeal__before_finalisation_or_after_its_period__reverts() public {
        uint64 next = proposeEpoch(dataset, parts1(bob, 1e9));
        ISettlementCourt.AppealRequest memory request = _noLeaf(1, 1e9);
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementCourt.NotFinalized.selector, dataset, next, IAnnotationLedger.ProposalState.Proposed
            )
        );
        tribunal.appeal{value: COST}(dataset, next, request);
        uint64 until = ledger.proposalOf(dataset, epoch).finalizedAt + 3 days;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.AppealTooLate.selector, dataset, epoch, until));
        tribunal.appeal{value: COST}(dataset, epoch, request);
        vm.warp(until - 1);
        tribunal.appeal{value: COST}(dataset, epoch, request);
    }

    function test_appeal__twice_by_one_account__reverts() public {
        ISettlementCourt.AppealRequest memory request = _units(0, 2, 1e9);
        ruleOn(_appeal(alice, request), 2);
        _refused(
            alice, request, abi.encodeWithSelector(ISettlementCourt.AlreadyAppealed.selector, dataset, epoch, alice)
        );
    }

    function test_appeal__about_anothers_leaf_or_an_invented_one__reverts() public {
        _refused(alice, _units(2, 3, 1e9), abi.encodeWithSelector(ISettlementCourt.NotAppellant.selector, bob, alice));
        ISettlementCourt.AppealRequest memory request = _units(0, 2, 1e9);
        request.leaf.units = 0;
        bytes memory invalid = abi.encodeWithSelector(ISettlementCourt.InvalidLeaf.selector, dataset, epoch, 0);
        _refused(alice, request, invalid);
        request.leaf = leaves[0];
        request.leaf.epoch = epoch + 1;
        _refused(alice, request, invalid);
        request = _noLeaf(1, 1e9);
        request.leaf.penalty = 1;
        _refused(alice, request, invalid);
    }

    function test_appeal__for_nothing_without_evidence_or_for_another_fee__reverts() public {
        _refused(alice, _units(0, 2, 0), abi.encodeWithSelector(ISettlementCourt.NothingToAppeal.selector));
        ISettlementCourt.AppealRequest memory request = _units(0, 2, 1e9);
        request.evidence = 0;
        _refused(alice, request, abi.encodeWithSelector(ISettlementCourt.ZeroEvidence.selector));
        request.evidence = "file";
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.WrongFee.selector, 0, COST));
        tribunal.appeal(dataset, epoch, request);
    }

    function test_a_correction__is_at_most_her_labels_times_the_largest_units() public {
        _refused(
            alice, _units(0, 2, 1e9 + 1), abi.encodeWithSelector(ISettlementCourt.AboveLabels.selector, 2e9 + 1, 2e9)
        );
        // Nobody has more labels than the checkpoint has rows.
        _refused(
            alice, _units(0, 99, 5e9 + 1), abi.encodeWithSelector(ISettlementCourt.AboveLabels.selector, 6e9 + 1, 6e9)
        );
        _appeal(alice, _units(0, 2, 1e9));
    }

    // ---- upheld

    function test_upheld__a_correction_is_minted_that_earns_from_the_ruling() public {
        uint256 caseId = _appeal(alice, _units(0, 2, 1e9));
        pay(dataset, 400e6);
        ruleOn(caseId, 1);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
        assertEq(sharesOf(dataset).totalSupply(), 5e9);
        pay(dataset, 500e6);
        _claimCorrection(alice, Leaves.CORRECTION | 1, 1e9);
        // 100 of the second payment for the correction, nothing of the first.
        assertEq(sharesOf(dataset).claimable(alice), 100e6);
        sharesOf(dataset).claimShares(leaves);
        assertEq(sharesOf(dataset).claimable(alice), 100e6 + 100e6 + 100e6);
        assertEq(credit(alice), BOND);
        assertSolvent();
    }

    function test_upheld__what_she_missed_is_paid_from_the_coordinators_bond() public {
        pay(dataset, 400e6);
        uint256 caseId = _appeal(alice, _units(0, 2, 1e9));
        pay(dataset, 40e6);
        uint256 bond = ledger.bondBalance(coordinator);
        vote(tribunal.caseOf(caseId).disputeId, 1);
        skip(6 hours);
        // 440 dollars to 4 x 10^9 shares: 110 for 10^9, at one COTA a dollar.
        vm.expectEmit(address(tribunal));
        emit ISettlementCourt.AppealUpheld(caseId, dataset, alice, Leaves.CORRECTION | 1, 110e6, 110e18);
        council.executeRuling(tribunal.caseOf(caseId).disputeId);
        assertEq(ledger.creditOf(alice), 110e18);
        assertEq(bond - ledger.bondBalance(coordinator), 110e18);
    }

    function test_upheld__with_a_bond_too_small_for_what_she_missed__all_that_is_there_is_hers() public {
        pay(dataset, 1_000_000e6);
        ruleOn(_appeal(alice, _units(0, 2, 1e9)), 1);
        assertEq(ledger.creditOf(alice), 100_000e18);
        assertEq(ledger.bondBalance(coordinator), 0);
        assertEq(sharesOf(dataset).totalSupply(), 5e9);
    }

    function test_upheld__with_no_room_under_the_supply_cap__the_money_is_paid_and_the_ruling_does_not_fail() public {
        uint256 caseId = _appeal(alice, _units(0, 2, 1e9));
        pay(dataset, 400e6);
        vm.mockCallRevert(
            address(ledger),
            abi.encodeCall(ledger.openCorrection, (dataset, epoch, alice, 1e9)),
            abi.encodeWithSelector(IAnnotationLedger.TotalAboveSupplyCap.selector, 1e9, 0)
        );
        ruleOn(caseId, 1);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
        assertEq(sharesOf(dataset).totalSupply(), 4e9);
        assertEq(ledger.creditOf(alice), 100e18);
    }

    function test_upheld__a_penalty_waits_and_is_then_cancelled() public {
        uint256 caseId = _appealPenalty(2, 0);
        ruleOn(caseId, 1);
        _assertPenalty(IStakeVault.PenaltyState.Cancelled);
        assertEq(credit(carol), BOND);
        // No units were asked for: none come.
        assertEq(sharesOf(dataset).totalSupply(), 4e9);
    }

    function test_upheld__penalty_and_units_at_once() public {
        uint256 caseId = _appealPenalty(2, 1e9);
        ruleOn(caseId, 1);
        _assertPenalty(IStakeVault.PenaltyState.Cancelled);
        assertEq(sharesOf(dataset).totalSupply(), 5e9);
    }

    // ---- not upheld

    function test_dismissed__the_penalty_may_be_executed_and_the_bond_is_lost() public {
        uint256 caseId = _appealPenalty(2, 0);
        ruleOn(caseId, 2);
        _assertPenalty(IStakeVault.PenaltyState.Released);
        assertEq(credit(carol), 0);
        assertEq(credit(coordinator), BOND / 2);
        assertSolvent();
    }

    function test_no_ruling__no_penalty_no_units_and_the_bond_back_less_a_tenth() public {
        uint256 caseId = _appealPenalty(2, 1e9);
        skip(RULING_PERIOD);
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
        _assertPenalty(IStakeVault.PenaltyState.Cancelled);
        assertEq(credit(carol), BOND * 9 / 10);
        assertEq(sharesOf(dataset).totalSupply(), 4e9);
        assertSolvent();
    }

    function test_closeMoot__of_an_appeal__reverts() public {
        uint256 caseId = _appeal(alice, _units(0, 2, 1e9));
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotMoot.selector, caseId));
        tribunal.closeMoot(caseId);
    }

    /// @dev What is paid from the bond is what the missing units would have earned, to the base unit.
    function testFuzz_missed__is_the_revenue_of_the_missing_units(uint64 units, uint64 before, uint64 during) public {
        units = uint64(bound(units, 1, 1e9));
        before = uint64(bound(before, 0, 1e12));
        during = uint64(bound(during, 1, 1e12));
        if (before != 0) pay(dataset, before);
        uint256 caseId = _appeal(alice, _units(0, 2, units));
        pay(dataset, during);
        ruleOn(caseId, 1);
        uint256 missed = (uint256(before) + during) * units / 4e9;
        uint256 paid = ledger.creditOf(alice);
        if (missed * 1e12 >= 100_000e18) assertEq(paid, 100_000e18);
        else assertApproxEqAbs(paid, missed * 1e12, 1e12);
    }

    // ---- inside

    function _units(uint32 index, uint64 labels, uint64 units)
        private
        view
        returns (ISettlementCourt.AppealRequest memory)
    {
        return ISettlementCourt.AppealRequest(leaves[index], labels, units, "file");
    }

    function _noLeaf(uint64 labels, uint64 units) private pure returns (ISettlementCourt.AppealRequest memory request) {
        (request.labels, request.units, request.evidence) = (labels, units, "file");
    }

    function _appeal(address who, ISettlementCourt.AppealRequest memory request) private returns (uint256) {
        vm.prank(who);
        return tribunal.appeal{value: COST}(dataset, epoch, request);
    }

    function _appealPenalty(uint64 labels, uint64 units) private returns (uint256) {
        uint256 caseId = _appeal(carol, _units(1, labels, units));
        _assertPenalty(IStakeVault.PenaltyState.Held);
        return caseId;
    }

    function _assertPenalty(IStakeVault.PenaltyState state) private view {
        assertEq(uint8(vault.penaltyStateOf(dataset, epoch, 1)), uint8(state), "penalty");
    }

    function _refused(address who, ISettlementCourt.AppealRequest memory request, bytes memory reason) private {
        vm.prank(who);
        vm.expectRevert(reason);
        tribunal.appeal{value: COST}(dataset, epoch, request);
    }

    function _claimCorrection(address account, uint64 number, uint64 units) private {
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = IDatasetShares.ShareClaim(number, 0, account, units, 0, new bytes32[](0));
        sharesOf(dataset).claimShares(claims);
    }
}
