// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {IBountyEscrow} from "./interfaces/IBountyEscrow.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "./interfaces/ISettlementCourt.sol";
import {ISuccessions} from "./interfaces/ISuccessions.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {StakeTerms, Terms} from "./types.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

/// @title BountyEscrow
/// @notice Publisher's money -> part of a final epoch -> **cash to its leaves** by their units; what no epoch took goes back.
/// One for each version of the contracts. Nobody has power over it, and nothing here can be paused.
contract BountyEscrow is IBountyEscrow, ReentrancyGuardTransient {
    using BitMaps for BitMaps.BitMap;

    /// @dev Longer than any dispute and succession, after the terms' own periods: money does not stay here for a checkpoint that
    /// nobody settles, nor for an appeal that nobody rules.
    uint40 private constant LONGEST_WAIT = 365 days;
    /// @dev Heirs of heirs are followed so far; a circle of them ends somewhere in itself.
    uint256 private constant MAX_HEIRS = 8;

    IDatasetRegistry private immutable REGISTRY;
    IAnnotationLedger private immutable LEDGER;
    ISuccessions private immutable SUCCESSIONS;

    uint256 public bountyCount;
    mapping(uint256 bounty => Bounty) private _bounties;
    mapping(uint256 bounty => mapping(uint64 epoch => Part)) private _parts;
    mapping(uint256 bounty => mapping(uint64 epoch => BitMaps.BitMap)) private _paid;
    mapping(address token => uint256) public heldOf;

    constructor(address registry_, address ledger_, address successions_) {
        if (registry_ == address(0) || ledger_ == address(0) || successions_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        LEDGER = IAnnotationLedger(ledger_);
        SUCCESSIONS = ISuccessions(successions_);
    }

    // ---- the publisher

    /// @inheritdoc IBountyEscrow
    function open(bytes32 dataset, uint128 perLabel, uint256 amount) external nonReentrant returns (uint256 bounty) {
        Terms memory terms = REGISTRY.termsOf(dataset);
        if (msg.sender != terms.publisher) revert NotPublisher(dataset, msg.sender, terms.publisher);
        if (REGISTRY.servingOf(dataset).ledger != address(LEDGER)) revert NotServed(dataset, address(this));
        if (perLabel == 0) revert ZeroAmount();
        bounty = ++bountyCount;
        Bounty storage b = _bounties[bounty];
        uint64 first = LEDGER.checkpointCount(dataset) + 1;
        (b.dataset, b.publisher, b.openedAt) = (dataset, msg.sender, Clock.time());
        (b.token, b.unitsPerLabel, b.firstCheckpoint, b.perLabel) =
        (terms.paymentToken, terms.unitsPerLabel, first, perLabel);
        emit BountyOpened(bounty, dataset, msg.sender, terms.paymentToken, perLabel, terms.unitsPerLabel, first);
        _fund(bounty, b, amount);
    }

    /// @inheritdoc IBountyEscrow
    function fund(uint256 bounty, uint256 amount) external nonReentrant {
        Bounty storage b = _known(bounty);
        if (b.endsAt != 0) revert AlreadyClosed(bounty, b.endsAt);
        _fund(bounty, b, amount);
    }

    /// @inheritdoc IBountyEscrow
    function close(uint256 bounty) external {
        Bounty storage b = _own(bounty);
        if (b.endsAt != 0) revert AlreadyClosed(bounty, b.endsAt);
        uint40 endsAt = Clock.time() + REGISTRY.ledgerTermsOf(b.dataset).receiptPeriod;
        b.endsAt = endsAt;
        emit BountyClosed(bounty, b.dataset, endsAt);
    }

    /// @inheritdoc IBountyEscrow
    function takeBack(uint256 bounty, address to) external nonReentrant returns (uint128 amount) {
        Bounty storage b = _own(bounty);
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        uint40 endsAt = b.endsAt;
        uint40 now_ = Clock.time();
        if (endsAt == 0) revert NotClosed(bounty);
        if (now_ <= endsAt) revert NotReturnable(bounty, endsAt + 1);
        StakeTerms memory terms = REGISTRY.stakeTermsOf(b.dataset);
        if (now_ <= endsAt + terms.settlePeriod + terms.appealPeriod + LONGEST_WAIT) _finish(bounty, b, endsAt, now_);
        amount = b.free;
        if (amount == 0) revert ZeroAmount();
        b.free = 0;
        heldOf[b.token] -= amount;
        emit BountyReturned(bounty, b.dataset, to, amount);
        SafeERC20.safeTransfer(IERC20(b.token), to, amount);
    }

    // ---- anyone

    /// @inheritdoc IBountyEscrow
    function assign(uint256 bounty, uint64 epoch) external {
        Bounty storage b = _known(bounty);
        if (_parts[bounty][epoch].isAssigned) revert AlreadyAssigned(bounty, epoch);
        _assign(bounty, b, epoch);
    }

    /// @inheritdoc IBountyEscrow
    function pay(uint256 bounty, IDatasetShares.ShareClaim[] calldata leaves) external nonReentrant {
        Bounty storage b = _known(bounty);
        IDatasetShares shares = IDatasetShares(REGISTRY.sharesOf(b.dataset));
        for (uint256 i = 0; i < leaves.length; ++i) {
            address to = _receiverOf(leaves[i].account);
            if (msg.sender != to && to.code.length != 0 && !shares.claimForAllowed(to)) revert ClaimForNotAllowed(to);
            _pay(bounty, b, shares, leaves[i], to);
        }
    }

    /// @inheritdoc IBountyEscrow
    function payTo(uint256 bounty, IDatasetShares.ShareClaim[] calldata leaves, address to) external nonReentrant {
        Bounty storage b = _known(bounty);
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        IDatasetShares shares = IDatasetShares(REGISTRY.sharesOf(b.dataset));
        for (uint256 i = 0; i < leaves.length; ++i) {
            address receiver = _receiverOf(leaves[i].account);
            if (msg.sender != receiver) revert NotReceiver(leaves[i].account, msg.sender, receiver);
            _pay(bounty, b, shares, leaves[i], to);
        }
    }

    // ---- readings

    /// @inheritdoc IBountyEscrow
    function bountyOf(uint256 bounty) external view returns (Bounty memory) {
        return _known(bounty);
    }

    /// @inheritdoc IBountyEscrow
    function partOf(uint256 bounty, uint64 epoch) external view returns (Part memory) {
        return _parts[bounty][epoch];
    }

    /// @inheritdoc IBountyEscrow
    function isPaid(uint256 bounty, uint64 epoch, uint32 index) external view returns (bool) {
        return _paid[bounty][epoch].get(index);
    }

    /// @inheritdoc IBountyEscrow
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc IBountyEscrow
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    /// @inheritdoc IBountyEscrow
    function successions() external view returns (address) {
        return address(SUCCESSIONS);
    }

    // ---- inside

    function _fund(uint256 bounty, Bounty storage b, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        uint256 free = b.free + amount;
        if (free > type(uint120).max) revert TooMuch(amount);
        // Checked just above, as is `amount`, which is no more.
        // forge-lint: disable-next-line(unsafe-typecast)
        b.free = uint128(free);
        heldOf[b.token] += amount;
        // forge-lint: disable-next-line(unsafe-typecast)
        emit BountyFunded(bounty, b.dataset, msg.sender, uint128(amount), uint128(free));
        ExactTransfer.pull(IERC20(b.token), msg.sender, address(this), amount);
    }

    /// @dev All that the bounty covers took its part and can be appealed no more, and no appeal of it waits for its ruling. Whom a
    /// ruling found right is not late for what would go back now.
    function _finish(uint256 bounty, Bounty storage b, uint40 endsAt, uint40 now_) private {
        (bytes32 dataset, uint64 first) = (b.dataset, b.firstCheckpoint);
        uint64 last = _lastCovered(dataset, endsAt);
        if (b.assigned < last + 1 - first) revert EpochsOpen(bounty, b.assigned, last + 1 - first);
        if (now_ < b.returnsAt) revert NotReturnable(bounty, b.returnsAt);
        uint64 appealed = ISettlementCourt(REGISTRY.servingOf(dataset).court).firstAppealed(dataset, first, last);
        if (appealed != 0) revert AppealOpen(bounty, appealed);
        uint64 end = Leaves.CORRECTION + LEDGER.correctionCount(dataset);
        for (uint64 epoch = Leaves.CORRECTION + 1; epoch <= end; ++epoch) {
            (uint64 corrected, uint64 units) = LEDGER.correctionOf(dataset, epoch);
            bool isCovered = corrected >= first && corrected <= last;
            if (isCovered && !_parts[bounty][epoch].isAssigned) _take(bounty, b, epoch, units);
        }
    }

    function _assign(uint256 bounty, Bounty storage b, uint64 epoch) private {
        if (epoch & Leaves.CORRECTION == 0) return _assignEpoch(bounty, b, epoch);
        (uint64 corrected, uint64 units) = LEDGER.correctionOf(b.dataset, epoch);
        if (corrected == 0) revert EpochNotFinal(bounty, epoch);
        _checkCovered(bounty, b, corrected);
        _take(bounty, b, epoch, units);
    }

    function _assignEpoch(uint256 bounty, Bounty storage b, uint64 epoch) private {
        IAnnotationLedger.Proposal memory p = LEDGER.proposalOf(b.dataset, epoch);
        if (p.state != IAnnotationLedger.ProposalState.Finalized) revert EpochNotFinal(bounty, epoch);
        _checkCovered(bounty, b, epoch);
        // Times of blocks, which have 40 bits here.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint40 returnsAt = uint40(p.finalizedAt) + REGISTRY.stakeTermsOf(b.dataset).appealPeriod;
        if (returnsAt > b.returnsAt) b.returnsAt = returnsAt;
        b.assigned += 1;
        _take(bounty, b, epoch, p.totalUnits);
    }

    /// @dev What is free is at most 2^120 - 1, and so is a part.
    function _take(uint256 bounty, Bounty storage b, uint64 epoch, uint64 units) private {
        uint256 wanted = Math.mulDiv(units, b.perLabel, b.unitsPerLabel);
        uint128 free = b.free;
        // forge-lint: disable-next-line(unsafe-typecast)
        uint120 amount = uint120(Math.min(wanted, free));
        free -= amount;
        b.free = free;
        _parts[bounty][epoch] = Part(amount, units, units, true);
        emit BountyAssigned(bounty, b.dataset, epoch, units, amount, free);
    }

    function _pay(
        uint256 bounty,
        Bounty storage b,
        IDatasetShares shares,
        IDatasetShares.ShareClaim calldata leaf,
        address to
    ) private {
        (bytes32 dataset, uint64 epoch) = (b.dataset, leaf.epoch);
        if (_paid[bounty][epoch].get(leaf.index)) revert AlreadyPaid(bounty, epoch, leaf.index);
        (bytes32 root,,, uint32 leafCount) = shares.epochOf(epoch);
        if (root == 0) revert EpochNotFinal(bounty, epoch);
        if (leaf.index >= leafCount) revert IndexOutOfRange(epoch, leaf.index, leafCount);
        if (!Leaves.verify(address(LEDGER), dataset, leaf, root)) revert InvalidProof(epoch, leaf.index);
        if (!_parts[bounty][epoch].isAssigned) _assign(bounty, b, epoch);
        Part memory part = _parts[bounty][epoch];
        if (leaf.units > part.unpaidUnits) revert EpochExhausted(epoch, part.unpaidUnits, leaf.units);
        _paid[bounty][epoch].set(leaf.index);
        _parts[bounty][epoch].unpaidUnits = part.unpaidUnits - leaf.units;
        uint128 amount = 0;
        // At most the part.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (leaf.units != 0) amount = uint128(Math.mulDiv(part.amount, leaf.units, part.totalUnits));
        heldOf[b.token] -= amount;
        emit BountyPaid(bounty, dataset, leaf.account, epoch, leaf.index, leaf.units, to, amount);
        if (amount != 0) SafeERC20.safeTransfer(IERC20(b.token), to, amount);
    }

    /// @dev The account, or who holds its place since its key was lost.
    function _receiverOf(address account) private view returns (address receiver) {
        receiver = account;
        for (uint256 i = 0; i < MAX_HEIRS; ++i) {
            address heir = SUCCESSIONS.successorOf(receiver);
            if (heir == address(0)) break;
            receiver = heir;
        }
        if (receiver == address(0) || receiver == address(this)) revert ZeroAddress();
    }

    /// @dev The last checkpoint made while the bounty lasted; the one before its first when there is none.
    function _lastCovered(bytes32 dataset, uint40 endsAt) private view returns (uint64) {
        uint64 next = LEDGER.firstCheckpointAfter(dataset, endsAt);
        return next == 0 ? LEDGER.checkpointCount(dataset) : next - 1;
    }

    function _checkCovered(uint256 bounty, Bounty storage b, uint64 checkpointNumber) private view {
        bool isEarly = checkpointNumber < b.firstCheckpoint;
        if (isEarly || (b.endsAt != 0 && LEDGER.checkpointOf(b.dataset, checkpointNumber).madeAt > b.endsAt)) {
            revert NotCovered(bounty, checkpointNumber);
        }
    }

    function _own(uint256 bounty) private view returns (Bounty storage b) {
        b = _known(bounty);
        address owner = _receiverOf(b.publisher);
        if (msg.sender != owner) revert NotPublisher(b.dataset, msg.sender, owner);
    }

    function _known(uint256 bounty) private view returns (Bounty storage b) {
        b = _bounties[bounty];
        if (b.publisher == address(0)) revert UnknownBounty(bounty);
    }
}
