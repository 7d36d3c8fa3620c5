// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {CourtTerms} from "../../../contracts/types.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice What a panel's word, or its silence, does to a settlement and to both bonds: the rules of PROTOCOL "Disputes"
/// (SettlementCourt.tree).
contract SettlementCourtRulingsTest is Courtroom {
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        epoch = proposed();
    }

    // ---- rulings

    function test_ruling_for_the_claimant__the_settlement_falls_and_half_of_its_bond_is_burnt() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        uint256 supply = cota.totalSupply();
        uint64 available = ledger.availableUnits(dataset);
        vote(tribunal.caseOf(caseId).disputeId, 1);
        skip(6 hours);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.SettlementRejected(
            dataset, epoch, 1, PROPOSER_BOND, alice, PROPOSER_BOND / 2, ledger.settleBy(dataset, epoch)
        );
        vm.expectEmit(address(tribunal));
        emit ISettlementCourt.CaseClosed(caseId, dataset, epoch, uint8(ISettlementCourt.Outcome.Upheld), 0);
        council.executeRuling(tribunal.caseOf(caseId).disputeId);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
        assertEq(credit(alice), BOND);
        assertEq(ledger.creditOf(alice), PROPOSER_BOND / 2);
        assertEq(supply - cota.totalSupply(), PROPOSER_BOND / 2);
        assertEq(ledger.availableUnits(dataset), available + 3e9);
        assertEq(tribunal.lockedBonds(), 0);
        (address victor, address proposer) = tribunal.downfallOf(dataset, epoch, 1);
        assertEq(victor, alice);
        assertEq(proposer, coordinator);
        assertSolvent();
    }

    function test_ruling_for_the_claimant__the_checkpoint_may_be_proposed_anew_and_challenged_at_the_first_bond()
        public
    {
        ruleOn(challengeScoring(alice, epoch, "file"), 1);
        vm.prank(coordinator);
        assertEq(ledger.propose(dataset, epoch, "root", 2e9, 1, "file"), 2);
        assertEq(tribunal.nextBond(dataset, epoch), BOND);
        // The same evidence against another attempt is another question.
        challengeScoring(alice, epoch, "file");
    }

    function test_ruling_for_the_proposer__the_bond_is_lost_and_half_of_it_burnt() public {
        uint256 supply = cota.totalSupply();
        uint256 caseId = challengeScoring(alice, epoch, "file");
        ruleOn(caseId, 2);
        assertOutcome(caseId, ISettlementCourt.Outcome.Dismissed);
        assertState(epoch, IAnnotationLedger.ProposalState.Proposed);
        assertEq(credit(alice), 0);
        assertEq(credit(coordinator), BOND / 2);
        assertEq(supply - cota.totalSupply(), BOND / 2);
        assertSolvent();
    }

    function test_after_a_lost_challenge__at_least_half_the_window_follows() public {
        skip(1 days - 1);
        uint256 caseId = challengeScoring(alice, epoch, "file");
        ruleOn(caseId, 2);
        uint64 ends = ledger.proposalOf(dataset, epoch).windowEndsAt;
        assertEq(ends, block.timestamp + 12 hours);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.WindowOpen.selector, dataset, epoch, ends));
        ledger.finalize(dataset, epoch);
        vm.warp(ends);
        ledger.finalize(dataset, epoch);
    }

    function test_after_an_early_lost_challenge__the_rest_of_the_window_follows() public {
        skip(1 hours);
        uint256 caseId = challengeScoring(alice, epoch, "file");
        ruleOn(caseId, 2);
        assertEq(ledger.proposalOf(dataset, epoch).windowEndsAt, block.timestamp + 23 hours);
    }

    function test_no_ruling_on_scoring__rejected_and_both_bonds_back_less_a_tenth() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        uint256 locked = ledger.lockedBond(coordinator);
        uint256 balance = ledger.bondBalance(coordinator);
        ruleOn(caseId, 0);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), BOND * 9 / 10);
        assertEq(ledger.bondBalance(coordinator), balance - PROPOSER_BOND / 10);
        assertEq(ledger.lockedBond(coordinator), locked - PROPOSER_BOND);
        assertEq(ledger.creditOf(alice), 0);
        assertSolvent();
    }

    function test_no_ruling_on_data__the_proposer_loses() public {
        uint256 caseId = challenge(alice, epoch, ISettlementCourt.Ground.Data, "file");
        ruleOn(caseId, 0);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), BOND);
        assertEq(ledger.creditOf(alice), PROPOSER_BOND / 2);
        assertSolvent();
    }

    function test_no_ruling_on_a_wallets_denial__rejected_and_both_bonds_back_less_a_tenth() public {
        uint256 caseId = challenge(alice, epoch, ISettlementCourt.Ground.Wallet, "file");
        ruleOn(caseId, 0);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), BOND * 9 / 10);
    }

    function test_rule__by_another_than_the_arbiter__reverts() public {
        challengeScoring(alice, epoch, "file");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotArbiter.selector, alice, address(council)));
        tribunal.rule(0, 1);
    }

    function test_rule__on_a_dispute_of_somebody_else__does_nothing() public {
        vm.prank(address(council));
        tribunal.rule(77, 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Proposed);
    }

    // ---- every dispute ends

    function test_expire__before_the_deadline__reverts() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        uint64 deadline = uint64(block.timestamp) + RULING_PERIOD;
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.DeadlineNotReached.selector, caseId, deadline));
        tribunal.expire(caseId);
    }

    function test_expire__of_a_case_without_a_ruling__is_the_default() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        skip(RULING_PERIOD);
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        // A ruling that comes later finds nothing to do, and refuses nothing to the jurors.
        decide(0, 1);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
    }

    function test_expire__finds_a_final_ruling_that_nobody_brought() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        vote(0, 2);
        skip(RULING_PERIOD);
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Dismissed);
    }

    function test_expire__with_an_arbiter_that_fails__is_the_default() public {
        uint256 caseId = challengeScoring(alice, epoch, "file");
        skip(RULING_PERIOD);
        vm.mockCallRevert(address(council), abi.encodeCall(council.disputeStatus, (0)), "broken");
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
    }

    function test_withdraw__takes_out_the_credit_once() public {
        ruleOn(challengeScoring(alice, epoch, "file"), 1);
        vm.startPrank(alice);
        vm.expectRevert(ISettlementCourt.ZeroAddress.selector);
        tribunal.withdraw(address(cota), address(0));
        tribunal.withdraw(address(cota), carol);
        assertEq(cota.balanceOf(address(tribunal)), 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NothingToWithdraw.selector, alice, address(cota)));
        tribunal.withdraw(address(cota), carol);
    }

    /// @dev Whatever the bond and the ruling, nothing is lost but what is burnt, and at least half of a lost bond is.
    function testFuzz_bonds__are_credited_or_burnt_to_the_last_unit(uint96 bond, uint8 ruling, bool isData) public {
        bond = uint96(bound(bond, 1, 1_000_000e18));
        ruling %= 3;
        vm.mockCall(address(registry), abi.encodeCall(registry.courtTermsOf, (dataset)), _termsWith(bond));
        uint256 supply = cota.totalSupply();
        uint256 caseId =
            challenge(alice, epoch, isData ? ISettlementCourt.Ground.Data : ISettlementCourt.Ground.Scoring, "file");
        ruleOn(caseId, ruling);
        uint256 burnt = supply - cota.totalSupply();
        if (ruling == 2) {
            assertEq(burnt, bond - bond / 2);
            assertEq(credit(coordinator), bond / 2);
        } else if (ruling == 1 || isData) {
            assertEq(credit(alice), bond);
        } else {
            assertEq(credit(alice), bond - (uint256(bond) + 9) / 10);
        }
        assertEq(tribunal.lockedBonds(), 0);
        assertSolvent();
    }

    function _termsWith(uint128 bond) private view returns (bytes memory) {
        CourtTerms memory terms = registry.courtTermsOf(dataset);
        terms.challengeBond = bond;
        return abi.encode(terms);
    }
}
