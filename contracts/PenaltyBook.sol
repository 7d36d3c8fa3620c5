// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Clock} from "./libraries/Clock.sol";
import {LockEnds} from "./libraries/LockEnds.sol";

/// @title PenaltyBook
/// @notice The part of the vault that keeps **what became of each penalty**: held by an appeal, released, cancelled or
/// executed, once per leaf, and how long an account's lock waits for appeals.
abstract contract PenaltyBook is IStakeVault {
    struct Entry {
        PenaltyState state;
        uint40 until;
        address account;
    }

    /// @dev `open` appeals of the account, the last one held at `since`; `until` the last released penalty can be executed.
    struct Holds {
        uint32 open;
        uint40 since;
        uint40 until;
    }

    mapping(bytes32 dataset => mapping(uint64 epoch => mapping(uint32 index => Entry))) private _entries;
    mapping(bytes32 dataset => mapping(address account => Holds)) private _holds;

    modifier onlyCourt(bytes32 dataset) {
        _checkCourt(dataset);
        _;
    }

    /// @inheritdoc IStakeVault
    function holdPenalty(bytes32 dataset, uint64 epoch, uint32 index, address account) external onlyCourt(dataset) {
        Entry storage entry = _entries[dataset][epoch][index];
        _checkNotExecuted(dataset, epoch, index, entry.state);
        if (entry.state != PenaltyState.None) return;
        (entry.state, entry.account) = (PenaltyState.Held, account);
        Holds storage holds = _holds[dataset][account];
        holds.open += 1;
        holds.since = Clock.time();
        emit PenaltyHeld(dataset, epoch, account, index);
    }

    /// @inheritdoc IStakeVault
    function cancelPenalty(bytes32 dataset, uint64 epoch, uint32 index) external onlyCourt(dataset) {
        Entry storage entry = _entries[dataset][epoch][index];
        _checkNotExecuted(dataset, epoch, index, entry.state);
        if (entry.state == PenaltyState.Cancelled) return;
        if (entry.state == PenaltyState.Held) _holds[dataset][entry.account].open -= 1;
        entry.state = PenaltyState.Cancelled;
        emit PenaltyCancelled(dataset, epoch, index);
    }

    /// @inheritdoc IStakeVault
    function releasePenalty(bytes32 dataset, uint64 epoch, uint32 index) external onlyCourt(dataset) {
        Entry storage entry = _entries[dataset][epoch][index];
        if (entry.state != PenaltyState.Held) return;
        (uint40 opens, uint40 closes) = _penaltyTimes(dataset, epoch);
        // What the appeal took is given back: as long as a penalty that nobody appealed can be executed.
        uint40 until = _later(closes, Clock.time() + (closes - opens));
        (entry.state, entry.until) = (PenaltyState.Released, until);
        Holds storage holds = _holds[dataset][entry.account];
        holds.open -= 1;
        holds.until = _later(holds.until, until);
        emit PenaltyReleased(dataset, epoch, index, until);
    }

    /// @inheritdoc IStakeVault
    function penaltyStateOf(bytes32 dataset, uint64 epoch, uint32 index) external view returns (PenaltyState) {
        return _entries[dataset][epoch][index].state;
    }

    /// @dev Once, and in its time: after the appeal period and before the penalty period ends, or until when the court let
    /// it be executed.
    function _markExecuted(bytes32 dataset, uint64 epoch, uint32 index) internal {
        Entry storage entry = _entries[dataset][epoch][index];
        PenaltyState state = entry.state;
        if (state != PenaltyState.None && state != PenaltyState.Released) {
            revert WrongPenalty(dataset, epoch, index, state);
        }
        (uint40 opens, uint40 closes) = _penaltyTimes(dataset, epoch);
        if (state == PenaltyState.Released) closes = entry.until;
        uint40 now_ = Clock.time();
        if (now_ < opens || now_ >= closes) revert NotPenaltyTime(opens, closes, now_);
        entry.state = PenaltyState.Executed;
    }

    /// @dev When a lock ends that would end at `time` if nothing were appealed.
    function _withHolds(bytes32 dataset, address account, uint64 time) internal view returns (uint64) {
        Holds memory holds = _holds[dataset][account];
        // Appeals end by deadlines of their own. Should one not, the lock ends all the same.
        uint64 limit = holds.since + LockEnds.LONGEST_WAIT;
        uint64 waits = holds.open == 0 && holds.until < limit ? holds.until : limit;
        return waits > time ? waits : time;
    }

    function _checkNotExecuted(bytes32 dataset, uint64 epoch, uint32 index, PenaltyState state) private pure {
        if (state == PenaltyState.Executed) revert WrongPenalty(dataset, epoch, index, state);
    }

    function _later(uint40 a, uint40 b) private pure returns (uint40) {
        return a > b ? a : b;
    }

    /// @return opens from when on a penalty of the epoch can be executed
    /// @return closes from when on no more
    function _penaltyTimes(bytes32 dataset, uint64 epoch) internal view virtual returns (uint40 opens, uint40 closes);

    function _checkCourt(bytes32 dataset) internal view virtual;
}
