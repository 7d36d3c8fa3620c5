// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SuccessionActors} from "./SuccessionActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Revenue after any sequence of what RevenueActors do and of successions between them (INVARIANTS.md).
contract SuccessionInvariantTest is Test {
    SuccessionActors internal actors;

    function setUp() public {
        actors = new SuccessionActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](14);
        moves[0] = actors.settle.selector;
        moves[1] = actors.claimSharesOf.selector;
        moves[2] = actors.payRevenue.selector;
        moves[3] = actors.transfer.selector;
        moves[4] = actors.claimRevenue.selector;
        moves[5] = actors.nameOne.selector;
        moves[6] = actors.startOne.selector;
        moves[7] = actors.cancelOne.selector;
        moves[8] = actors.completeOne.selector;
        moves[9] = actors.inheritOne.selector;
        moves[10] = actors.wait.selector;
        // A succession is long, and an inheritance short.
        moves[11] = actors.startOne.selector;
        moves[12] = actors.inheritOne.selector;
        moves[13] = actors.waitFor.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    /// @dev One function, so that one set of sequences serves all; fewer and longer ones, since there are many moves.
    /// forge-config: default.invariant.runs = 12
    /// forge-config: default.invariant.depth = 128
    /// forge-config: long.invariant.runs = 256
    /// forge-config: long.invariant.depth = 500
    function invariant_R1_R2_R3_H1_value_follows_once_H2_time_locks_H3_only_after_them_P1_P2_P3() public view {
        actors.checkConservation();
        actors.checkEntitlements();
        actors.checkSupply();
        actors.checkWills();
    }
}
