// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Minimal soulbound tokens (ERC-5192)
/// @dev https://eips.ethereum.org/EIPS/eip-5192
interface IERC5192 {
    event Locked(uint256 tokenId);
    event Unlocked(uint256 tokenId);

    /// @notice True when the token cannot be moved; reverts when it does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
