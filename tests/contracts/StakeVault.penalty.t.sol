// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Penalties} from "./support/Penalties.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Penalties: proven by leaf, in their time, once, within the cap, out of this dataset's lock alone, burnt. P7, B18.
/// Tree of cases: StakeVault.penalty.tree.
contract StakeVaultPenaltyTest is Penalties {
    bytes32 internal dataset;
    uint64 internal epoch;
    uint64 internal finalizedAt;

    uint64 internal constant RECEIPT = 1 hours;
    uint64 internal constant SETTLE = 7 days;
    uint64 internal constant APPEAL = 3 days;
    uint64 internal constant PENALTY = 5 days;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        join(dataset, alice);
        join(dataset, bob);
        vm.warp(block.timestamp + 1);
    }

    // ---- how much

    function test_penalty__lock_100_cap_60_leave_penalty_50__50_burnt_50_returned_P7_B18() public {
        depart(dataset, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        _fine(50e18);
        uint256 supply = cota.totalSupply();
        vm.expectEmit(address(vault));
        emit IStakeVault.Penalised(dataset, epoch, alice, 0, 50e18, 50e18, 50e18);
        assertEq(vault.executePenalty(dataset, _leaf(50e18)), 50e18);
        assertEq(cota.totalSupply(), supply - 50e18);
        vm.warp(finalizedAt + PENALTY);
        vault.release(dataset, alice, epoch);
        assertEq(vault.freeStake(alice), 50e18);
        vm.prank(alice);
        vault.withdraw(alice, 50e18);
        assertEq(cota.balanceOf(alice), 50e18);
    }

    function test_penalty__above_the_cap__takes_the_cap_P7() public {
        _fine(61e18);
        assertEq(vault.executePenalty(dataset, _leaf(61e18)), 60e18);
        assertEq(vault.membership(dataset, alice).stake, 40e18);
    }

    function test_penalty__above_the_stake__takes_what_the_cap_allows_and_does_not_revert_B18() public {
        _fine(type(uint128).max);
        assertEq(vault.executePenalty(dataset, _leaf(type(uint128).max)), 60e18);
    }

    function test_penalty__several_epochs__add_up_to_the_cap_and_no_further_P7() public {
        uint128[3] memory wanted = [uint128(25e18), 25e18, 25e18];
        uint128[3] memory taken = [uint128(25e18), 25e18, 10e18];
        for (uint256 i = 0; i < 3; ++i) {
            _fine(wanted[i]);
            assertEq(vault.executePenalty(dataset, _leaf(wanted[i])), taken[i]);
        }
        assertEq(vault.membership(dataset, alice).stake, 40e18);
        _fine(1);
        assertEq(vault.executePenalty(dataset, _leaf(1)), 0);
    }

    function testFuzz_penalty__is_the_least_of_penalty_cap_and_lock_P7(uint128[4] calldata penalties) public {
        uint256 left = 60e18;
        for (uint256 i = 0; i < 4; ++i) {
            uint128 penalty = uint128(bound(penalties[i], 1, 70e18));
            _fine(penalty);
            uint256 burnt = vault.executePenalty(dataset, _leaf(penalty));
            assertEq(burnt, Math.min(penalty, left));
            left -= burnt;
        }
        assertEq(vault.membership(dataset, alice).stake, 40e18 + left);
    }

    // ---- whose, and which lock

    function test_penalty__other_locks_and_free_stake__are_never_touched_P7() public {
        vm.prank(publisher);
        bytes32 second = registry.createDataset(defaultTerms(), "second", "");
        join(second, alice);
        giveStake(alice, 30e18);
        _fine(60e18);
        vault.executePenalty(dataset, _leaf(60e18));
        assertEq(vault.membership(second, alice).stake, 100e18);
        assertEq(vault.membership(dataset, bob).stake, 100e18);
        assertEq(vault.freeStake(alice), 30e18);
    }

    function test_penalty__of_who_never_joined_or_ended__reverts_P7() public {
        Fine[] memory fines = fine2(alice, 1, carol, 1);
        epoch = fineEpoch(dataset, fines);
        vm.warp(block.timestamp + APPEAL);
        IDatasetShares.ShareClaim memory leaf = fineOf(dataset, epoch, fines, 1);
        vm.expectRevert(_wrongMembership(carol, IStakeVault.MembershipState.None));
        vault.executePenalty(dataset, leaf);
    }

    function test_penalty__of_work_before_joining_again__spares_the_new_lock_P7() public {
        uint64 old = logRows(dataset, 1);
        depart(dataset, alice);
        vm.warp(block.timestamp + RECEIPT + 1);
        uint64 later = logRows(dataset, 1);
        vm.warp(vault.expiryOf(dataset, alice));
        vault.expire(dataset, alice);
        join(dataset, alice);
        uint64 joinedAt = uint64(block.timestamp);
        assertFalse(vault.membership(dataset, alice).mixedStart);
        vm.warp(block.timestamp + 1);
        // Long overdue, the coordinator settles both.
        Fine[] memory fines = fine1(alice, 10e18);
        for (uint64 number = old; number <= later; ++number) {
            settleFines(dataset, number, fines);
            vm.warp(block.timestamp + APPEAL);
            uint64 madeAt = ledger.checkpointOf(dataset, number).madeAt;
            IDatasetShares.ShareClaim memory leaf = fineOf(dataset, number, fines, 0);
            vm.expectRevert(abi.encodeWithSelector(IStakeVault.EarlierWork.selector, number, madeAt, joinedAt));
            vault.executePenalty(dataset, leaf);
        }
        _fine(10e18);
        assertEq(vault.executePenalty(dataset, _leaf(10e18)), 10e18, "work of the new membership");
    }

    function test_penalty__a_checkpoint_with_work_of_both_memberships__spares_the_new_lock_P7() public {
        depart(dataset, alice);
        vm.warp(vault.expiryOf(dataset, alice));
        vault.expire(dataset, alice);
        join(dataset, alice);
        assertTrue(vault.membership(dataset, alice).mixedStart);
        uint64 joinedAt = uint64(block.timestamp);
        vm.warp(block.timestamp + 1);
        _fine(10e18);
        uint64 madeAt = ledger.checkpointOf(dataset, epoch).madeAt;
        IDatasetShares.ShareClaim memory leaf = _leaf(10e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.EarlierWork.selector, epoch, madeAt, joinedAt));
        vault.executePenalty(dataset, leaf);
        _fine(10e18);
        assertEq(vault.executePenalty(dataset, _leaf(10e18)), 10e18, "the next one is hers alone");
    }

    // ---- when

    function test_penalty__one_second_before_appeals_end__reverts__then_works_P7() public {
        epoch = fineEpoch(dataset, fine1(alice, 5e18));
        (uint64 opens, uint64 closes) = _times();
        vm.warp(opens - 1);
        IDatasetShares.ShareClaim memory leaf = _leaf(5e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotPenaltyTime.selector, opens, closes, opens - 1));
        vault.executePenalty(dataset, leaf);
        vm.warp(opens);
        vault.executePenalty(dataset, leaf);
    }

    function test_penalty__in_the_last_second_works__at_the_end_of_the_period_reverts_P7() public {
        epoch = fineEpoch(dataset, fine1(alice, 5e18));
        (uint64 opens, uint64 closes) = _times();
        IDatasetShares.ShareClaim memory leaf = _leaf(5e18);
        vm.warp(closes);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotPenaltyTime.selector, opens, closes, closes));
        vault.executePenalty(dataset, leaf);
        vm.warp(closes - 1);
        vault.executePenalty(dataset, leaf);
    }

    function test_penalty__of_a_settlement_that_is_not_final__reverts_P7() public {
        epoch = logRows(dataset, 1);
        proposeFines(dataset, epoch, fine1(alice, 5e18), 1e9);
        IDatasetShares.ShareClaim memory leaf = _leaf(5e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotFinal.selector, dataset, epoch));
        vault.executePenalty(dataset, leaf);
    }

    function test_penalty__twice__reverts_B21() public {
        _fine(5e18);
        vault.executePenalty(dataset, _leaf(5e18));
        IDatasetShares.ShareClaim memory leaf = _leaf(5e18);
        vm.expectRevert(_wrongPenalty(IStakeVault.PenaltyState.Executed));
        vault.executePenalty(dataset, leaf);
    }

    // ---- by which proof

    function test_penalty__not_what_the_leaf_says__reverts_B21() public {
        _fine(5e18);
        IDatasetShares.ShareClaim memory leaf = _leaf(5e18);
        leaf.penalty = 6e18;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidProof.selector, epoch, 0));
        vault.executePenalty(dataset, leaf);
        leaf.penalty = 5e18;
        leaf.account = bob;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidProof.selector, epoch, 0));
        vault.executePenalty(dataset, leaf);
        leaf.account = alice;
        leaf.index = 1;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.IndexOutOfRange.selector, epoch, 1, 1));
        vault.executePenalty(dataset, leaf);
        leaf.index = 0;
        leaf.penalty = 0;
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NothingToPenalise.selector, epoch, 0));
        vault.executePenalty(dataset, leaf);
    }

    function test_penalty__the_same_leaf_for_another_dataset__reverts_B21() public {
        vm.prank(publisher);
        bytes32 second = registry.createDataset(defaultTerms(), "second", "");
        join(second, alice);
        vm.warp(block.timestamp + 1);
        uint64 other = fineEpoch(second, fine1(alice, 1e18));
        _fine(5e18);
        assertEq(other, epoch);
        IDatasetShares.ShareClaim memory leaf = _leaf(5e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidProof.selector, epoch, 0));
        vault.executePenalty(second, leaf);
    }

    function _fine(uint128 penalty) private {
        epoch = fineEpoch(dataset, fine1(alice, penalty));
        finalizedAt = uint64(block.timestamp);
        vm.warp(block.timestamp + APPEAL);
    }

    function _leaf(uint128 penalty) private view returns (IDatasetShares.ShareClaim memory) {
        return fineOf(dataset, epoch, fine1(alice, penalty), 0);
    }

    function _times() private view returns (uint64 opens, uint64 closes) {
        uint64 at = ledger.proposalOf(dataset, epoch).finalizedAt;
        return (at + APPEAL, at + PENALTY);
    }

    function _wrongPenalty(IStakeVault.PenaltyState state) private view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.WrongPenalty.selector, dataset, epoch, 0, state);
    }

    function _wrongMembership(address account, IStakeVault.MembershipState state) private view returns (bytes memory) {
        return abi.encodeWithSelector(IStakeVault.WrongMembership.selector, dataset, account, state);
    }
}
