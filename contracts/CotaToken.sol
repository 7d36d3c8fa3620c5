// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title COTA, the network's token: what stakes and bonds are posted in
/// @notice One billion, minted once to one holder; it can only be burnt. Nobody can mint, freeze or pause it.
contract CotaToken is ERC20, ERC20Permit, ERC20Burnable {
    uint256 public constant SUPPLY = 1_000_000_000e18;

    constructor(address holder) ERC20("Cota", "COTA") ERC20Permit("Cota") {
        _mint(holder, SUPPLY);
    }
}
