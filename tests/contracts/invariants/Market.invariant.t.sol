// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MarketActors} from "./MarketActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Payments, licences, duties and deliveries after any sequence of prices, purchases, renewals, reports, royalties,
/// claims, withdrawals, demands, disputes and rulings in three datasets and two tokens (INVARIANTS.md).
contract MarketInvariantTest is Test {
    MarketActors internal actors;

    function setUp() public {
        actors = new MarketActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](23);
        moves[0] = actors.priceOne.selector;
        moves[1] = actors.stateOne.selector;
        moves[2] = actors.settleOne.selector;
        moves[3] = actors.buyOne.selector;
        moves[4] = actors.renewOne.selector;
        moves[5] = actors.royaltyOne.selector;
        moves[6] = actors.payOne.selector;
        moves[7] = actors.claimOne.selector;
        moves[8] = actors.withdrawOne.selector;
        moves[9] = actors.wait.selector;
        moves[10] = actors.acknowledgeOne.selector;
        moves[11] = actors.demandOne.selector;
        moves[12] = actors.answerOne.selector;
        moves[13] = actors.disputeOne.selector;
        moves[14] = actors.voteOne.selector;
        moves[15] = actors.appealOne.selector;
        moves[16] = actors.tellOne.selector;
        moves[17] = actors.withdrawFeesOne.selector;
        // Without these nothing else happens, so they come more often.
        moves[18] = actors.priceOne.selector;
        moves[19] = actors.buyOne.selector;
        moves[20] = actors.demandOne.selector;
        moves[21] = actors.waitFor.selector;
        moves[22] = actors.tellOne.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    /// @dev One function, so that one set of sequences serves all; fewer and longer ones, since there are many moves.
    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 128
    /// forge-config: long.invariant.runs = 256
    /// forge-config: long.invariant.depth = 500
    function invariant_M2_money_M3_holders_M4_licenses_M5_duties_M6_prices_M7_M8_deliveries_C9_fees_P1_P9()
        public
        view
    {
        actors.checkMoney();
        actors.checkLicenses();
        actors.checkDuties();
        actors.checkPrices();
        actors.checkDeliveries();
        actors.checkReturns();
        actors.checkFees();
    }
}
