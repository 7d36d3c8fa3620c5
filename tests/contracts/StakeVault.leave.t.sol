// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {DatasetState} from "../../contracts/types.sol";
import {Signatures} from "./support/Signatures.sol";
import {World} from "./support/World.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Leaving: not before what may still be penalised, and not later than the terms' periods allow. B18, part A.
contract StakeVaultLeaveTest is World {
    bytes32 internal dataset;
    uint64 internal leftAt;

    uint64 internal constant RECEIPT = 1 hours;
    uint64 internal constant CHECKPOINT = 3 days;
    uint64 internal constant SETTLE = 7 days;
    uint64 internal constant PENALTY = 5 days;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        join(dataset, alice);
    }

    function test_leave__by_another__reverts() public {
        IStakeVault.LeaveRequest memory request = leaveRequest(dataset, alice);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAccount.selector, alice, bob));
        vault.leave(request, "");
    }

    function test_leave__relayed__needs_the_accounts_signature() public {
        (address signer, uint256 key) = makeAddrAndKey("signer");
        join(dataset, signer);
        IStakeVault.LeaveRequest memory request = leaveRequest(dataset, signer);
        bytes memory signature = Signatures.sign(key, Signatures.leave(address(vault), request));
        vm.expectEmit(address(vault));
        emit IStakeVault.Left(dataset, signer, uint64(block.timestamp));
        vm.prank(bob);
        vault.leave(request, signature);
        assertFalse(vault.isMember(dataset, signer));
    }

    function test_leave__twice_or_never_joined__reverts() public {
        _leave();
        IStakeVault.LeaveRequest memory request = leaveRequest(dataset, alice);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.WrongMembership.selector, dataset, alice, IStakeVault.MembershipState.Leaving
            )
        );
        vault.leave(request, "");
        request.account = bob;
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.WrongMembership.selector, dataset, bob, IStakeVault.MembershipState.None)
        );
        vault.leave(request, "");
    }

    function test_leave__leaving_stake__is_not_free_P7() public {
        _leave();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientFreeStake.selector, alice, 0, 1));
        vault.withdraw(alice, 1);
    }

    function test_leave__by_the_sponsor__only_after_90_days() public {
        address sponsor = makeAddr("sponsor");
        _sponsored(sponsor);
        IStakeVault.LeaveRequest memory request = leaveRequest(dataset, bob);
        vm.warp(block.timestamp + 90 days - 1);
        vm.prank(sponsor);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAccount.selector, bob, sponsor));
        vault.leave(request, "");
        vm.warp(block.timestamp + 1);
        vm.prank(sponsor);
        vault.leave(request, "");
        vm.warp(vault.expiryOf(dataset, bob));
        vault.expire(dataset, bob);
        assertEq(vault.freeStake(sponsor), 100e18);
        assertEq(vault.freeStake(bob), 0);
    }

    function test_leave__by_anyone_once_the_dataset_is_closed() public {
        vm.startPrank(publisher);
        registry.setState(dataset, DatasetState.Closed);
        vm.stopPrank();
        IStakeVault.LeaveRequest memory request = leaveRequest(dataset, alice);
        vm.prank(bob);
        vault.leave(request, "");
        assertFalse(vault.isMember(dataset, alice));
    }

    // ---- release

    function test_release__after_a_later_checkpoint_settled_and_its_penalty_period_P7() public {
        _leave();
        vm.warp(leftAt + RECEIPT + 1);
        uint64 number = logRows(dataset, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotSettled.selector, dataset, number));
        vault.release(dataset, alice, number);
        _settle(number);
        uint64 free = uint64(block.timestamp) + PENALTY;
        vm.warp(free - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.LockedUntil.selector, free));
        vault.release(dataset, alice, number);
        vm.warp(free);
        vm.expectEmit(address(vault));
        emit IStakeVault.Released(dataset, alice, alice, 100e18, false);
        vm.prank(bob);
        vault.release(dataset, alice, number);
        assertEq(vault.freeStake(alice), 100e18);
        assertEq(vault.membership(dataset, alice).stake, 0);
        vm.prank(alice);
        vault.withdraw(alice, 100e18);
    }

    function test_release__by_a_checkpoint_that_may_lack_receipted_rows__reverts_P7() public {
        uint64 before = logRows(dataset, 1);
        _leave();
        vm.warp(leftAt + RECEIPT);
        uint64 tooEarly = logRows(dataset, 1);
        _settle(before);
        _settle(tooEarly);
        vm.warp(block.timestamp + 365 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.CheckpointTooEarly.selector, tooEarly, leftAt + RECEIPT, leftAt + RECEIPT
            )
        );
        vault.release(dataset, alice, tooEarly);
    }

    function test_release__while_an_earlier_epoch_is_unsettled__reverts_P7_B18() public {
        uint64 withHerRows = logRows(dataset, 5);
        _leave();
        vm.warp(leftAt + RECEIPT + 1);
        uint64 later = logRows(dataset, 0);
        _settle(later);
        vm.warp(block.timestamp + PENALTY);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotSettled.selector, dataset, later));
        vault.release(dataset, alice, later);
        _settle(withHerRows);
        uint64 free = uint64(block.timestamp) + PENALTY;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.LockedUntil.selector, free));
        vault.release(dataset, alice, later);
        vm.warp(free);
        vault.release(dataset, alice, later);
    }

    function test_release__of_who_did_not_leave_or_twice__reverts() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.WrongMembership.selector, dataset, alice, IStakeVault.MembershipState.Active
            )
        );
        vault.release(dataset, alice, 1);
        _leave();
        vm.warp(vault.expiryOf(dataset, alice));
        vault.expire(dataset, alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.WrongMembership.selector, dataset, alice, IStakeVault.MembershipState.Ended
            )
        );
        vault.expire(dataset, alice);
    }

    // ---- expire

    function test_expire__no_checkpoint_in_time__frees_after_earlier_work_had_its_periods_P7() public {
        _leave();
        uint64 free = leftAt + RECEIPT + SETTLE + PENALTY;
        assertEq(vault.expiryOf(dataset, alice), free);
        vm.warp(free - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.LockedUntil.selector, free));
        vault.expire(dataset, alice);
        vm.warp(free);
        vm.expectEmit(address(vault));
        emit IStakeVault.Released(dataset, alice, alice, 100e18, true);
        vault.expire(dataset, alice);
        assertEq(vault.freeStake(alice), 100e18);
    }

    function test_expire__a_checkpoint_never_settled__frees_after_its_periods_P7() public {
        _leave();
        vm.warp(leftAt + RECEIPT + CHECKPOINT);
        logRows(dataset, 1);
        assertEq(vault.expiryOf(dataset, alice), block.timestamp + SETTLE + PENALTY);
        vm.warp(block.timestamp + SETTLE + PENALTY);
        vault.expire(dataset, alice);
    }

    function test_expire__a_checkpoint_too_late__changes_nothing_P7() public {
        _leave();
        vm.warp(leftAt + RECEIPT + CHECKPOINT + 1);
        logRows(dataset, 1);
        assertEq(vault.expiryOf(dataset, alice), leftAt + RECEIPT + SETTLE + PENALTY);
    }

    function test_expire__only_the_first_later_checkpoint_counts__the_coordinator_cannot_prolong_P7() public {
        _leave();
        vm.warp(leftAt + RECEIPT + 1);
        logRows(dataset, 0);
        uint64 free = leftAt + RECEIPT + 1 + SETTLE + PENALTY;
        for (uint256 i = 0; i < 5; ++i) {
            vm.warp(block.timestamp + 2 days);
            logRows(dataset, 1);
            assertEq(vault.expiryOf(dataset, alice), free);
        }
    }

    function test_expire__settlements_past_the_first_later_checkpoint__do_not_prolong_P7() public {
        _leave();
        vm.warp(leftAt + RECEIPT + 1);
        logRows(dataset, 0);
        _settle(1);
        uint64 free = leftAt + RECEIPT + 1 + SETTLE + PENALTY;
        vm.warp(free - 2 days);
        logRows(dataset, 0);
        _settle(2);
        assertEq(ledger.settledCount(dataset), 2);
        assertEq(vault.expiryOf(dataset, alice), free);
    }

    function test_expire__what_is_final_behind_an_unsettled_checkpoint__has_its_penalty_period_P7() public {
        logRows(dataset, 0);
        logRows(dataset, 0);
        _leave();
        vm.warp(leftAt + SETTLE);
        _settle(2);
        assertEq(ledger.settledCount(dataset), 0);
        assertEq(vault.expiryOf(dataset, alice), block.timestamp + PENALTY);
        assertGt(block.timestamp + PENALTY, leftAt + RECEIPT + SETTLE + PENALTY);
    }

    function testFuzz_every_lock_ends_P7(uint32[6] calldata gaps, uint8 proposals) public {
        _leave();
        uint64 last = leftAt + RECEIPT + CHECKPOINT + SETTLE + PENALTY;
        for (uint64 i = 0; i < 6; ++i) {
            vm.warp(block.timestamp + gaps[i] % 3 days);
            logRows(dataset, 0);
            if (proposals >> i & 1 == 1) {
                vm.prank(coordinator);
                ledger.propose(dataset, i + 1, 0, 0, 0, "");
            }
            assertLe(vault.expiryOf(dataset, alice), last);
        }
        vm.warp(Math.max(block.timestamp, last));
        vault.expire(dataset, alice);
        assertEq(vault.freeStake(alice), 100e18);
    }

    // ---- again

    function test_join_again__after_the_end__is_a_new_membership_P7() public {
        _leave();
        vm.warp(vault.expiryOf(dataset, alice));
        vault.expire(dataset, alice);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.prank(alice);
        vault.join(request, "", false);
        IStakeVault.Membership memory m = vault.membership(dataset, alice);
        assertEq(m.stake, 100e18);
        assertEq(m.joinedAt, block.timestamp);
        assertEq(m.leftAt, 0);
        assertEq(vault.freeStake(alice), 0);
    }

    function _leave() private {
        depart(dataset, alice);
        leftAt = uint64(block.timestamp);
    }

    function _settle(uint64 number) private {
        vm.prank(coordinator);
        ledger.propose(dataset, number, 0, 0, 0, "");
        finalizeEpoch(dataset, number);
    }

    function _sponsored(address sponsor) private {
        (address signer, uint256 key) = makeAddrAndKey("bob");
        assertEq(signer, bob);
        giveStake(sponsor, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, bob);
        bytes memory signature = Signatures.sign(key, Signatures.join(address(vault), request));
        vm.prank(sponsor);
        vault.join(request, signature, true);
    }
}
