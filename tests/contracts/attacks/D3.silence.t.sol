// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice A dispute that somebody wants never to end, or to end by default: silent jurors, a ruling that nobody brings, a receiver
/// that cannot be paid.
contract D3SilenceTest is Courtroom {
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        epoch = proposed();
    }

    function test_D3__jurors_who_never_speak__end_it_by_default() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        drawPanel(tribunal.caseOf(caseId).disputeId);
        skip(1 days + 12 hours + 6 hours);
        council.executeRuling(tribunal.caseOf(caseId).disputeId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
    }

    function test_D3__nobody_ever_draws_the_panel__ends_it_by_default() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        skip(RULING_PERIOD);
        tribunal.expire(caseId);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(tribunal.lockedBonds(), 0);
    }

    function test_D3__the_loser_hides_the_ruling_to_expire_the_case__and_finds_it_there() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        vote(tribunal.caseOf(caseId).disputeId, 1);
        skip(RULING_PERIOD);
        vm.prank(coordinator);
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
    }

    function test_D3__a_claimant_who_cannot_be_paid__stops_nothing() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        // Even if her wallet took no token at all: nothing is sent to it.
        vm.mockCallRevert(address(cota), abi.encodeWithSelector(cota.transfer.selector), "no");
        ruleOn(caseId, 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), BOND);
    }

    function test_D3__slashed_to_nothing_meanwhile__the_ruling_still_stands() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        vm.prank(address(tribunal));
        ledger.slash(dataset, coordinator, type(uint128).max, address(0), 0);
        assertEq(ledger.bondBalance(coordinator), 0);
        ruleOn(caseId, 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), BOND);
        assertEq(ledger.creditOf(alice), 0);
    }
}
