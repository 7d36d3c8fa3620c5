// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SharesConfig} from "../types.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title Making and reading the clones of DatasetShares
/// @notice Registry -> **clone** -> shares, market. What a clone must know stands in its own code: nothing to initialise,
/// nothing to seize, and cheaper to read than storage.
library SharesClone {
    function create(address implementation, SharesConfig memory config) internal returns (address) {
        return Clones.cloneDeterministicWithImmutableArgs(implementation, abi.encode(config), config.dataset);
    }

    /// @notice The configuration of a clone known to be one.
    function read(address shares) internal view returns (SharesConfig memory) {
        return abi.decode(Clones.fetchCloneArgs(shares), (SharesConfig));
    }
}
