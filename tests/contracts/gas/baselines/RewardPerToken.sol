// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Baseline: the accumulator as StakingRewards made it known, on an ordinary ERC-20: a word each for reward per
/// token, what an account was paid up to, and what it is owed. Division floors, and remainders are lost.
contract RewardPerToken is ERC20 {
    using SafeERC20 for IERC20;

    event Paid(address indexed payer, uint256 amount);
    event Claimed(address indexed account, uint256 amount);

    IERC20 private immutable TOKEN;

    uint256 public rewardPerToken;
    mapping(address account => uint256) public paidUpTo;
    mapping(address account => uint256) public owed;

    constructor(IERC20 token, address[] memory holders, uint256 each) ERC20("Share", "SHARE") {
        TOKEN = token;
        for (uint256 i = 0; i < holders.length; ++i) {
            _mint(holders[i], each);
        }
    }

    function pay(uint256 amount) external {
        rewardPerToken += amount * 1e18 / totalSupply();
        emit Paid(msg.sender, amount);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    function claim() external {
        _book(msg.sender);
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        emit Claimed(msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0)) _book(from);
        _book(to);
        super._update(from, to, value);
    }

    function _book(address account) private {
        uint256 now_ = rewardPerToken;
        owed[account] += balanceOf(account) * (now_ - paidUpTo[account]) / 1e18;
        paidUpTo[account] = now_;
    }
}
