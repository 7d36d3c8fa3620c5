// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {StakeActors} from "./StakeActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice P7 after any sequence of joining, leaving, waiting, checkpoints, settlements, disputes, appeals and penalties (INVARIANTS.md).
contract StakesInvariantTest is Test {
    StakeActors internal actors;

    function setUp() public {
        actors = new StakeActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](14);
        moves[0] = actors.deposit.selector;
        moves[1] = actors.withdraw.selector;
        moves[2] = actors.joinOne.selector;
        moves[3] = actors.leaveOne.selector;
        moves[4] = actors.wait.selector;
        moves[5] = actors.checkpoint.selector;
        moves[6] = actors.proposeOne.selector;
        moves[7] = actors.finalizeOne.selector;
        moves[8] = actors.releaseOne.selector;
        moves[9] = actors.expireOne.selector;
        moves[10] = actors.disputeOne.selector;
        moves[11] = actors.holdOne.selector;
        moves[12] = actors.ruleOne.selector;
        moves[13] = actors.penaliseOne.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    function invariant_S1_every_token_has_one_owner_S2_locks_hold_the_stake_P7() public view {
        actors.checkBalance();
        actors.checkLocks();
    }
}
