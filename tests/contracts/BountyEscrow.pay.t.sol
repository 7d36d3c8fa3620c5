// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IBountyEscrow} from "../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {BountyWorld} from "./support/BountyWorld.sol";
import {Party} from "./support/Party.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Leaves of final epochs and of corrections are paid their parts of a bounty, once, to whom they belong.
contract BountyEscrowPayTest is BountyWorld {
    bytes32 internal dataset;
    Part[] internal parts;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        parts.push(Part(alice, 3e9));
        parts.push(Part(bob, 1e9));
    }

    // ---- leaves

    function test_pay__by_anyone__to_the_named_account_alone() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaves = shareClaim(dataset, epoch, parts, 0);
        vm.expectEmit(address(usd));
        emit IERC20.Transfer(address(escrow), alice, 90e4);
        vm.prank(carol);
        escrow.pay(bounty, leaves);
        assertEq(usd.balanceOf(alice), 90e4);
        assertEq(usd.balanceOf(carol), 0);
        assertTrue(escrow.isPaid(bounty, epoch, 0));
        assertFalse(escrow.isPaid(bounty, epoch, 1));
        assertEq(escrow.heldOf(address(usd)), 100e6 - 90e4);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyPaid.selector, bounty, epoch, 0));
        escrow.pay(bounty, leaves);
    }

    function test_pay__says_what_it_paid() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaves = shareClaim(dataset, epoch, parts, 0);
        escrow.assign(bounty, epoch);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyPaid(bounty, dataset, alice, epoch, 0, 3e9, alice, 90e4);
        escrow.pay(bounty, leaves);
    }

    function test_pay__shares_claimed_or_not__is_the_same() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = earnEpoch(dataset, parts);
        payLeaf(bounty, epoch, parts, 0);
        assertEq(usd.balanceOf(alice), 90e4);
        assertEq(sharesOf(dataset).balanceOf(alice), 3e9);
    }

    function test_pay__wrong_leaf__refused() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaves = shareClaim(dataset, epoch, parts, 0);
        leaves[0].units = 4e9;
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.InvalidProof.selector, epoch, 0));
        escrow.pay(bounty, leaves);
        leaves[0].units = 3e9;
        leaves[0].account = carol;
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.InvalidProof.selector, epoch, 0));
        escrow.pay(bounty, leaves);
        leaves[0].index = 2;
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.IndexOutOfRange.selector, epoch, 2, 2));
        escrow.pay(bounty, leaves);
        leaves[0].epoch = 9;
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochNotFinal.selector, bounty, 9));
        escrow.pay(bounty, leaves);
        assertFalse(escrow.partOf(bounty, epoch).isAssigned);
    }

    function test_pay__contracts__agree_first_or_call_themselves() public {
        address wallet = address(new Party(address(0), address(0)));
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory its = parts1(wallet, 2e9);
        uint64 epoch = settleEpoch(dataset, its);
        IDatasetShares.ShareClaim[] memory leaves = shareClaim(dataset, epoch, its, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.ClaimForNotAllowed.selector, wallet));
        escrow.pay(bounty, leaves);
        uint256 before = vm.snapshotState();
        vm.prank(wallet);
        escrow.pay(bounty, leaves);
        assertEq(usd.balanceOf(wallet), 60e4);
        assertTrue(vm.revertToState(before));
        DatasetShares shares = sharesOf(dataset);
        vm.prank(wallet);
        shares.allowClaimFor(true);
        escrow.pay(bounty, leaves);
        assertEq(usd.balanceOf(wallet), 60e4);
    }

    function test_pay_to__only_her_own__to_anybody_but_nobody() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaves = shareClaim(dataset, epoch, parts, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotReceiver.selector, alice, bob, alice));
        vm.prank(bob);
        escrow.payTo(bounty, leaves, bob);
        vm.startPrank(alice);
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        escrow.payTo(bounty, leaves, address(0));
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        escrow.payTo(bounty, leaves, address(escrow));
        escrow.payTo(bounty, leaves, carol);
        vm.stopPrank();
        assertEq(usd.balanceOf(carol), 90e4);
        assertEq(usd.balanceOf(alice), 0);
    }

    function test_pay__a_lost_key__its_heir_is_paid_and_nobody_else_P2() public {
        succeed(alice, carol);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaves = shareClaim(dataset, epoch, parts, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotReceiver.selector, alice, alice, carol));
        vm.prank(alice);
        escrow.payTo(bounty, leaves, bob);
        escrow.pay(bounty, leaves);
        assertEq(usd.balanceOf(carol), 90e4);
        assertEq(usd.balanceOf(alice), 0);
    }

    function test_pay__heirs_of_heirs_are_followed__circles_end() public {
        succeed(alice, carol);
        succeed(carol, payer);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        payLeaf(bounty, epoch, parts, 0);
        assertEq(usd.balanceOf(payer), 90e4);
        succeed(payer, alice);
        uint64 second = settleEpoch(dataset, parts);
        payLeaf(bounty, second, parts, 0);
        uint256 inCircle = usd.balanceOf(alice) + usd.balanceOf(carol) + usd.balanceOf(payer);
        assertEq(inCircle, 180e4, "somebody of the circle has it");
    }

    // ---- corrections

    function test_correction__is_paid_like_its_epoch__once() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory half = parts2(alice, 1e9, bob, 1e9);
        uint64 checkpoint = settleWithRows(dataset, half, 4);
        IDatasetShares.ShareClaim[] memory leaf = correct(dataset, checkpoint, carol, 2e9);
        (uint64 corrected, uint64 units) = ledger.correctionOf(dataset, leaf[0].epoch);
        assertEq(corrected, checkpoint);
        assertEq(units, 2e9);
        assertEq(ledger.correctionCount(dataset), 1);
        (corrected, units) = ledger.correctionOf(dataset, checkpoint);
        assertEq(corrected, 0);
        assertEq(units, 0);
        escrow.pay(bounty, leaf);
        assertEq(usd.balanceOf(carol), 60e4);
        assertEq(escrow.bountyOf(bounty).assigned, 0, "a correction is no checkpoint");
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyPaid.selector, bounty, leaf[0].epoch, 0));
        escrow.pay(bounty, leaf);
    }

    function test_correction__of_an_epoch_before_the_bounty__refused() public {
        uint64 checkpoint = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 4);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        IDatasetShares.ShareClaim[] memory leaf = correct(dataset, checkpoint, carol, 2e9);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotCovered.selector, bounty, checkpoint));
        escrow.pay(bounty, leaf);
    }

    function test_correction__takes_its_part_before_what_is_free_goes_back__its_leaf_is_paid_whenever() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 checkpoint = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 8);
        escrow.assign(bounty, checkpoint);
        closeBounty(bounty);
        IDatasetShares.ShareClaim[] memory first = correct(dataset, checkpoint, carol, 2e9);
        IDatasetShares.ShareClaim[] memory second = correct(dataset, checkpoint, carol, 3e9);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyAssigned(bounty, dataset, first[0].epoch, 2e9, 60e4, 100e6 - 120e4);
        escrow.assign(bounty, first[0].epoch);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyAssigned.selector, bounty, first[0].epoch));
        escrow.assign(bounty, first[0].epoch);
        vm.warp(escrow.bountyOf(bounty).returnsAt);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyAssigned(bounty, dataset, second[0].epoch, 3e9, 90e4, 100e6 - 210e4);
        vm.prank(publisher);
        assertEq(escrow.takeBack(bounty, publisher), 100e6 - 210e4);
        vm.warp(block.timestamp + 400 days);
        escrow.pay(bounty, first);
        escrow.pay(bounty, second);
        assertEq(usd.balanceOf(carol), 150e4);
        payLeaf(bounty, checkpoint, parts2(alice, 1e9, bob, 1e9), 0);
        assertEq(usd.balanceOf(alice), 30e4);
        assertEq(escrow.bountyOf(bounty).assigned, 1, "a correction is no checkpoint");
    }

    function test_correction__of_what_a_bounty_does_not_cover__takes_nothing_of_what_goes_back() public {
        uint64 early = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 8);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        closeBounty(bounty);
        vm.warp(escrow.bountyOf(bounty).endsAt + 1);
        uint64 late = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 8);
        IDatasetShares.ShareClaim[] memory first = correct(dataset, early, carol, 2e9);
        IDatasetShares.ShareClaim[] memory second = correct(dataset, late, carol, 2e9);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotCovered.selector, bounty, early));
        escrow.assign(bounty, first[0].epoch);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotCovered.selector, bounty, late));
        escrow.assign(bounty, second[0].epoch);
        vm.prank(publisher);
        assertEq(escrow.takeBack(bounty, publisher), 100e6);
    }

    function test_correction__when_the_year_is_over__has_taken_its_part_or_finds_none() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 checkpoint = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 8);
        escrow.assign(bounty, checkpoint);
        closeBounty(bounty);
        IDatasetShares.ShareClaim[] memory late = correct(dataset, checkpoint, carol, 2e9);
        vm.warp(escrow.bountyOf(bounty).endsAt + 376 days);
        vm.prank(publisher);
        assertEq(escrow.takeBack(bounty, publisher), 100e6 - 60e4);
        escrow.pay(bounty, late);
        assertEq(usd.balanceOf(carol), 0);
    }
}
