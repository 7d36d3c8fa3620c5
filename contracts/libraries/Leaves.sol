// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "../interfaces/IDatasetShares.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title Leaves of a settlement
/// @notice Epoch file -> **leaf** -> settlement root -> shares. A leaf names chain, ledger, dataset and epoch, so that it
/// means nothing anywhere else; hashed twice, so that no inner node passes for one.
library Leaves {
    function hash(address ledger, bytes32 dataset, IDatasetShares.ShareClaim calldata c)
        internal
        view
        returns (bytes32)
    {
        bytes memory leaf = abi.encode(block.chainid, ledger, dataset, c.epoch, c.index, c.account, c.units, c.penalty);
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
