// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that returns nothing, as some old dollars do.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice A token that says false instead of reverting, when it is told to.
contract RefusingToken is ERC20("Refusing", "NO") {
    bool public refusing;

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return !refusing && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return !refusing && super.transferFrom(from, to, amount);
    }
}

/// @notice A token that burns two per cent of whatever moves.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from != address(0) && to != address(0)) super._update(to, address(0), amount / 50);
    }
}

/// @notice A token that bars some accounts.
contract BarringToken is ERC20("Barring", "BAR") {
    mapping(address account => bool) public barred;

    error Barred(address account);

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function bar(address account) external {
        barred[account] = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (barred[from]) revert Barred(from);
        if (barred[to]) revert Barred(to);
        super._update(from, to, amount);
    }
}

interface IHooked {
    function moved(address from, address to, uint256 amount) external;
}

/// @notice A token that tells sender and receiver before and after it moves, if they are contracts.
contract HookToken is ERC20("Hook", "HOOK") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        _tell(from, from, to, amount);
        super._update(from, to, amount);
        _tell(to, from, to, amount);
    }

    function _tell(address whom, address from, address to, uint256 amount) private {
        if (whom.code.length == 0) return;
        // Whoever does not listen does not matter.
        try IHooked(whom).moved(from, to, amount) {} catch {}
    }
}
