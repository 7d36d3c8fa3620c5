// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Penalties} from "../support/Penalties.sol";

/// @notice B18, leaving before the axe falls: whoever sees a penalty coming and runs loses exactly what he would have lost.
contract B18LeavingAttackTest is Penalties {
    bytes32 internal dataset;

    uint64 internal constant RECEIPT = 1 hours;
    uint64 internal constant APPEAL = 3 days;
    uint64 internal constant PENALTY = 5 days;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        join(dataset, alice);
        vm.warp(block.timestamp + 1);
    }

    function test_B18_runs_when_the_penalty_is_proposed__pays_it_all_the_same() public {
        uint64 epoch = logRows(dataset, 1);
        proposeFines(dataset, epoch, fine1(alice, 50e18), 1e9);
        depart(dataset, alice);
        finalizeEpoch(dataset, epoch);
        vm.warp(block.timestamp + APPEAL);
        assertEq(vault.executePenalty(dataset, fineOf(dataset, epoch, fine1(alice, 50e18), 0)), 50e18);
        vm.warp(vault.expiryOf(dataset, alice));
        vault.expire(dataset, alice);
        assertEq(vault.freeStake(alice), 50e18);
    }

    function test_B18_has_the_lock_freed_one_second_early__reverts() public {
        depart(dataset, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        uint64 epoch = fineEpoch(dataset, fine1(alice, 50e18));
        uint64 free = uint64(block.timestamp) + PENALTY;
        vm.warp(free - 1);
        bytes memory locked = abi.encodeWithSelector(IStakeVault.LockedUntil.selector, free);
        vm.expectRevert(locked);
        vault.release(dataset, alice, epoch);
        // In that last second the penalty still finds the lock.
        assertEq(vault.executePenalty(dataset, fineOf(dataset, epoch, fine1(alice, 50e18), 0)), 50e18);
        vm.warp(free);
        vault.release(dataset, alice, epoch);
        assertEq(vault.freeStake(alice), 50e18);
    }

    function test_B18_frees_the_lock_by_an_old_checkpoint__reverts() public {
        uint64 old = logRows(dataset, 0);
        vm.prank(coordinator);
        ledger.propose(dataset, old, 0, 0, 0, "");
        finalizeEpoch(dataset, old);
        depart(dataset, alice);
        vm.warp(block.timestamp + PENALTY);
        vm.expectPartialRevert(IStakeVault.CheckpointTooEarly.selector);
        vault.release(dataset, alice, old);
    }

    function test_B18_leaves_and_joins_anew_to_wipe_the_slate__old_penalties_were_over_first() public {
        depart(dataset, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        uint64 epoch = fineEpoch(dataset, fine1(alice, 50e18));
        giveStake(alice, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.prank(alice);
        vm.expectPartialRevert(IStakeVault.WrongMembership.selector);
        vault.join(request, "", false);
        vm.warp(block.timestamp + APPEAL);
        vault.executePenalty(dataset, fineOf(dataset, epoch, fine1(alice, 50e18), 0));
        vm.warp(block.timestamp + PENALTY - APPEAL);
        vault.release(dataset, alice, epoch);
        request = joinRequest(dataset, alice);
        vm.prank(alice);
        vault.join(request, "", false);
        assertEq(vault.membership(dataset, alice).stake, 100e18);
        assertEq(vault.freeStake(alice), 50e18);
    }

    function test_B18_moves_free_stake_out_while_the_lock_is_penalised__totals_hold() public {
        giveStake(alice, 80e18);
        uint64 epoch = fineEpoch(dataset, fine1(alice, 50e18));
        vm.prank(alice);
        vault.withdraw(alice, 30e18);
        vm.warp(block.timestamp + APPEAL);
        vault.executePenalty(dataset, fineOf(dataset, epoch, fine1(alice, 50e18), 0));
        vm.prank(alice);
        vault.withdraw(alice, 50e18);
        assertEq(cota.balanceOf(alice), 80e18);
        assertEq(cota.balanceOf(address(vault)), 50e18);
    }

    function test_B18_a_leaf_penalised_twice_through_two_memberships__reverts() public {
        depart(dataset, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        uint64 epoch = fineEpoch(dataset, fine1(alice, 50e18));
        vm.warp(block.timestamp + APPEAL);
        IDatasetShares.ShareClaim memory leaf = fineOf(dataset, epoch, fine1(alice, 50e18), 0);
        vault.executePenalty(dataset, leaf);
        vm.warp(block.timestamp + PENALTY);
        vault.release(dataset, alice, epoch);
        join(dataset, alice);
        vm.expectPartialRevert(IStakeVault.WrongPenalty.selector);
        vault.executePenalty(dataset, leaf);
    }
}
