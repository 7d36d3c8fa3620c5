// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BondRates} from "../../../contracts/court/BondRates.sol";
import {IBondRates} from "../../../contracts/interfaces/IBondRates.sol";
import {World} from "../support/World.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice What a payment token is worth in bonds.
contract BondRatesTest is World {
    BondRates internal rates;

    function setUp() public override {
        super.setUp();
        rates = new BondRates(address(access));
    }

    function test_setRate__by_another_than_the_operator__reverts() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        rates.setRate(address(usd), 1e30);
    }

    function test_setRate__emits_and_serves() public {
        vm.expectEmit(address(rates));
        emit IBondRates.RateSet(address(usd), 1e30);
        vm.prank(admin);
        rates.setRate(address(usd), 1e30);
        // One dollar, one COTA.
        assertEq(rates.toBond(address(usd), 1e6), 1e18);
        assertEq(rates.toBond(address(usd), 1), 1e12);
    }

    function test_setRate__beyond_all_reason__reverts() public {
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(IBondRates.RateTooHigh.selector, address(usd), 1e38 + 1, 1e38));
        rates.setRate(address(usd), 1e38 + 1);
    }

    function test_toBond__without_a_rate__is_nothing() public view {
        assertEq(rates.toBond(address(usd), 1e30), 0);
    }

    function testFuzz_toBond__is_the_floor_and_never_overflows(uint256 amount, uint256 rate) public {
        rate = bound(rate, 0, 1e38);
        vm.prank(admin);
        rates.setRate(address(usd), rate);
        uint256 exact = amount > type(uint256).max / (rate + 1) ? type(uint128).max : amount * rate / 1e18;
        assertEq(rates.toBond(address(usd), amount), exact < type(uint128).max ? exact : type(uint128).max);
    }
}
