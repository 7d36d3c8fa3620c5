// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice A coordinator stops answering. Its bond burns, its successor goes on from the same log, and no contributor's stake
/// waits for either.
contract CoordinatorDisappearsTest is Receipts {
    function test_disappears__the_successor_settles_what_was_logged() public {
        logRows(dataset, 3);
        vm.warp(ledger.settleBy(dataset, 1) + 1);
        faults.expireCheckpoint(dataset, 1);
        vm.prank(admin);
        assertTrue(cota.transfer(successor, 1000e18));
        vm.startPrank(successor);
        cota.approve(address(ledger), 1000e18);
        ledger.depositBond(successor, 1000e18);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
        vm.stopPrank();
        finalizeEpoch(dataset, 1);
        assertEq(sharesOf(dataset).totalSupply(), 2e9);
        assertEq(ledger.lockedBond(successor), 0);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.NotCoordinator.selector, dataset, coordinator, successor)
        );
        ledger.checkpoint(dataset, 9, "log", "data");
    }

    function test_disappears__in_the_middle_of_a_dispute__the_ruling_still_lands() public {
        logRows(dataset, 3);
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
        vm.prank(court);
        ledger.suspend(dataset, 1);
        vm.warp(ledger.settleBy(dataset, 2) + 1);
        faults.expireCheckpoint(dataset, 2);
        vm.prank(court);
        ledger.reject(dataset, 1, 1000e18, alice, 500e18);
        // His bond is burnt already; the rejection stands all the same, and the successor has its time.
        assertEq(ledger.creditOf(alice), 0);
        assertEq(ledger.availableUnits(dataset), 1e19);
        assertGe(ledger.settleBy(dataset, 1), block.timestamp + 7 days);
    }

    function test_disappears__contributors_stakes_end_by_time() public {
        join(dataset, bob);
        logRows(dataset, 3);
        depart(dataset, bob);
        vm.warp(vault.expiryOf(dataset, bob));
        vault.expire(dataset, bob);
        assertEq(vault.freeStake(bob), 100e18);
    }

    function test_disappears__together_with_its_successor__nothing_stays_locked() public {
        logRows(dataset, 3);
        vm.warp(ledger.settleBy(dataset, 1) + 1);
        faults.expireCheckpoint(dataset, 1);
        vm.warp(ledger.settleBy(dataset, 1) + 1);
        faults.expireCheckpoint(dataset, 1);
        assertEq(ledger.coordinatorOf(dataset), successor);
        assertEq(ledger.lockedBond(coordinator) + ledger.lockedBond(successor), 0);
    }

    function test_disappears__cannot_be_declared_by_an_impatient_successor() public {
        logRows(dataset, 3);
        uint64 due = ledger.settleBy(dataset, 1);
        vm.warp(due);
        vm.prank(successor);
        vm.expectRevert();
        faults.expireCheckpoint(dataset, 1);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
        vm.warp(due + 30 days);
        vm.prank(successor);
        vm.expectRevert();
        faults.expireCheckpoint(dataset, 1);
        assertEq(ledger.coordinatorOf(dataset), coordinator);
    }
}
