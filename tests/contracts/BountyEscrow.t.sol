// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {BountyEscrow} from "../../contracts/BountyEscrow.sol";
import {IBountyEscrow} from "../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {ExactTransfer} from "../../contracts/libraries/ExactTransfer.sol";
import {Leaves} from "../../contracts/libraries/Leaves.sol";
import {Terms} from "../../contracts/types.sol";
import {BountyWorld} from "./support/BountyWorld.sol";
import {FeeToken} from "./support/OddTokens.sol";

/// @notice Cash for accepted labels: put aside by the publisher, taken by final epochs, and what goes back. Payment: BountyEscrow.pay.t.sol.
contract BountyEscrowTest is BountyWorld {
    bytes32 internal dataset;
    Part[] internal parts;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        parts.push(Part(alice, 3e9));
        parts.push(Part(bob, 1e9));
    }

    // ---- opening

    function test_open__says_and_keeps_all() public {
        settleEpoch(dataset, parts);
        usd.mint(publisher, 100e6);
        vm.startPrank(publisher);
        usd.approve(address(escrow), 100e6);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyOpened(1, dataset, publisher, address(usd), 30e4, 1e9, 2);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyFunded(1, dataset, publisher, 100e6, 100e6);
        assertEq(escrow.open(dataset, 30e4, 100e6), 1);
        vm.stopPrank();
        IBountyEscrow.Bounty memory b = escrow.bountyOf(1);
        assertEq(b.dataset, dataset);
        assertEq(b.publisher, publisher);
        assertEq(b.openedAt, block.timestamp);
        assertEq(b.endsAt, 0);
        assertEq(b.token, address(usd));
        assertEq(b.unitsPerLabel, 1e9);
        assertEq(b.firstCheckpoint, 2);
        assertEq(b.assigned, 0);
        assertEq(b.returnsAt, 0);
        assertEq(b.perLabel, 30e4);
        assertEq(b.free, 100e6);
        assertEq(escrow.heldOf(address(usd)), 100e6);
        assertEq(usd.balanceOf(address(escrow)), 100e6);
        assertEq(escrow.bountyCount(), 1);
        assertEq(escrow.registry(), address(registry));
        assertEq(escrow.ledger(), address(ledger));
        assertEq(escrow.successions(), address(successions));
    }

    function test_open__by_another__of_nothing__of_an_unknown_dataset__refused() public {
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotPublisher.selector, dataset, alice, publisher));
        vm.prank(alice);
        escrow.open(dataset, 1, 1);
        vm.startPrank(publisher);
        vm.expectRevert(IBountyEscrow.ZeroAmount.selector);
        escrow.open(dataset, 0, 1);
        vm.expectRevert(IBountyEscrow.ZeroAmount.selector);
        escrow.open(dataset, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.TooMuch.selector, uint256(1) << 120));
        escrow.open(dataset, 1, uint256(1) << 120);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownDataset.selector, bytes32("none")));
        escrow.open("none", 1, 1);
        vm.stopPrank();
        assertEq(escrow.bountyCount(), 0);
    }

    function test_open__for_a_dataset_of_another_version__refused() public {
        BountyEscrow other = new BountyEscrow(address(registry), makeAddr("ledger"), address(successions));
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotServed.selector, dataset, address(other)));
        vm.prank(publisher);
        other.open(dataset, 1, 1);
    }

    function test_constructor__zero_addresses__refused() public {
        (address a, address b, address c) = (address(registry), address(ledger), address(successions));
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        new BountyEscrow(address(0), b, c);
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        new BountyEscrow(a, address(0), c);
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        new BountyEscrow(a, b, address(0));
    }

    function test_fund__by_anyone__until_it_is_closed() public {
        uint256 bounty = openBounty(dataset, 30e4, 1e6);
        fundBounty(bounty, alice, 2e6);
        assertEq(escrow.bountyOf(bounty).free, 3e6);
        vm.expectRevert(IBountyEscrow.ZeroAmount.selector);
        escrow.fund(bounty, 0);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.TooMuch.selector, type(uint120).max));
        escrow.fund(bounty, type(uint120).max);
        closeBounty(bounty);
        uint64 endsAt = escrow.bountyOf(bounty).endsAt;
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyClosed.selector, bounty, endsAt));
        escrow.fund(bounty, 1);
    }

    function test_unknown__is_said_everywhere() public {
        bytes memory unknown = abi.encodeWithSelector(IBountyEscrow.UnknownBounty.selector, 7);
        IDatasetShares.ShareClaim[] memory none = new IDatasetShares.ShareClaim[](0);
        vm.expectRevert(unknown);
        escrow.fund(7, 1);
        vm.expectRevert(unknown);
        escrow.close(7);
        vm.expectRevert(unknown);
        escrow.assign(7, 1);
        vm.expectRevert(unknown);
        escrow.pay(7, none);
        vm.expectRevert(unknown);
        escrow.payTo(7, none, alice);
        vm.expectRevert(unknown);
        escrow.takeBack(7, alice);
        vm.expectRevert(unknown);
        escrow.bountyOf(7);
    }

    function test_open__token_that_takes_a_fee__refused() public {
        FeeToken fee = new FeeToken();
        vm.prank(admin);
        registry.allowPaymentToken(address(fee), true);
        Terms memory terms = defaultTerms();
        terms.paymentToken = address(fee);
        bytes32 other = newDataset(terms);
        fee.mint(publisher, 1000);
        vm.startPrank(publisher);
        fee.approve(address(escrow), 1000);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(fee), 1000, 980));
        escrow.open(other, 1, 1000);
        vm.stopPrank();
    }

    // ---- epochs

    function test_assign__takes_price_by_units__and_says_so() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = settleEpoch(dataset, parts);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyAssigned(bounty, dataset, epoch, 4e9, 120e4, 100e6 - 120e4);
        vm.prank(carol);
        escrow.assign(bounty, epoch);
        IBountyEscrow.Part memory part = escrow.partOf(bounty, epoch);
        assertEq(part.amount, 120e4);
        assertEq(part.totalUnits, 4e9);
        assertEq(part.unpaidUnits, 4e9);
        assertTrue(part.isAssigned);
        IBountyEscrow.Bounty memory b = escrow.bountyOf(bounty);
        assertEq(b.assigned, 1);
        assertEq(b.returnsAt, ledger.proposalOf(dataset, epoch).finalizedAt + registry.termsOf(dataset).appealPeriod);
        assertEq(escrow.heldOf(address(usd)), 100e6, "nothing left the escrow yet");
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyAssigned.selector, bounty, epoch));
        escrow.assign(bounty, epoch);
    }

    function test_assign__not_final__before_it__after_its_end__a_correction_that_is_none__refused() public {
        uint64 early = proposeEpoch(dataset, parts);
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochNotFinal.selector, bounty, early));
        escrow.assign(bounty, early);
        finalizeEpoch(dataset, early);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotCovered.selector, bounty, early));
        escrow.assign(bounty, early);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochNotFinal.selector, bounty, 9));
        escrow.assign(bounty, 9);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochNotFinal.selector, bounty, Leaves.CORRECTION | 1));
        escrow.assign(bounty, Leaves.CORRECTION | 1);

        closeBounty(bounty);
        uint256 endsAt = escrow.bountyOf(bounty).endsAt;
        vm.warp(endsAt);
        uint64 last = proposeEpoch(dataset, parts);
        vm.warp(endsAt + 1);
        uint64 late = proposeEpoch(dataset, parts);
        finalizeEpoch(dataset, late);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotCovered.selector, bounty, late));
        escrow.assign(bounty, late);
        ledger.finalize(dataset, last);
        escrow.assign(bounty, last);
    }

    function test_assign__short_of_money__what_is_left_goes_to_all_alike() public {
        uint256 bounty = openBounty(dataset, 30e4, 1e6);
        uint64 epoch = settleEpoch(dataset, parts);
        payLeaf(bounty, epoch, parts, 1);
        assertEq(usd.balanceOf(bob), 25e4);
        payLeaf(bounty, epoch, parts, 0);
        assertEq(usd.balanceOf(alice), 75e4);
        uint64 second = settleEpoch(dataset, parts);
        payLeaf(bounty, second, parts, 0);
        assertEq(usd.balanceOf(alice), 75e4, "no money, no cash, and no failure either");
        assertTrue(escrow.isPaid(bounty, second, 0));
    }

    function test_assign__two_bounties__add_up() public {
        (uint256 first, uint256 second) = (openBounty(dataset, 30e4, 100e6), openBounty(dataset, 20e4, 100e6));
        uint64 epoch = settleEpoch(dataset, parts);
        payLeaf(first, epoch, parts, 1);
        payLeaf(second, epoch, parts, 1);
        assertEq(usd.balanceOf(bob), 50e4);
    }

    function test_assign__in_any_order__the_last_final_epoch_tells_when_money_may_go_back() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 first = settleEpoch(dataset, parts);
        vm.warp(block.timestamp + 2 days);
        uint64 second = settleEpoch(dataset, parts);
        escrow.assign(bounty, second);
        uint40 returnsAt = escrow.bountyOf(bounty).returnsAt;
        assertEq(returnsAt, ledger.proposalOf(dataset, second).finalizedAt + registry.termsOf(dataset).appealPeriod);
        escrow.assign(bounty, first);
        assertEq(escrow.bountyOf(bounty).returnsAt, returnsAt);
    }

    function test_assign__an_empty_epoch__counts_and_takes_nothing() public {
        uint256 bounty = openBounty(dataset, 30e4, 1e6);
        uint64 epoch = settleEpoch(dataset, new Part[](0));
        escrow.assign(bounty, epoch);
        assertEq(escrow.bountyOf(bounty).assigned, 1);
        assertEq(escrow.bountyOf(bounty).free, 1e6);
    }

    // ---- what goes back

    function test_close__only_once__only_the_publisher__after_the_receipt_period() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotPublisher.selector, dataset, alice, publisher));
        vm.prank(alice);
        escrow.close(bounty);
        uint64 endsAt = uint64(block.timestamp) + registry.termsOf(dataset).receiptPeriod;
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyClosed(bounty, dataset, endsAt);
        closeBounty(bounty);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AlreadyClosed.selector, bounty, endsAt));
        vm.prank(publisher);
        escrow.close(bounty);
    }

    function test_take_back__open__not_ended__epochs_open__too_early__refused() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        uint64 epoch = proposeEpoch(dataset, parts);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotPublisher.selector, dataset, alice, publisher));
        vm.prank(alice);
        escrow.takeBack(bounty, alice);
        vm.startPrank(publisher);
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        escrow.takeBack(bounty, address(0));
        vm.expectRevert(IBountyEscrow.ZeroAddress.selector);
        escrow.takeBack(bounty, address(escrow));
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotClosed.selector, bounty));
        escrow.takeBack(bounty, publisher);
        escrow.close(bounty);
        uint64 endsAt = escrow.bountyOf(bounty).endsAt;
        vm.warp(endsAt);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotReturnable.selector, bounty, endsAt + 1));
        escrow.takeBack(bounty, publisher);
        vm.warp(endsAt + 1);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochsOpen.selector, bounty, 0, 1));
        escrow.takeBack(bounty, publisher);
        vm.stopPrank();
        finalizeEpoch(dataset, epoch);
        escrow.assign(bounty, epoch);
        uint64 from = escrow.bountyOf(bounty).returnsAt;
        vm.startPrank(publisher);
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotReturnable.selector, bounty, from));
        escrow.takeBack(bounty, publisher);
        vm.warp(from);
        vm.expectEmit(address(escrow));
        emit IBountyEscrow.BountyReturned(bounty, dataset, carol, 100e6 - 120e4);
        assertEq(escrow.takeBack(bounty, carol), 100e6 - 120e4);
        vm.expectRevert(IBountyEscrow.ZeroAmount.selector);
        escrow.takeBack(bounty, carol);
        vm.stopPrank();
        assertEq(usd.balanceOf(carol), 100e6 - 120e4);
        payLeaf(bounty, epoch, parts, 0);
        payLeaf(bounty, epoch, parts, 1);
        assertEq(usd.balanceOf(address(escrow)), 0);
        assertEq(escrow.heldOf(address(usd)), 0);
    }

    function test_take_back__a_checkpoint_that_nobody_settles__a_year_after_it_was_due() public {
        uint256 bounty = openBounty(dataset, 30e4, 100e6);
        logRows(dataset, 4);
        closeBounty(bounty);
        // The settle period of the terms, and their appeal period.
        uint64 latest = escrow.bountyOf(bounty).endsAt + 7 days + 3 days + 365 days;
        vm.startPrank(publisher);
        vm.warp(latest);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochsOpen.selector, bounty, 0, 1));
        escrow.takeBack(bounty, publisher);
        vm.warp(latest + 1);
        escrow.takeBack(bounty, publisher);
        vm.stopPrank();
        assertEq(usd.balanceOf(publisher), 100e6);
    }

    // ---- for all numbers

    function testFuzz_parts__are_the_price_by_units_or_what_is_left(uint128 perLabel, uint120 money, uint64 a, uint64 b)
        public
    {
        perLabel = uint128(bound(perLabel, 1, type(uint128).max));
        money = uint120(bound(money, 1, type(uint120).max));
        (a, b) = (uint64(bound(a, 1e9, 5e14)), uint64(bound(b, 0, 5e14)));
        uint256 bounty = openBounty(dataset, perLabel, money);
        Part[] memory two = parts2(alice, a, bob, b);
        uint64 epoch = settleEpoch(dataset, two);
        payLeaf(bounty, epoch, two, 0);
        payLeaf(bounty, epoch, two, 1);
        // 10^15 units x 2^128 fit 256 bits.
        uint256 wanted = (uint256(a) + b) * perLabel / 1e9;
        uint256 part = wanted < money ? wanted : money;
        assertEq(escrow.partOf(bounty, epoch).amount, part);
        assertEq(usd.balanceOf(alice), part * a / (uint256(a) + b));
        assertEq(usd.balanceOf(bob), part * b / (uint256(a) + b));
        assertEq(escrow.bountyOf(bounty).free, money - part);
        assertLt(usd.balanceOf(address(escrow)) - (money - part), 2, "less than one base unit a leaf stays");
        assertEq(escrow.heldOf(address(usd)), usd.balanceOf(address(escrow)));
    }
}
