// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISuccessions} from "./interfaces/ISuccessions.sol";
import {Clock} from "./libraries/Clock.sol";

/// @title Successions
/// @notice Holder names -> successor starts -> old key may cancel -> **succeeded for ever** -> shares follow. It knows no
/// dataset and holds nothing: one succession serves all shares of all versions.
contract Successions is ISuccessions {
    /// @dev Long enough for a holder who looks at her account once a month to see it and to cancel.
    uint32 private constant LEAST_DELAY = 30 days;
    uint32 private constant MOST_DELAY = 365 days;

    mapping(address account => Succession) private _successions;

    /// @inheritdoc ISuccessions
    function nameSuccessor(address successor, uint32 delay) external {
        _checkOpen(msg.sender);
        if (successor == msg.sender) revert InvalidSuccessor(msg.sender, successor);
        if (successor == address(0)) {
            if (delay != 0) revert InvalidSuccessor(msg.sender, successor);
        } else if (delay < LEAST_DELAY || delay > MOST_DELAY) {
            revert DelayOutOfRange(delay, LEAST_DELAY, MOST_DELAY);
        }
        _successions[msg.sender] = Succession(successor, delay, 0, false);
        emit SuccessorNamed(msg.sender, successor, delay);
    }

    /// @inheritdoc ISuccessions
    function startSuccession(address account) external {
        Succession storage s = _checkOpen(account);
        // An account that named nobody has the zero address for a successor, and nobody calls from there.
        if (msg.sender != s.successor) revert NotSuccessor(account, msg.sender, s.successor);
        if (s.startedAt != 0) revert AlreadyStarted(account, s.startedAt);
        uint40 now_ = Clock.time();
        s.startedAt = now_;
        emit SuccessionStarted(account, msg.sender, now_ + s.delay);
    }

    /// @inheritdoc ISuccessions
    function cancelSuccession() external {
        Succession storage s = _checkOpen(msg.sender);
        if (s.startedAt == 0) revert NotStarted(msg.sender);
        s.startedAt = 0;
        emit SuccessionCancelled(msg.sender, s.successor);
    }

    /// @inheritdoc ISuccessions
    function completeSuccession(address account) external {
        Succession storage s = _checkOpen(account);
        if (s.startedAt == 0) revert NotStarted(account);
        uint40 readyAt = s.startedAt + s.delay;
        if (Clock.time() < readyAt) revert NotReady(account, readyAt);
        s.completed = true;
        emit SuccessionCompleted(account, s.successor);
    }

    /// @inheritdoc ISuccessions
    function successionOf(address account) external view returns (Succession memory) {
        return _successions[account];
    }

    /// @inheritdoc ISuccessions
    function successorOf(address account) external view returns (address) {
        Succession storage s = _successions[account];
        return s.completed ? s.successor : address(0);
    }

    function _checkOpen(address account) private view returns (Succession storage s) {
        s = _successions[account];
        if (s.completed) revert AlreadyCompleted(account, s.successor);
    }
}
