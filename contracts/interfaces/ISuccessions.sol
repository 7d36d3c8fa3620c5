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

    /// @notice An account says who follows it when its key is lost, and after which delay.
    event SuccessorNamed(address indexed account, address indexed successor, uint64 delay);
    /// @notice The successor asks; the account may object until `readyAt`.
    event SuccessionStarted(address indexed account, address indexed successor, uint64 readyAt);
    /// @notice The account still has its key.
    event SuccessionCancelled(address indexed account, address indexed successor);
    /// @notice Shares and revenue of the account are the successor's.
    event SuccessionCompleted(address indexed account, address indexed successor);

    /// @notice Nobody, the account itself or this contract cannot follow.
    error InvalidSuccessor(address account, address successor);
    /// @notice The delay is outside its bounds.
    error DelayOutOfRange(uint64 delay, uint64 least, uint64 most);
    /// @notice The caller was not named.
    error NotSuccessor(address account, address caller, address successor);
    /// @notice The succession runs.
    error AlreadyStarted(address account, uint64 startedAt);
    /// @notice No succession runs.
    error NotStarted(address account);
    /// @notice The account may still object.
    error NotReady(address account, uint64 readyAt);
    /// @notice The succession is over.
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

    /// @notice What the account named, and how far it went.
    function successionOf(address account) external view returns (Succession memory);
    /// @notice Who succeeded the account; zero unless completed.
    function successorOf(address account) external view returns (address);
}
