// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {SettlementTree} from "../support/SettlementTree.sol";
import {World} from "../support/World.sol";

/// @notice P5: a coordinator hides leaves in the settlement that add up to more than its total. They find nothing: neither
/// other epochs' unclaimed shares nor holders' revenue can be reached through them.
contract P5OverdraftTest is World {
    function test_attack__leaves_above_the_total__reach_no_other_epoch() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        uint64 honest = settleEpoch(dataset, parts2(alice, 2e9, bob, 2e9));
        uint64 rows = 4;
        uint64 number = logRows(dataset, rows);
        Part[] memory hidden = parts2(carol, 1e9, makeAddr("thief"), 4e9);
        bytes32 root = SettlementTree.root(leavesOf(dataset, number, hidden));
        vm.prank(coordinator);
        ledger.propose(dataset, number, root, 1e9, 2, keccak256("file"));
        finalizeEpoch(dataset, number);
        pay(dataset, 500e6);

        claimPart(dataset, number, hidden, 0);
        IDatasetShares.ShareClaim[] memory claims = shareClaim(dataset, number, hidden, 1);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.EpochExhausted.selector, number, 0, 4e9));
        shares.claimShares(claims);

        claimPart(dataset, honest, parts2(alice, 2e9, bob, 2e9), 0);
        claimPart(dataset, honest, parts2(alice, 2e9, bob, 2e9), 1);
        assertEq(shares.totalSupply(), 5e9);
        assertEq(shares.claimFor(alice) + shares.claimFor(bob) + shares.claimFor(carol), 500e6);
    }
}
