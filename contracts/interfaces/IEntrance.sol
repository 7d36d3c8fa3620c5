// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Entrances that the guardian may shut for a while
/// @notice Creating datasets, joining them and buying licenses: what brings new people and new money in. Nothing that goes on
/// or leads out (checkpoints, settlements, disputes, exits, claims, royalties, renewals) can be paused by anyone. A pause
/// ends by itself.
interface IEntrance {
    enum Entrance {
        Creation,
        Joining,
        Sales
    }

    /// @param version of the contracts whose entrance it is; zero for all
    /// @param until now when the pause is lifted
    event EntrancePaused(Entrance indexed entrance, uint64 indexed version, uint64 until);

    /// @notice The guardian closed this entrance until a time; nothing that takes money out can be closed.
    error EntranceClosed(Entrance entrance, uint64 until);
    /// @notice A pause is bounded, so that a lost guardian key closes nothing for good.
    error PauseTooLong(uint64 duration, uint64 longest);
}
