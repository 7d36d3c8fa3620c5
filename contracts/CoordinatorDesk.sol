// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Liability} from "./libraries/Liability.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CoordinatorDesk
/// @notice The part of the ledger that keeps the coordinators' **bonds and receipt keys**, for all their datasets, and the
/// credits that come out of slashed bonds. Its COTA = bonds + credits.
abstract contract CoordinatorDesk is IAnnotationLedger, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 private constant MAX_KEYS = 16;

    /// @dev One slot. A slash that reaches the locked part ends the era: locks of older eras are gone, so that no old
    /// proposal unlocks what was deposited after the slash.
    struct Bond {
        uint112 balance;
        uint112 locked;
        uint24 era;
        bool exiting;
    }

    struct KeyValidity {
        uint64 from;
        uint64 until;
    }

    IERC20 private immutable BOND_TOKEN;

    mapping(address coordinator => Bond) private _bonds;
    mapping(address coordinator => uint64) public bondExitAt;
    mapping(address coordinator => address[]) private _keyList;
    mapping(address coordinator => mapping(address key => KeyValidity)) private _keys;
    mapping(address account => uint256) public creditOf;

    constructor(address cotaToken) {
        if (cotaToken == address(0)) revert ZeroAddress();
        BOND_TOKEN = IERC20(cotaToken);
    }

    // ---- receipt keys

    /// @inheritdoc IAnnotationLedger
    function setReceiptKey(address key, uint64 validUntil) external {
        if (key == address(0)) revert ZeroAddress();
        if (_bonds[msg.sender].exiting) revert BondExiting(msg.sender);
        uint64 now_ = Clock.time();
        if (validUntil < now_) revert KeyValidityInThePast(key, validUntil, now_);
        KeyValidity storage validity = _keys[msg.sender][key];
        if (validity.from == 0) {
            validity.from = now_;
            _listKey(key, now_);
        } else if (validity.until < now_) {
            revert KeyEnded(key, validity.until);
        }
        validity.until = validUntil;
        emit ReceiptKeySet(msg.sender, key, validity.from, validUntil);
    }

    // ---- bonds

    /// @inheritdoc IAnnotationLedger
    function depositBond(address coordinator, uint256 amount) external nonReentrant {
        if (coordinator == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        uint112 balance = (_bonds[coordinator].balance + amount).toUint112();
        _bonds[coordinator].balance = balance;
        emit BondDeposited(coordinator, msg.sender, amount, balance);
        ExactTransfer.pull(BOND_TOKEN, msg.sender, address(this), amount);
    }

    /// @inheritdoc IAnnotationLedger
    function requestBondExit() external {
        if (_bonds[msg.sender].exiting) revert BondExiting(msg.sender);
        _bonds[msg.sender].exiting = true;
        uint64 now_ = Clock.time();
        uint64 readyAt = now_ + Liability.PERIOD;
        bondExitAt[msg.sender] = readyAt;
        address[] storage list = _keyList[msg.sender];
        for (uint256 i = 0; i < list.length; ++i) {
            KeyValidity storage validity = _keys[msg.sender][list[i]];
            if (validity.until <= now_) continue;
            validity.until = now_;
            emit ReceiptKeySet(msg.sender, list[i], validity.from, now_);
        }
        emit BondExitRequested(msg.sender, readyAt);
    }

    /// @inheritdoc IAnnotationLedger
    function cancelBondExit() external {
        if (!_bonds[msg.sender].exiting) revert BondNotExiting(msg.sender);
        _bonds[msg.sender].exiting = false;
        delete bondExitAt[msg.sender];
        emit BondExitCancelled(msg.sender);
    }

    /// @inheritdoc IAnnotationLedger
    function withdrawBond(address to, uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        Bond memory bond = _bonds[msg.sender];
        if (!bond.exiting) revert BondNotExiting(msg.sender);
        uint64 readyAt = bondExitAt[msg.sender];
        if (Clock.time() < readyAt) revert BondExitNotReady(msg.sender, readyAt);
        uint256 unlocked = bond.balance - bond.locked;
        if (amount > unlocked) revert InsufficientBond(msg.sender, unlocked, amount);
        uint112 balance = (bond.balance - amount).toUint112();
        _bonds[msg.sender].balance = balance;
        emit BondWithdrawn(msg.sender, to, amount, balance);
        _send(to, amount);
    }

    /// @inheritdoc IAnnotationLedger
    function withdrawCredit(address to) external nonReentrant returns (uint256 amount) {
        amount = creditOf[msg.sender];
        if (amount == 0) revert NoCredit(msg.sender);
        delete creditOf[msg.sender];
        emit CreditWithdrawn(msg.sender, to, amount);
        _send(to, amount);
    }

    // ---- readings

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
    function receiptKey(address coordinator, address key) external view returns (uint64 validFrom, uint64 validUntil) {
        KeyValidity memory validity = _keys[coordinator][key];
        return (validity.from, validity.until);
    }

    /// @inheritdoc IAnnotationLedger
    function liabilityPeriod() external pure returns (uint64) {
        return Liability.PERIOD;
    }

    /// @inheritdoc IAnnotationLedger
    function bondToken() external view returns (address) {
        return address(BOND_TOKEN);
    }

    // ---- inside

    function _send(address to, uint256 amount) private {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        SafeERC20.safeTransfer(BOND_TOKEN, to, amount);
    }

    /// @return era in which the amount is locked
    function _lockBond(address coordinator, uint96 amount) internal returns (uint24 era) {
        Bond memory bond = _bonds[coordinator];
        if (bond.exiting) revert BondExiting(coordinator);
        uint112 unlocked = bond.balance - bond.locked;
        if (amount > unlocked) revert InsufficientBond(coordinator, unlocked, amount);
        _bonds[coordinator].locked = bond.locked + amount;
        return bond.era;
    }

    function _unlockBond(address coordinator, uint96 amount, uint24 era) internal {
        Bond memory bond = _bonds[coordinator];
        if (era == bond.era) _bonds[coordinator].locked = bond.locked - amount;
    }

    function _isLocked(address coordinator, uint24 era) internal view returns (bool) {
        return era == _bonds[coordinator].era;
    }

    /// @dev Unlocks a proposal's bond and takes up to `amount` of it. Of a bond that was slashed meanwhile, what is unlocked
    /// answers instead.
    function _forfeitBond(address coordinator, uint96 bonded, uint24 era, uint128 amount) internal returns (uint128) {
        Bond memory bond = _bonds[coordinator];
        if (era == bond.era) bond.locked -= bonded;
        uint112 lost = Math.min(Math.min(amount, bonded), bond.balance - bond.locked).toUint112();
        bond.balance -= lost;
        _bonds[coordinator] = bond;
        return lost;
    }

    /// @dev Takes up to `amount`, locked part included.
    function _slashBond(address coordinator, uint128 amount) internal returns (uint128 slashed, uint256 balance) {
        Bond memory bond = _bonds[coordinator];
        uint112 taken = Math.min(amount, bond.balance).toUint112();
        bond.balance -= taken;
        if (bond.balance < bond.locked) {
            bond.locked = 0;
            // Comes round after 2^24 slashes, and no proposal waits for so many.
            unchecked {
                ++bond.era;
            }
        }
        _bonds[coordinator] = bond;
        return (taken, bond.balance);
    }

    /// @dev Of `amount` lost, up to `toAmount` is somebody's credit, and the rest nobody's for ever.
    function _spendLost(uint128 amount, address to, uint128 toAmount) internal returns (uint128 credited) {
        credited = Math.min(amount, toAmount).toUint128();
        if (credited != 0) {
            if (to == address(0)) revert ZeroAddress();
            creditOf[to] += credited;
        }
        if (amount != credited) ERC20Burnable(address(BOND_TOKEN)).burn(amount - credited);
    }

    /// @dev A full list takes a new key in the place of one that nobody can hold against the coordinator any more.
    function _listKey(address key, uint64 now_) private {
        address[] storage list = _keyList[msg.sender];
        if (list.length < MAX_KEYS) {
            list.push(key);
            return;
        }
        for (uint256 i = 0; i < MAX_KEYS; ++i) {
            if (_keys[msg.sender][list[i]].until < now_ - Liability.PERIOD) {
                list[i] = key;
                return;
            }
        }
        revert TooManyKeys(msg.sender, MAX_KEYS);
    }
}
