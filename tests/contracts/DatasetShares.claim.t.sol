// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {World} from "./support/World.sol";

/// @notice Revenue is taken out by its holder, or brought to him, and never to anybody else.
contract DatasetSharesClaimTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 60e9, bob, 40e9));
        pay(dataset, 1000);
    }

    function test_claim__pays_the_caller_once_P1() public {
        vm.expectEmit(address(shares));
        emit IDatasetShares.RevenueClaimed(dataset, alice, alice, 600);
        vm.prank(alice);
        assertEq(shares.claim(), 600);
        assertEq(usd.balanceOf(alice), 600);
        vm.prank(alice);
        assertEq(shares.claim(), 0);
        assertEq(usd.balanceOf(alice), 600);
    }

    function test_claim__with_nothing_due__does_nothing() public {
        vm.recordLogs();
        vm.prank(carol);
        assertEq(shares.claim(), 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_claim__after_giving_all_shares_away__still_pays_what_was_earned_P2() public {
        move(shares, alice, carol, 60e9);
        (,,, uint256 owed) = shares.holder(alice);
        assertEq(owed, 600);
        pay(dataset, 1000);
        vm.prank(alice);
        assertEq(shares.claim(), 600);
    }

    function test_claim_to__pays_another_at_the_holders_word() public {
        vm.prank(alice);
        assertEq(shares.claimTo(carol), 600);
        assertEq(usd.balanceOf(carol), 600);
        assertEq(shares.claimable(alice), 0);
    }

    function test_claim_to__nobody_or_the_shares__reverts() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidReceiver.selector, address(0)));
        shares.claimTo(address(0));
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidReceiver.selector, address(shares)));
        shares.claimTo(address(shares));
    }

    function test_claim_for__a_wallet__pays_only_it_whoever_calls() public {
        vm.prank(carol);
        assertEq(shares.claimFor(alice), 600);
        assertEq(usd.balanceOf(alice), 600);
        assertEq(usd.balanceOf(carol), 0);
    }

    function test_claim_for__a_contract__only_after_it_agreed() public {
        address wallet = address(new Wallet());
        move(shares, bob, wallet, 40e9);
        pay(dataset, 1000);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.ClaimForNotAllowed.selector, wallet));
        shares.claimFor(wallet);
        vm.expectEmit(address(shares));
        emit IDatasetShares.ClaimForAllowed(dataset, wallet, true);
        vm.prank(wallet);
        shares.allowClaimFor(true);
        assertEq(shares.claimFor(wallet), 400);
        vm.prank(wallet);
        shares.allowClaimFor(false);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.ClaimForNotAllowed.selector, wallet));
        shares.claimFor(wallet);
    }

    function test_claim__works_for_an_archived_dataset_and_a_barred_token() public {
        vm.prank(admin);
        registry.allowPaymentToken(address(usd), false);
        assertEq(shares.claimFor(alice), 600);
        pay(dataset, 1000);
        assertEq(shares.claimFor(alice), 600);
    }

    function test_implementation__is_inert() public {
        bytes memory inert = abi.encodeWithSelector(IDatasetShares.NotAClone.selector);
        vm.expectRevert(inert);
        implementation.pay(1);
        vm.expectRevert(inert);
        implementation.openEpoch(1, 0, 1, 1);
        vm.expectRevert(inert);
        implementation.creditFromMarket(alice, 1);
        vm.expectRevert(inert);
        implementation.claimShares(new IDatasetShares.ShareClaim[](0));
        vm.expectRevert(inert);
        implementation.allowTransfer(alice, true);
        moveReverts(inert, implementation, alice, bob, 0);
        assertEq(implementation.claimFor(alice), 0);
    }
}

contract Wallet {}
