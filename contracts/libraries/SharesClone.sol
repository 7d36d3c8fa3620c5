// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SaleConfig, SharesConfig} from "../types.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title Making and reading the clones of DatasetShares
/// @notice Registry -> **clone** -> shares, market. What a clone must know stands in its own code: nothing to initialise,
/// nothing to seize, and cheaper to read than storage.
library SharesClone {
    function create(address implementation, SharesConfig memory config) internal returns (address) {
        return Clones.cloneDeterministicWithImmutableArgs(implementation, abi.encode(config), config.dataset);
    }

    /// @notice The whole configuration of a clone known to be one.
    function read(address shares) internal view returns (SharesConfig memory) {
        return abi.decode(Clones.fetchCloneArgs(shares), (SharesConfig));
    }

    /// @notice Its first two fields, all that paying and claiming need.
    function readPayment(address shares) internal view returns (bytes32 dataset, address paymentToken) {
        return abi.decode(Clones.fetchCloneArgs(shares), (bytes32, address));
    }

    /// @notice Its first four fields: whom the shares obey.
    function readParties(address shares)
        internal
        view
        returns (bytes32 dataset, address paymentToken, address ledger, address market)
    {
        return abi.decode(Clones.fetchCloneArgs(shares), (bytes32, address, address, address));
    }

    /// @notice Its first ten fields.
    function readSale(address shares) internal view returns (SaleConfig memory) {
        return abi.decode(Clones.fetchCloneArgs(shares), (SaleConfig));
    }
}
