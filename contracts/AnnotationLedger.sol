// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SettlementHooks} from "./SettlementHooks.sol";
import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {Clock} from "./libraries/Clock.sol";
import {LogTree} from "./libraries/LogTree.sol";
import {Statements} from "./libraries/Statements.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title AnnotationLedger
/// @notice Receipted rows -> **checkpoint -> proposal -> epoch** -> shares.
contract AnnotationLedger is SettlementHooks {
    using SafeCast for uint256;

    uint64 private constant MAX_ROWS = 1 << 20;
    uint64 private constant SETTLE_STEPS = 8;

    constructor(address registry_, address cotaToken) SettlementHooks(registry_, cotaToken) {}

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
        attempt = _nextAttempt(dataset, checkpointNumber);
        uint64 rows = _rows(dataset, checkpointNumber);
        if (totalUnits != 0 && leafCount == 0) revert NoLeaves(totalUnits);
        if (leafCount > rows) revert LeavesAboveRows(leafCount, rows);
        _takeUnits(dataset, rows, totalUnits, 0);
        uint40 windowEndsAt = Clock.time() + terms.challengeWindow;
        _settlements[dataset][checkpointNumber] = Settlement({
            root: settlementRoot,
            totalUnits: totalUnits,
            windowEndsAt: windowEndsAt,
            finalizedAt: 0,
            settledAt: 0,
            // At most a checkpoint's rows, 2^20.
            // forge-lint: disable-next-line(unsafe-typecast)
            leafCount: uint24(leafCount),
            attempt: uint256(attempt).toUint8(),
            state: ProposalState.Proposed,
            bondEra: _lockBond(terms.coordinator, terms.proposerBond),
            bySuccessor: _logs[dataset].succeeded
        });
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
        Settlement storage s = _settlements[dataset][checkpointNumber];
        (ProposalState state, uint40 windowEndsAt, uint40 now_) = (s.state, s.windowEndsAt, Clock.time());
        if (state != ProposalState.Proposed) revert NotProposed(dataset, checkpointNumber, state);
        if (now_ < windowEndsAt) revert WindowOpen(dataset, checkpointNumber, windowEndsAt);
        (bytes32 root, uint64 totalUnits) = (s.root, s.totalUnits);
        Log storage log = _logs[dataset];
        Binding storage terms = _bindings[dataset];
        _unlockBond(_proposerOf(dataset, s.bySuccessor, log.succeeded), terms.proposerBond, s.bondEra);
        (s.state, s.finalizedAt) = (ProposalState.Finalized, now_);
        (uint32 finalized, uint32 settled) = (log.finalized + 1, log.settled);
        log.finalized = finalized;
        if (totalUnits != 0) log.minted = true;
        if (checkpointNumber == settled + 1) {
            (log.settled, s.settledAt) = (settled + 1, now_);
            // More finalised than settled: some came before their turn, and it may have come now.
            if (finalized > settled + 1) _settle(dataset, SETTLE_STEPS);
        }
        emit EpochFinalized(dataset, checkpointNumber, s.attempt, root, totalUnits);
        IDatasetShares(terms.shares).openEpoch(checkpointNumber, root, totalUnits, s.leafCount);
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
        proposal.settlementRoot = s.root;
        proposal.totalUnits = s.totalUnits;
        proposal.windowEndsAt = s.windowEndsAt;
        proposal.finalizedAt = s.finalizedAt;
        proposal.settledAt = s.settledAt;
        proposal.leafCount = s.leafCount;
        proposal.attempt = s.attempt;
        proposal.state = s.state;
        proposal.proposer = _proposerOf(dataset, s.bySuccessor);
        bool isPending = s.state == ProposalState.Proposed || s.state == ProposalState.Disputed;
        if (isPending && _isLocked(proposal.proposer, s.bondEra)) proposal.bond = _bindings[dataset].proposerBond;
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
    function domainSeparator() external view returns (bytes32) {
        return Statements.domainSeparator(address(this));
    }

    /// @inheritdoc IAnnotationLedger
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    // ---- inside

    /// @dev A first proposal, or a new one after a rejection.
    function _nextAttempt(bytes32 dataset, uint64 checkpointNumber) private view returns (uint32) {
        Settlement storage s = _settlements[dataset][checkpointNumber];
        ProposalState state = s.state;
        if (state != ProposalState.None && state != ProposalState.Rejected) {
            revert AlreadyProposed(dataset, checkpointNumber, state);
        }
        return uint32(s.attempt) + 1;
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
}
