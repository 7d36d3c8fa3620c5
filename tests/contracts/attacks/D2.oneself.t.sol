// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Disputes, "part of every lost bond burnt": challenging oneself, from either side, to take a bond back or to be first.
contract D2OneselfTest is Courtroom {
    function test_D2__a_proposer_who_brings_his_own_settlement_down__loses_half_of_his_bond() public {
        IDatasetShares.ShareClaim[] memory leaves = new IDatasetShares.ShareClaim[](1);
        leaves[0] = leaf(0, bob, 9e9, 0);
        uint64 epoch = proposeLeaves(3, 3e9, leaves);
        uint256 worth = _worth();
        // He sees the proof coming, and is first with it.
        vm.prank(coordinator);
        proofDesk.proveLeafBounds(dataset, epoch, leaves);
        assertEq(worth - _worth(), PROPOSER_BOND / 2);
    }

    function test_D2__a_proposer_whose_friend_loses_to_him__burns_half_of_the_bond() public {
        uint64 epoch = proposed();
        uint256 worth = _worth();
        ruleOn(challengeScoring(coordinator, epoch, "file"), 2);
        assertEq(worth - _worth(), BOND / 2);
    }

    /// @dev All COTA that is the coordinator's, wherever it lies.
    function _worth() private view returns (uint256) {
        return cota.balanceOf(coordinator) + credit(coordinator) + ledger.creditOf(coordinator)
            + ledger.bondBalance(coordinator) + (tribunal.lockedBonds());
    }
}
