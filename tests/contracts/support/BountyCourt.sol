// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {BountyWorld} from "./BountyWorld.sol";
import {Courtroom} from "./Courtroom.sol";
import {World} from "./World.sol";

/// @notice BountyWorld with a court that hears appeals; `dataset` is of its version.
abstract contract BountyCourt is BountyWorld, Courtroom {
    function setUp() public virtual override(BountyWorld, Courtroom) {
        super.setUp();
        court = address(tribunal);
    }

    /// @notice `who` says that she misses so many units of a final epoch, in which she has no leaf.
    function appealFor(address who, bytes32 dataset_, uint64 epoch, uint64 units) internal returns (uint256 caseId) {
        ISettlementCourt.AppealRequest memory request;
        (request.labels, request.units, request.evidence) = (units / 1e9 + 1, units, "why");
        vm.prank(who);
        return tribunal.appeal{value: COST}(dataset_, epoch, request);
    }
}
