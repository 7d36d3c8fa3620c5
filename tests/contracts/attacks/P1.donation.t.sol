// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {World} from "../support/World.sol";

/// @notice P1: tokens sent to the shares or to the market without a payment, to bend what others are due. They are not
/// counted: nobody gains, no claim fails, and the next payment is booked by its amount alone.
contract P1DonationTest is World {
    function test_attack__tokens_sent_past_pay__bend_nothing() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 1e9, bob, 3e9));
        pay(dataset, 400e6);
        usd.mint(address(shares), 77e6);
        usd.mint(address(market), 77e6);
        assertEq(shares.claimable(alice), 100e6);
        pay(dataset, 400e6);
        setPrice(dataset, 0, 100e6);
        buy(dataset, 100e6);
        assertEq(shares.claimFor(alice), 200e6 + 77.5e6 / 4);
        assertEq(shares.claimFor(bob), 600e6 + 77.5e6 / 4 * 3);
        assertEq(usd.balanceOf(address(shares)), 77e6);
        assertEq(market.creditOf(address(usd), publisher), 20e6);
        assertEq(market.creditOf(address(usd), treasury), 2.5e6);
    }
}
