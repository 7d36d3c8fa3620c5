// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title How long a coordinator answers for its receipts
/// @notice Receipt -> `includeBy` -> claim -> answer -> **bond may leave**. The terms' periods are bounded here so that one
/// constant outlasts them all for every dataset, whatever its publisher chose.
library Liability {
    uint32 internal constant MAX_RECEIPT_PERIOD = 7 days;
    uint32 internal constant MAX_CLAIM_PERIOD = 60 days;
    uint32 internal constant MAX_RESPONSE_PERIOD = 30 days;
    /// @notice Longer than the three above together: three days are left to punish.
    uint32 internal constant PERIOD = 100 days;
}
