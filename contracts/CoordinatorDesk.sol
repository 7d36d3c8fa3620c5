// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CoordinatorDesk
/// @notice The part of the ledger that keeps the coordinators' **bonds and receipt keys**, for all their datasets.
abstract contract CoordinatorDesk is IAnnotationLedger, ReentrancyGuardTransient {
    using SafeCast for uint256;

    struct Bond {
        uint128 balance;
        uint128 locked;
    }

    struct KeyValidity {
        uint64 from;
        uint64 until;
    }

    IERC20 private immutable BOND_TOKEN;

    mapping(address coordinator => Bond) private _bonds;
    mapping(address coordinator => mapping(address key => KeyValidity)) private _keys;

    constructor(address cotaToken) {
        if (cotaToken == address(0)) revert ZeroAddress();
        BOND_TOKEN = IERC20(cotaToken);
    }

    /// @inheritdoc IAnnotationLedger
    function setReceiptKey(address key, uint64 validUntil) external {
        if (key == address(0)) revert ZeroAddress();
        uint64 now_ = Clock.time();
        if (validUntil < now_) revert KeyValidityInThePast(key, validUntil, now_);
        KeyValidity storage validity = _keys[msg.sender][key];
        if (validity.from == 0) validity.from = now_;
        else if (validity.until < now_) revert KeyEnded(key, validity.until);
        validity.until = validUntil;
        emit ReceiptKeySet(msg.sender, key, validity.from, validUntil);
    }

    /// @inheritdoc IAnnotationLedger
    function depositBond(address coordinator, uint256 amount) external nonReentrant {
        if (coordinator == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        uint128 balance = (_bonds[coordinator].balance + amount).toUint128();
        _bonds[coordinator].balance = balance;
        emit BondDeposited(coordinator, msg.sender, amount, balance);
        ExactTransfer.pull(BOND_TOKEN, msg.sender, address(this), amount);
    }

    /// @inheritdoc IAnnotationLedger
    function withdrawBond(address to, uint256 amount) external nonReentrant {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        Bond storage bond = _bonds[msg.sender];
        uint256 unlocked = bond.balance - bond.locked;
        if (amount > unlocked) revert InsufficientBond(msg.sender, unlocked, amount);
        uint128 balance = (bond.balance - amount).toUint128();
        bond.balance = balance;
        emit BondWithdrawn(msg.sender, to, amount, balance);
        SafeERC20.safeTransfer(BOND_TOKEN, to, amount);
    }

    /// @inheritdoc IAnnotationLedger
    function bondBalance(address coordinator) external view returns (uint256) {
        return _bonds[coordinator].balance;
    }

    /// @inheritdoc IAnnotationLedger
    function lockedBond(address coordinator) external view returns (uint256) {
        return _bonds[coordinator].locked;
    }

    /// @inheritdoc IAnnotationLedger
    function receiptKeyValid(address coordinator, address key, uint64 time) external view returns (bool) {
        KeyValidity memory validity = _keys[coordinator][key];
        return validity.from != 0 && validity.from <= time && time <= validity.until;
    }

    /// @inheritdoc IAnnotationLedger
    function bondToken() external view returns (address) {
        return address(BOND_TOKEN);
    }

    function _lockBond(address coordinator, uint128 amount) internal {
        if (amount == 0) return;
        Bond memory bond = _bonds[coordinator];
        uint128 unlocked = bond.balance - bond.locked;
        if (amount > unlocked) revert InsufficientBond(coordinator, unlocked, amount);
        _bonds[coordinator].locked = bond.locked + amount;
    }

    function _unlockBond(address coordinator, uint128 amount) internal {
        _bonds[coordinator].locked -= amount;
    }
}
