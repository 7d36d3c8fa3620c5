// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

/// @notice What a payment does to its holders, and what it may not do.
contract DatasetSharesPayTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
    }

    function test_pay__with_no_shares__reverts_and_takes_nothing_B17() public {
        usd.mint(buyer, 500);
        vm.startPrank(buyer);
        usd.approve(address(shares), 500);
        vm.expectRevert(IDatasetShares.NoShares.selector);
        shares.pay(500);
        assertEq(usd.balanceOf(buyer), 500);
    }

    function test_pay__of_nothing__reverts() public {
        earnEpoch(dataset, parts1(alice, 1e9));
        vm.expectRevert(IDatasetShares.ZeroAmount.selector);
        shares.pay(0);
    }

    function test_pay__without_allowance__reverts_and_books_nothing() public {
        earnEpoch(dataset, parts1(alice, 1e9));
        (uint128 accBefore,,) = shares.pool();
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(shares), 0, 100)
        );
        shares.pay(100);
        (uint128 accAfter,,) = shares.pool();
        assertEq(accAfter, accBefore);
    }

    function test_pay__is_shared_in_proportion_P1() public {
        earnEpoch(dataset, parts2(alice, 3e9, bob, 1e9));
        pay(dataset, 1000);
        assertEq(shares.claimable(alice), 750);
        assertEq(shares.claimable(bob), 250);
    }

    function test_pay__three_equal_holders_of_100_three_times__all_have_100_P1_B17() public {
        earnEpoch(dataset, parts3(alice, 1e9, bob, 1e9, carol, 1e9));
        pay(dataset, 100);
        assertEq(shares.claimable(alice), 33);
        assertEq(shares.claimable(bob), 33);
        assertEq(shares.claimable(carol), 33);
        pay(dataset, 100);
        pay(dataset, 100);
        assertEq(shares.claimable(alice), 100);
        assertEq(shares.claimable(bob), 100);
        assertEq(shares.claimable(carol), 100);
        assertEq(usd.balanceOf(address(shares)), 300);
    }

    function test_pay__three_thirds_claimed_between_payments__all_get_100_P1_B17() public {
        earnEpoch(dataset, parts3(alice, 1e9, bob, 1e9, carol, 1e9));
        for (uint256 i = 0; i < 3; ++i) {
            pay(dataset, 100);
            shares.claimFor(alice);
            shares.claimFor(bob);
        }
        shares.claimFor(carol);
        assertEq(usd.balanceOf(alice), 100);
        assertEq(usd.balanceOf(bob), 100);
        assertEq(usd.balanceOf(carol), 100);
        assertEq(usd.balanceOf(address(shares)), 0);
    }

    function test_pay__largest_supply_and_one_unit_a_thousand_times__all_arrives_P1_B17() public {
        Terms memory terms = defaultTerms();
        terms.unitsPerLabel = 1e19;
        dataset = newDataset(terms);
        shares = sharesOf(dataset);
        uint64 third = 3_333_333_333_333_333_333;
        earnEpoch(dataset, parts3(alice, third, bob, third, carol, third + 1));
        for (uint256 i = 0; i < 1000; ++i) {
            pay(dataset, 1);
        }
        assertEq(shares.totalSupply(), 1e19);
        assertEq(shares.claimable(alice) + shares.claimable(bob) + shares.claimable(carol), 999);
        assertApproxEqAbs(shares.claimable(alice), 333, 1);
        assertApproxEqAbs(shares.claimable(bob), 333, 1);
        assertApproxEqAbs(shares.claimable(carol), 333, 1);
    }

    function test_pay__emits_the_pool() public {
        earnEpoch(dataset, parts1(alice, 1e9));
        usd.mint(buyer, 100);
        vm.startPrank(buyer);
        usd.approve(address(shares), 100);
        vm.expectEmit(address(shares));
        emit IDatasetShares.RevenuePaid(dataset, buyer, 100, 100e10, 1e9, 0);
        shares.pay(100);
    }

    function test_pay__that_fills_the_pool_to_the_last_unit__is_taken() public {
        vm.prank(address(ledger));
        shares.openEpoch(1, 0, 1e19, 1);
        pay(dataset, type(uint128).max);
        (uint128 acc,,) = shares.pool();
        assertEq(acc, type(uint128).max);
    }

    function test_pay__until_the_pool_is_full__stops_payments_and_lets_claims_go_on() public {
        earnEpoch(dataset, parts1(alice, 1e9));
        uint256 most = uint256(type(uint128).max) / 1e10;
        pay(dataset, most);
        usd.mint(buyer, 1);
        vm.startPrank(buyer);
        usd.approve(address(shares), 1);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.PoolFull.selector, 1));
        shares.pay(1);
        vm.stopPrank();
        assertEq(shares.claimFor(alice), most);
    }

    function test_credit_from_market__by_another__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NotMarket.selector, alice));
        vm.prank(alice);
        shares.creditFromMarket(alice, 1);
    }
}
