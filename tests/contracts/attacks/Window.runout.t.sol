// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {World} from "../support/World.sol";

/// @notice A proposer's friend challenges with something silly just before the window ends, loses, and hopes that nobody else
/// has time left; or an enemy does so over and over until the settle time is over. Neither works.
contract WindowRunoutTest is World {
    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
    }

    function test_runout__after_a_shield_challenge_half_the_window_is_left_for_others() public {
        for (uint256 round = 0; round < 5; ++round) {
            vm.warp(ledger.proposalOf(dataset, 1).windowEndsAt - 1);
            vm.prank(court);
            ledger.suspend(dataset, 1);
            vm.warp(block.timestamp + 2 days);
            vm.prank(court);
            ledger.resume(dataset, 1);
            assertEq(ledger.proposalOf(dataset, 1).windowEndsAt, block.timestamp + 12 hours);
            uint64 end = ledger.proposalOf(dataset, 1).windowEndsAt;
            vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.WindowOpen.selector, dataset, 1, end));
            ledger.finalize(dataset, 1);
        }
    }

    function test_runout__no_number_of_challenges_makes_a_proposer_miss_the_settle_time() public {
        for (uint256 round = 0; round < 8; ++round) {
            vm.warp(ledger.proposalOf(dataset, 1).windowEndsAt - 1);
            vm.prank(court);
            ledger.suspend(dataset, 1);
            vm.warp(block.timestamp + 9 days);
            vm.prank(court);
            ledger.resume(dataset, 1);
            vm.expectRevert();
            faults.expireCheckpoint(dataset, 1);
        }
        finalizeEpoch(dataset, 1);
        assertEq(ledger.settledCount(dataset), 1);
    }

    function test_runout__a_rejection_at_the_last_moment_leaves_a_window_to_propose_anew() public {
        vm.warp(ledger.proposalOf(dataset, 1).windowEndsAt - 1);
        vm.prank(court);
        ledger.suspend(dataset, 1);
        vm.warp(block.timestamp + 40 days);
        vm.prank(court);
        ledger.reject(dataset, 1, 0, alice, 0);
        assertGe(ledger.settleBy(dataset, 1), block.timestamp + 1 days);
        vm.expectPartialRevert(bytes4(keccak256("SettleTimeRunning(bytes32,uint64,uint64)")));
        faults.expireCheckpoint(dataset, 1);
    }

    function test_runout__a_coordinator_that_stalls_by_rejections__has_only_a_window_each_time() public {
        vm.warp(ledger.settleBy(dataset, 1) - 1);
        vm.prank(alice);
        ledger.finalize(dataset, 1);
        logRows(dataset, 3);
        vm.warp(ledger.settleBy(dataset, 2) + 1);
        vm.prank(coordinator);
        ledger.propose(dataset, 2, "root", 2e9, 1, "file");
        vm.prank(court);
        ledger.suspend(dataset, 2);
        vm.prank(court);
        ledger.reject(dataset, 2, 1000e18, alice, 100e18);
        vm.warp(block.timestamp + 1 days + 1);
        faults.expireCheckpoint(dataset, 2);
        assertEq(ledger.coordinatorOf(dataset), successor);
    }

    function testFuzz_runout__the_window_never_ends_earlier_for_a_dispute(uint32 at, uint32 length) public {
        uint64 start = uint64(block.timestamp);
        uint64 end = ledger.proposalOf(dataset, 1).windowEndsAt;
        vm.warp(start + bound(at, 0, 1 days - 1));
        uint64 left = end - uint64(block.timestamp);
        vm.prank(court);
        ledger.suspend(dataset, 1);
        vm.warp(block.timestamp + bound(length, 0, 365 days));
        vm.prank(court);
        ledger.resume(dataset, 1);
        uint64 after_ = ledger.proposalOf(dataset, 1).windowEndsAt - uint64(block.timestamp);
        assertGe(after_, left);
        assertGe(after_, 12 hours);
        assertEq(after_, left > 12 hours ? left : 12 hours);
    }
}
