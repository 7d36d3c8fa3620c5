// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {IBountyEscrow} from "../../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {Terms} from "../../../contracts/types.sol";
import {BountyWorld} from "../support/BountyWorld.sol";
import {BarringToken, HookToken, IHooked, SilentToken} from "../support/OddTokens.sol";
import {Party} from "../support/Party.sol";
import {SettlementTree} from "../support/SettlementTree.sol";

/// @notice Somebody takes more of a bounty than the settlement gives: leaves that add up to more than the total, one leaf
/// twice, a leaf of another dataset, a token that calls back, a receiver that is barred.
contract BountyDrainTest is BountyWorld {
    /// @dev A false settlement that became final because nobody looked: its leaves are worth more than its total.
    function _overdrawn(bytes32 dataset) private returns (uint64 epoch, Part[] memory parts) {
        parts = parts2(carol, 2e9, alice, 2e9);
        epoch = logRows(dataset, 4);
        bytes32 root = SettlementTree.root(leavesOf(dataset, epoch, parts));
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, 3e9, 2, keccak256("file"));
        finalizeEpoch(dataset, epoch);
    }

    function test_leaves_above_the_total__never_pay_out_more_than_the_part_P1() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        (uint64 epoch, Part[] memory parts) = _overdrawn(dataset);
        payLeaf(bounty, epoch, parts, 0);
        assertEq(usd.balanceOf(carol), 60e4);
        IDatasetShares.ShareClaim[] memory second = shareClaim(dataset, epoch, parts, 1);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochExhausted.selector, epoch, 1e9, 2e9));
        escrow.pay(bounty, second);
        assertEq(usd.balanceOf(address(escrow)), 100e6 - 60e4);
    }

    function test_one_leaf_twice_in_a_call__takes_nothing() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory parts = parts2(alice, 3e9, bob, 1e9);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim memory leaf = shareClaim(dataset, epoch, parts, 0)[0];
        IDatasetShares.ShareClaim[] memory twice = new IDatasetShares.ShareClaim[](2);
        (twice[0], twice[1]) = (leaf, leaf);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyPaid.selector, bounty, epoch, 0));
        escrow.pay(bounty, twice);
        assertEq(usd.balanceOf(alice), 0);
        assertFalse(escrow.isPaid(bounty, epoch, 0));
    }

    function test_a_leaf_of_another_dataset__proves_nothing_here() public {
        bytes32 dataset = newDataset();
        vm.prank(publisher);
        bytes32 other = registry.createDataset(defaultTerms(), "other", "");
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory parts = parts2(alice, 3e9, bob, 1e9);
        settleEpoch(dataset, parts);
        Part[] memory more = parts2(carol, 9e9, bob, 1e9);
        uint64 epoch = settleEpoch(other, more);
        IDatasetShares.ShareClaim[] memory leaf = shareClaim(other, epoch, more, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.InvalidProof.selector, epoch, 0));
        escrow.pay(bounty, leaf);
    }

    function test_money_of_one_bounty__pays_no_other_P1() public {
        bytes32 dataset = newDataset();
        vm.prank(publisher);
        bytes32 rich = registry.createDataset(defaultTerms(), "rich", "");
        uint256 poor = openBounty(dataset, 30e4, 1);
        openBounty(rich, 30e4, 100e6);
        Part[] memory parts = parts2(alice, 3e9, bob, 1e9);
        uint64 epoch = settleEpoch(dataset, parts);
        payLeaf(poor, epoch, parts, 0);
        payLeaf(poor, epoch, parts, 1);
        assertEq(usd.balanceOf(alice) + usd.balanceOf(bob), 0);
        assertEq(usd.balanceOf(address(escrow)), 100e6 + 1);
    }

    function test_tokens_sent_unasked__are_nobodys() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 1e6);
        usd.mint(address(escrow), 5e6);
        assertEq(escrow.heldOf(address(usd)), 1e6);
        closeBounty(bounty);
        vm.warp(block.timestamp + 2 hours);
        vm.prank(publisher);
        assertEq(escrow.takeBack(bounty, publisher), 1e6);
        assertEq(usd.balanceOf(address(escrow)), 5e6);
    }

    // ---- odd tokens

    /// @dev A dataset that is paid for in `token`, and a bounty of it.
    function _openIn(address token) private returns (bytes32 dataset, uint256 bounty) {
        vm.prank(admin);
        registry.allowPaymentToken(token, true);
        Terms memory terms = defaultTerms();
        terms.paymentToken = token;
        dataset = newDataset(terms);
        SilentToken(token).mint(publisher, 1000e6);
        vm.startPrank(publisher);
        // What it answers, if anything, is not read.
        SilentToken(token).approve(address(escrow), 1000e6);
        bounty = escrow.open(dataset, 30e4, 1000e6);
        vm.stopPrank();
    }

    function test_a_token_that_calls_back__cannot_come_in_again() public {
        HookToken hook = new HookToken();
        (bytes32 dataset, uint256 bounty) = _openIn(address(hook));
        Greedy greedy = new Greedy(IBountyEscrow(address(escrow)), bounty);
        Part[] memory parts = parts2(address(greedy), 2e9, bob, 2e9);
        uint64 epoch = settleEpoch(dataset, parts);
        greedy.take(shareClaim(dataset, epoch, parts, 0));
        assertEq(hook.balanceOf(address(greedy)), 60e4);
        assertTrue(greedy.asked(), "the token never called back");
        assertEq(hook.balanceOf(address(escrow)), escrow.heldOf(address(hook)));
    }

    function test_a_barred_account__blocks_nobody_and_names_another() public {
        BarringToken token = new BarringToken();
        (bytes32 dataset, uint256 bounty) = _openIn(address(token));
        token.bar(alice);
        Part[] memory parts = parts2(alice, 2e9, bob, 2e9);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory hers = shareClaim(dataset, epoch, parts, 0);
        vm.expectRevert(abi.encodeWithSelector(BarringToken.Barred.selector, alice));
        escrow.pay(bounty, hers);
        payLeaf(bounty, epoch, parts, 1);
        assertEq(token.balanceOf(bob), 60e4);
        vm.prank(alice);
        escrow.payTo(bounty, hers, carol);
        assertEq(token.balanceOf(carol), 60e4);
    }

    function test_a_token_that_returns_nothing__works() public {
        SilentToken token = new SilentToken();
        (bytes32 dataset, uint256 bounty) = _openIn(address(token));
        Part[] memory parts = parts1(alice, 2e9);
        uint64 epoch = settleEpoch(dataset, parts);
        payLeaf(bounty, epoch, parts, 0);
        assertEq(token.balanceOf(alice), 60e4);
    }

    function test_the_shares_contract_as_an_account__gets_nothing() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory parts = parts2(address(shares), 2e9, address(escrow), 2e9);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaf = shareClaim(dataset, epoch, parts, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.ClaimForNotAllowed.selector, address(shares)));
        escrow.pay(bounty, leaf);
        leaf = shareClaim(dataset, epoch, parts, 1);
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        escrow.pay(bounty, leaf);
    }

    function test_the_publisher_cannot_take_what_a_promise_still_holds() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        // Receipted now, logged in the last second of the receipt period, settled days later.
        closeBounty(bounty);
        vm.warp(escrow.bountyOf(bounty).endsAt);
        Part[] memory parts = parts1(address(new Party(address(0), address(0))), 4e9);
        uint64 epoch = proposeEpoch(dataset, parts);
        vm.warp(block.timestamp + 30 days);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochsOpen.selector, bounty, 0, 1));
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
        ledger.finalize(dataset, epoch);
        escrow.assign(bounty, epoch);
        assertEq(escrow.partOf(bounty, epoch).amount, 120e4);
    }
}

/// @dev Asks again while it is being paid.
contract Greedy is IHooked {
    IBountyEscrow private immutable ESCROW;
    uint256 private immutable BOUNTY;
    bytes private again;
    bool public asked;

    constructor(IBountyEscrow escrow, uint256 bounty) {
        ESCROW = escrow;
        BOUNTY = bounty;
    }

    function take(IDatasetShares.ShareClaim[] calldata leaves) external {
        again = abi.encodeCall(IBountyEscrow.pay, (BOUNTY, leaves));
        ESCROW.pay(BOUNTY, leaves);
    }

    function moved(address, address, uint256) external {
        (bool isPaid,) = address(ESCROW).call(again);
        require(!isPaid, "paid again");
        asked = true;
    }
}
