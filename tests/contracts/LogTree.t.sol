// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LogTree} from "../../contracts/libraries/LogTree.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Proofs of the positional tree, made here and read by the contract's library.
contract LogTreeTest is Test {
    function test_root__of_1_3_5_rows__is_the_protocols() public pure {
        assertEq(LogTree.rootOver(_rows(1)), 0x53b9ed52190f4b42bc1f3a0714b6ae4692760323ff9c13f8267f8eb2dff04f46);
        assertEq(LogTree.rootOver(_rows(3)), 0xb1224a8cd848c4b59e9dbabd25ff09f5d947dc738b7e5736bf71aa67c497cfe2);
        assertEq(LogTree.rootOver(_rows(5)), 0x507a8aa9208a50594c430eff32523ef2d2b15d7f8fc17313b60361cd3fa8bfa9);
    }

    function test_root__of_nothing__commits_to_zero_rows() public pure {
        assertEq(LogTree.rootOver(_rows(0)), keccak256(abi.encodePacked(bytes1(0x02), uint64(0), bytes32(0))));
    }

    function test_verify__every_row_of_trees_up_to_33__holds_and_only_at_its_place() public view {
        for (uint64 count = 1; count <= 33; ++count) {
            bytes32 root = LogTree.rootOver(_rows(count));
            for (uint64 i = 0; i < count; ++i) {
                bytes32 row = keccak256(abi.encode(i));
                bytes32[] memory proof = this.prove(count, i);
                assertTrue(this.verify(root, row, i, count, proof));
                for (uint64 j = 0; j <= count; ++j) {
                    if (j != i) assertFalse(this.verify(root, row, j, count, proof));
                }
            }
        }
    }

    function testFuzz_verify__any_tree_and_row__holds(uint64 count, uint64 index) public view {
        count = uint64(bound(count, 1, 700));
        index = uint64(bound(index, 0, count - 1));
        bytes32 root = LogTree.rootOver(_rows(count));
        assertTrue(this.verify(root, keccak256(abi.encode(index)), index, count, this.prove(count, index)));
    }

    function testFuzz_verify__another_count__fails_B21(uint64 count, uint64 index, uint64 other) public view {
        count = uint64(bound(count, 1, 300));
        index = uint64(bound(index, 0, count - 1));
        vm.assume(other != count);
        bytes32 root = LogTree.rootOver(_rows(count));
        assertFalse(this.verify(root, keccak256(abi.encode(index)), index, other, this.prove(count, index)));
    }

    function test_verify__an_inner_node_as_a_row__fails_B21() public view {
        bytes32 root = LogTree.rootOver(_rows(8));
        bytes32[] memory proof = this.prove(8, 0);
        bytes32 left = LogTree.leafOf(keccak256(abi.encode(uint256(0))));
        bytes32 inner = LogTree.nodeOf(left, proof[0]);
        bytes32[] memory shorter = new bytes32[](2);
        (shorter[0], shorter[1]) = (proof[1], proof[2]);
        for (uint64 count = 1; count <= 8; ++count) {
            for (uint64 i = 0; i < count; ++i) {
                assertFalse(this.verify(root, inner, i, count, shorter));
                assertFalse(this.verify(root, left, i, count, proof));
            }
        }
    }

    function test_verify__missing_extra_or_swapped_elements__fails_B21() public view {
        bytes32 root = LogTree.rootOver(_rows(5));
        for (uint64 i = 0; i < 5; ++i) {
            bytes32 row = keccak256(abi.encode(i));
            bytes32[] memory proof = this.prove(5, i);
            bytes32[] memory longer = new bytes32[](proof.length + 1);
            bytes32[] memory shorter = new bytes32[](proof.length - 1);
            for (uint256 k = 0; k < proof.length; ++k) {
                longer[k] = proof[k];
                if (k < shorter.length) shorter[k] = proof[k];
            }
            assertFalse(this.verify(root, row, i, 5, shorter));
            assertFalse(this.verify(root, row, i, 5, longer));
            assertFalse(this.verify(root, row, i, 5, new bytes32[](0)));
        }
    }

    function test_verify__empty_proof__only_for_the_only_row_B21() public view {
        bytes32 row = keccak256(abi.encode(uint256(0)));
        assertTrue(this.verify(LogTree.rootOver(_rows(1)), row, 0, 1, new bytes32[](0)));
        assertFalse(this.verify(LogTree.rootOver(_rows(2)), row, 0, 1, new bytes32[](0)));
        assertFalse(this.verify(LogTree.rootOver(_rows(0)), row, 0, 0, new bytes32[](0)));
        assertFalse(this.verify(LogTree.rootOver(_rows(0)), bytes32(0), 0, 0, new bytes32[](0)));
    }

    // ---- the prover, written apart from the library

    function verify(bytes32 root, bytes32 row, uint64 index, uint64 count, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return LogTree.verify(root, row, index, count, proof);
    }

    /// @dev RFC 9162, 2.1.3.1: split at the largest power of two below the size.
    function prove(uint256 count, uint256 index) external pure returns (bytes32[] memory proof) {
        bytes32[] memory path = new bytes32[](64);
        uint256 length = _path(0, count, index, path);
        proof = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            proof[i] = path[i];
        }
    }

    function _path(uint256 start, uint256 size, uint256 index, bytes32[] memory path) private pure returns (uint256) {
        if (size == 1) return 0;
        uint256 split = _split(size);
        uint256 n;
        if (index < split) {
            n = _path(start, split, index, path);
            path[n] = _top(start + split, size - split);
        } else {
            n = _path(start + split, size - split, index - split, path);
            path[n] = _top(start, split);
        }
        return n + 1;
    }

    function _top(uint256 start, uint256 size) private pure returns (bytes32) {
        if (size == 1) return keccak256(abi.encodePacked(uint8(0), keccak256(abi.encode(start))));
        uint256 split = _split(size);
        return keccak256(abi.encodePacked(uint8(1), _top(start, split), _top(start + split, size - split)));
    }

    function _split(uint256 size) private pure returns (uint256 split) {
        split = 1;
        while (split * 2 < size) {
            split *= 2;
        }
    }

    function _rows(uint256 count) private pure returns (bytes32[] memory rows) {
        rows = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            rows[i] = keccak256(abi.encode(i));
        }
    }
}
