// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DeliveryDesk} from "../../contracts/DeliveryDesk.sol";
import {BondRates} from "../../contracts/court/BondRates.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {IDeliveryDesk} from "../../contracts/interfaces/IDeliveryDesk.sol";
import {Council} from "./support/Council.sol";

/// @notice What was sold and not delivered costs the coordinator's bond the price; whoever was served gets nothing.
contract DeliveryDeskTest is Council {
    /// @dev Two COTA for one dollar of 6 decimals.
    uint256 internal constant RATE = 2e12 * 1e18;

    DeliveryDesk internal desk;
    BondRates internal rates;
    bytes32 internal dataset;
    uint256 internal license;
    uint64 internal boughtAt;

    function setUp() public override {
        super.setUp();
        rates = new BondRates(address(access));
        desk = new DeliveryDesk(address(registry), address(ledger), address(market), address(council), address(rates));
        IDatasetRegistry.Version memory version = registry.version(registry.latestVersion());
        version.deliveries = address(desk);
        vm.startPrank(admin);
        registry.addVersion(version);
        rates.setRate(address(usd), RATE);
        vm.stopPrank();
        dataset = newDataset();
        earnEpoch(dataset, parts1(alice, 1e9));
        setPrice(dataset, 0, 100e6);
        license = buy(dataset, 100e6);
        boughtAt = uint64(block.timestamp);
        vm.deal(buyer, 10 ether);
        vm.deal(coordinator, 10 ether);
    }

    // ---- without a dispute

    function test_acknowledge__ends_the_matter() public {
        vm.expectEmit(address(desk));
        emit IDeliveryDesk.DeliveryAcknowledged(license, dataset, buyer);
        vm.prank(buyer);
        desk.acknowledge(license);
        vm.prank(buyer);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.Acknowledged));
        desk.demandDelivery(license);
        vm.prank(buyer);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.Acknowledged));
        desk.acknowledge(license);
    }

    function test_acknowledge__after_demand_and_answer__ends_the_matter() public {
        _demand();
        _answer();
        vm.prank(buyer);
        desk.acknowledge(license);
        assertTrue(_state() == IDeliveryDesk.DeliveryState.Acknowledged);
    }

    function test_each__by_the_wrong_caller__reverts() public {
        bytes memory refused = abi.encodeWithSelector(IDeliveryDesk.NotLicensee.selector, license, alice, buyer);
        vm.startPrank(alice);
        vm.expectRevert(refused);
        desk.acknowledge(license);
        vm.expectRevert(refused);
        desk.demandDelivery(license);
        vm.expectRevert(refused);
        desk.dispute(license);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDesk.NotCoordinator.selector, dataset, alice, coordinator));
        desk.answer(license, "");
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDesk.NotArbitrator.selector, alice));
        desk.rule(1, 2);
    }

    function test_demand__fixes_who_answers_until_when_and_for_how_much() public {
        uint64 dueAt = uint64(block.timestamp) + 1 days;
        vm.expectEmit(address(desk));
        emit IDeliveryDesk.DeliveryDemanded(license, dataset, coordinator, 100e6, dueAt);
        _demand();
        IDeliveryDesk.Delivery memory d = desk.deliveryOf(license);
        assertEq(d.coordinator, coordinator);
        assertEq(d.dueAt, dueAt);
        assertEq(d.paidAt, boughtAt);
        assertEq(d.price, 100e6);
    }

    function test_demand__twice__reverts() public {
        _demand();
        vm.prank(buyer);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.Demanded));
        desk.demandDelivery(license);
    }

    function test_demand__until_90_days_after_the_payment() public {
        vm.warp(boughtAt + 90 days + 1);
        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDeliveryDesk.DemandTooLate.selector, license, boughtAt + 90 days, boughtAt + 90 days + 1
            )
        );
        desk.demandDelivery(license);
        vm.warp(boughtAt + 90 days);
        _demand();
    }

    function test_demand__a_renewal_has_a_delivery_of_its_own() public {
        vm.prank(buyer);
        desk.acknowledge(license);
        vm.warp(boughtAt + 300 days);
        usd.mint(buyer, 100e6);
        bytes32 termsHash = registry.termsHashOf(dataset);
        vm.startPrank(buyer);
        usd.approve(address(market), 100e6);
        market.renew(license, 100e6, termsHash, type(uint64).max);
        vm.stopPrank();
        assertTrue(_state() == IDeliveryDesk.DeliveryState.None);
        _demand();
        assertEq(desk.deliveryOf(license).paidAt, boughtAt + 300 days);
    }

    function test_demand__of_another_versions_license__reverts() public {
        DeliveryDesk stranger =
            new DeliveryDesk(address(registry), address(ledger), address(market), address(council), address(rates));
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDesk.NotServed.selector, dataset, address(stranger)));
        stranger.demandDelivery(license);
    }

    function test_answer__what_nobody_demanded__reverts() public {
        vm.prank(coordinator);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.None));
        desk.answer(license, "");
    }

    // ---- with one

    function test_dispute__before_the_delivery_is_due__reverts() public {
        _demand();
        uint64 dueAt = desk.deliveryOf(license).dueAt;
        vm.warp(dueAt - 1);
        uint256 cost = desk.disputeCost(license);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDesk.NotDueYet.selector, license, dueAt));
        desk.dispute{value: cost}(license);
    }

    function test_dispute__without_a_demand__reverts() public {
        vm.prank(buyer);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.None));
        desk.dispute(license);
    }

    function test_dispute__not_delivered__the_price_comes_back_out_of_the_bond() public {
        uint256 id = _dispute(true);
        uint256 bond = ledger.bondBalance(coordinator);
        vote(id, 2);
        skip(6 hours);
        vm.expectEmit(address(desk));
        emit IDeliveryDesk.DeliveryRuled(license, dataset, IDeliveryDesk.DeliveryState.Returned, buyer, 200e18);
        council.executeRuling(id);
        assertEq(ledger.bondBalance(coordinator), bond - 200e18);
        assertEq(ledger.creditOf(buyer), 200e18);
        vm.prank(buyer);
        ledger.withdrawCredit(buyer);
        assertEq(cota.balanceOf(buyer), 200e18);
    }

    function test_dispute__delivered__nothing_comes_back() public {
        uint256 id = _dispute(true);
        uint256 bond = ledger.bondBalance(coordinator);
        decide(id, 1);
        assertTrue(_state() == IDeliveryDesk.DeliveryState.Upheld);
        assertEq(ledger.bondBalance(coordinator), bond);
        assertEq(ledger.creditOf(buyer), 0);
        vm.prank(buyer);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.Upheld));
        desk.demandDelivery(license);
    }

    function test_dispute__no_ruling__counts_against_who_never_answered() public {
        uint256 id = _dispute(false);
        decide(id, 0);
        assertTrue(_state() == IDeliveryDesk.DeliveryState.Returned);
        assertEq(ledger.creditOf(buyer), 200e18);
    }

    function test_dispute__no_ruling__counts_for_who_answered() public {
        uint256 id = _dispute(true);
        decide(id, 0);
        assertTrue(_state() == IDeliveryDesk.DeliveryState.Upheld);
        assertEq(ledger.creditOf(buyer), 0);
    }

    function test_dispute__a_bond_smaller_than_the_price__gives_what_is_there() public {
        uint256 bond = ledger.bondBalance(coordinator);
        vm.prank(admin);
        rates.setRate(address(usd), RATE * 1e6);
        decide(_dispute(false), 2);
        assertEq(ledger.creditOf(buyer), bond);
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_dispute__without_a_rate__is_ruled_all_the_same() public {
        vm.prank(admin);
        rates.setRate(address(usd), 0);
        decide(_dispute(false), 2);
        assertTrue(_state() == IDeliveryDesk.DeliveryState.Returned);
        assertEq(ledger.creditOf(buyer), 0);
    }

    function test_dispute__appealed__by_either_side_and_nobody_else() public {
        uint256 id = _dispute(true);
        vote(id, 2);
        uint256 cost = council.appealCost(id, "");
        vm.deal(alice, cost);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDesk.NotLicensee.selector, license, alice, buyer));
        desk.appeal{value: cost}(license);
        vm.prank(coordinator);
        desk.appeal{value: cost}(license);
        decide(id, 1);
        assertTrue(_state() == IDeliveryDesk.DeliveryState.Upheld);
    }

    function test_appeal__of_the_coordinator__fees_that_no_seat_earned_come_back_to_it() public {
        uint256 id = _dispute(true);
        vote(id, 2);
        uint256 cost = council.appealCost(id, "");
        vm.prank(coordinator);
        desk.appeal{value: cost}(license);
        // Of the larger panel nobody votes.
        drawPanel(id);
        skip(1 days + 12 hours + 6 hours);
        council.executeRuling(id);
        assertEq(council.feesOf(coordinator), cost);
        assertEq(council.feesOf(buyer), 0);
    }

    function test_appeal__of_what_is_not_disputed__reverts() public {
        vm.prank(buyer);
        vm.expectRevert(_wrong(IDeliveryDesk.DeliveryState.None));
        desk.appeal(license);
    }

    function test_dispute__twice_or_answered_or_acknowledged_meanwhile__reverts() public {
        _dispute(true);
        bytes memory refused = _wrong(IDeliveryDesk.DeliveryState.Disputed);
        vm.startPrank(buyer);
        vm.expectRevert(refused);
        desk.dispute(license);
        vm.expectRevert(refused);
        desk.acknowledge(license);
        vm.stopPrank();
        vm.prank(coordinator);
        vm.expectRevert(refused);
        desk.answer(license, "");
    }

    function test_rule__of_what_is_not_disputed__reverts() public {
        vm.prank(address(council));
        vm.expectRevert(abi.encodeWithSelector(IDeliveryDesk.UnknownDispute.selector, 77));
        desk.rule(77, 2);
    }

    function test_constructor__with_a_zero_address__reverts() public {
        address x = address(1);
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(IDeliveryDesk.ZeroAddress.selector);
            new DeliveryDesk(
                i == 0 ? address(0) : x,
                i == 1 ? address(0) : x,
                i == 2 ? address(0) : x,
                i == 3 ? address(0) : x,
                i == 4 ? address(0) : x
            );
        }
        assertEq(desk.registry(), address(registry));
        assertEq(desk.ledger(), address(ledger));
        assertEq(desk.market(), address(market));
        assertEq(desk.arbiter(), address(council));
    }

    function _demand() private {
        vm.prank(buyer);
        desk.demandDelivery(license);
    }

    function _answer() private {
        vm.expectEmit(address(desk));
        emit IDeliveryDesk.DeliveryAnswered(license, dataset, "record of reads");
        vm.prank(coordinator);
        desk.answer(license, "record of reads");
    }

    function _dispute(bool answered) private returns (uint256 id) {
        _demand();
        if (answered) _answer();
        vm.warp(desk.deliveryOf(license).dueAt);
        uint256 cost = desk.disputeCost(license);
        vm.prank(buyer);
        id = desk.dispute{value: cost}(license);
        assertEq(desk.disputeOf(license), id);
    }

    function _state() private view returns (IDeliveryDesk.DeliveryState) {
        return desk.deliveryOf(license).state;
    }

    function _wrong(IDeliveryDesk.DeliveryState state) private view returns (bytes memory) {
        return abi.encodeWithSelector(IDeliveryDesk.WrongDelivery.selector, license, state);
    }
}
