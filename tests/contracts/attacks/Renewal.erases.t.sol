// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DeliveryDesk} from "../../../contracts/DeliveryDesk.sol";
import {BondRates} from "../../../contracts/court/BondRates.sol";
import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {Terms} from "../../../contracts/types.sol";
import {Council} from "../support/Council.sol";

/// @notice A coordinator that never delivered pays for the renewal of the licence itself, at a price that the publisher lowered
/// for it: the delivery that can be demanded would be that of the small payment. Or it makes a licensee who has reported her
/// last report on anew.
contract RenewalErasesTest is Council {
    DeliveryDesk internal desk;
    bytes32 internal dataset;
    bytes32 internal termsHash;
    uint256 internal license;

    function setUp() public override {
        super.setUp();
        BondRates rates = new BondRates(address(access));
        desk = new DeliveryDesk(address(registry), address(ledger), address(market), address(council), address(rates));
        IDatasetRegistry.Version memory version = registry.version(registry.latestVersion());
        version.deliveries = address(desk);
        vm.startPrank(admin);
        registry.addVersion(version);
        // Two COTA for one dollar of 6 decimals.
        rates.setRate(address(usd), 2e12 * 1e18);
        vm.stopPrank();
        Terms memory terms = defaultTerms();
        (terms.reportingPeriod, terms.licenseTerm) = (30 days, 30 days);
        dataset = newDataset(terms);
        termsHash = registry.termsHashOf(dataset);
        earnEpoch(dataset, parts1(alice, 1e9));
        setPrice(dataset, 0, 1000e6);
        license = buy(dataset, 1000e6);
        usd.mint(coordinator, 2000e6);
        vm.prank(coordinator);
        usd.approve(address(market), type(uint256).max);
        vm.deal(buyer, 1 ether);
    }

    function test_attack__a_cheap_renewal_by_another__reverts_and_the_whole_price_comes_back() public {
        setPrice(dataset, 0, 10e6);
        skip(1 days);
        _refused(10e6);
        vm.prank(buyer);
        desk.demandDelivery(license);
        // Nor after the demand.
        _refused(10e6);
        vm.warp(desk.deliveryOf(license).dueAt);
        uint256 cost = desk.disputeCost(license);
        vm.prank(buyer);
        decide(desk.dispute{value: cost}(license), 2);
        assertEq(ledger.creditOf(buyer), 2000e18);
    }

    function test_attack__a_renewal_at_the_same_price__leaves_a_claim_to_as_much_for_longer() public {
        skip(20 days);
        vm.prank(coordinator);
        market.renew(license, 1000e6, termsHash, type(uint64).max);
        vm.prank(buyer);
        desk.demandDelivery(license);
        assertEq(desk.deliveryOf(license).price, 1000e6);
        assertEq(desk.deliveryOf(license).paidAt, block.timestamp);
    }

    function test_attack__a_duty_that_had_ended__begins_anew_by_the_licensees_will_alone() public {
        skip(30 days);
        vm.prank(buyer);
        market.payRoyalty(license, 0, "the last report");
        _refused(1000e6);
        (uint64 dueAt,,) = market.dutyOf(license);
        assertEq(dueAt, 0);
        usd.mint(buyer, 1000e6);
        vm.startPrank(buyer);
        usd.approve(address(market), 1000e6);
        market.renew(license, 1000e6, termsHash, type(uint64).max);
        (dueAt,,) = market.dutyOf(license);
        assertEq(dueAt, block.timestamp + 30 days);
    }

    function _refused(uint128 price) private {
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotLicensee.selector, license, coordinator, buyer));
        market.renew(license, price, termsHash, type(uint64).max);
    }
}
