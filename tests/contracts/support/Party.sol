// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A contract of a version that does nothing by itself: tests of the ledger's hooks speak through its address.
contract Party {
    address public immutable registry;
    address public immutable ledger;

    constructor(address registry_, address ledger_) {
        registry = registry_;
        ledger = ledger_;
    }

    /// @notice As a court, it has no open appeals.
    function firstAppealed(bytes32, uint64, uint64) external pure returns (uint64) {
        return 0;
    }
}
