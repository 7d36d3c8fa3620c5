// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {BountyEscrow} from "../../../contracts/BountyEscrow.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {SettlementTree} from "./SettlementTree.sol";
import {World} from "./World.sol";

/// @notice World with an escrow for bounties, and the moves around it.
abstract contract BountyWorld is World {
    BountyEscrow internal escrow;

    function setUp() public virtual override {
        super.setUp();
        escrow = new BountyEscrow(address(registry), address(ledger), address(successions));
    }

    function openBounty(bytes32 dataset, uint128 perLabel, uint256 amount) internal returns (uint256 bounty) {
        usd.mint(publisher, amount);
        vm.startPrank(publisher);
        usd.approve(address(escrow), amount);
        bounty = escrow.open(dataset, perLabel, amount);
        vm.stopPrank();
    }

    function fundBounty(uint256 bounty, address from, uint256 amount) internal {
        usd.mint(from, amount);
        vm.startPrank(from);
        usd.approve(address(escrow), amount);
        escrow.fund(bounty, amount);
        vm.stopPrank();
    }

    function closeBounty(uint256 bounty) internal {
        vm.prank(publisher);
        escrow.close(bounty);
    }

    function payLeaf(uint256 bounty, uint64 epoch, Part[] memory parts, uint32 index) internal {
        escrow.pay(bounty, shareClaim(escrow.bountyOf(bounty).dataset, epoch, parts, index));
    }

    /// @notice A final epoch of `rows` rows, whose parts may be worth less than they could be.
    function settleWithRows(bytes32 dataset, Part[] memory parts, uint64 rows) internal returns (uint64 number) {
        uint64 total = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            total += parts[i].units;
        }
        number = logRows(dataset, rows);
        bytes32 root = rootOf(dataset, number, parts);
        vm.prank(coordinator);
        ledger.propose(dataset, number, root, total, uint32(parts.length), keccak256("file"));
        finalizeEpoch(dataset, number);
    }

    function rootOf(bytes32 dataset, uint64 number, Part[] memory parts) internal view returns (bytes32) {
        return SettlementTree.root(leavesOf(dataset, number, parts));
    }

    /// @notice The court's correction of a final epoch, as the one leaf that it is claimed by.
    function correct(bytes32 dataset, uint64 checkpoint, address account, uint64 units)
        internal
        returns (IDatasetShares.ShareClaim[] memory leaf)
    {
        vm.prank(court);
        uint64 epoch = ledger.openCorrection(dataset, checkpoint, account, units);
        leaf = new IDatasetShares.ShareClaim[](1);
        leaf[0] = IDatasetShares.ShareClaim(epoch, 0, account, units, 0, new bytes32[](0));
    }

    /// @notice `account` has lost its key, and `heir` holds its place.
    function succeed(address account, address heir) internal {
        vm.prank(account);
        successions.nameSuccessor(heir, 30 days);
        vm.prank(heir);
        successions.startSuccession(account);
        vm.warp(block.timestamp + 30 days);
        successions.completeSuccession(account);
    }
}
