// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The time of the block
/// @notice Every period here is seconds between two of these, long against what a validator can shift.
library Clock {
    function time() internal view returns (uint40) {
        return SafeCast.toUint40(block.timestamp);
    }
}
