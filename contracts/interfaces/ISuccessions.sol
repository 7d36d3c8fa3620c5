// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Successors of lost keys
/// @notice Shares pay for years; keys get lost. While a holder has her key she names a successor and a delay. When the key is
/// lost the successor starts the succession; until the delay has passed the old key can cancel it; then it is complete
/// for ever, and whatever the old account holds or still earns in shares can be moved to the successor
/// (`IDatasetShares.inherit`). Whoever holds the old key could move the shares at once anyway: a successor adds no power
/// that a key does not have.
interface ISuccessions {
    /// @param delay seconds between start and completion; zero when nobody is named
    /// @param startedAt zero unless started
    struct Succession {
        address successor;
        uint32 delay;
        uint40 startedAt;
        bool completed;
    }

    event SuccessorNamed(address indexed account, address indexed successor, uint64 delay);
    event SuccessionStarted(address indexed account, address indexed successor, uint64 readyAt);
    event SuccessionCancelled(address indexed account, address indexed successor);
    event SuccessionCompleted(address indexed account, address indexed successor);

    error InvalidSuccessor(address account, address successor);
    error DelayOutOfRange(uint64 delay, uint64 least, uint64 most);
    error NotSuccessor(address account, address caller, address successor);
    error AlreadyStarted(address account, uint64 startedAt);
    error NotStarted(address account);
    error NotReady(address account, uint64 readyAt);
    error AlreadyCompleted(address account, address successor);

    /// @notice Names the caller's successor, or another, or none (zero address, zero delay). Cancels what was started.
    /// @param delay from 30 to 365 days
    function nameSuccessor(address successor, uint32 delay) external;
    /// @notice Starts the clock. Only the named successor.
    function startSuccession(address account) external;
    /// @notice Stops the clock: the caller still has her key. The successor may start again until another is named.
    function cancelSuccession() external;
    /// @notice Completes a succession whose delay has passed, for ever. Anyone may call.
    function completeSuccession(address account) external;

    function successionOf(address account) external view returns (Succession memory);
    /// @notice Who succeeded the account; zero unless completed.
    function successorOf(address account) external view returns (address);
}
