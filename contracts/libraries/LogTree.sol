// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Positional Merkle tree of logs, items and gold
/// @notice Rows -> leaves -> **tree** -> root on chain. The root says how many rows there are, and a proof is good for one
/// index only: no row can be shown at another place, an inner node never passes for a leaf, and no element may be
/// missing or left over.
/// @dev leaf = keccak256(0x00 || row), node = keccak256(0x01 || left || right), root = keccak256(0x02 || uint64be(count)
/// || top). Shape of RFC 9162: an odd last node goes up unchanged. The empty tree's top is 32 zero bytes. Python twin:
/// cota/commitments/log_tree.py, with the same vectors.
library LogTree {
    function leafOf(bytes32 row) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), row));
    }

    function nodeOf(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    function rootOf(uint64 count, bytes32 top) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x02), count, top));
    }

    /// @notice True when `row` is row `index` of the `count` rows under `root`.
    function verify(bytes32 root, bytes32 row, uint64 index, uint64 count, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        if (index >= count) return false;
        bytes32 node = leafOf(row);
        uint256 position = index;
        uint256 last = count - 1;
        for (uint256 i = 0; i < proof.length; ++i) {
            if (last == 0) return false;
            // A node without a right neighbour goes up unchanged until it is somebody's right neighbour.
            while (position == last && position % 2 == 0) {
                position /= 2;
                last /= 2;
            }
            node = position % 2 == 1 ? nodeOf(proof[i], node) : nodeOf(node, proof[i]);
            position /= 2;
            last /= 2;
        }
        return last == 0 && rootOf(count, node) == root;
    }

    /// @notice The root over `rows`. Rows in memory are overwritten.
    function rootOver(bytes32[] memory rows) internal pure returns (bytes32) {
        uint256 count = rows.length;
        if (count == 0) return rootOf(0, bytes32(0));
        for (uint256 i = 0; i < count; ++i) {
            rows[i] = leafOf(rows[i]);
        }
        for (uint256 width = count; width > 1; width = (width + 1) / 2) {
            for (uint256 i = 0; i + 1 < width; i += 2) {
                rows[i / 2] = nodeOf(rows[i], rows[i + 1]);
            }
            if (width % 2 == 1) rows[width / 2] = rows[width - 1];
        }
        // No array in memory has 2^64 elements.
        // forge-lint: disable-next-line(unsafe-typecast)
        return rootOf(uint64(count), rows[0]);
    }
}
