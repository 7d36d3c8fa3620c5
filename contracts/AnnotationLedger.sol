// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CoordinatorDesk} from "./CoordinatorDesk.sol";
import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {Clock} from "./libraries/Clock.sol";
import {LogTree} from "./libraries/LogTree.sol";
import {Statements} from "./libraries/Statements.sol";
import {Terms} from "./types.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title AnnotationLedger
/// @notice Receipted rows -> **checkpoint -> proposal -> epoch** -> shares.
contract AnnotationLedger is CoordinatorDesk, EIP712 {
    using SafeCast for uint256;

    uint64 private constant MAX_ROWS = 1 << 20;
    uint64 private constant MIN_FIRST_UNITS = 1e9;
    uint64 private constant SETTLE_STEPS = 8;

    /// @dev One slot a dataset. `available` is what the supply cap leaves after all units minted or proposed; `minted` says
    /// whether any share exists.
    struct Log {
        uint64 next;
        uint64 available;
        uint32 count;
        uint32 finalized;
        uint32 settled;
        bool minted;
    }

    /// @dev Two slots a dataset: the terms read at every epoch. Terms are frozen, so they are copied once.
    struct Binding {
        address coordinator;
        uint64 unitsPerLabel;
        uint32 challengeWindow;
        address shares;
        uint96 proposerBond;
    }

    /// @dev Two slots a proposal; proposer and bond follow from the terms.
    struct Settlement {
        bytes32 root;
        uint64 totalUnits;
        uint40 windowEndsAt;
        uint40 finalizedAt;
        uint40 settledAt;
        uint32 leafCount;
        uint16 attempt;
        ProposalState state;
    }

    IDatasetRegistry private immutable REGISTRY;

    mapping(bytes32 dataset => Log) private _logs;
    mapping(bytes32 dataset => Binding) private _bindings;
    mapping(bytes32 dataset => mapping(uint64 number => Checkpoint)) private _checkpoints;
    mapping(bytes32 dataset => mapping(uint64 number => Settlement)) private _settlements;

    constructor(address registry_, address cotaToken) EIP712("Cota", "1") CoordinatorDesk(cotaToken) {
        if (registry_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
    }

    // ---- the log

    /// @inheritdoc IAnnotationLedger
    function checkpoint(bytes32 dataset, uint64 to, bytes32 logRoot, bytes32 dataHash)
        external
        returns (uint64 number)
    {
        if (_bindings[dataset].coordinator == address(0)) _bind(dataset);
        _checkCoordinator(dataset, _bindings[dataset].coordinator);
        Log storage log = _logs[dataset];
        uint64 from = log.next;
        if (to < from || to - from > MAX_ROWS) revert InvalidRange(dataset, from, to);
        if (logRoot == 0) revert ZeroRoot();
        number = ++log.count;
        log.next = to;
        _checkpoints[dataset][number] = Checkpoint(logRoot, from, to, Clock.time());
        emit Checkpointed(dataset, number, from, to, logRoot, dataHash);
    }

    // ---- its settlement

    /// @inheritdoc IAnnotationLedger
    function propose(
        bytes32 dataset,
        uint64 checkpointNumber,
        bytes32 settlementRoot,
        uint64 totalUnits,
        uint32 leafCount,
        bytes32 fileHash
    ) external returns (uint32 attempt) {
        Binding memory terms = _bindings[dataset];
        _checkCoordinator(dataset, terms.coordinator);
        ProposalState state = _settlements[dataset][checkpointNumber].state;
        if (state != ProposalState.None) revert AlreadyProposed(dataset, checkpointNumber, state);
        if (totalUnits != 0 && leafCount == 0) revert NoLeaves(totalUnits);
        _commit(dataset, checkpointNumber, totalUnits, terms.unitsPerLabel);
        _lockBond(terms.coordinator, terms.proposerBond);
        attempt = 1;
        uint40 windowEndsAt = Clock.time() + terms.challengeWindow;
        _settlements[dataset][checkpointNumber] =
            Settlement(settlementRoot, totalUnits, windowEndsAt, 0, 0, leafCount, 1, ProposalState.Proposed);
        emit SettlementProposed(
            dataset,
            checkpointNumber,
            attempt,
            msg.sender,
            settlementRoot,
            totalUnits,
            leafCount,
            fileHash,
            terms.proposerBond,
            windowEndsAt
        );
    }

    /// @inheritdoc IAnnotationLedger
    function finalize(bytes32 dataset, uint64 checkpointNumber) external {
        Settlement memory s = _settlements[dataset][checkpointNumber];
        if (s.state != ProposalState.Proposed) revert NotProposed(dataset, checkpointNumber, s.state);
        if (Clock.time() < s.windowEndsAt) revert WindowOpen(dataset, checkpointNumber, s.windowEndsAt);
        Binding storage terms = _bindings[dataset];
        _unlockBond(terms.coordinator, terms.proposerBond);
        s.state = ProposalState.Finalized;
        s.finalizedAt = Clock.time();
        Log memory log = _logs[dataset];
        log.finalized += 1;
        if (s.totalUnits != 0) log.minted = true;
        if (checkpointNumber == log.settled + 1) {
            log.settled += 1;
            s.settledAt = s.finalizedAt;
        }
        _logs[dataset] = log;
        _writeState(_settlements[dataset][checkpointNumber], s);
        // More finalised than settled: some came before their turn, and it may have come now.
        if (s.settledAt != 0 && log.finalized > log.settled) _settle(dataset, SETTLE_STEPS);
        emit EpochFinalized(dataset, checkpointNumber, s.attempt, s.root, s.totalUnits);
        IDatasetShares(terms.shares).openEpoch(checkpointNumber, s.root, s.totalUnits, s.leafCount);
    }

    /// @inheritdoc IAnnotationLedger
    function settle(bytes32 dataset, uint64 steps) external {
        _settle(dataset, steps);
    }

    // ---- readings

    /// @inheritdoc IAnnotationLedger
    function checkpointCount(bytes32 dataset) external view returns (uint64) {
        return _logs[dataset].count;
    }

    /// @inheritdoc IAnnotationLedger
    function finalizedCount(bytes32 dataset) external view returns (uint64) {
        return _logs[dataset].finalized;
    }

    /// @inheritdoc IAnnotationLedger
    function settledCount(bytes32 dataset) external view returns (uint64) {
        return _logs[dataset].settled;
    }

    /// @inheritdoc IAnnotationLedger
    function availableUnits(bytes32 dataset) external view returns (uint64) {
        return _logs[dataset].available;
    }

    /// @inheritdoc IAnnotationLedger
    function checkpointOf(bytes32 dataset, uint64 number) external view returns (Checkpoint memory) {
        return _checkpoint(dataset, number);
    }

    /// @inheritdoc IAnnotationLedger
    function firstCheckpointAfter(bytes32 dataset, uint64 time) external view returns (uint64) {
        uint64 low = 1;
        uint64 high = _logs[dataset].count + 1;
        uint64 none = high;
        while (low < high) {
            uint64 middle = (low + high) / 2;
            if (_checkpoints[dataset][middle].madeAt > time) high = middle;
            else low = middle + 1;
        }
        return low == none ? 0 : low;
    }

    /// @inheritdoc IAnnotationLedger
    function proposalOf(bytes32 dataset, uint64 checkpointNumber) external view returns (Proposal memory proposal) {
        Settlement memory s = _settlements[dataset][checkpointNumber];
        if (s.state == ProposalState.None) return proposal;
        Binding memory terms = _bindings[dataset];
        return Proposal({
            settlementRoot: s.root,
            totalUnits: s.totalUnits,
            windowEndsAt: s.windowEndsAt,
            finalizedAt: s.finalizedAt,
            settledAt: s.settledAt,
            leafCount: s.leafCount,
            attempt: s.attempt,
            state: s.state,
            proposer: terms.coordinator,
            bond: s.state == ProposalState.Proposed ? terms.proposerBond : 0
        });
    }

    /// @inheritdoc IAnnotationLedger
    function isLogged(bytes32 dataset, uint64 checkpointNumber, uint64 index, bytes32 row, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        Checkpoint memory c = _checkpoint(dataset, checkpointNumber);
        if (index < c.from || index >= c.to) return false;
        return LogTree.verify(c.logRoot, row, index - c.from, c.to - c.from, proof);
    }

    /// @inheritdoc IAnnotationLedger
    function rowIdOf(Annotation calldata annotation) external pure returns (bytes32) {
        return Statements.hash(annotation);
    }

    /// @inheritdoc IAnnotationLedger
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IAnnotationLedger
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    // ---- inside

    /// @dev Copies the terms of a dataset that this ledger serves.
    function _bind(bytes32 dataset) private {
        Terms memory terms = REGISTRY.termsOf(dataset);
        if (REGISTRY.servingOf(dataset).ledger != address(this)) revert NotServed(dataset, address(this));
        _logs[dataset].available = terms.supplyCap;
        _bindings[dataset] = Binding({
            coordinator: terms.coordinator,
            unitsPerLabel: terms.unitsPerLabel,
            challengeWindow: terms.challengeWindow,
            shares: REGISTRY.sharesOf(dataset),
            proposerBond: uint256(terms.proposerBond).toUint96()
        });
    }

    /// @dev Counts a proposal's units against the bounds; pending ones count, so that `finalize` never meets the cap.
    function _commit(bytes32 dataset, uint64 checkpointNumber, uint64 totalUnits, uint64 unitsPerLabel) private {
        Checkpoint memory c = _checkpoint(dataset, checkpointNumber);
        uint256 most = uint256(unitsPerLabel) * (c.to - c.from);
        if (totalUnits > most) revert TotalAboveLabels(totalUnits, most);
        Log storage log = _logs[dataset];
        if (totalUnits != 0 && totalUnits < MIN_FIRST_UNITS && !log.minted) {
            revert TotalTooSmall(totalUnits, MIN_FIRST_UNITS);
        }
        uint64 available = log.available;
        if (totalUnits > available) revert TotalAboveSupplyCap(totalUnits, available);
        log.available = available - totalUnits;
    }

    function _writeState(Settlement storage settlement, Settlement memory s) private {
        settlement.finalizedAt = s.finalizedAt;
        settlement.settledAt = s.settledAt;
        settlement.state = s.state;
    }

    /// @dev Moves the settled mark over checkpoints finalised before their turn.
    function _settle(bytes32 dataset, uint64 steps) private {
        Log storage log = _logs[dataset];
        uint32 settled = log.settled;
        uint32 start = settled;
        for (uint64 i = 0; i < steps; ++i) {
            Settlement storage s = _settlements[dataset][settled + 1];
            if (s.state != ProposalState.Finalized) break;
            s.settledAt = Clock.time();
            ++settled;
        }
        if (settled != start) log.settled = settled;
    }

    function _checkCoordinator(bytes32 dataset, address coordinator) private view {
        if (msg.sender != coordinator) revert NotCoordinator(dataset, msg.sender, coordinator);
    }

    function _checkpoint(bytes32 dataset, uint64 number) private view returns (Checkpoint memory c) {
        c = _checkpoints[dataset][number];
        if (c.logRoot == 0) revert UnknownCheckpoint(dataset, number);
    }
}
