// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers and words made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Appeals of a panel's ruling: who may, at what bond, and what becomes of the bonds (SettlementCourt.tree).
contract SettlementCourtRoundsTest is Courtroom {
    uint64 internal epoch;
    uint256 internal caseId;
    uint256 internal dispute;

    function setUp() public override {
        super.setUp();
        epoch = proposed();
        caseId = challengeScoring(alice, epoch, "file");
        dispute = tribunal.caseOf(caseId).disputeId;
    }

    function test_the_loser__may_have_the_ruling_judged_anew_at_twice_the_bond() public {
        vote(dispute, 2);
        vm.expectEmit(address(tribunal));
        emit ISettlementCourt.RulingAppealed(
            caseId, alice, 1, uint96(2 * BOND), 2, uint64(block.timestamp) + RULING_PERIOD
        );
        _appealAs(alice);
        assertEq(tribunal.lockedBonds(), 3 * BOND);
        assertEq(council.roundOf(dispute), 1);
        decide(dispute, 1);
        // The larger panel found for her: the settlement falls, and both her bonds come back.
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), 3 * BOND);
        assertEq(tribunal.lockedBonds(), 0);
        assertSolvent();
    }

    function test_the_same_ruling_again__costs_the_appeals_bond() public {
        vote(dispute, 2);
        _appealAs(alice);
        decide(dispute, 2);
        assertState(epoch, IAnnotationLedger.ProposalState.Proposed);
        assertEq(credit(alice), 0);
        assertEq(credit(coordinator), 3 * BOND / 2);
        assertSolvent();
    }

    function test_the_proposer__may_appeal_a_ruling_against_him() public {
        vote(dispute, 1);
        _appealAs(coordinator);
        decide(dispute, 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        // His lost bond: half burnt, half to her, beside her own.
        assertEq(credit(alice), BOND + BOND);
        assertEq(credit(coordinator), 0);
        assertSolvent();
    }

    function test_fees_of_an_appeal__that_no_juror_earned_go_back_to_who_paid_them() public {
        vote(dispute, 1);
        _appealAs(coordinator);
        drawPanel(dispute);
        skip(1 days + 12 hours + 6 hours);
        council.executeRuling(dispute);
        assertEq(council.feesOf(coordinator), 7 * FEE);
        assertEq(council.feesOf(alice), 0);
    }

    function test_two_appeals__double_the_bond_each_time() public {
        for (uint160 i = 9; i < 16; ++i) {
            addJuror(address(0x10000 + i));
        }
        vote(dispute, 2);
        _appealAs(alice);
        vote(dispute, 1);
        _appealAs(coordinator);
        assertEq(tribunal.lockedBonds(), 7 * BOND);
        decide(dispute, 2);
        // Her appeal was against the ruling that stands in the end; his was not.
        assertEq(credit(coordinator), BOND / 2 + BOND + 4 * BOND);
        assertEq(credit(alice), 0);
        assertSolvent();
    }

    function test_the_winner_or_a_stranger__may_not_appeal() public {
        vote(dispute, 2);
        _notLoser(coordinator, 2);
        _notLoser(bob, 2);
        _appealAs(alice);
        vote(dispute, 1);
        _notLoser(alice, 1);
    }

    function test_a_ruling_of_0__either_may_appeal_and_nobodys_bond_is_lost_by_it() public {
        vote(dispute, 0);
        _appealAs(coordinator);
        decide(dispute, 0);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
        assertEq(credit(coordinator), 2 * BOND);
        assertEq(credit(alice), BOND * 9 / 10);
        assertSolvent();
    }

    function test_no_bond__is_lost_without_a_ruling() public {
        vote(dispute, 2);
        _appealAs(alice);
        // The arbiter falls silent.
        skip(RULING_PERIOD);
        vm.mockCallRevert(address(council), abi.encodeCall(council.disputeStatus, (dispute)), "silent");
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
        assertEq(credit(alice), 2 * BOND + BOND * 9 / 10);
        assertSolvent();
    }

    function test_an_appeal__of_a_case_that_is_moot_by_then__is_given_back() public {
        uint256 second = challengeScoring(bob, epoch, "other file");
        vote(dispute, 2);
        _appealAs(alice);
        ruleOn(second, 1);
        tribunal.closeMoot(caseId);
        assertEq(credit(alice), 3 * BOND);
        assertSolvent();
    }

    function test_before_a_ruling_or_after_its_appeal_period__nobody_may_appeal() public {
        _notAppealable(0);
        vote(dispute, 2);
        skip(6 hours);
        _notAppealable(2);
    }

    function test_for_another_fee__reverts() public {
        vote(dispute, 2);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.WrongFee.selector, FEE, 7 * FEE));
        tribunal.appealRuling{value: FEE}(caseId);
    }

    function test_of_a_demand_for_a_signature__there_is_no_ruling_to_appeal() public {
        bytes32[] memory rows = new bytes32[](1);
        rows[0] = "row";
        vm.mockCall(address(ledger), abi.encodeWithSelector(ledger.isLogged.selector), abi.encode(true));
        vm.prank(alice);
        caseId = tribunal.demandSignature(dataset, epoch, 0, "row", rows);
        _notAppealable(0);
    }

    function test_a_later_appeal__gives_the_case_its_time_again() public {
        vote(dispute, 2);
        skip(5 hours);
        _appealAs(alice);
        assertEq(tribunal.caseOf(caseId).deadline, block.timestamp + RULING_PERIOD);
        assertEq(tribunal.caseOf(caseId).rounds, 1);
    }

    function _appealAs(address who) private {
        uint256 cost = council.appealCost(dispute, "");
        vm.prank(who);
        tribunal.appealRuling{value: cost}(caseId);
    }

    function _notLoser(address who, uint256 ruling) private {
        vm.prank(who);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotLoser.selector, caseId, who, ruling));
        tribunal.appealRuling(caseId);
    }

    function _notAppealable(uint256 ruling) private {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotAppealable.selector, caseId, ruling));
        tribunal.appealRuling(caseId);
    }
}
