// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice A coordinator about to be caught proves a fault of its own through a friend, to get its bond out past the exit's
/// delay, or to use up the fault cheaply. It gets back a twentieth.
contract CoordinatorSelfSlashTest is Receipts {
    address internal friend = makeAddr("friend");

    function test_self_slash__recovers_a_twentieth_and_no_more() public {
        uint256 supply = cota.totalSupply();
        _slashHimself(100);
        vm.prank(friend);
        ledger.withdrawCredit(friend);
        assertEq(cota.balanceOf(friend), 5000e18);
        assertEq(supply - cota.totalSupply(), 95_000e18);
        assertEq(cota.balanceOf(address(ledger)), 0);
    }

    function test_self_slash__in_many_small_faults__takes_all_at_the_first() public {
        _slashHimself(100);
        ICoordinatorFaults.Receipt memory a = receipt(101, "a");
        ICoordinatorFaults.Receipt memory b = receipt(101, "b");
        bytes memory first = signed(a);
        bytes memory second = signed(b);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NothingToSlash.selector, coordinator));
        vm.prank(friend);
        faults.proveEquivocation(coordinator, a, first, b, second);
        assertEq(ledger.creditOf(friend), 5000e18);
    }

    function test_self_slash__with_nothing_to_lose__uses_no_fault_up() public {
        _slashHimself(100);
        // He drops her row while there is no bond, and has a friend prove it at once; the fault stays provable.
        ICoordinatorFaults.Receipt memory r = receipt(0, "hers");
        bytes memory signature = signed(r);
        uint64 number = logTwo(coordinator, "his", "x");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NothingToSlash.selector, coordinator));
        vm.prank(friend);
        faults.proveOmission(coordinator, r, signature, number, "his", beside("x"));
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 50_000e18);
        vm.prank(alice);
        faults.proveOmission(coordinator, r, signature, number, "his", beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
        assertEq(ledger.creditOf(alice), 2500e18);
    }

    function test_self_slash__as_his_own_demander__gets_fee_and_twentieth_only() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "row");
        fund(friend, 1e18);
        vm.warp(r.includeBy);
        demand(friend, r);
        vm.warp(block.timestamp + 1 days + 1);
        faults.punishUnanswered(coordinator, dataset, 0, "row");
        vm.startPrank(friend);
        ledger.withdrawCredit(friend);
        faults.withdrawCredit(friend);
        assertEq(cota.balanceOf(friend), 5000e18 + 1e18);
    }

    function test_self_slash__pending_proposals_unlock_nothing_of_a_new_bond() public {
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
        _slashHimself(100);
        vm.startPrank(coordinator);
        ledger.depositBond(coordinator, 1000e18);
        ledger.checkpoint(dataset, 6, "log", "data");
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        vm.stopPrank();
        finalizeEpoch(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        vm.startPrank(coordinator);
        ledger.checkpoint(dataset, 9, "log", "data");
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.InsufficientBond.selector, coordinator, 0, uint256(1000e18))
        );
        ledger.propose(dataset, 3, "root", 2e9, 1, "file");
    }

    function _slashHimself(uint64 index) private {
        ICoordinatorFaults.Receipt memory a = receipt(index, "a");
        ICoordinatorFaults.Receipt memory b = receipt(index, "b");
        bytes memory first = signed(a);
        bytes memory second = signed(b);
        vm.prank(friend);
        faults.proveEquivocation(coordinator, a, first, b, second);
    }
}
