// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Penalties} from "./support/Penalties.sol";

/// @notice What the court may do to a penalty, and how long a leaving lock waits for disputes and appeals. P7, B18.
contract StakeVaultAppealTest is Penalties {
    bytes32 internal dataset;
    uint64 internal epoch;

    uint64 internal constant RECEIPT = 1 hours;
    uint64 internal constant APPEAL = 3 days;
    uint64 internal constant PENALTY = 5 days;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        join(dataset, alice);
        depart(dataset, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        epoch = fineEpoch(dataset, fine1(alice, 50e18));
    }

    function test_hold__by_another_than_the_court__reverts_P7() public {
        bytes memory refused = abi.encodeWithSelector(IStakeVault.NotCourt.selector, dataset, address(this), court);
        vm.expectRevert(refused);
        vault.holdPenalty(dataset, epoch, 0, alice);
        vm.expectRevert(refused);
        vault.cancelPenalty(dataset, epoch, 0);
        vm.expectRevert(refused);
        vault.releasePenalty(dataset, epoch, 0);
    }

    function test_hold__stops_the_penalty_and_the_release_P7_B18() public {
        uint64 heldAt = uint64(block.timestamp);
        _hold();
        vm.warp(heldAt + APPEAL);
        IDatasetShares.ShareClaim memory leaf = _leaf();
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.WrongPenalty.selector, dataset, epoch, 0, IStakeVault.PenaltyState.Held)
        );
        vault.executePenalty(dataset, leaf);
        vm.warp(heldAt + PENALTY);
        bytes memory locked = abi.encodeWithSelector(IStakeVault.LockedUntil.selector, heldAt + 180 days);
        vm.expectRevert(locked);
        vault.release(dataset, alice, epoch);
        vm.expectRevert(locked);
        vault.expire(dataset, alice);
    }

    function test_hold__never_ruled_on__the_lock_ends_after_180_days_all_the_same_P7() public {
        _hold();
        vm.warp(block.timestamp + 180 days);
        vault.release(dataset, alice, epoch);
        assertEq(vault.freeStake(alice), 100e18);
    }

    function test_cancel__ends_the_penalty_for_good_and_frees_the_lock_P7() public {
        _hold();
        vm.warp(block.timestamp + PENALTY);
        vm.expectEmit(address(vault));
        emit IStakeVault.PenaltyCancelled(dataset, epoch, 0);
        vm.startPrank(court);
        vault.cancelPenalty(dataset, epoch, 0);
        vault.cancelPenalty(dataset, epoch, 0);
        vault.releasePenalty(dataset, epoch, 0);
        vault.holdPenalty(dataset, epoch, 0, alice);
        vm.stopPrank();
        assertTrue(vault.penaltyStateOf(dataset, epoch, 0) == IStakeVault.PenaltyState.Cancelled);
        vault.release(dataset, alice, epoch);
        assertEq(vault.freeStake(alice), 100e18);
    }

    function test_cancel__of_what_was_not_held__ends_the_penalty_P7() public {
        vm.prank(court);
        vault.cancelPenalty(dataset, epoch, 0);
        vm.warp(block.timestamp + APPEAL);
        IDatasetShares.ShareClaim memory leaf = _leaf();
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.WrongPenalty.selector, dataset, epoch, 0, IStakeVault.PenaltyState.Cancelled
            )
        );
        vault.executePenalty(dataset, leaf);
    }

    function test_release_penalty__after_a_long_appeal__can_still_be_executed_before_the_lock_ends_B18() public {
        _hold();
        vm.warp(block.timestamp + 60 days);
        uint64 until = uint64(block.timestamp) + PENALTY - APPEAL;
        vm.expectEmit(address(vault));
        emit IStakeVault.PenaltyReleased(dataset, epoch, 0, until);
        vm.prank(court);
        vault.releasePenalty(dataset, epoch, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.LockedUntil.selector, until));
        vault.release(dataset, alice, epoch);
        vm.warp(until - 1);
        assertEq(vault.executePenalty(dataset, _leaf()), 50e18);
        vm.warp(until);
        vault.release(dataset, alice, epoch);
        assertEq(vault.freeStake(alice), 50e18);
    }

    function test_release_penalty__nobody_executes_it__it_lapses_P7() public {
        _hold();
        vm.warp(block.timestamp + 60 days);
        vm.prank(court);
        vault.releasePenalty(dataset, epoch, 0);
        vm.warp(block.timestamp + PENALTY - APPEAL);
        IDatasetShares.ShareClaim memory leaf = _leaf();
        vm.expectPartialRevert(IStakeVault.NotPenaltyTime.selector);
        vault.executePenalty(dataset, leaf);
        vault.expire(dataset, alice);
    }

    function test_hooks__of_an_executed_penalty__revert() public {
        vm.warp(block.timestamp + APPEAL);
        vault.executePenalty(dataset, _leaf());
        bytes memory refused = abi.encodeWithSelector(
            IStakeVault.WrongPenalty.selector, dataset, epoch, 0, IStakeVault.PenaltyState.Executed
        );
        vm.startPrank(court);
        vm.expectRevert(refused);
        vault.holdPenalty(dataset, epoch, 0, alice);
        vm.expectRevert(refused);
        vault.cancelPenalty(dataset, epoch, 0);
        vault.releasePenalty(dataset, epoch, 0);
    }

    // ---- disputes about the settlement

    function test_expire__while_the_settlement_is_disputed__waits_B18() public {
        bytes32 other = _leaving("disputed");
        uint64 number = logRows(other, 1);
        proposeFines(other, number, fine1(alice, 50e18), 1e9);
        uint64 plain = vault.expiryOf(other, alice);
        vm.prank(court);
        ledger.suspend(other, number);
        assertEq(vault.expiryOf(other, alice), plain + 180 days);
        vm.warp(plain + 20 days);
        vm.prank(court);
        ledger.resume(other, number);
        finalizeEpoch(other, number);
        uint64 end = uint64(block.timestamp) + PENALTY;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.LockedUntil.selector, end));
        vault.expire(other, alice);
        vm.warp(block.timestamp + APPEAL);
        IDatasetShares.ShareClaim memory leaf = fineOf(other, number, fine1(alice, 50e18), 0);
        assertEq(vault.executePenalty(other, leaf), 50e18);
        vm.warp(end);
        vault.expire(other, alice);
    }

    function test_expire__a_dispute_without_end__keeps_no_lock_for_ever_P7() public {
        bytes32 other = _leaving("endless");
        uint64 number = logRows(other, 1);
        proposeFines(other, number, fine1(alice, 50e18), 1e9);
        uint64 plain = vault.expiryOf(other, alice);
        vm.prank(court);
        ledger.suspend(other, number);
        vm.warp(plain + 180 days);
        vault.expire(other, alice);
    }

    function test_expire__an_earlier_dispute__is_waited_for__a_later_one_is_not_B18() public {
        vm.prank(publisher);
        bytes32 other = registry.createDataset(defaultTerms(), "earlier", "");
        join(other, alice);
        uint64 hers = logRows(other, 1);
        depart(other, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        uint64 last = logRows(other, 1);
        vm.warp(block.timestamp + 1);
        uint64 later = logRows(other, 1);
        uint64 plain = vault.expiryOf(other, alice);
        proposeFines(other, later, fine1(alice, 1e18), 1e9);
        vm.prank(court);
        ledger.suspend(other, later);
        assertEq(vault.expiryOf(other, alice), plain, "made after all her work was due");
        proposeFines(other, hers, fine1(alice, 1e18), 1e9);
        vm.prank(court);
        ledger.suspend(other, hers);
        assertEq(vault.expiryOf(other, alice), plain + 180 days);
        assertLt(last, later);
    }

    function _leaving(bytes32 salt) private returns (bytes32 other) {
        vm.prank(publisher);
        other = registry.createDataset(defaultTerms(), salt, "");
        join(other, alice);
        depart(other, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
    }

    function _hold() private {
        vm.expectEmit(address(vault));
        emit IStakeVault.PenaltyHeld(dataset, epoch, alice, 0);
        vm.startPrank(court);
        vault.holdPenalty(dataset, epoch, 0, alice);
        vault.holdPenalty(dataset, epoch, 0, alice);
        vm.stopPrank();
    }

    function _leaf() private view returns (IDatasetShares.ShareClaim memory) {
        return fineOf(dataset, epoch, fine1(alice, 50e18), 0);
    }
}
