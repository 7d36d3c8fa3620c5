// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CoordinatorDesk} from "./CoordinatorDesk.sol";
import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {Clock} from "./libraries/Clock.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {LedgerTerms} from "./types.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title SettlementHooks
/// @notice The part of the ledger that **court, faults and deliveries** may move: disputed proposals, corrections, slashes,
/// succession. Each hook asks the registry who serves the dataset; nobody else has power here.
abstract contract SettlementHooks is CoordinatorDesk {
    using SafeCast for uint256;

    uint64 private constant MIN_FIRST_UNITS = 1e9;

    /// @dev One slot a dataset. `available` is what the supply cap leaves after all units minted or proposed; `minted` says
    /// whether any share exists; `succeeded` whether the successor acts.
    struct Log {
        uint64 next;
        uint64 available;
        uint32 count;
        uint32 finalized;
        uint32 settled;
        bool minted;
        bool succeeded;
    }

    /// @dev Two slots a dataset: the terms read at every epoch. Terms are frozen, so they are copied once; the coordinator
    /// is the acting one.
    struct Binding {
        address coordinator;
        uint64 unitsPerLabel;
        uint32 challengeWindow;
        address shares;
        uint96 proposerBond;
    }

    /// @dev Two full slots for a checkpoint's last attempt; bond and proposer follow from the terms and `bySuccessor`.
    struct Settlement {
        bytes32 root;
        uint64 totalUnits;
        uint40 windowEndsAt;
        uint40 finalizedAt;
        uint40 settledAt;
        uint24 leafCount;
        uint8 attempt;
        ProposalState state;
        uint24 bondEra;
        bool bySuccessor;
    }

    /// @dev Written only in disputes and corrections. `settleBy` is zero until a dispute moves it.
    struct Exception {
        uint40 suspendedAt;
        uint40 settleBy;
        uint64 correctedUnits;
    }

    /// @dev What an epoch of a correction is about.
    struct Correction {
        uint64 checkpointNumber;
        uint64 units;
    }

    /// @dev Written once, by `handOver`.
    struct Succession {
        address former;
        uint40 at;
    }

    IDatasetRegistry internal immutable REGISTRY;

    mapping(bytes32 dataset => Log) internal _logs;
    mapping(bytes32 dataset => Binding) internal _bindings;
    mapping(bytes32 dataset => mapping(uint64 number => Checkpoint)) internal _checkpoints;
    mapping(bytes32 dataset => mapping(uint64 number => Settlement)) internal _settlements;
    mapping(bytes32 dataset => mapping(uint64 number => Exception)) private _exceptions;
    mapping(bytes32 dataset => Succession) private _successions;
    mapping(bytes32 dataset => uint64) public correctionCount;
    mapping(bytes32 dataset => mapping(uint64 epoch => Correction)) public correctionOf;

    constructor(address registry_, address cotaToken) CoordinatorDesk(cotaToken) {
        if (registry_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
    }

    modifier onlyCourt(bytes32 dataset) {
        _checkCourt(dataset);
        _;
    }

    // ---- the court

    /// @inheritdoc IAnnotationLedger
    function suspend(bytes32 dataset, uint64 checkpointNumber) external onlyCourt(dataset) {
        Settlement storage s = _settlements[dataset][checkpointNumber];
        if (s.state != ProposalState.Proposed) revert NotProposed(dataset, checkpointNumber, s.state);
        uint40 now_ = Clock.time();
        if (now_ >= s.windowEndsAt) revert WindowClosed(dataset, checkpointNumber, s.windowEndsAt);
        s.state = ProposalState.Disputed;
        _exceptions[dataset][checkpointNumber].suspendedAt = now_;
        emit SettlementSuspended(dataset, checkpointNumber, s.attempt);
    }

    /// @inheritdoc IAnnotationLedger
    function resume(bytes32 dataset, uint64 checkpointNumber) external onlyCourt(dataset) {
        Settlement storage s = _disputed(dataset, checkpointNumber);
        uint40 left = s.windowEndsAt - _exceptions[dataset][checkpointNumber].suspendedAt;
        uint40 half = (uint40(_bindings[dataset].challengeWindow) + 1) / 2;
        uint40 windowEndsAt = Clock.time() + (left > half ? left : half);
        s.state = ProposalState.Proposed;
        s.windowEndsAt = windowEndsAt;
        _restartClock(dataset, checkpointNumber);
        emit SettlementResumed(dataset, checkpointNumber, s.attempt, windowEndsAt);
    }

    /// @inheritdoc IAnnotationLedger
    function reject(bytes32 dataset, uint64 checkpointNumber, uint128 forfeit, address to, uint128 toAmount)
        external
        onlyCourt(dataset)
    {
        Settlement storage s = _disputed(dataset, checkpointNumber);
        s.state = ProposalState.Rejected;
        _logs[dataset].available += s.totalUnits;
        uint40 settleBy_ = _restartClock(dataset, checkpointNumber);
        uint40 least = Clock.time() + _bindings[dataset].challengeWindow;
        if (settleBy_ < least) {
            settleBy_ = least;
            _exceptions[dataset][checkpointNumber].settleBy = least;
        }
        uint128 lost =
            _forfeitBond(_proposerOf(dataset, s.bySuccessor), _bindings[dataset].proposerBond, s.bondEra, forfeit);
        uint128 credited = _spendLost(lost, to, toAmount);
        emit SettlementRejected(dataset, checkpointNumber, s.attempt, lost, to, credited, settleBy_);
    }

    /// @inheritdoc IAnnotationLedger
    function openCorrection(bytes32 dataset, uint64 checkpointNumber, address account, uint64 units)
        external
        onlyCourt(dataset)
        returns (uint64 epoch)
    {
        if (account == address(0)) revert ZeroAddress();
        if (units == 0) revert ZeroAmount();
        Settlement storage s = _settlements[dataset][checkpointNumber];
        if (s.state != ProposalState.Finalized) revert NotFinalized(dataset, checkpointNumber, s.state);
        Exception storage x = _exceptions[dataset][checkpointNumber];
        _takeUnits(dataset, _rows(dataset, checkpointNumber), units, uint256(s.totalUnits) + x.correctedUnits);
        x.correctedUnits += units;
        _logs[dataset].minted = true;
        epoch = Leaves.CORRECTION | ++correctionCount[dataset];
        correctionOf[dataset][epoch] = Correction(checkpointNumber, units);
        emit CorrectionOpened(dataset, checkpointNumber, epoch, account, units);
        bytes32 root = Leaves.hashOnly(address(this), dataset, epoch, account, units);
        IDatasetShares(_bindings[dataset].shares).openEpoch(epoch, root, units, 1);
    }

    // ---- court, faults, deliveries

    /// @inheritdoc IAnnotationLedger
    function slash(bytes32 dataset, address coordinator, uint128 amount, address to, uint128 toAmount)
        external
        returns (uint128 slashed)
    {
        IDatasetRegistry.Version memory serving = _serving(dataset);
        if (msg.sender != serving.court && msg.sender != serving.faults && msg.sender != serving.deliveries) {
            revert NotSlasher(dataset, msg.sender);
        }
        if (!isOrWasCoordinator(dataset, coordinator)) revert NeverCoordinator(dataset, coordinator);
        uint256 balance;
        (slashed, balance) = _slashBond(coordinator, amount);
        uint128 credited = _spendLost(slashed, to, toAmount);
        emit CoordinatorSlashed(dataset, coordinator, msg.sender, slashed, to, credited, balance);
    }

    /// @inheritdoc IAnnotationLedger
    function handOver(bytes32 dataset) external {
        address faults = _serving(dataset).faults;
        if (msg.sender != faults) revert NotFaults(dataset, msg.sender, faults);
        if (_logs[dataset].succeeded) return;
        if (_bindings[dataset].coordinator == address(0)) _bind(dataset);
        address former = _bindings[dataset].coordinator;
        address successor = _terms(dataset).successor;
        _logs[dataset].succeeded = true;
        _successions[dataset] = Succession(former, Clock.time());
        _bindings[dataset].coordinator = successor;
        emit CoordinatorSucceeded(dataset, former, successor);
    }

    // ---- readings

    /// @inheritdoc IAnnotationLedger
    function coordinatorOf(bytes32 dataset) public view returns (address coordinator) {
        coordinator = _bindings[dataset].coordinator;
        return coordinator == address(0) ? _terms(dataset).coordinator : coordinator;
    }

    /// @inheritdoc IAnnotationLedger
    function isOrWasCoordinator(bytes32 dataset, address account) public view returns (bool) {
        return account != address(0) && (account == coordinatorOf(dataset) || account == _successions[dataset].former);
    }

    /// @inheritdoc IAnnotationLedger
    function settleBy(bytes32 dataset, uint64 checkpointNumber) public view returns (uint64 time) {
        uint64 period = _terms(dataset).settlePeriod;
        Exception memory x = _exceptions[dataset][checkpointNumber];
        time = x.settleBy != 0 ? x.settleBy : _checkpoint(dataset, checkpointNumber).madeAt + period;
        uint64 succeededAt = _successions[dataset].at;
        if (succeededAt != 0 && succeededAt + period > time) time = succeededAt + period;
        if (x.suspendedAt != 0) time += Clock.time() - x.suspendedAt;
    }

    // ---- inside

    /// @dev Copies the terms of a dataset that this ledger serves.
    function _bind(bytes32 dataset) internal {
        LedgerTerms memory terms = _terms(dataset);
        _serving(dataset);
        _logs[dataset].available = terms.supplyCap;
        _bindings[dataset] = Binding({
            coordinator: terms.coordinator,
            unitsPerLabel: terms.unitsPerLabel,
            challengeWindow: terms.challengeWindow,
            shares: terms.shares,
            proposerBond: terms.proposerBond
        });
    }

    /// @dev Counts units against the bounds: those of the checkpoint's labels, and of the supply cap. Pending ones count,
    /// so that `finalize` never meets the cap.
    /// @param taken units that the checkpoint's labels have had already
    function _takeUnits(bytes32 dataset, uint64 rows, uint64 units, uint256 taken) internal {
        uint256 most = uint256(_bindings[dataset].unitsPerLabel) * rows;
        if (taken + units > most) revert TotalAboveLabels(units, Math.saturatingSub(most, taken));
        Log storage log = _logs[dataset];
        if (units != 0 && units < MIN_FIRST_UNITS && !log.minted) revert TotalTooSmall(units, MIN_FIRST_UNITS);
        uint64 available = log.available;
        if (units > available) revert TotalAboveSupplyCap(units, available);
        log.available = available - units;
    }

    function _proposerOf(bytes32 dataset, bool bySuccessor) internal view returns (address) {
        return _proposerOf(dataset, bySuccessor, _logs[dataset].succeeded);
    }

    /// @dev Who proposed before a succession is no more the acting coordinator.
    function _proposerOf(bytes32 dataset, bool bySuccessor, bool succeeded) internal view returns (address) {
        return bySuccessor == succeeded ? _bindings[dataset].coordinator : _successions[dataset].former;
    }

    function _rows(bytes32 dataset, uint64 number) internal view returns (uint64) {
        Checkpoint memory c = _checkpoint(dataset, number);
        return c.to - c.from;
    }

    function _checkpoint(bytes32 dataset, uint64 number) internal view returns (Checkpoint memory c) {
        c = _checkpoints[dataset][number];
        if (c.logRoot == 0) revert UnknownCheckpoint(dataset, number);
    }

    /// @dev Ends a suspension: the settle clock goes on where it stood.
    function _restartClock(bytes32 dataset, uint64 checkpointNumber) private returns (uint40 settleBy_) {
        settleBy_ = uint256(settleBy(dataset, checkpointNumber)).toUint40();
        Exception storage x = _exceptions[dataset][checkpointNumber];
        x.settleBy = settleBy_;
        x.suspendedAt = 0;
    }

    function _disputed(bytes32 dataset, uint64 checkpointNumber) private view returns (Settlement storage s) {
        s = _settlements[dataset][checkpointNumber];
        if (s.state != ProposalState.Disputed) revert NotDisputed(dataset, checkpointNumber, s.state);
    }

    function _terms(bytes32 dataset) private view returns (LedgerTerms memory) {
        return REGISTRY.ledgerTermsOf(dataset);
    }

    function _checkCourt(bytes32 dataset) private view {
        address court = _serving(dataset).court;
        if (msg.sender != court) revert NotCourt(dataset, msg.sender, court);
    }

    /// @dev The contracts of the dataset's version, of which this ledger must be one.
    function _serving(bytes32 dataset) private view returns (IDatasetRegistry.Version memory serving) {
        serving = REGISTRY.servingOf(dataset);
        if (serving.ledger != address(this)) revert NotServed(dataset, address(this));
    }
}
