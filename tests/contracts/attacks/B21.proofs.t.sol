// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {SettlementTree} from "../support/SettlementTree.sol";
import {World} from "../support/World.sol";

/// @notice B21: proofs that can be made to mean something else. (For the log's tree see LogTree.t.sol.)
contract B21ProofsTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;
    Part[] internal parts;
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        for (uint160 i = 0; i < 8; ++i) {
            parts.push(Part(address(0xbee000 + i), 1e9 + uint64(i)));
        }
        epoch = settleEpoch(dataset, parts);
    }

    function test_B21__every_inner_node_as_a_leaf__is_refused() public {
        bytes32[] memory nodes = SettlementTree.nodes(leavesOf(dataset, epoch, parts));
        // Whatever a claim says, its leaf is a double hash of eight words: no choice of words makes it an inner node, and
        // a node's own bytes cannot be given instead. Tried: each node's children as the claim's words.
        for (uint256 i = 0; i < 7; ++i) {
            IDatasetShares.ShareClaim memory c;
            c.epoch = epoch;
            c.account = address(uint160(uint256(nodes[2 * i + 1])));
            c.units = uint64(uint256(nodes[2 * i + 2]));
            c.proof = _pathFrom(nodes, i);
            _refused(c);
        }
    }

    function test_B21__missing_extra_or_no_elements__are_refused() public {
        IDatasetShares.ShareClaim memory c = shareClaim(dataset, epoch, parts, 3)[0];
        bytes32[] memory proof = c.proof;
        bytes32[] memory longer = new bytes32[](4);
        bytes32[] memory shorter = new bytes32[](2);
        for (uint256 i = 0; i < 3; ++i) {
            longer[i] = proof[i];
            if (i < 2) shorter[i] = proof[i];
        }
        c.proof = longer;
        _refused(c);
        c.proof = shorter;
        _refused(c);
        c.proof = new bytes32[](0);
        _refused(c);
        c.proof = proof;
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = c;
        shares.claimShares(claims);
    }

    function test_B21__a_tree_of_one_leaf__takes_an_empty_proof_and_only_its_leaf() public {
        uint64 single = settleEpoch(dataset, parts1(alice, 1e9));
        IDatasetShares.ShareClaim memory c = shareClaim(dataset, single, parts1(alice, 1e9), 0)[0];
        assertEq(c.proof.length, 0);
        c.units += 1;
        _refused(c);
        c.units -= 1;
        c.account = bob;
        _refused(c);
        claimPart(dataset, single, parts1(alice, 1e9), 0);
    }

    function testFuzz_B21__any_changed_word__is_refused(uint8 which, uint64 by) public {
        by = uint64(bound(by, 1, type(uint32).max));
        IDatasetShares.ShareClaim memory c = shareClaim(dataset, epoch, parts, 3)[0];
        uint256 word = which % 4;
        if (word == 0) c.account = address(uint160(c.account) ^ uint160(by));
        if (word == 1) c.units += by;
        if (word == 2) c.penalty += by;
        if (word == 3) c.index = (c.index + 1 + uint32(by) % 7) % 8;
        _refused(c);
    }

    function test_B21__the_same_leaf_under_another_index_epoch_or_dataset__is_refused() public {
        uint64 second = settleEpoch(dataset, parts1(alice, 1e9));
        IDatasetShares.ShareClaim memory c = shareClaim(dataset, epoch, parts, 3)[0];
        c.epoch = second;
        c.index = 0;
        _refused(c);
        c.index = 3;
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = c;
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.IndexOutOfRange.selector, second, 3, 1));
        shares.claimShares(claims);
        vm.prank(publisher);
        bytes32 other = registry.createDataset(defaultTerms(), "other", "");
        settleEpoch(other, parts);
        DatasetShares otherShares = sharesOf(other);
        claims[0].epoch = epoch;
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidProof.selector, epoch, 3));
        otherShares.claimShares(claims);
    }

    function test_B21__on_another_chain__is_refused() public {
        IDatasetShares.ShareClaim memory c = shareClaim(dataset, epoch, parts, 3)[0];
        vm.chainId(1);
        _refused(c);
    }

    function _refused(IDatasetShares.ShareClaim memory c) private {
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](1);
        claims[0] = c;
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidProof.selector, c.epoch, c.index));
        shares.claimShares(claims);
    }

    function _pathFrom(bytes32[] memory nodes, uint256 from) private pure returns (bytes32[] memory path) {
        uint256 depth = 0;
        for (uint256 i = from; i > 0; i = (i - 1) / 2) {
            ++depth;
        }
        path = new bytes32[](depth);
        depth = 0;
        for (uint256 i = from; i > 0; i = (i - 1) / 2) {
            path[depth++] = nodes[i % 2 == 1 ? i + 1 : i - 1];
        }
    }
}
