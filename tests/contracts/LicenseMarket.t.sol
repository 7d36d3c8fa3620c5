// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LicenseMarket} from "../../contracts/LicenseMarket.sol";
import {IERC5192} from "../../contracts/interfaces/IERC5192.sol";
import {ILicenseMarket} from "../../contracts/interfaces/ILicenseMarket.sol";
import {DatasetState, Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @notice A sale: one transaction in which the buyer gets a license and the holders their money.
contract LicenseMarketTest is World {
    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        earnEpoch(dataset, parts2(alice, 3e9, bob, 1e9));
        setPrice(dataset, 0, 100e6);
    }

    function test_buy__splits_the_price_and_pays_holders_at_once_P1() public {
        uint256 license = buy(dataset, 100e6);
        assertEq(usd.balanceOf(buyer), 0);
        assertEq(market.creditOf(address(usd), publisher), 20e6);
        assertEq(market.creditOf(address(usd), treasury), 2.5e6);
        assertEq(usd.balanceOf(address(market)), 22.5e6);
        assertEq(usd.balanceOf(address(sharesOf(dataset))), 77.5e6);
        assertEq(sharesOf(dataset).claimable(alice), 58.125e6);
        assertEq(sharesOf(dataset).claimable(bob), 19.375e6);
        assertEq(market.ownerOf(license), buyer);
        assertEq(market.balanceOf(buyer), 1);
    }

    function test_buy__writes_down_what_was_bought() public {
        ILicenseMarket.License memory l = market.licenseOf(buy(dataset, 100e6));
        assertEq(l.dataset, dataset);
        assertEq(l.termsHash, registry.termsHashOf(dataset));
        assertEq(l.price, 100e6);
        assertEq(l.epochs, 1);
        assertEq(l.boughtAt, block.timestamp);
        assertEq(l.expiresAt, block.timestamp + 365 days);
        assertEq(l.class, 0);
        assertEq(market.licenseCount(), 1);
    }

    function test_buy__emits_transfer_lock_and_license() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.receiver = carol;
        usd.mint(buyer, 100e6);
        vm.startPrank(buyer);
        usd.approve(address(market), 100e6);
        vm.expectEmit(address(market));
        emit IERC721.Transfer(address(0), carol, 1);
        vm.expectEmit(address(market));
        emit IERC5192.Locked(1);
        vm.expectEmit(address(market));
        emit ILicenseMarket.LicenseBought(
            1, dataset, carol, buyer, 0, 100e6, 1, o.termsHash, uint64(block.timestamp + 365 days)
        );
        market.buy(o);
    }

    function test_buy__for_a_contract_that_knows_no_licenses__works() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.receiver = address(usd);
        usd.mint(buyer, 100e6);
        vm.startPrank(buyer);
        usd.approve(address(market), 100e6);
        assertEq(market.ownerOf(market.buy(o)), address(usd));
    }

    function test_buy__for_nobody__reverts() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.receiver = address(0);
        vm.prank(buyer);
        vm.expectRevert(ILicenseMarket.ZeroAddress.selector);
        market.buy(o);
    }

    function test_buy__a_class_not_sold__reverts() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.class = 1;
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.ClassNotSold.selector, dataset, 1));
        market.buy(o);
    }

    function test_buy__while_paused_or_archived__reverts_and_while_closed_works() public {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        DatasetState[2] memory states = [DatasetState.Paused, DatasetState.Archived];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(publisher);
            registry.setState(dataset, states[i]);
            vm.prank(buyer);
            vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotForSale.selector, dataset, states[i]));
            market.buy(o);
            if (i == 0) {
                vm.prank(publisher);
                registry.setState(dataset, DatasetState.Closed);
                buy(dataset, 100e6);
            }
        }
    }

    function test_license__is_locked() public {
        uint256 license = buy(dataset, 100e6);
        assertTrue(market.locked(license));
        bytes memory refusal = abi.encodeWithSelector(ILicenseMarket.LicenseLocked.selector, license);
        vm.startPrank(buyer);
        vm.expectRevert(refusal);
        market.transferFrom(buyer, carol, license);
        vm.expectRevert(refusal);
        market.safeTransferFrom(buyer, carol, license);
        vm.expectRevert(refusal);
        market.safeTransferFrom(buyer, carol, license, "");
        market.approve(carol, license);
        vm.stopPrank();
        vm.prank(carol);
        vm.expectRevert(refusal);
        market.transferFrom(buyer, carol, license);
        assertEq(market.ownerOf(license), buyer);
        assertTrue(market.supportsInterface(0xb45a3c0e));
        assertTrue(market.supportsInterface(type(IERC721).interfaceId));
    }

    function test_license__unknown__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.UnknownLicense.selector, 9));
        market.licenseOf(9);
        vm.expectRevert();
        market.ownerOf(9);
        vm.expectRevert();
        market.locked(9);
    }

    // ---- prices

    function test_set_price__at_once_the_first_time_and_delayed_later() public {
        assertEq(market.priceOf(dataset, 0), 100e6);
        uint64 effectiveAt = uint64(block.timestamp + 1 days);
        vm.expectEmit(address(market));
        emit ILicenseMarket.PriceSet(dataset, 0, 120e6, effectiveAt);
        setPrice(dataset, 0, 120e6);
        assertEq(market.priceOf(dataset, 0), 100e6);
        (uint128 next, uint64 at_) = market.pendingPriceOf(dataset, 0);
        assertEq(next, 120e6);
        assertEq(at_, effectiveAt);
        vm.warp(effectiveAt - 1);
        assertEq(market.priceOf(dataset, 0), 100e6);
        vm.warp(effectiveAt);
        assertEq(market.priceOf(dataset, 0), 120e6);
        (next, at_) = market.pendingPriceOf(dataset, 0);
        assertEq(next, 0);
        assertEq(at_, 0);
    }

    function test_set_price__again_before_it_applies__starts_the_delay_anew() public {
        setPrice(dataset, 0, 120e6);
        vm.warp(block.timestamp + 12 hours);
        setPrice(dataset, 0, 130e6);
        vm.warp(block.timestamp + 12 hours);
        assertEq(market.priceOf(dataset, 0), 100e6);
        vm.warp(block.timestamp + 12 hours);
        assertEq(market.priceOf(dataset, 0), 130e6);
    }

    function test_set_price__below_the_floor_or_above_what_fits__reverts() public {
        vm.startPrank(publisher);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.PriceBelowFloor.selector, 10e6 - 1, 10e6));
        market.setPrice(dataset, 0, 10e6 - 1);
        uint128 most = type(uint88).max;
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.PriceTooHigh.selector, most + 1, most));
        market.setPrice(dataset, 0, most + 1);
        market.setPrice(dataset, 0, 10e6);
    }

    function test_set_price__by_another_before_an_epoch_or_when_archived__reverts() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotPublisher.selector, dataset, alice, publisher));
        market.setPrice(dataset, 0, 100e6);
        Terms memory terms = defaultTerms();
        terms.seats = 4;
        bytes32 young = newDataset(terms);
        vm.startPrank(publisher);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NoEpoch.selector, young));
        market.setPrice(young, 0, 100e6);
        registry.setState(dataset, DatasetState.Closed);
        registry.setState(dataset, DatasetState.Archived);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotForSale.selector, dataset, DatasetState.Archived));
        market.setPrice(dataset, 0, 100e6);
    }

    function test_set_price__in_a_market_of_another_version__reverts() public {
        LicenseMarket other = new LicenseMarket(address(registry), treasury, address(access));
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotServed.selector, dataset, address(other)));
        other.setPrice(dataset, 0, 100e6);
    }

    // ---- renewals

    function test_renew__extends_rebinds_and_costs_the_price_of_now() public {
        uint256 license = buy(dataset, 100e6);
        uint64 expiresAt = market.licenseOf(license).expiresAt;
        earnEpoch(dataset, parts1(carol, 4e9));
        setPrice(dataset, 0, 120e6);
        vm.warp(block.timestamp + 1 days);
        _renew(license, 120e6);
        ILicenseMarket.License memory l = market.licenseOf(license);
        assertEq(l.price, 120e6);
        assertEq(l.epochs, 2);
        assertEq(l.expiresAt, expiresAt + 365 days);
        assertEq(sharesOf(dataset).claimable(carol), 46.5e6);
    }

    function test_renew__after_expiry__counts_from_now() public {
        uint256 license = buy(dataset, 100e6);
        vm.warp(block.timestamp + 400 days);
        _renew(license, 100e6);
        assertEq(market.licenseOf(license).expiresAt, block.timestamp + 365 days);
    }

    function test_renew__a_perpetual_license__rebinds_only() public {
        Terms memory terms = defaultTerms();
        terms.licenseTerm = 0;
        bytes32 forever = newDataset(terms);
        earnEpoch(forever, parts1(alice, 1e9));
        setPrice(forever, 0, 100e6);
        uint256 license = buy(forever, 100e6);
        assertEq(market.licenseOf(license).expiresAt, 0);
        earnEpoch(forever, parts1(alice, 1e9));
        vm.warp(block.timestamp + 1000 days);
        _renew(license, 100e6);
        assertEq(market.licenseOf(license).expiresAt, 0);
        assertEq(market.licenseOf(license).epochs, 2);
    }

    function test_renew__an_unknown_license__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.UnknownLicense.selector, 7));
        market.renew(7, 1, 0, type(uint64).max);
    }

    // ---- royalties

    function test_pay_royalty__splits_like_a_sale_P1() public {
        uint256 license = buy(dataset, 100e6);
        usd.mint(buyer, 1000);
        vm.startPrank(buyer);
        usd.approve(address(market), 1000);
        vm.expectEmit(address(market));
        emit ILicenseMarket.RoyaltyPaid(license, dataset, buyer, 1000, "report");
        market.payRoyalty(license, 1000, "report");
        assertEq(market.creditOf(address(usd), publisher), 20e6 + 200);
        assertEq(market.creditOf(address(usd), treasury), 2.5e6 + 25);
        assertEq(sharesOf(dataset).claimable(alice) + sharesOf(dataset).claimable(bob), 77.5e6 + 775 - 1);
    }

    function test_pay_royalty__of_zero__counts_with_a_report_only() public {
        uint256 license = buy(dataset, 100e6);
        vm.startPrank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NothingToReport.selector, license));
        market.payRoyalty(license, 0, 0);
        vm.expectEmit(address(market));
        emit ILicenseMarket.RoyaltyPaid(license, dataset, buyer, 0, "report");
        market.payRoyalty(license, 0, "report");
    }

    function test_pay_royalty__by_another__pays_but_does_not_report() public {
        uint256 license = buy(dataset, 100e6);
        usd.mint(carol, 1000);
        vm.startPrank(carol);
        usd.approve(address(market), 1000);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NotLicensee.selector, license, carol, buyer));
        market.payRoyalty(license, 1000, "report");
        market.payRoyalty(license, 1000, 0);
        assertEq(usd.balanceOf(carol), 0);
    }

    function test_pay_royalty__after_expiry_and_for_an_archived_dataset__is_taken() public {
        uint256 license = buy(dataset, 100e6);
        vm.warp(block.timestamp + 1000 days);
        vm.startPrank(publisher);
        registry.setState(dataset, DatasetState.Closed);
        registry.setState(dataset, DatasetState.Archived);
        vm.stopPrank();
        vm.prank(buyer);
        market.payRoyalty(license, 0, "report");
    }

    function test_pay_royalty__under_no_license__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.UnknownLicense.selector, 7));
        market.payRoyalty(7, 1, 0);
    }

    // ---- credits

    function test_withdraw_credit__once_and_to_whom_its_owner_says() public {
        buy(dataset, 100e6);
        vm.expectEmit(address(market));
        emit ILicenseMarket.CreditWithdrawn(address(usd), publisher, carol, 20e6);
        vm.startPrank(publisher);
        assertEq(market.withdrawCredit(address(usd), carol), 20e6);
        assertEq(usd.balanceOf(carol), 20e6);
        vm.expectRevert(abi.encodeWithSelector(ILicenseMarket.NoCredit.selector, address(usd), publisher));
        market.withdrawCredit(address(usd), carol);
        vm.expectRevert(ILicenseMarket.ZeroAddress.selector);
        market.withdrawCredit(address(usd), address(0));
        vm.expectRevert(ILicenseMarket.ZeroAddress.selector);
        market.withdrawCredit(address(usd), address(market));
        vm.stopPrank();
        vm.prank(treasury);
        assertEq(market.withdrawCredit(address(usd), treasury), 2.5e6);
    }

    function testFuzz_split__gives_out_the_price_to_the_last_unit_P1(uint88 price, uint16 p, uint16 t) public {
        Terms memory terms = defaultTerms();
        terms.publisherBps = uint16(bound(p, 0, 3000));
        terms.treasuryBps = uint16(bound(t, 0, 500));
        terms.priceFloor = 1;
        price = uint88(bound(price, 1, type(uint88).max));
        bytes32 any = newDataset(terms);
        earnEpoch(any, parts1(alice, 1e9));
        setPrice(any, 0, price);
        buy(any, price);
        uint256 toPublisher = market.creditOf(address(usd), publisher);
        uint256 toTreasury = market.creditOf(address(usd), treasury);
        uint256 toHolders = usd.balanceOf(address(sharesOf(any)));
        assertEq(toPublisher + toTreasury + toHolders, price);
        assertEq(toPublisher + toTreasury, usd.balanceOf(address(market)));
        assertGe(toHolders, uint256(price) * 65 / 100);
        assertEq(sharesOf(any).claimable(alice), toHolders);
    }

    function test_constructor__with_a_zero_address__reverts() public {
        vm.expectRevert(ILicenseMarket.ZeroAddress.selector);
        new LicenseMarket(address(0), treasury, address(access));
        vm.expectRevert(ILicenseMarket.ZeroAddress.selector);
        new LicenseMarket(address(registry), address(0), address(access));
    }

    function _renew(uint256 license, uint128 price) private {
        bytes32 termsHash = market.licenseOf(license).termsHash;
        usd.mint(buyer, price);
        vm.startPrank(buyer);
        usd.approve(address(market), price);
        market.renew(license, price, termsHash, uint64(block.timestamp));
        vm.stopPrank();
    }
}
