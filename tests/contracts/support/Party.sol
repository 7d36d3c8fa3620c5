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
}
