// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {SettlementTree} from "./SettlementTree.sol";
import {World} from "./World.sol";

/// @notice Epochs whose leaves carry penalties.
abstract contract Penalties is World {
    struct Fine {
        address account;
        uint128 penalty;
    }

    /// @notice A final epoch over one row for each fine, each leaf with one unit.
    function fineEpoch(bytes32 dataset, Fine[] memory fines) internal returns (uint64 epoch) {
        epoch = logRows(dataset, uint64(fines.length));
        settleFines(dataset, epoch, fines);
    }

    function settleFines(bytes32 dataset, uint64 epoch, Fine[] memory fines) internal {
        uint64 total = uint64(fines.length) * 1e9;
        proposeFines(dataset, epoch, fines, total);
        finalizeEpoch(dataset, epoch);
    }

    function proposeFines(bytes32 dataset, uint64 epoch, Fine[] memory fines, uint64 total) internal {
        bytes32 root = SettlementTree.root(fineLeaves(dataset, epoch, fines));
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, total, uint32(fines.length), keccak256("file"));
    }

    function fineOf(bytes32 dataset, uint64 epoch, Fine[] memory fines, uint32 index)
        internal
        view
        returns (IDatasetShares.ShareClaim memory leaf)
    {
        bytes32[] memory leaves = fineLeaves(dataset, epoch, fines);
        bytes32[] memory proof = SettlementTree.prove(leaves, leaves[index]);
        return IDatasetShares.ShareClaim(epoch, index, fines[index].account, 1e9, fines[index].penalty, proof);
    }

    function fineLeaves(bytes32 dataset, uint64 epoch, Fine[] memory fines)
        internal
        view
        returns (bytes32[] memory leaves)
    {
        leaves = new bytes32[](fines.length);
        for (uint32 i = 0; i < fines.length; ++i) {
            bytes memory leaf = abi.encode(
                block.chainid, address(ledger), dataset, epoch, i, fines[i].account, uint64(1e9), fines[i].penalty
            );
            leaves[i] = keccak256(abi.encode(keccak256(leaf)));
        }
    }

    function fine1(address a, uint128 penalty) internal pure returns (Fine[] memory fines) {
        fines = new Fine[](1);
        fines[0] = Fine(a, penalty);
    }

    function fine2(address a, uint128 penaltyA, address b, uint128 penaltyB)
        internal
        pure
        returns (Fine[] memory fines)
    {
        fines = new Fine[](2);
        fines[0] = Fine(a, penaltyA);
        fines[1] = Fine(b, penaltyB);
    }
}
