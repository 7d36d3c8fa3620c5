// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetRegistry} from "../../../contracts/DatasetRegistry.sol";
import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Leaves} from "../../../contracts/libraries/Leaves.sol";
import {LogTree} from "../../../contracts/libraries/LogTree.sol";
import {Statements} from "../../../contracts/libraries/Statements.sol";

/// @notice B21: an id means one thing. Two ids are equal only if everything that they stand for is, given that keccak256 has
/// no collisions: what could still be confused, by packing or by a word left out, is not.
contract IdsProof {
    DatasetRegistry private registry;

    function setUp() public {
        registry = new DatasetRegistry(address(this));
    }

    function check_B21_leaves__of_settlements__are_injective(
        address ledgerA,
        bytes32 datasetA,
        IDatasetShares.ShareClaim calldata a,
        address ledgerB,
        bytes32 datasetB,
        IDatasetShares.ShareClaim calldata b
    ) external view {
        if (Leaves.hash(ledgerA, datasetA, a) != Leaves.hash(ledgerB, datasetB, b)) return;
        assert(ledgerA == ledgerB && datasetA == datasetB);
        assert(a.epoch == b.epoch && a.index == b.index && a.account == b.account);
        assert(a.units == b.units && a.penalty == b.penalty);
    }

    function check_B21_log_tree__leaf_node_and_root__are_never_confused(
        bytes32 row,
        bytes32 left,
        bytes32 right,
        uint64 count,
        bytes32 top
    ) external pure {
        bytes32 leaf = LogTree.leafOf(row);
        bytes32 node = LogTree.nodeOf(left, right);
        bytes32 root = LogTree.rootOf(count, top);
        assert(leaf != node && node != root && root != leaf);
    }

    function check_B21_log_tree__nodes_and_roots__are_injective(
        bytes32 left,
        bytes32 right,
        bytes32 otherLeft,
        bytes32 otherRight,
        uint64 count,
        uint64 otherCount
    ) external pure {
        if (LogTree.nodeOf(left, right) == LogTree.nodeOf(otherLeft, otherRight)) {
            assert(left == otherLeft && right == otherRight);
        }
        if (LogTree.rootOf(count, left) == LogTree.rootOf(otherCount, otherLeft)) {
            assert(count == otherCount && left == otherLeft);
        }
    }

    function check_B21_rows__of_annotations__are_injective(
        IAnnotationLedger.Annotation calldata a,
        IAnnotationLedger.Annotation calldata b
    ) external pure {
        if (Statements.hash(a) == Statements.hash(b)) {
            assert(keccak256(abi.encode(a)) == keccak256(abi.encode(b)));
        }
    }

    function check_B21_statements__of_joining_and_leaving__are_never_confused(
        IStakeVault.JoinRequest calldata join,
        IStakeVault.LeaveRequest calldata leave
    ) external pure {
        assert(Statements.hash(join) != Statements.hash(leave));
    }

    function check_B21_dataset_ids__are_injective(
        address publisher,
        bytes32 termsHash,
        bytes32 salt,
        address otherPublisher,
        bytes32 otherTermsHash,
        bytes32 otherSalt
    ) external view {
        if (
            registry.datasetId(publisher, termsHash, salt)
                == registry.datasetId(otherPublisher, otherTermsHash, otherSalt)
        ) {
            assert(publisher == otherPublisher && termsHash == otherTermsHash && salt == otherSalt);
        }
    }
}
