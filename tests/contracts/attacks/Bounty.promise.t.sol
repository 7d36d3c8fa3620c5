// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IBountyEscrow} from "../../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {Terms} from "../../../contracts/types.sol";
import {BountyWorld} from "../support/BountyWorld.sol";
import {HookToken, IHooked, RefusingToken} from "../support/OddTokens.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice What else could break a promise of cash: terms that outlast it, a publisher's lost key, his own accounts among the workers,
/// his calls from within a token, a token that refuses for a while, leaves cut small, a race for where the money goes.
contract BountyPromiseTest is BountyWorld {
    // ---- terms

    function test_terms_with_periods_of_a_year__give_nothing_back_before_epochs_are_due() public {
        Terms memory terms = defaultTerms();
        (terms.challengeWindow, terms.settlePeriod) = (363 days, 365 days);
        (terms.appealPeriod, terms.penaltyPeriod) = (364 days, 365 days);
        bytes32 dataset = newDataset(terms);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory parts = parts2(alice, 3e9, bob, 1e9);
        closeBounty(bounty);
        uint64 endsAt = escrow.bountyOf(bounty).endsAt;
        vm.warp(endsAt);
        // Proposed as late as the settle period lets it be without a fault of anybody.
        uint64 epoch = logRows(dataset, 9);
        vm.warp(endsAt + 2 days);
        bytes32 root = rootOf(dataset, epoch, parts);
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, 4e9, 2, "file");
        vm.warp(endsAt + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochsOpen.selector, bounty, 0, 1));
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
        ledger.finalize(dataset, epoch);
        escrow.assign(bounty, epoch);
        uint64 from = escrow.bountyOf(bounty).returnsAt;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotReturnable.selector, bounty, from));
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
        payLeaf(bounty, epoch, parts, 0);
        assertEq(usd.balanceOf(alice), 90e4);
    }

    // ---- lost keys

    function test_a_lost_key_of_the_publisher__locks_no_money_and_lets_the_old_key_take_none() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotPublisher.selector, dataset, carol, publisher));
        vm.prank(carol);
        escrow.close(bounty);
        succeed(publisher, carol);
        bytes memory no = abi.encodeWithSelector(IBountyEscrow.NotPublisher.selector, dataset, publisher, carol);
        vm.expectRevert(no);
        vm.prank(publisher);
        escrow.close(bounty);
        vm.prank(carol);
        escrow.close(bounty);
        vm.warp(escrow.bountyOf(bounty).endsAt + 1);
        vm.expectRevert(no);
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
        vm.prank(carol);
        assertEq(escrow.takeBack(bounty, bob), 100e6);
        assertEq(usd.balanceOf(bob), 100e6);
    }

    function test_a_succession_that_was_not_completed__moves_nothing() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        vm.prank(publisher);
        successions.nameSuccessor(carol, 30 days);
        vm.prank(carol);
        successions.startSuccession(publisher);
        skip(60 days);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotPublisher.selector, dataset, carol, publisher));
        vm.prank(carol);
        escrow.close(bounty);
        closeBounty(bounty);
    }

    function test_a_circle_of_heirs_of_the_publisher__leaves_the_money_to_one_of_it() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        succeed(publisher, alice);
        succeed(alice, bob);
        succeed(bob, publisher);
        address[3] memory circle = [publisher, alice, bob];
        uint256 may = 0;
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(circle[i]);
            try escrow.close(bounty) {
                may += 1;
            } catch {}
        }
        assertEq(may, 1);
        vm.expectPartialRevert(IBountyEscrow.NotPublisher.selector);
        vm.prank(carol);
        escrow.takeBack(bounty, carol);
    }

    // ---- whose money, and where it goes

    function test_own_accounts_as_workers__get_of_strangers_money_what_the_settlement_gives_and_no_more() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 1);
        fundBounty(bounty, payer, 120e4 - 1);
        address own = makeAddr("publisher's own");
        Part[] memory parts = parts2(own, 1e9, alice, 3e9);
        uint64 epoch = settleEpoch(dataset, parts);
        // His own leaf first, and an epoch of his own before it is known what alice gets.
        payLeaf(bounty, epoch, parts, 0);
        settleEpoch(dataset, parts1(own, 9e9));
        payLeaf(bounty, epoch, parts, 1);
        assertEq(usd.balanceOf(own), 30e4);
        assertEq(usd.balanceOf(alice), 90e4);
    }

    function test_who_is_faster_to_pay_a_leaf__changes_nothing_for_its_account() public {
        bytes32 dataset = newDataset();
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        Part[] memory parts = parts1(alice, 2e9);
        uint64 epoch = settleEpoch(dataset, parts);
        IDatasetShares.ShareClaim[] memory leaf = shareClaim(dataset, epoch, parts, 0);
        // Seen in the mempool: alice wants it elsewhere.
        vm.prank(bob);
        escrow.pay(bounty, leaf);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyPaid.selector, bounty, epoch, 0));
        vm.prank(alice);
        escrow.payTo(bounty, leaf, carol);
        assertEq(usd.balanceOf(alice), 60e4);
        assertEq(usd.balanceOf(bob), 0);
    }

    function testFuzz_units_cut_into_many_leaves__bring_no_more_than_in_one(uint64 units, uint8 pieces, uint32 money)
        public
    {
        bytes32 dataset = newDataset();
        units = uint64(bound(units, 1e9, 9e9));
        uint64 count = uint64(bound(pieces, 2, 9));
        uint256 bounty = openBounty(dataset, 30e4, bound(money, 1, 3e6));
        Part[] memory parts = new Part[](count + 1);
        parts[0] = Part(alice, units);
        for (uint64 i = 1; i <= count; ++i) {
            parts[i] = Part(
                address(uint160(0xc0ffee00 + i)), i == count ? units - units / count * (count - 1) : units / count
            );
        }
        uint64 epoch = settleWithRows(dataset, parts, 2 * (units / 1e9 + 1) + count);
        uint256 cut = 0;
        for (uint32 i = 0; i <= count; ++i) {
            payLeaf(bounty, epoch, parts, i);
            if (i != 0) cut += usd.balanceOf(parts[i].account);
        }
        assertLe(cut, usd.balanceOf(alice));
        assertLe(cut + usd.balanceOf(alice), escrow.partOf(bounty, epoch).amount);
    }

    // ---- tokens

    function _openIn(address token, address by) private returns (bytes32 dataset, uint256 bounty) {
        vm.prank(admin);
        registry.allowPaymentToken(token, true);
        Terms memory terms = defaultTerms();
        (terms.paymentToken, terms.publisher) = (token, by);
        dataset = newDataset(terms);
        RefusingToken(token).mint(by, 1000e6);
        vm.startPrank(by);
        RefusingToken(token).approve(address(escrow), type(uint256).max);
        bounty = escrow.open(dataset, 30e4, 100e6);
        vm.stopPrank();
    }

    function test_a_publisher_called_back_while_he_funds__counts_no_money_that_is_not_there() public {
        HookToken hook = new HookToken();
        Fickle fickle = new Fickle(IBountyEscrow(address(escrow)));
        (bytes32 dataset, uint256 bounty) = _openIn(address(hook), address(fickle));
        Part[] memory parts = parts2(alice, 3e9, bob, 1e9);
        uint64 epoch = settleEpoch(dataset, parts);
        fickle.prepare(bounty, epoch);
        vm.prank(address(fickle));
        escrow.fund(bounty, 50e6);
        assertEq(fickle.done(), 2, "closed and assigned: both without the lock");
        assertEq(escrow.heldOf(address(hook)), 150e6);
        assertEq(hook.balanceOf(address(escrow)), 150e6);
        assertEq(escrow.partOf(bounty, epoch).amount, 120e4);
        vm.warp(block.timestamp + 9 days);
        vm.prank(address(fickle));
        assertEq(escrow.takeBack(bounty, address(fickle)), 150e6 - 120e4);
        payLeaf(bounty, epoch, parts, 0);
        payLeaf(bounty, epoch, parts, 1);
        assertEq(hook.balanceOf(address(escrow)), 0);
    }

    function test_a_token_that_refuses_for_a_while__costs_nobody_his_part() public {
        RefusingToken token = new RefusingToken();
        (bytes32 dataset, uint256 bounty) = _openIn(address(token), publisher);
        Part[] memory parts = parts1(alice, 2e9);
        uint64 epoch = settleEpoch(dataset, parts);
        escrow.assign(bounty, epoch);
        closeBounty(bounty);
        skip(9 days);
        token.refuse(true);
        IDatasetShares.ShareClaim[] memory leaf = shareClaim(dataset, epoch, parts, 0);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.expectRevert(failed);
        escrow.pay(bounty, leaf);
        vm.expectRevert(failed);
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
        assertFalse(escrow.isPaid(bounty, epoch, 0));
        token.refuse(false);
        escrow.pay(bounty, leaf);
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
        assertEq(token.balanceOf(alice), 60e4);
        assertEq(token.balanceOf(address(escrow)), 0);
    }
}

/// @dev A publisher that does all it can while its money is on the way.
contract Fickle is IHooked {
    IBountyEscrow private immutable ESCROW;
    uint256 private bounty;
    uint64 private epoch;
    uint256 public done;

    constructor(IBountyEscrow escrow) {
        ESCROW = escrow;
    }

    function prepare(uint256 bounty_, uint64 epoch_) external {
        (bounty, epoch) = (bounty_, epoch_);
    }

    function moved(address from, address, uint256) external {
        if (bounty == 0 || from != address(this)) return;
        _try(abi.encodeCall(IBountyEscrow.assign, (bounty, epoch)));
        _try(abi.encodeCall(IBountyEscrow.fund, (bounty, 1)));
        _try(abi.encodeCall(IBountyEscrow.close, (bounty)));
        _try(abi.encodeCall(IBountyEscrow.takeBack, (bounty, address(this))));
        _try(abi.encodeCall(IBountyEscrow.pay, (bounty, new IDatasetShares.ShareClaim[](0))));
    }

    function _try(bytes memory call) private {
        (bool isDone,) = address(ESCROW).call(call);
        if (isDone) done += 1;
    }
}
