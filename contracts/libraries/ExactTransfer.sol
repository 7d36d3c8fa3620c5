// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Taking tokens in
/// @notice Wallet -> **exactly so much** -> accounts. Nothing is credited unless it arrived in full.
library ExactTransfer {
    /// @notice The token moved another amount than asked: it takes a fee, rebases, or lies.
    error InexactTransfer(address token, uint256 asked, uint256 arrived);

    /// @notice Moves `amount` from `from`, who allowed it, to `to`, and checks that it arrived.
    function pull(IERC20 token, address from, address to, uint256 amount) internal {
        uint256 before = token.balanceOf(to);
        SafeERC20.safeTransferFrom(token, from, to, amount);
        uint256 after_ = token.balanceOf(to);
        if (after_ < before || after_ - before != amount) {
            revert InexactTransfer(address(token), amount, after_ < before ? 0 : after_ - before);
        }
    }
}
