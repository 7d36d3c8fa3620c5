// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AnnotationLedger} from "../../contracts/AnnotationLedger.sol";
import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {LogTree} from "../../contracts/libraries/LogTree.sol";
import {DatasetState} from "../../contracts/types.sol";
import {World} from "./support/World.sol";

/// @notice The log grows, and nothing in it ever changes.
contract AnnotationLedgerCheckpointTest is World {
    bytes32 private constant NONE = "none";

    bytes32 internal dataset;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
    }

    function test_checkpoint__starts_where_the_last_ended() public {
        vm.startPrank(coordinator);
        vm.expectEmit(address(ledger));
        emit IAnnotationLedger.Checkpointed(dataset, 1, 0, 5, "a", "d");
        assertEq(ledger.checkpoint(dataset, 5, "a", "d"), 1);
        assertEq(ledger.checkpoint(dataset, 12, "b", "d"), 2);
        IAnnotationLedger.Checkpoint memory second = ledger.checkpointOf(dataset, 2);
        assertEq(second.from, 5);
        assertEq(second.to, 12);
        assertEq(second.logRoot, "b");
        assertEq(second.madeAt, block.timestamp);
        assertEq(ledger.checkpointCount(dataset), 2);
    }

    function test_checkpoint__empty__is_allowed() public {
        vm.startPrank(coordinator);
        ledger.checkpoint(dataset, 0, LogTree.rootOf(0, 0), "d");
        ledger.checkpoint(dataset, 3, "a", "d");
        ledger.checkpoint(dataset, 3, LogTree.rootOf(0, 0), "d");
        assertEq(ledger.checkpointOf(dataset, 3).from, 3);
        assertEq(ledger.checkpointOf(dataset, 3).to, 3);
    }

    function test_checkpoint__backwards_or_too_long__reverts() public {
        vm.startPrank(coordinator);
        ledger.checkpoint(dataset, 5, "a", "d");
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.InvalidRange.selector, dataset, 5, 4));
        ledger.checkpoint(dataset, 4, "a", "d");
        uint64 tooFar = 5 + (1 << 20) + 1;
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.InvalidRange.selector, dataset, 5, tooFar));
        ledger.checkpoint(dataset, tooFar, "a", "d");
        ledger.checkpoint(dataset, tooFar - 1, "a", "d");
    }

    function test_checkpoint__without_a_root__reverts() public {
        vm.prank(coordinator);
        vm.expectRevert(IAnnotationLedger.ZeroRoot.selector);
        ledger.checkpoint(dataset, 5, 0, "d");
    }

    function test_checkpoint__by_another_than_the_coordinator__reverts() public {
        address[3] memory others = [publisher, successor, alice];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IAnnotationLedger.NotCoordinator.selector, dataset, others[i], coordinator)
            );
            ledger.checkpoint(dataset, 1, "a", "d");
        }
    }

    function test_checkpoint__of_an_unknown_dataset__reverts() public {
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownDataset.selector, NONE));
        ledger.checkpoint("none", 1, "a", "d");
    }

    function test_checkpoint__in_a_ledger_of_another_version__reverts() public {
        AnnotationLedger other = new AnnotationLedger(address(registry), address(cota));
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.NotServed.selector, dataset, address(other)));
        other.checkpoint(dataset, 1, "a", "d");
    }

    function test_checkpoint__goes_on_in_every_state() public {
        DatasetState[3] memory states = [DatasetState.Paused, DatasetState.Closed, DatasetState.Archived];
        for (uint64 i = 0; i < 3; ++i) {
            vm.prank(publisher);
            registry.setState(dataset, states[i]);
            vm.prank(coordinator);
            ledger.checkpoint(dataset, i, "a", "d");
        }
    }

    function test_is_logged__a_row_at_its_index_only() public {
        vm.startPrank(coordinator);
        ledger.checkpoint(dataset, 10, "a", "d");
        bytes32[] memory rows = new bytes32[](2);
        rows[0] = "x";
        rows[1] = "y";
        ledger.checkpoint(dataset, 12, LogTree.rootOver(rows), "d");
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = LogTree.leafOf("x");
        assertTrue(ledger.isLogged(dataset, 2, 11, "y", proof));
        assertFalse(ledger.isLogged(dataset, 2, 10, "y", proof));
        assertFalse(ledger.isLogged(dataset, 2, 12, "y", proof));
        assertFalse(ledger.isLogged(dataset, 2, 1, "y", proof));
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.UnknownCheckpoint.selector, dataset, 3));
        ledger.isLogged(dataset, 3, 11, "y", proof);
    }

    function testFuzz_first_checkpoint_after__is_the_first(uint16[12] calldata gaps, uint32 time) public {
        uint64[12] memory made;
        for (uint64 i = 0; i < 12; ++i) {
            vm.warp(block.timestamp + gaps[i]);
            made[i] = uint64(block.timestamp);
            vm.prank(coordinator);
            ledger.checkpoint(dataset, i, "a", "d");
        }
        uint64 after_ = uint64(bound(time, made[0] - 1, made[11] + 1));
        uint64 expected = 0;
        for (uint64 i = 12; i > 0; --i) {
            if (made[i - 1] > after_) expected = i;
        }
        assertEq(ledger.firstCheckpointAfter(dataset, after_), expected);
    }

    function test_first_checkpoint_after__none__is_zero() public view {
        assertEq(ledger.firstCheckpointAfter(dataset, 0), 0);
    }
}
