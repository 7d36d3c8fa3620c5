// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Disputes, "shield challenge": a friend of the proposer challenges badly, to run out the window or to stand in the way.
contract D1ShieldTest is Courtroom {
    address internal friend = makeAddr("friend");
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        equip(friend);
        epoch = proposed();
    }

    function test_D1__in_the_last_second__the_friend_gives_others_half_a_window_more() public {
        vm.warp(ledger.proposalOf(dataset, epoch).windowEndsAt - 1);
        ruleOn(challengeScoring(friend, epoch, "bad file"), 2);
        skip(12 hours - 1);
        ruleOn(challengeScoring(alice, epoch, "good file"), 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
    }

    function test_D1__while_the_friends_case_is_open__others_are_heard_beside_it() public {
        uint256 shield = challengeScoring(friend, epoch, "bad file");
        // On the same ground, with better evidence; decided first.
        ruleOn(challengeScoring(alice, epoch, "good file"), 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        ruleOn(shield, 2);
        assertOutcome(shield, ISettlementCourt.Outcome.Moot);
    }

    function test_D1__the_friends_lost_case__binds_only_his_own_evidence() public {
        ruleOn(challengeScoring(friend, epoch, "bad file"), 2);
        uint256 bond = tribunal.nextBond(dataset, epoch);
        assertEq(bond, 2 * BOND);
        ruleOn(challengeScoring(alice, epoch, "good file"), 1);
        // What the higher price took from her comes back with the rest.
        assertEq(credit(alice), bond);
    }

    function test_D1__standing_still_for_ever__costs_more_than_there_is() public {
        uint256 spent = 0;
        uint256 cases = 0;
        while (tribunal.nextBond(dataset, epoch) <= cota.balanceOf(friend)) {
            spent += tribunal.nextBond(dataset, epoch);
            ruleOn(challengeScoring(friend, epoch, bytes32(++cases)), 2);
        }
        // A million COTA buys fourteen times what the panel needs, and no more.
        assertEq(cases, 14);
        skip(1 days);
        ledger.finalize(dataset, epoch);
        assertState(epoch, IAnnotationLedger.ProposalState.Finalized);
        assertEq(credit(coordinator), spent / 2);
    }
}
