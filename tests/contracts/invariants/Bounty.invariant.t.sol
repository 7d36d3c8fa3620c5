// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BountyActors} from "./BountyActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Bounties after any sequence of what BountyActors do (INVARIANTS.md).
contract BountyInvariantTest is Test {
    BountyActors internal actors;

    function setUp() public {
        actors = new BountyActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](21);
        moves[0] = actors.openOne.selector;
        moves[1] = actors.fundOne.selector;
        moves[2] = actors.closeOne.selector;
        moves[3] = actors.takeBackOne.selector;
        moves[4] = actors.logOne.selector;
        moves[5] = actors.finalizeOne.selector;
        moves[6] = actors.appealOne.selector;
        moves[7] = actors.loseKey.selector;
        moves[8] = actors.wait.selector;
        moves[9] = actors.waitLong.selector;
        moves[10] = actors.assignOne.selector;
        moves[11] = actors.payOne.selector;
        moves[12] = actors.payToOne.selector;
        // To be paid is what most want, and epochs become final late.
        moves[13] = actors.payOne.selector;
        moves[14] = actors.finalizeOne.selector;
        moves[15] = actors.ruleOne.selector;
        moves[16] = actors.expireOne.selector;
        moves[17] = actors.windUp.selector;
        // Appeals are few, and what is left goes back rarely.
        moves[18] = actors.appealOne.selector;
        moves[19] = actors.takeBackOne.selector;
        moves[20] = actors.takeBackOne.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    function afterInvariant() public {
        actors.endAll();
    }

    /// @dev One function, so that one set of sequences serves all; fewer and longer ones, since there are many moves.
    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 128
    /// forge-config: long.invariant.runs = 256
    /// forge-config: long.invariant.depth = 500
    function invariant_E1_conserved_E2_parts_E3_each_leaf_once_E4_promises_hold_E5_nothing_stays_P1_P2() public view {
        actors.checkAll();
    }
}
