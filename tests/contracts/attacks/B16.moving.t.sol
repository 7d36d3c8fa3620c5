// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {World} from "../support/World.sol";

/// @notice B16: shares pass through many hands around a payment, to earn twice. Every hand earns for the time it held, which
/// between two payments is nothing.
contract B16MovingTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 6e9, bob, 4e9));
    }

    function test_attack__the_same_shares_through_twenty_wallets__earn_once() public {
        pay(dataset, 1000e6);
        address at_ = alice;
        for (uint160 i = 0; i < 20; ++i) {
            address next = address(0xb16000 + i);
            move(shares, at_, next, 6e9);
            assertEq(shares.claimFor(next), 0, "a hand earned what was paid before");
            at_ = next;
        }
        assertEq(shares.claimFor(alice), 600e6);
        assertEq(shares.claimFor(bob), 400e6);
        assertEq(usd.balanceOf(address(shares)), 0);
    }

    function test_attack__claim_move_and_claim_around_each_payment__sums_to_what_was_paid() public {
        uint256 taken = 0;
        for (uint256 round = 0; round < 10; ++round) {
            (address from, address to) = round % 2 == 0 ? (alice, carol) : (carol, alice);
            pay(dataset, 100e6 + round);
            taken += shares.claimFor(from);
            move(shares, from, to, shares.balanceOf(from));
            taken += shares.claimFor(from) + shares.claimFor(to) + shares.claimFor(bob);
        }
        assertLe(taken, 1000e6 + 45);
        assertGe(taken + 3, 1000e6 + 45);
    }
}
