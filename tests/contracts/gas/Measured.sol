// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {World} from "../support/World.sol";
import {VmSafe} from "forge-std/Vm.sol";

/// @notice Whole transactions, measured and named. `make bench-gas` collects what is written here and compares it with
/// snapshots/; an ordinary test run only holds it to its aim.
abstract contract Measured is World {
    /// @dev Of the call just made, which is a transaction of its own under `isolate`: its 21,000 and its calldata included.
    function _lastGas() internal view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function _write(string memory group, string memory name, uint256 gas) internal {
        assertGt(gas, 21_000, "not a whole transaction: run with isolate");
        vm.snapshotValue(group, name, gas);
    }

    /// @dev Instrumented code costs more, and says nothing about the code that is deployed.
    function _hold(string memory name, uint256 gas, uint256 aim) internal {
        vm.snapshotValue("aims", name, aim);
        if (vm.isContext(VmSafe.ForgeContext.Coverage)) return;
        assertLe(gas, aim, name);
    }
}
