// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {AnnotationLedger} from "../../contracts/AnnotationLedger.sol";
import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {World} from "./support/World.sol";

/// @notice A coordinator's bond and the keys that sign its receipts.
contract AnnotationLedgerDeskTest is World {
    address internal key = makeAddr("receipt key");

    function test_bond__anyone_adds_only_its_coordinator_takes() public {
        vm.startPrank(coordinator);
        assertTrue(cota.transfer(alice, 10));
        vm.stopPrank();
        vm.startPrank(alice);
        cota.approve(address(ledger), 10);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.BondDeposited(coordinator, alice, 10, 100_000e18 + 10);
        ledger.depositBond(coordinator, 10);
        ledger.requestBondExit();
        vm.warp(ledger.bondExitAt(alice));
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.InsufficientBond.selector, alice, 0, 1));
        ledger.withdrawBond(alice, 1);
        vm.stopPrank();
        vm.prank(coordinator);
        ledger.requestBondExit();
        vm.warp(ledger.bondExitAt(coordinator));
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.BondWithdrawn(coordinator, bob, 100_000e18, 10);
        vm.prank(coordinator);
        ledger.withdrawBond(bob, 100_000e18);
        assertEq(cota.balanceOf(bob), 100_000e18);
        assertEq(ledger.bondBalance(coordinator), 10);
    }

    function test_bond__nothing_or_nobody__reverts() public {
        vm.expectRevert(IAnnotationLedger.ZeroAmount.selector);
        ledger.depositBond(coordinator, 0);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.depositBond(address(0), 1);
        vm.startPrank(coordinator);
        ledger.requestBondExit();
        vm.warp(ledger.bondExitAt(coordinator));
        vm.expectRevert(IAnnotationLedger.ZeroAmount.selector);
        ledger.withdrawBond(coordinator, 0);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.withdrawBond(address(0), 1);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.withdrawBond(address(ledger), 1);
    }

    function test_bond_exit__outlasts_longest_receipt_claim_and_response() public {
        uint64 start = uint64(block.timestamp);
        assertGt(ledger.liabilityPeriod(), 7 days + 60 days + 30 days);
        vm.startPrank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondNotExiting.selector, coordinator));
        ledger.withdrawBond(coordinator, 1);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.BondExitRequested(coordinator, start + ledger.liabilityPeriod());
        ledger.requestBondExit();
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondExiting.selector, coordinator));
        ledger.requestBondExit();
        uint64 readyAt = start + ledger.liabilityPeriod();
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondExitNotReady.selector, coordinator, readyAt));
        ledger.withdrawBond(coordinator, 1);
        vm.warp(readyAt);
        ledger.withdrawBond(coordinator, 100_000e18);
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_bond_exit__ends_all_keys_and_bars_new_ones_and_proposals() public {
        bytes32 dataset = newDataset();
        logRows(dataset, 3);
        vm.startPrank(coordinator);
        ledger.setReceiptKey(key, type(uint64).max);
        ledger.setReceiptKey(bob, type(uint64).max);
        vm.warp(block.timestamp + 10);
        ledger.requestBondExit();
        assertTrue(ledger.receiptKeyValid(coordinator, key, uint64(block.timestamp)));
        assertFalse(ledger.receiptKeyValid(coordinator, key, uint64(block.timestamp + 1)));
        assertFalse(ledger.receiptKeyValid(coordinator, bob, uint64(block.timestamp + 1)));
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondExiting.selector, coordinator));
        ledger.setReceiptKey(carol, type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondExiting.selector, coordinator));
        ledger.propose(dataset, 1, "root", 1e9, 1, "");
    }

    function test_bond_exit__a_key_that_had_ended_before__is_not_prolonged_to_now() public {
        vm.startPrank(coordinator);
        uint64 ended = uint64(block.timestamp + 5);
        ledger.setReceiptKey(bob, ended);
        vm.warp(ended + 5);
        ledger.requestBondExit();
        assertTrue(ledger.receiptKeyValid(coordinator, bob, ended));
        assertFalse(ledger.receiptKeyValid(coordinator, bob, ended + 1));
    }

    function test_bond_exit__cancelled__lets_work_go_on_and_starts_anew() public {
        vm.startPrank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondNotExiting.selector, coordinator));
        ledger.cancelBondExit();
        ledger.requestBondExit();
        uint64 first = ledger.bondExitAt(coordinator);
        vm.warp(first);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.BondExitCancelled(coordinator);
        ledger.cancelBondExit();
        assertEq(ledger.bondExitAt(coordinator), 0);
        ledger.setReceiptKey(key, type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondNotExiting.selector, coordinator));
        ledger.withdrawBond(coordinator, 1);
        ledger.requestBondExit();
        assertEq(ledger.bondExitAt(coordinator), first + ledger.liabilityPeriod());
    }

    function test_receipt_key__at_most_16_whose_liability_goes_on() public {
        uint64 end = uint64(block.timestamp + 1 days);
        vm.startPrank(coordinator);
        for (uint160 i = 1; i <= 16; ++i) {
            ledger.setReceiptKey(address(i), end + uint64(i));
        }
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TooManyKeys.selector, coordinator, 16));
        ledger.setReceiptKey(key, end);
        vm.warp(end + 1 + ledger.liabilityPeriod());
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.TooManyKeys.selector, coordinator, 16));
        ledger.setReceiptKey(key, type(uint64).max);
        vm.warp(block.timestamp + 1);
        ledger.setReceiptKey(key, type(uint64).max);
        assertTrue(ledger.receiptKeyValid(coordinator, key, uint64(block.timestamp)));
        // What left the list stays ended.
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.KeyEnded.selector, address(1), end + 1));
        ledger.setReceiptKey(address(1), type(uint64).max);
    }

    function test_receipt_key__is_valid_from_registration_to_its_end() public {
        uint64 start = uint64(block.timestamp);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.ReceiptKeySet(coordinator, key, start, start + 100);
        vm.prank(coordinator);
        ledger.setReceiptKey(key, start + 100);
        assertFalse(ledger.receiptKeyValid(coordinator, key, start - 1));
        assertTrue(ledger.receiptKeyValid(coordinator, key, start));
        assertTrue(ledger.receiptKeyValid(coordinator, key, start + 100));
        assertFalse(ledger.receiptKeyValid(coordinator, key, start + 101));
        assertFalse(ledger.receiptKeyValid(alice, key, start));
    }

    function test_receipt_key__its_end_moves_but_never_to_the_past_P6() public {
        uint64 start = uint64(block.timestamp);
        vm.startPrank(coordinator);
        ledger.setReceiptKey(key, type(uint64).max);
        vm.warp(start + 50);
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.KeyValidityInThePast.selector, key, start + 49, start + 50)
        );
        ledger.setReceiptKey(key, start + 49);
        ledger.setReceiptKey(key, start + 50);
        assertTrue(ledger.receiptKeyValid(coordinator, key, start + 50));
        assertFalse(ledger.receiptKeyValid(coordinator, key, start + 51));
        vm.warp(start + 60);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.KeyEnded.selector, key, start + 50));
        ledger.setReceiptKey(key, start + 100);
    }

    function test_receipt_key__zero__reverts() public {
        vm.prank(coordinator);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.setReceiptKey(address(0), type(uint64).max);
    }

    function test_constructor__without_registry_or_token__reverts() public {
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        new AnnotationLedger(address(0), address(cota));
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        new AnnotationLedger(address(registry), address(0));
    }

    function test_readings__name_the_neighbours() public view {
        assertEq(ledger.registry(), address(registry));
        assertEq(ledger.bondToken(), address(cota));
    }
}
