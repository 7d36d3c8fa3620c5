// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Contests} from "../../../contracts/libraries/Contests.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Challenges before a panel, opened and several at a time: the rules of PROTOCOL "Disputes" (SettlementCourt.tree).
contract SettlementCourtChallengeTest is Courtroom {
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        epoch = proposed();
    }

    // ---- opening

    function test_challenge__stops_the_clock_takes_the_bond_and_asks_the_arbiter() public {
        uint64 deadline = uint64(block.timestamp) + RULING_PERIOD;
        vm.expectEmit(address(tribunal));
        emit ISettlementCourt.CaseOpened(
            1,
            dataset,
            epoch,
            1,
            uint8(ISettlementCourt.Ground.Scoring),
            alice,
            coordinator,
            uint96(BOND),
            "file",
            deadline
        );
        vm.expectEmit(address(tribunal));
        emit ISettlementCourt.CaseReferred(1, address(council), 0);
        assertEq(challengeScoring(alice, epoch, "file"), 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Disputed);
        assertEq(tribunal.lockedBonds(), BOND);
        assertEq(cota.balanceOf(address(tribunal)), BOND);
        assertEq(address(council).balance, COST);
        (uint32 made, uint32 open) = tribunal.docketOf(dataset, epoch, 1);
        assertEq(made + open, 2);
        ISettlementCourt.Case memory c = tribunal.caseOf(1);
        assertEq(c.claimant, alice);
        assertEq(c.respondent, coordinator);
        assertEq(c.bond, BOND);
        assertEq(c.attempt, 1);
    }

    function test_challenge__after_the_window__reverts() public {
        uint64 ends = ledger.proposalOf(dataset, epoch).windowEndsAt;
        vm.warp(ends);
        _refused(
            abi.encodeWithSelector(
                Contests.NotOpenToChallenge.selector, dataset, epoch, IAnnotationLedger.ProposalState.Proposed, ends
            )
        );
        vm.warp(ends - 1);
        challengeScoring(alice, epoch, "file");
    }

    function test_challenge__of_nothing_or_of_a_final_epoch__reverts() public {
        finalizeEpoch(dataset, epoch);
        uint64 ends = ledger.proposalOf(dataset, epoch).windowEndsAt;
        _refused(
            abi.encodeWithSelector(
                Contests.NotOpenToChallenge.selector, dataset, epoch, IAnnotationLedger.ProposalState.Finalized, ends
            )
        );
        epoch = 9;
        _refused(
            abi.encodeWithSelector(
                Contests.NotOpenToChallenge.selector, dataset, 9, IAnnotationLedger.ProposalState.None, 0
            )
        );
    }

    function test_challenge__on_a_ground_that_is_proven_or_not_of_challenges__reverts() public {
        for (uint8 g = 0; g <= uint8(ISettlementCourt.Ground.Appeal); ++g) {
            ISettlementCourt.Ground ground = ISettlementCourt.Ground(g);
            if (ground >= ISettlementCourt.Ground.Scoring && ground <= ISettlementCourt.Ground.Wallet) continue;
            vm.prank(alice);
            vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotForPanel.selector, ground));
            tribunal.challenge{value: COST}(dataset, epoch, ground, "file");
        }
    }

    function test_challenge__without_evidence_or_for_another_fee__reverts() public {
        vm.startPrank(alice);
        vm.expectRevert(ISettlementCourt.ZeroEvidence.selector);
        tribunal.challenge{value: COST}(dataset, epoch, ISettlementCourt.Ground.Data, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.WrongFee.selector, COST - 1, COST));
        tribunal.challenge{value: COST - 1}(dataset, epoch, ISettlementCourt.Ground.Data, "file");
    }

    function test_challenge__of_a_dataset_that_another_court_judges__reverts() public {
        vm.mockCall(address(registry), abi.encodeCall(registry.servingOf, (dataset)), abi.encode(registry.version(1)));
        _refused(abi.encodeWithSelector(IAnnotationLedger.NotCourt.selector, dataset, address(tribunal), court));
    }

    // ---- several cases

    function test_bonds__double_with_each_case_against_one_attempt() public {
        challengeScoring(alice, epoch, "1");
        assertEq(tribunal.nextBond(dataset, epoch), 2 * BOND);
        challengeScoring(bob, epoch, "2");
        challengeScoring(alice, epoch, "3");
        assertEq(tribunal.nextBond(dataset, epoch), 8 * BOND);
        assertEq(tribunal.lockedBonds(), 7 * BOND);
        assertSolvent();
    }

    function test_bonds__doubled_beyond_all_there_is__cannot_be_posted() public {
        vm.prank(admin);
        assertTrue(cota.transfer(alice, 900_000_000e18));
        for (uint256 i = 0; i < 24; ++i) {
            challengeScoring(alice, epoch, bytes32(i + 1));
        }
        assertGt(tribunal.nextBond(dataset, epoch), cota.balanceOf(alice));
    }

    function test_a_ruling__binds_its_ground_and_evidence_and_nothing_else() public {
        ruleOn(challengeScoring(alice, epoch, "file"), 2);
        _refused(
            abi.encodeWithSelector(
                ISettlementCourt.AlreadyRaised.selector,
                dataset,
                epoch,
                1,
                ISettlementCourt.Ground.Scoring,
                bytes32("file")
            )
        );
        challengeScoring(alice, epoch, "other file");
        challenge(alice, epoch, ISettlementCourt.Ground.Data, "file");
    }

    function test_only_what_is_disputed__freezes() public {
        uint64 other = proposeEpoch(dataset, parts1(bob, 2e9));
        challengeScoring(alice, epoch, "file");
        finalizeEpoch(dataset, other);
        assertState(other, IAnnotationLedger.ProposalState.Finalized);
        assertState(epoch, IAnnotationLedger.ProposalState.Disputed);
    }

    function test_the_window__stands_still_until_the_last_case_is_closed() public {
        uint256 first = challengeScoring(alice, epoch, "1");
        uint256 second = challengeScoring(bob, epoch, "2");
        ruleOn(first, 2);
        assertState(epoch, IAnnotationLedger.ProposalState.Disputed);
        ruleOn(second, 2);
        assertState(epoch, IAnnotationLedger.ProposalState.Proposed);
    }

    function test_the_other_cases__of_a_settlement_that_fell_are_moot_and_lose_nothing() public {
        uint256 first = challengeScoring(alice, epoch, "1");
        uint256 second = challengeScoring(bob, epoch, "2");
        uint256 third = challengeScoring(carol, epoch, "3");
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotMoot.selector, second));
        tribunal.closeMoot(second);
        ruleOn(first, 1);
        tribunal.closeMoot(second);
        assertEq(credit(bob), 2 * BOND);
        // The panel's word on the third still comes, and binds nothing.
        ruleOn(third, 2);
        assertOutcome(third, ISettlementCourt.Outcome.Moot);
        assertEq(credit(carol), 4 * BOND);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementCourt.CaseNotOpen.selector, second, ISettlementCourt.Outcome.Moot)
        );
        tribunal.closeMoot(second);
        assertSolvent();
    }

    function test_a_moot_case__stays_moot_when_the_next_attempt_is_disputed() public {
        uint256 first = challengeScoring(alice, epoch, "1");
        uint256 second = challengeScoring(bob, epoch, "2");
        ruleOn(first, 1);
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, "root", 2e9, 1, "file");
        challengeScoring(carol, epoch, "1");
        ruleOn(second, 1);
        assertOutcome(second, ISettlementCourt.Outcome.Moot);
        assertState(epoch, IAnnotationLedger.ProposalState.Disputed);
    }

    function _refused(bytes memory reason) private {
        vm.prank(alice);
        vm.expectRevert(reason);
        tribunal.challenge{value: COST}(dataset, epoch, ISettlementCourt.Ground.Scoring, "file");
    }
}
