// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A payment token for local networks, free for all
/// @notice Six decimals and permit, like the dollars it stands for. It cannot be deployed anywhere but on chain 31337.
contract TestDollar is ERC20, ERC20Permit {
    error OnlyLocalChain(uint256 chainId);

    constructor() ERC20("Test Dollar", "TUSD") ERC20Permit("Test Dollar") {
        if (block.chainid != 31_337) revert OnlyLocalChain(block.chainid);
    }

    /// @notice Gives `amount` to `account`. Anyone may call.
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
