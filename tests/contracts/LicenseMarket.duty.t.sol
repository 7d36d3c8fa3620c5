// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseMarket} from "../../contracts/interfaces/ILicenseMarket.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";

/// @notice The licensee's duty to report: a zero royalty with a report counts, a late report cures, a missed one is visible and
/// stops renewal.
contract LicenseMarketDutyTest is World {
    bytes32 internal dataset;
    uint256 internal license;
    uint64 internal boughtAt;

    uint32 internal constant PERIOD = 90 days;
    uint64 internal constant TERM = 365 days;

    function setUp() public override {
        super.setUp();
        Terms memory terms = defaultTerms();
        terms.reportingPeriod = PERIOD;
        dataset = newDataset(terms);
        earnEpoch(dataset, parts1(alice, 1e9));
        setPrice(dataset, 0, 100e6);
        license = buy(dataset, 100e6);
        boughtAt = uint64(block.timestamp);
    }

    function test_duty__begins_with_the_purchase() public view {
        _assertDuty(boughtAt + PERIOD, 0, 0);
    }

    function test_duty__a_zero_royalty_with_a_report__counts() public {
        vm.warp(boughtAt + PERIOD);
        vm.expectEmit(address(market));
        emit ILicenseMarket.ReportFiled(license, dataset, "nothing used", boughtAt + PERIOD, false);
        _reportNow("nothing used");
        _assertDuty(boughtAt + 2 * PERIOD, 1, 0);
    }

    function test_duty__a_royalty_without_a_report__does_not_count() public {
        vm.warp(boughtAt + PERIOD - 1);
        usd.mint(buyer, 5e6);
        vm.startPrank(buyer);
        usd.approve(address(market), 5e6);
        market.payRoyalty(license, 5e6, 0);
        vm.stopPrank();
        _assertDuty(boughtAt + PERIOD, 0, 0);
    }

    function test_duty__missed__is_visible_and_stops_renewal__a_late_report_cures() public {
        uint64 dueAt = boughtAt + PERIOD;
        vm.warp(dueAt);
        _renew();
        vm.warp(dueAt + 1);
        _assertDuty(dueAt, 0, 0);
        bytes32 termsHash = registry.termsHashOf(dataset);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.ReportOverdue.selector, license, dueAt));
        vm.prank(buyer);
        market.renew(license, 100e6, termsHash, type(uint64).max);
        vm.expectEmit(address(market));
        emit ILicenseMarket.ReportFiled(license, dataset, "late", dueAt, true);
        _reportNow("late");
        _assertDuty(dueAt + 1 + PERIOD, 1, 1);
        _renew();
    }

    function test_duty__many_reports_on_one_day__do_not_pay_for_the_next_year() public {
        for (uint256 i = 0; i < 4; ++i) {
            _reportNow("early");
        }
        _assertDuty(boughtAt + PERIOD, 4, 0);
    }

    function test_duty__ends_with_the_first_report_after_the_license__and_begins_anew_with_a_renewal() public {
        for (uint256 i = 1; i <= 4; ++i) {
            vm.warp(boughtAt + i * PERIOD);
            _reportNow("used");
        }
        _assertDuty(boughtAt + 5 * PERIOD, 4, 0);
        vm.warp(boughtAt + TERM);
        _reportNow("the last one");
        _assertDuty(0, 5, 0);
        vm.warp(boughtAt + 3 * TERM);
        _renew();
        _assertDuty(boughtAt + 3 * TERM + PERIOD, 5, 0);
    }

    function test_duty__after_the_end_of_the_license__the_last_report_is_still_owed() public {
        vm.warp(boughtAt + TERM + 1);
        bytes32 termsHash = registry.termsHashOf(dataset);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.ReportOverdue.selector, license, boughtAt + PERIOD));
        vm.prank(buyer);
        market.renew(license, 100e6, termsHash, type(uint64).max);
        _reportNow("all of it, late");
        _renew();
    }

    function test_duty__a_report_by_another__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotLicensee.selector, license, alice, buyer));
        vm.prank(alice);
        market.payRoyalty(license, 0, "report");
    }

    function test_duty__where_the_terms_ask_for_none__there_is_none() public {
        bytes32 other = newDataset();
        earnEpoch(other, parts1(alice, 1e9));
        setPrice(other, 0, 100e6);
        uint256 free = buy(other, 100e6);
        vm.prank(buyer);
        market.payRoyalty(free, 0, "report of its own accord");
        (uint64 dueAt, uint32 reports, uint32 late) = market.dutyOf(free);
        assertEq(dueAt, 0);
        assertEq(reports, 0);
        assertEq(late, 0);
    }

    function testFuzz_duty__late_exactly_when_after_its_time(uint32[5] calldata gaps) public {
        uint64 last = boughtAt;
        uint32 late = 0;
        for (uint32 i = 0; i < 5; ++i) {
            uint64 at = last + 1 + gaps[i] % (2 * PERIOD);
            vm.warp(at);
            if (last < boughtAt + TERM && at > last + PERIOD) ++late;
            _reportNow("used");
            last = at;
            _assertDuty(last < boughtAt + TERM ? last + PERIOD : 0, i + 1, late);
        }
    }

    function _reportNow(bytes32 report) private {
        vm.prank(buyer);
        market.payRoyalty(license, 0, report);
    }

    function _renew() private {
        usd.mint(buyer, 100e6);
        bytes32 termsHash = registry.termsHashOf(dataset);
        vm.startPrank(buyer);
        usd.approve(address(market), 100e6);
        market.renew(license, 100e6, termsHash, type(uint64).max);
        vm.stopPrank();
    }

    function _assertDuty(uint64 dueAt, uint32 reports, uint32 late) private view {
        (uint64 due, uint32 filed, uint32 lateOnes) = market.dutyOf(license);
        assertEq(due, dueAt, "due");
        assertEq(filed, reports, "reports");
        assertEq(lateOnes, late, "late");
    }
}
