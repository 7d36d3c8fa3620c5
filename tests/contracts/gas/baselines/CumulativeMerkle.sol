// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @notice Baseline: an operator posts a root of what each account has earned in all; an account takes what is new. The
/// operator is trusted for every amount.
contract CumulativeMerkle {
    using SafeERC20 for IERC20;

    event RootSet(bytes32 root);
    event Claimed(address indexed account, uint256 amount);

    error NotOperator();
    error InvalidProof();
    error NothingNew();

    IERC20 private immutable TOKEN;
    address private immutable OPERATOR = msg.sender;

    bytes32 public root;
    mapping(address account => uint256) public claimed;

    constructor(IERC20 token) {
        TOKEN = token;
    }

    function setRoot(bytes32 root_) external {
        if (msg.sender != OPERATOR) revert NotOperator();
        root = root_;
        emit RootSet(root_);
    }

    function claim(address account, uint256 total, bytes32[] calldata proof) external {
        if (!MerkleProof.verifyCalldata(proof, root, leafOf(account, total))) revert InvalidProof();
        uint256 before = claimed[account];
        if (total <= before) revert NothingNew();
        claimed[account] = total;
        emit Claimed(account, total - before);
        TOKEN.safeTransfer(account, total - before);
    }

    function leafOf(address account, uint256 total) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account, total))));
    }
}
