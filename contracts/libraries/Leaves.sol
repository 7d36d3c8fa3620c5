// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "../interfaces/IDatasetShares.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Leaves of a settlement
/// @notice Epoch file -> **leaf** -> settlement root -> shares. A leaf names chain, ledger, dataset and epoch, so that it
/// means nothing anywhere else; hashed twice, so that no inner node passes for one.
library Leaves {
    /// @notice Set in the number of an epoch that corrects one account after an appeal; all others are checkpoints' numbers.
    uint64 internal constant CORRECTION = 1 << 63;

    function hash(address ledger, bytes32 dataset, IDatasetShares.ShareClaim calldata c)
        internal
        view
        returns (bytes32)
    {
        bytes memory leaf = abi.encode(block.chainid, ledger, dataset, c.epoch, c.index, c.account, c.units, c.penalty);
        return keccak256(bytes.concat(keccak256(leaf)));
    }

    /// @notice The only leaf, and so the root, of a correction: index 0, no penalty.
    function hashOnly(address ledger, bytes32 dataset, uint64 epoch, address account, uint64 units)
        internal
        view
        returns (bytes32)
    {
        bytes memory leaf = abi.encode(block.chainid, ledger, dataset, epoch, 0, account, units, 0);
        return keccak256(bytes.concat(keccak256(leaf)));
    }

    /// @notice True when the claim's leaf lies under `root` of OpenZeppelin's sorted tree.
    function verify(address ledger, bytes32 dataset, IDatasetShares.ShareClaim calldata c, bytes32 root)
        internal
        view
        returns (bool)
    {
        return MerkleProof.verifyCalldata(c.proof, root, hash(ledger, dataset, c));
    }
}
