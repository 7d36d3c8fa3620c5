// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {Terms} from "../../../contracts/types.sol";
import {World} from "../support/World.sol";

/// @notice B22: racing the buyer or the registrant.
contract B22RacingTest is World {
    bytes32 private constant OTHER = "x";

    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        earnEpoch(dataset, parts1(alice, 1e9));
        setPrice(dataset, 0, 100e6);
        usd.mint(buyer, 1000e6);
        vm.prank(buyer);
        usd.approve(address(market), type(uint256).max);
    }

    function test_B22__the_price_raised_first__does_not_apply_yet() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        setPrice(dataset, 0, 101e6);
        vm.prank(buyer);
        market.buy(o);
        assertEq(usd.balanceOf(buyer), 900e6);
    }

    function test_B22__the_raised_price_in_force__reverts_and_takes_nothing() public {
        setPrice(dataset, 0, 101e6);
        vm.warp(block.timestamp + 1 days);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.PriceAboveLimit.selector, uint256(101e6), uint256(100e6)));
        market.buy(o);
        assertEq(usd.balanceOf(buyer), 1000e6);
    }

    function test_B22__a_higher_limit_than_the_price__is_never_taken() public {
        ILicenseMarket.Order memory o = order(dataset, 999e6);
        vm.prank(buyer);
        market.buy(o);
        assertEq(usd.balanceOf(buyer), 900e6);
    }

    function test_B22__other_terms_than_seen__reverts() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        (bytes32 actual, bytes32 seen) = (o.termsHash, keccak256("terms v1"));
        o.termsHash = seen;
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.TermsMismatch.selector, seen, actual));
        market.buy(o);
    }

    function test_B22__after_the_deadline__reverts() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.warp(o.deadline + 1);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.Expired.selector, o.deadline, o.deadline + 1));
        market.buy(o);
    }

    function test_B22__the_payment_token_barred_meanwhile__changes_nothing_for_this_dataset() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(admin);
        registry.allowPaymentToken(address(usd), false);
        vm.prank(buyer);
        market.buy(o);
    }

    function test_B22__the_same_race_on_a_renewal__reverts_and_takes_nothing() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(buyer);
        uint256 license = market.buy(o);
        setPrice(dataset, 0, 101e6);
        vm.warp(block.timestamp + 1 days);
        vm.startPrank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.PriceAboveLimit.selector, uint256(101e6), uint256(100e6)));
        market.renew(license, 100e6, o.termsHash, type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.TermsMismatch.selector, OTHER, o.termsHash));
        market.renew(license, 101e6, "x", type(uint64).max);
        assertEq(usd.balanceOf(buyer), 900e6);
    }

    function test_B22__a_registration_copied_byte_for_byte__fails_and_blocks_nobody() public {
        Terms memory terms = defaultTerms();
        address thief = makeAddr("thief");
        bytes32 id = registry.datasetId(publisher, keccak256(abi.encode(terms)), "new");
        vm.prank(thief);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.NotPublisher.selector, id, thief, publisher));
        registry.createDataset(terms, "new", "uri");
        terms.publisher = thief;
        vm.prank(thief);
        bytes32 stolen = registry.createDataset(terms, "new", "uri");
        assertNotEq(stolen, id);
        terms.publisher = publisher;
        vm.prank(publisher);
        assertEq(registry.createDataset(terms, "new", "uri"), id);
    }
}
