// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title How long a coordinator answers for its receipts
/// @notice Receipt -> `includeBy` -> claim -> answer -> **bond may leave**. The terms' periods are bounded here so that one
/// constant outlasts them all for every dataset, whatever its publisher chose.
library Liability {
    uint32 internal constant MAX_RECEIPT_PERIOD = 7 days;
    uint32 internal constant MAX_CLAIM_PERIOD = 60 days;
    uint32 internal constant MAX_RESPONSE_PERIOD = 30 days;
    /// @notice The three above, and time to punish.
    uint32 internal constant PERIOD = MAX_RECEIPT_PERIOD + MAX_CLAIM_PERIOD + MAX_RESPONSE_PERIOD + 3 days;
}
