// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Baseline: every payment is handed out at once, a transfer for each recipient.
contract PushLoop {
    using SafeERC20 for IERC20;

    IERC20 private immutable TOKEN;
    address[] private _recipients;

    constructor(IERC20 token, address[] memory recipients) {
        TOKEN = token;
        _recipients = recipients;
    }

    function pay(uint256 amount) external {
        uint256 count = _recipients.length;
        uint256 each = amount / count;
        for (uint256 i = 0; i < count; ++i) {
            TOKEN.safeTransferFrom(msg.sender, _recipients[i], each);
        }
    }
}
