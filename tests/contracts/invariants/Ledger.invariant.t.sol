// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LedgerActors} from "./LedgerActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Bonds, receipts and epochs after any sequence of receipts, logs, demands, accusations, proposals, disputes, exits and
/// waits of an honest and a dishonest coordinator (INVARIANTS.md).
contract LedgerInvariantTest is Test {
    LedgerActors internal actors;

    function setUp() public {
        actors = new LedgerActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](26);
        moves[0] = actors.receiptOne.selector;
        moves[1] = actors.lie.selector;
        moves[2] = actors.logOne.selector;
        moves[3] = actors.demandOne.selector;
        moves[4] = actors.answerOne.selector;
        moves[5] = actors.punishOne.selector;
        moves[6] = actors.accuse.selector;
        moves[7] = actors.accuseOfTwo.selector;
        moves[8] = actors.expireOne.selector;
        moves[9] = actors.proposeOne.selector;
        moves[10] = actors.finalizeOne.selector;
        moves[11] = actors.settleOne.selector;
        moves[12] = actors.disputeOne.selector;
        moves[13] = actors.rejectOne.selector;
        moves[14] = actors.correctOne.selector;
        moves[15] = actors.fineOne.selector;
        moves[16] = actors.depositOne.selector;
        moves[17] = actors.exitOne.selector;
        moves[18] = actors.withdrawCreditOne.selector;
        moves[19] = actors.wait.selector;
        moves[20] = actors.disputeOne.selector;
        // Without these nothing else happens, so they come twice as often.
        moves[21] = actors.receiptOne.selector;
        moves[22] = actors.logOne.selector;
        moves[23] = actors.proposeOne.selector;
        moves[24] = actors.waitFor.selector;
        moves[25] = actors.rejectOne.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    /// @dev One function, so that one set of sequences serves all; fewer and longer ones, since there are many moves.
    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 128
    /// forge-config: long.invariant.runs = 256
    /// forge-config: long.invariant.depth = 500
    function invariant_L2_L3_L7_L12_money_L5_L14_successions_L9_epochs_L11_settled_P6() public view {
        actors.checkMoney();
        actors.checkEpochs();
        actors.checkSettled();
        actors.checkSuccessions();
    }

    function afterInvariant() public {
        actors.endAll();
    }
}
