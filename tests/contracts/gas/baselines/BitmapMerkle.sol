// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

/// @notice Baseline: one root for one distribution, a bit for each leaf that was claimed.
contract BitmapMerkle {
    using SafeERC20 for IERC20;
    using BitMaps for BitMaps.BitMap;

    event Claimed(uint256 indexed index, address indexed account, uint256 amount);

    error AlreadyClaimed();
    error InvalidProof();

    IERC20 private immutable TOKEN;
    bytes32 private immutable ROOT;

    BitMaps.BitMap private _claimed;

    constructor(IERC20 token, bytes32 root) {
        TOKEN = token;
        ROOT = root;
    }

    function claim(uint256 index, address account, uint256 amount, bytes32[] calldata proof) external {
        if (_claimed.get(index)) revert AlreadyClaimed();
        if (!MerkleProof.verifyCalldata(proof, ROOT, leafOf(index, account, amount))) revert InvalidProof();
        _claimed.set(index);
        emit Claimed(index, account, amount);
        TOKEN.safeTransfer(account, amount);
    }

    function leafOf(uint256 index, address account, uint256 amount) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, account, amount))));
    }
}
