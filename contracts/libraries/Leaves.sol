// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Leaves of a settlement
/// @notice Epoch file -> **leaf** -> settlement root -> shares. A leaf names chain, ledger, dataset and epoch, so that it
/// means nothing anywhere else; hashed twice, so that no inner node passes for one.
library Leaves {
    struct Leaf {
        address ledger;
        bytes32 dataset;
        uint64 epoch;
        uint32 index;
        address account;
        uint64 units;
        uint128 penalty;
    }

    function hash(Leaf memory leaf) internal view returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(block.chainid, leaf))));
    }

    /// @notice True when the leaf lies under `root` of OpenZeppelin's sorted tree.
    function verify(Leaf memory leaf, bytes32 root, bytes32[] calldata proof) internal view returns (bool) {
        return MerkleProof.verifyCalldata(proof, root, hash(leaf));
    }
}
