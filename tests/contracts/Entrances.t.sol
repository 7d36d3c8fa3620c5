// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {IEntrance} from "../../contracts/interfaces/IEntrance.sol";
import {ILicenseMarket} from "../../contracts/interfaces/ILicenseMarket.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice The guardian shuts entrances, for a while; nothing that goes on or leads out.
contract EntrancesTest is World {
    uint64 internal constant GUARDIAN = 3;

    address internal guardian = makeAddr("guardian");
    bytes32 internal dataset;
    uint256 internal license;

    function setUp() public override {
        super.setUp();
        bytes4[] memory ofRegistry = new bytes4[](2);
        (ofRegistry[0], ofRegistry[1]) = (registry.pauseCreation.selector, registry.pauseJoining.selector);
        bytes4[] memory ofMarket = new bytes4[](1);
        ofMarket[0] = market.pauseSales.selector;
        vm.startPrank(admin);
        access.setTargetFunctionRole(address(registry), ofRegistry, GUARDIAN);
        access.setTargetFunctionRole(address(market), ofMarket, GUARDIAN);
        access.grantRole(GUARDIAN, guardian, 0);
        vm.stopPrank();
        dataset = newDataset();
        join(dataset, alice);
        earnEpoch(dataset, parts1(alice, 1e9));
        setPrice(dataset, 0, 100e6);
        license = buy(dataset, 100e6);
    }

    function test_pause__by_another_than_the_guardian__reverts() public {
        bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, publisher);
        vm.startPrank(publisher);
        vm.expectRevert(refused);
        registry.pauseCreation(1);
        vm.expectRevert(refused);
        registry.pauseJoining(1, 1);
        vm.expectRevert(refused);
        market.pauseSales(1);
    }

    function test_pause__creation__until_it_ends_by_itself() public {
        uint64 until = uint64(block.timestamp) + 7 days;
        vm.expectEmit(address(registry));
        emit IEntrance.EntrancePaused(IEntrance.Entrance.Creation, 0, until);
        vm.prank(guardian);
        registry.pauseCreation(7 days);
        assertEq(registry.creationPausedUntil(), until);
        Terms memory terms = defaultTerms();
        vm.warp(until - 1);
        vm.prank(publisher);
        vm.expectRevert(_closed(IEntrance.Entrance.Creation, until));
        registry.createDataset(terms, "new", "");
        vm.warp(until);
        vm.prank(publisher);
        registry.createDataset(terms, "new", "");
    }

    function test_pause__joining__of_its_version_alone() public {
        uint64 until = uint64(block.timestamp) + 1 days;
        vm.prank(guardian);
        registry.pauseJoining(1, 1 days);
        giveStake(bob, 200e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, bob);
        vm.prank(bob);
        vm.expectRevert(_closed(IEntrance.Entrance.Joining, until));
        vault.join(request, "", false);
        vm.warp(until);
        vm.prank(bob);
        vault.join(request, "", false);
    }

    function test_pause__joining_of_a_version_that_is_not_there__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownVersion.selector, 2));
        vm.prank(guardian);
        registry.pauseJoining(2, 1 days);
    }

    function test_pause__sales__not_renewals_or_royalties() public {
        uint64 until = uint64(block.timestamp) + 1 days;
        vm.prank(guardian);
        market.pauseSales(1 days);
        assertEq(market.salesPausedUntil(), until);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        usd.mint(buyer, 400e6);
        vm.startPrank(buyer);
        usd.approve(address(market), 400e6);
        vm.expectRevert(_closed(IEntrance.Entrance.Sales, until));
        market.buy(o);
        market.renew(license, 100e6, o.termsHash, o.deadline);
        market.payRoyalty(license, 50e6, 0);
        vm.warp(until);
        o.deadline = until;
        market.buy(o);
        assertEq(market.licenseCount(), 2);
    }

    function test_pause__lifted_by_a_pause_of_nothing() public {
        vm.startPrank(guardian);
        market.pauseSales(1 days);
        market.pauseSales(0);
        vm.stopPrank();
        buy(dataset, 100e6);
    }

    function test_pause__longer_than_a_week__reverts() public {
        uint32 tooLong = 7 days + 1;
        bytes memory refused = abi.encodeWithSelector(IEntrance.PauseTooLong.selector, tooLong, 7 days);
        vm.startPrank(guardian);
        vm.expectRevert(refused);
        registry.pauseCreation(tooLong);
        vm.expectRevert(refused);
        registry.pauseJoining(1, tooLong);
        vm.expectRevert(refused);
        market.pauseSales(tooLong);
    }

    function test_pause__all_entrances_shut__work_settlement_claims_and_exits_go_on() public {
        vm.startPrank(guardian);
        registry.pauseCreation(7 days);
        registry.pauseJoining(1, 7 days);
        market.pauseSales(7 days);
        vm.stopPrank();
        earnEpoch(dataset, parts1(alice, 1e9));
        pay(dataset, 10e6);
        DatasetShares shares = sharesOf(dataset);
        vm.prank(alice);
        assertGt(shares.claim(), 0);
        move(shares, alice, bob, 1);
        depart(dataset, alice);
        vm.prank(publisher);
        market.withdrawCredit(address(usd), publisher);
        giveStake(carol, 5);
        vm.prank(carol);
        vault.withdraw(carol, 5);
    }

    function _closed(IEntrance.Entrance entrance, uint64 until) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IEntrance.EntranceClosed.selector, entrance, until);
    }
}
