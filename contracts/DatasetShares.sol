// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {ISuccessions} from "./interfaces/ISuccessions.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {RevenueMath} from "./libraries/RevenueMath.sol";
import {SharesClone} from "./libraries/SharesClone.sol";
import {SharesConfig, TransferPolicy} from "./types.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

/// @title DatasetShares
/// @notice Ledger mints epochs, market and others pay, **holders earn**. Deployed once as an implementation and cloned for
/// each dataset; a clone's configuration stands in its code. Arithmetic: RevenueMath.
contract DatasetShares is IDatasetShares, ERC20, ERC20Permit, ReentrancyGuardTransient {
    using RevenueMath for RevenueMath.Pool;
    using RevenueMath for RevenueMath.Holder;
    using BitMaps for BitMaps.BitMap;
    using SharesClone for address;

    string private constant NAME = "Cota Dataset Share";

    struct Epoch {
        bytes32 root;
        uint128 acc;
        uint64 remaining;
        uint32 leafCount;
        bool open;
    }

    /// @dev Epochs open in any order: `last` bounds their numbers. Corrections are numbered from 1 beside them.
    struct Epochs {
        uint64 count;
        uint64 last;
        uint64 corrections;
    }

    address private immutable IMPLEMENTATION = address(this);
    ISuccessions private immutable SUCCESSIONS;

    RevenueMath.Pool private _pool;
    Epochs private _epochs;
    mapping(address account => RevenueMath.Holder) private _holders;
    mapping(address account => uint256) private _owed;
    mapping(uint64 epoch => Epoch) private _epochOf;
    mapping(uint64 epoch => BitMaps.BitMap) private _claimed;
    mapping(address account => bool) public claimForAllowed;
    mapping(address account => bool) public transferAllowed;

    constructor(address successions_) ERC20(NAME, "") ERC20Permit(NAME) {
        if (successions_ == address(0)) revert InvalidReceiver(successions_);
        SUCCESSIONS = ISuccessions(successions_);
    }

    // ---- revenue

    /// @inheritdoc IDatasetShares
    function pay(uint256 amount) external nonReentrant {
        (bytes32 dataset_, address token) = _clone().readPayment();
        _credit(dataset_, msg.sender, amount);
        ExactTransfer.pull(IERC20(token), msg.sender, address(this), amount);
    }

    /// @inheritdoc IDatasetShares
    function creditFromMarket(address payer, uint256 amount) external {
        (bytes32 dataset_,,, address market_) = _clone().readParties();
        if (msg.sender != market_) revert NotMarket(msg.sender);
        _credit(dataset_, payer, amount);
    }

    /// @inheritdoc IDatasetShares
    function claim() external nonReentrant returns (uint256) {
        return _claim(msg.sender, msg.sender);
    }

    /// @inheritdoc IDatasetShares
    function claimTo(address to) external nonReentrant returns (uint256) {
        if (to == address(0) || to == address(this)) revert InvalidReceiver(to);
        return _claim(msg.sender, to);
    }

    /// @inheritdoc IDatasetShares
    function claimFor(address account) external nonReentrant returns (uint256) {
        if (account.code.length != 0 && !claimForAllowed[account]) revert ClaimForNotAllowed(account);
        return _claim(account, account);
    }

    /// @inheritdoc IDatasetShares
    function allowClaimFor(bool allowed) external {
        claimForAllowed[msg.sender] = allowed;
        emit ClaimForAllowed(dataset(), msg.sender, allowed);
    }

    // ---- epochs

    /// @inheritdoc IDatasetShares
    function openEpoch(uint64 epoch, bytes32 root, uint64 total, uint32 leafCount) external {
        SharesConfig memory c = config();
        if (msg.sender != c.ledger) revert NotLedger(msg.sender);
        if (_epochOf[epoch].open) revert EpochAlreadyOpen(epoch);
        uint256 supply = uint256(_pool.supply) + total;
        if (supply > c.supplyCap) revert SupplyCapExceeded(supply, c.supplyCap);
        uint128 acc = _pool.acc;
        // At most the cap, which has 64 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        _pool.supply = uint64(supply);
        _epochOf[epoch] = Epoch(root, acc, total, leafCount, true);
        Epochs memory e = _epochs;
        e.count += 1;
        if (epoch & Leaves.CORRECTION != 0) e.corrections += 1;
        else if (epoch > e.last) e.last = epoch;
        _epochs = e;
        emit Transfer(address(0), address(this), total);
        // forge-lint: disable-next-line(unsafe-typecast)
        emit EpochOpened(c.dataset, epoch, root, total, acc, uint64(supply));
    }

    /// @inheritdoc IDatasetShares
    function claimShares(ShareClaim[] calldata claims) external {
        (bytes32 dataset_,, address ledger_,) = _clone().readParties();
        uint128 acc = _pool.acc;
        for (uint256 i = 0; i < claims.length; ++i) {
            _claimShares(dataset_, ledger_, acc, claims[i]);
        }
    }

    // ---- transfers

    /// @inheritdoc IDatasetShares
    function allowTransfer(address account, bool allowed) external {
        SharesConfig memory c = config();
        if (msg.sender != c.publisher) revert NotPublisher(msg.sender);
        transferAllowed[account] = allowed;
        emit TransferAllowed(c.dataset, account, allowed);
    }

    /// @inheritdoc IDatasetShares
    function inherit(address account) external returns (uint256) {
        address heir = SUCCESSIONS.successorOf(account);
        if (heir == address(0)) revert NotSucceeded(account);
        if (heir == address(this)) revert InvalidReceiver(heir);
        (bytes32 dataset_, TransferPolicy policy,) = _clone().readTransfers();
        if (policy == TransferPolicy.AllowList && !transferAllowed[heir]) revert ReceiverNotListed(heir);
        uint128 acc = _pool.acc;
        (RevenueMath.Holder memory old, RevenueMath.Holder memory h) = (_holders[account], _holders[heir]);
        (uint256 value, uint256 owed) = (old.due(acc), _owed[account]);
        if (old.balance == 0 && value == 0 && owed == 0) revert NothingToInherit(account);
        _holders[account] = RevenueMath.Holder(acc, 0, 0);
        _owed[account] = 0;
        _owed[heir] += owed;
        _hold(heir, h, h.due(acc) + value, h.balance + old.balance, acc);
        emit Transfer(account, heir, old.balance);
        emit SharesInherited(dataset_, account, heir, old.balance, value, owed, h.balance);
        return old.balance;
    }

    /// @dev Only transfers come here: shares are minted by `openEpoch`, claimed by `claimShares`, and never burnt. Value
    /// due stays with its holder, on both sides.
    function _update(address from, address to, uint256 value) internal override {
        bytes32 dataset_ = _checkTransfer(to);
        RevenueMath.Holder memory sender = _holders[from];
        if (value > sender.balance) revert ERC20InsufficientBalance(from, sender.balance, value);
        RevenueMath.Holder memory receiver = sender;
        if (from != to) {
            uint128 acc = _pool.acc;
            // value <= sender.balance, which has 64 bits, and the sum of two balances is at most the supply.
            // forge-lint: disable-next-line(unsafe-typecast)
            uint64 moved = uint64(value);
            receiver = _holders[to];
            _hold(from, sender, sender.due(acc), sender.balance - moved, acc);
            _hold(to, receiver, receiver.due(acc), receiver.balance + moved, acc);
        }
        emit Transfer(from, to, value);
        emit SharesMoved(dataset_, from, to, value, sender.balance, receiver.balance);
    }

    // ---- readings

    /// @inheritdoc IDatasetShares
    function config() public view returns (SharesConfig memory) {
        return _clone().read();
    }

    /// @inheritdoc IDatasetShares
    function claimable(address account) external view returns (uint256) {
        return _holders[account].due(_pool.acc) / RevenueMath.S + _owed[account];
    }

    /// @dev For this contract: shares of all epochs that nobody has claimed yet.
    function balanceOf(address account) public view override(ERC20, IERC20) returns (uint256 balance) {
        if (account != address(this)) return _holders[account].balance;
        Epochs memory e = _epochs;
        for (uint64 epoch = 0; epoch <= e.last; ++epoch) {
            balance += _epochOf[epoch].remaining;
        }
        for (uint64 n = 1; n <= e.corrections; ++n) {
            balance += _epochOf[Leaves.CORRECTION | n].remaining;
        }
    }

    function totalSupply() public view override(ERC20, IERC20) returns (uint256) {
        return _pool.supply;
    }

    /// @inheritdoc IDatasetShares
    function epochOf(uint64 epoch) external view returns (bytes32, uint128, uint64, uint32) {
        Epoch memory e = _epochOf[epoch];
        return (e.root, e.acc, e.remaining, e.leafCount);
    }

    /// @inheritdoc IDatasetShares
    function epochCount() external view returns (uint64) {
        return _epochs.count;
    }

    /// @inheritdoc IDatasetShares
    function isClaimed(uint64 epoch, uint32 index) external view returns (bool) {
        return _claimed[epoch].get(index);
    }

    /// @inheritdoc IDatasetShares
    function pool() external view returns (uint128, uint64, uint64) {
        return (_pool.acc, _pool.supply, _pool.rem);
    }

    /// @inheritdoc IDatasetShares
    function holder(address account) external view returns (uint128, uint64, uint64, uint256) {
        RevenueMath.Holder memory h = _holders[account];
        return (h.accPaid, h.balance, h.frac, _owed[account]);
    }

    /// @inheritdoc IDatasetShares
    function dataset() public view returns (bytes32 dataset_) {
        (dataset_,) = _clone().readPayment();
    }

    /// @inheritdoc IDatasetShares
    function paymentToken() external view returns (address) {
        return config().paymentToken;
    }

    /// @inheritdoc IDatasetShares
    function successions() external view returns (address) {
        return address(SUCCESSIONS);
    }

    /// @inheritdoc IDatasetShares
    function registry() external view returns (address) {
        return config().registry;
    }

    /// @inheritdoc IDatasetShares
    function ledger() external view returns (address) {
        return config().ledger;
    }

    /// @inheritdoc IDatasetShares
    function market() external view returns (address) {
        return config().market;
    }

    /// @dev A constant: the permit's domain is built from it, and clones have no storage of their own at first.
    function name() public pure override returns (string memory) {
        return NAME;
    }

    function symbol() public pure override returns (string memory) {
        return "COTASHARE";
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    // ---- inside

    function _credit(bytes32 dataset_, address payer, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        RevenueMath.Pool memory p = _pool;
        if (p.supply == 0) revert NoShares();
        if (!p.pay(amount)) revert PoolFull(amount);
        _pool = p;
        emit RevenuePaid(dataset_, payer, amount, p.acc, p.supply, p.rem);
    }

    function _claim(address account, address to) private returns (uint256 amount) {
        RevenueMath.Holder memory h = _holders[account];
        uint128 acc = _pool.acc;
        uint256 value = h.due(acc);
        uint256 owed = _owed[account];
        amount = value / RevenueMath.S + owed;
        if (amount == 0) return 0;
        // A remainder of S has 64 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        _holders[account] = RevenueMath.Holder(acc, h.balance, uint64(value % RevenueMath.S));
        if (owed != 0) _owed[account] = 0;
        (bytes32 dataset_, address token) = _clone().readPayment();
        emit RevenueClaimed(dataset_, account, to, amount);
        SafeERC20.safeTransfer(IERC20(token), to, amount);
    }

    function _claimShares(bytes32 dataset_, address ledger_, uint128 acc, ShareClaim calldata s) private {
        if (s.account == address(0) || s.account == address(this)) revert InvalidReceiver(s.account);
        Epoch storage e = _epochOf[s.epoch];
        (uint128 accOpened, uint64 remaining, uint32 leafCount) = (e.acc, e.remaining, e.leafCount);
        if (!e.open) revert EpochNotOpen(s.epoch);
        if (s.index >= leafCount) revert IndexOutOfRange(s.epoch, s.index, leafCount);
        if (_claimed[s.epoch].get(s.index)) revert AlreadyClaimed(s.epoch, s.index);
        if (!Leaves.verify(ledger_, dataset_, s, e.root)) revert InvalidProof(s.epoch, s.index);
        if (s.units > remaining) revert EpochExhausted(s.epoch, remaining, s.units);
        _claimed[s.epoch].set(s.index);
        remaining -= s.units;
        e.remaining = remaining;
        // The shares have earned since their epoch opened: that value comes along.
        RevenueMath.Holder memory h = _holders[s.account];
        uint256 value = h.due(acc) + uint256(s.units) * (acc - accOpened);
        _hold(s.account, h, value, h.balance + s.units, acc);
        emit Transfer(address(this), s.account, s.units);
        emit SharesClaimed(dataset_, s.epoch, s.account, s.index, s.units, remaining, h.balance);
    }

    /// @dev Writes down that `account` has `balance` shares and is due `value`.
    function _hold(address account, RevenueMath.Holder memory h, uint256 value, uint64 balance, uint128 acc) private {
        uint256 whole = h.hold(value, balance, acc);
        if (whole != 0) _owed[account] += whole;
        _holders[account] = h;
    }

    /// @return dataset_ read in passing
    function _checkTransfer(address to) private view returns (bytes32 dataset_) {
        if (to == address(this)) revert InvalidReceiver(to);
        TransferPolicy policy;
        uint64 lockedUntil;
        (dataset_, policy, lockedUntil) = _clone().readTransfers();
        if (policy == TransferPolicy.AllowList) {
            if (!transferAllowed[to]) revert ReceiverNotListed(to);
        } else if (policy == TransferPolicy.LockedUntil && Clock.time() < lockedUntil) {
            revert TransfersLocked(lockedUntil);
        }
    }

    /// @dev Where the configuration stands: this contract's own code, if it is a clone.
    function _clone() private view returns (address) {
        if (address(this) == IMPLEMENTATION) revert NotAClone();
        return address(this);
    }
}
