// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice OpenZeppelin's sorted Merkle tree (StandardMerkleTree of @openzeppelin/merkle-tree), built in tests.
library SettlementTree {
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        return nodes(leaves)[0];
    }

    function prove(bytes32[] memory leaves, bytes32 leaf) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory tree = nodes(leaves);
        uint256 at_ = tree.length;
        for (uint256 i = leaves.length - 1; i < tree.length; ++i) {
            if (tree[i] == leaf) at_ = i;
        }
        require(at_ < tree.length, "no such leaf");
        uint256 depth = 0;
        for (uint256 i = at_; i > 0; i = (i - 1) / 2) {
            ++depth;
        }
        proof = new bytes32[](depth);
        depth = 0;
        for (uint256 i = at_; i > 0; i = (i - 1) / 2) {
            proof[depth++] = tree[i % 2 == 1 ? i + 1 : i - 1];
        }
    }

    function nodes(bytes32[] memory leaves) internal pure returns (bytes32[] memory tree) {
        bytes32[] memory sorted = _sort(leaves);
        tree = new bytes32[](2 * sorted.length - 1);
        for (uint256 i = 0; i < sorted.length; ++i) {
            tree[tree.length - 1 - i] = sorted[i];
        }
        for (uint256 i = tree.length - sorted.length; i > 0; --i) {
            tree[i - 1] = Hashes.commutativeKeccak256(tree[2 * i - 1], tree[2 * i]);
        }
    }

    function _sort(bytes32[] memory leaves) private pure returns (bytes32[] memory sorted) {
        sorted = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            uint256 j = i;
            for (; j > 0 && sorted[j - 1] > leaves[i]; --j) {
                sorted[j] = sorted[j - 1];
            }
            sorted[j] = leaves[i];
        }
    }
}
