// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {World} from "../support/World.sol";

/// @notice Two accounts of one person succeed each other and inherit to and fro around every payment and claim, to be paid
/// twice, or to leave fractions that others pay for. It earns nothing: whoever else holds shares has exactly his part.
contract SuccessionCircleTest is World {
    DatasetShares internal shares;

    function setUp() public override {
        super.setUp();
        bytes32 dataset = newDataset();
        shares = sharesOf(dataset);
        // A third is no finite fraction of ten.
        earnEpoch(dataset, parts3(alice, 1e9, carol, 1e9 + 1, bob, 1e9 + 7));
        _name(alice, carol);
        _name(carol, alice);
        skip(30 days);
        successions.completeSuccession(alice);
        successions.completeSuccession(carol);
    }

    function test_attack__a_circle_of_heirs__is_paid_once_for_each_share() public {
        uint256 paid = 0;
        for (uint256 i = 1; i <= 40; ++i) {
            uint256 amount = 7 ** (i % 9) + i;
            pay(shares.dataset(), amount);
            paid += amount;
            address from = i % 2 == 0 ? alice : carol;
            shares.inherit(from);
            assertEq(shares.balanceOf(from), 0);
            if (i % 3 == 0) shares.claimFor(i % 2 == 0 ? carol : alice);
            // What was just emptied has nothing to give again.
            vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NothingToInherit.selector, from));
            shares.inherit(from);
        }
        assertEq(shares.balanceOf(alice) + shares.balanceOf(carol), 2e9 + 1);
        uint256 theirs = usd.balanceOf(alice) + usd.balanceOf(carol) + shares.claimable(alice) + shares.claimable(carol);
        uint256 exact = paid * (2e9 + 1) / (3e9 + 8);
        assertLe(theirs, exact + 1);
        assertGe(theirs + 1, exact);
        assertGe(shares.claimable(bob) + 1, paid - exact);
        assertLe(shares.claimable(bob) + theirs, paid);
        shares.claimFor(alice);
        shares.claimFor(carol);
        shares.claimFor(bob);
        assertLe(usd.balanceOf(address(shares)), 2);
    }

    /// @dev Neither the new account's own shares nor what the old key moves in time can be inherited by a stranger.
    function test_attack__the_old_key_empties_the_account_first__the_heir_gets_what_is_left() public {
        pay(shares.dataset(), 3e9 + 8);
        uint256 due = shares.claimable(alice);
        vm.prank(alice);
        shares.claimTo(bob);
        move(shares, alice, bob, 1e9 - 1);
        shares.inherit(alice);
        assertEq(usd.balanceOf(bob), due);
        assertEq(shares.balanceOf(carol), 1e9 + 2);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NotSucceeded.selector, bob));
        shares.inherit(bob);
    }

    function _name(address account, address heir) private {
        vm.prank(account);
        successions.nameSuccessor(heir, 30 days);
        vm.prank(heir);
        successions.startSuccession(account);
    }
}
