// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IEntrance} from "../interfaces/IEntrance.sol";
import {Clock} from "./Clock.sol";

/// @title Pauses that end by themselves
/// @notice Guardian -> **until when** -> a slot that its entrance reads anyway.
library Pauses {
    /// @dev Time for the operator to act, whose own steps are delayed.
    uint32 internal constant LONGEST = 7 days;

    /// @notice The end of a pause of `duration` seconds from now; zero lifts one.
    function until(uint32 duration) internal view returns (uint40) {
        if (duration > LONGEST) revert IEntrance.PauseTooLong(duration, LONGEST);
        return Clock.time() + duration;
    }

    function check(IEntrance.Entrance entrance, uint40 pausedUntil) internal view {
        if (Clock.time() < pausedUntil) revert IEntrance.EntranceClosed(entrance, pausedUntil);
    }
}
