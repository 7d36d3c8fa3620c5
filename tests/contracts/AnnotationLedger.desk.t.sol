// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

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
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.InsufficientBond.selector, alice, 0, 1));
        ledger.withdrawBond(alice, 1);
        vm.stopPrank();
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
        vm.expectRevert(IAnnotationLedger.ZeroAmount.selector);
        ledger.withdrawBond(coordinator, 0);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.withdrawBond(address(0), 1);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.withdrawBond(address(ledger), 1);
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
