// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Minimal soulbound tokens (ERC-5192)
/// @notice Tokens that cannot be transferred say so.
/// @dev https://eips.ethereum.org/EIPS/eip-5192
interface IERC5192 {
    /// @notice The token cannot be transferred (ERC-5192).
    event Locked(uint256 tokenId);
    /// @notice The token can be transferred (ERC-5192); a license never can.
    event Unlocked(uint256 tokenId);

    /// @notice True when the token cannot be moved; reverts when it does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
