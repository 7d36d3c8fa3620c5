// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CourtActors} from "./CourtActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Dispute bonds after any sequence of proposals, cases, votes, appeals, waits and withdrawals (INVARIANTS.md).
contract CourtInvariantTest is Test {
    CourtActors internal actors;

    function setUp() public {
        actors = new CourtActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](16);
        moves[0] = actors.propose.selector;
        moves[1] = actors.challengeOne.selector;
        moves[2] = actors.demand.selector;
        moves[3] = actors.proveFault.selector;
        moves[4] = actors.audit.selector;
        moves[5] = actors.settleAudit.selector;
        moves[6] = actors.finalizeOne.selector;
        moves[7] = actors.contest.selector;
        moves[8] = actors.sit.selector;
        moves[9] = actors.tell.selector;
        moves[10] = actors.appealOne.selector;
        moves[11] = actors.expireOne.selector;
        moves[12] = actors.closeOne.selector;
        moves[13] = actors.withdraw.selector;
        moves[14] = actors.wait.selector;
        moves[15] = actors.challengeOne.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    function invariant_C1_money_C2_clocks_C3_no_bond_lost_without_a_ruling_C4_audit_fees_C10_appeals() public view {
        actors.checkMoney();
        actors.checkClocks();
        actors.checkOutcomes();
        actors.checkAudits();
        actors.checkAppeals();
    }

    function afterInvariant() public {
        actors.endAll();
    }
}
