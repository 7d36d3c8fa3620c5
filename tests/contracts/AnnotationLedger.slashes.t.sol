// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";

/// @notice What court, faults and deliveries may take of a bond, and who coordinates after a fault.
contract AnnotationLedgerSlashesTest is World {
    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
    }

    // ---- slashes

    function test_slash__takes_unlocked_first_and_leaves_the_lock() public {
        uint256 supply = cota.totalSupply();
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.CoordinatorSlashed(dataset, coordinator, deliveries, 90_000e18, alice, 5e18, 10_000e18);
        vm.prank(deliveries);
        assertEq(ledger.slash(dataset, coordinator, 90_000e18, alice, 5e18), 90_000e18);
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        assertEq(cota.totalSupply(), supply - 90_000e18 + 5e18);
        assertEq(cota.balanceOf(address(ledger)), ledger.bondBalance(coordinator) + ledger.creditOf(alice));
        finalizeEpoch(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 0);
    }

    function test_slash__of_more_than_there_is__takes_all() public {
        vm.prank(court);
        assertEq(ledger.slash(dataset, coordinator, type(uint128).max, alice, type(uint128).max), 100_000e18);
        assertEq(ledger.creditOf(alice), 100_000e18);
        assertEq(ledger.bondBalance(coordinator), 0);
        assertEq(ledger.lockedBond(coordinator), 0);
        vm.prank(court);
        assertEq(ledger.slash(dataset, coordinator, 1, alice, 1), 0);
        assertEq(ledger.proposalOf(dataset, 1).bond, 0);
    }

    function test_slash__old_proposals_do_not_unlock_what_was_deposited_after_it() public {
        vm.prank(address(faults));
        ledger.slash(dataset, coordinator, type(uint128).max, alice, 0);
        vm.startPrank(coordinator);
        ledger.depositBond(coordinator, 1000e18);
        vm.stopPrank();
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        vm.warp(ledger.proposalOf(dataset, 1).windowEndsAt);
        ledger.finalize(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 1000e18);
        ledger.finalize(dataset, 2);
        assertEq(ledger.lockedBond(coordinator), 0);
    }

    function test_slash__to_nobody__reverts_and_of_a_stranger__reverts() public {
        vm.startPrank(court);
        vm.expectRevert(IAnnotationLedger.ZeroAddress.selector);
        ledger.slash(dataset, coordinator, 1, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NeverCoordinator.selector, dataset, successor));
        ledger.slash(dataset, successor, 1, alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NeverCoordinator.selector, dataset, address(0)));
        ledger.slash(dataset, address(0), 1, alice, 1);
    }

    // ---- succession

    function test_hand_over__the_successor_checkpoints_and_proposes_the_old_bond_unlocks() public {
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.CoordinatorSucceeded(dataset, coordinator, successor);
        vm.prank(address(faults));
        ledger.handOver(dataset);
        assertEq(ledger.coordinatorOf(dataset), successor);
        assertTrue(ledger.isOrWasCoordinator(dataset, coordinator));
        assertTrue(ledger.isOrWasCoordinator(dataset, successor));
        assertFalse(ledger.isOrWasCoordinator(dataset, alice));
        assertEq(ledger.settleBy(dataset, 1), block.timestamp + 7 days);
        vm.prank(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.NotCoordinator.selector, dataset, coordinator, successor)
        );
        ledger.checkpoint(dataset, 9, "log", "data");
        assertEq(ledger.proposalOf(dataset, 1).proposer, coordinator);
        finalizeEpoch(dataset, 1);
        assertEq(ledger.lockedBond(coordinator), 0);
        vm.startPrank(successor);
        ledger.checkpoint(dataset, 9, "log", "data");
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.InsufficientBond.selector, successor, 0, uint256(1000e18))
        );
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        vm.stopPrank();
        vm.prank(coordinator);
        ledger.depositBond(successor, 1000e18);
        vm.prank(successor);
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        assertEq(ledger.proposalOf(dataset, 2).proposer, successor);
        assertEq(ledger.lockedBond(successor), 1000e18);
    }

    function test_hand_over__again__changes_nothing_and_before_the_first_checkpoint_works() public {
        bytes32 young = newDataset(_otherTerms());
        vm.startPrank(address(faults));
        ledger.handOver(young);
        vm.warp(block.timestamp + 5 days);
        ledger.handOver(young);
        vm.stopPrank();
        assertEq(ledger.coordinatorOf(young), successor);
        vm.prank(successor);
        ledger.checkpoint(young, 3, "log", "data");
        assertEq(ledger.availableUnits(young), 1e19);
    }

    function _otherTerms() private view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.seats = 4;
    }
}
