// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice The least that telling everybody of a payment can cost: the transfer, one write, one event. No checks, no shares.
contract Floor {
    event Paid(address indexed payer, uint256 amount);

    IERC20 private immutable TOKEN;
    uint256 public acc;

    constructor(IERC20 token) {
        TOKEN = token;
    }

    function pay(uint256 amount) external {
        acc += amount;
        emit Paid(msg.sender, amount);
        SafeERC20.safeTransferFrom(TOKEN, msg.sender, address(this), amount);
    }
}
