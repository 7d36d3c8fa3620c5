// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {ISuccessions} from "../../contracts/interfaces/ISuccessions.sol";
import {Terms, TransferPolicy} from "../../contracts/types.sol";
import {World} from "./support/World.sol";

/// @notice A lost key: its successor gets the shares and all that they earned, not before the old key had its time to object.
contract SuccessionsTest is World {
    address internal heir = makeAddr("heir");
    uint32 internal constant DELAY = 60 days;

    // ---- naming, starting, cancelling, completing

    function test_name__oneself_or_nobody_with_a_delay__reverts() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.InvalidSuccessor.selector, alice, alice));
        successions.nameSuccessor(alice, DELAY);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.InvalidSuccessor.selector, alice, address(0)));
        successions.nameSuccessor(address(0), DELAY);
    }

    function test_name__a_delay_out_of_range__reverts() public {
        vm.startPrank(alice);
        uint32[2] memory delays = [uint32(30 days) - 1, uint32(365 days) + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISuccessions.DelayOutOfRange.selector, delays[i], 30 days, 365 days));
            successions.nameSuccessor(heir, delays[i]);
        }
    }

    function test_start__by_another_than_the_successor__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotSuccessor.selector, alice, heir, address(0)));
        vm.prank(heir);
        successions.startSuccession(alice);
        _name();
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotSuccessor.selector, alice, bob, heir));
        vm.prank(bob);
        successions.startSuccession(alice);
    }

    function test_succession__can_be_read_from_naming_to_completion() public {
        _name();
        _assertSuccession(0, false);
        vm.prank(heir);
        successions.startSuccession(alice);
        uint40 startedAt = uint40(block.timestamp);
        _assertSuccession(startedAt, false);
        vm.warp(startedAt + DELAY);
        successions.completeSuccession(alice);
        _assertSuccession(startedAt, true);
    }

    function test_shares__know_where_successions_are_kept_and_are_not_made_without() public {
        assertEq(implementation.successions(), address(successions));
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidReceiver.selector, address(0)));
        new DatasetShares(address(0));
    }

    function test_start__twice__does_not_move_the_clock() public {
        _start();
        uint256 at = block.timestamp;
        vm.warp(at + 1 days);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.AlreadyStarted.selector, alice, at));
        vm.prank(heir);
        successions.startSuccession(alice);
    }

    function test_cancel__by_the_old_key__until_the_last_second() public {
        _start();
        vm.warp(block.timestamp + DELAY - 1);
        vm.expectEmit(address(successions));
        emit ISuccessions.SuccessionCancelled(alice, heir);
        vm.prank(alice);
        successions.cancelSuccession();
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotStarted.selector, alice));
        successions.completeSuccession(alice);
        assertEq(successions.successorOf(alice), address(0));
    }

    function test_cancel__what_is_not_started__reverts() public {
        _name();
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotStarted.selector, alice));
        vm.prank(alice);
        successions.cancelSuccession();
    }

    function test_name__another_while_started__cancels_too() public {
        _start();
        vm.prank(alice);
        successions.nameSuccessor(bob, DELAY);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotStarted.selector, alice));
        successions.completeSuccession(alice);
        vm.prank(alice);
        successions.nameSuccessor(address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotSuccessor.selector, alice, heir, address(0)));
        vm.prank(heir);
        successions.startSuccession(alice);
    }

    function test_complete__one_second_early_reverts__then_by_anyone_and_for_ever() public {
        _start();
        uint256 readyAt = block.timestamp + DELAY;
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ISuccessions.NotReady.selector, alice, readyAt));
        successions.completeSuccession(alice);
        vm.warp(readyAt);
        vm.expectEmit(address(successions));
        emit ISuccessions.SuccessionCompleted(alice, heir);
        successions.completeSuccession(alice);
        assertEq(successions.successorOf(alice), heir);
        bytes memory over = abi.encodeWithSelector(ISuccessions.AlreadyCompleted.selector, alice, heir);
        vm.startPrank(alice);
        vm.expectRevert(over);
        successions.cancelSuccession();
        vm.expectRevert(over);
        successions.nameSuccessor(bob, DELAY);
        vm.expectRevert(over);
        successions.completeSuccession(alice);
    }

    // ---- what moves

    function test_inherit__before_completion__reverts() public {
        bytes32 dataset = newDataset();
        earnEpoch(dataset, parts1(alice, 4e9));
        DatasetShares shares = sharesOf(dataset);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NotSucceeded.selector, alice));
        shares.inherit(alice);
        _start();
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NotSucceeded.selector, alice));
        shares.inherit(alice);
    }

    function test_inherit__shares_owed_revenue_and_unclaimed_epochs_move_to_the_heir_P2_P3() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 3e9, bob, 1e9));
        pay(dataset, 400e6);
        Part[] memory late = parts2(alice, 1e9, bob, 1e9);
        uint64 epoch = settleEpoch(dataset, late);
        pay(dataset, 600e6);
        _complete();
        vm.expectEmit(address(shares));
        emit IDatasetShares.SharesInherited(dataset, alice, heir, 3e9, 600e6 * 1e19, 0, 3e9);
        assertEq(shares.inherit(alice), 3e9);
        assertEq(shares.claimable(alice), 0);
        assertEq(shares.claimable(heir), 600e6);
        // A leaf of an epoch that nobody had claimed names the old account: claimed for it, then inherited.
        claimPart(dataset, epoch, late, 0);
        assertEq(shares.claimable(alice), 100e6);
        shares.inherit(alice);
        assertEq(shares.balanceOf(heir), 4e9);
        vm.prank(heir);
        assertEq(shares.claim(), 700e6);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NothingToInherit.selector, alice));
        shares.inherit(alice);
    }

    function test_inherit__revenue_of_one_who_sold_all__moves_too() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        earnEpoch(dataset, parts1(alice, 4e9));
        pay(dataset, 100e6);
        move(shares, alice, bob, 4e9);
        _complete();
        vm.expectEmit(address(shares));
        emit IDatasetShares.SharesInherited(dataset, alice, heir, 0, 0, 100e6, 0);
        shares.inherit(alice);
        vm.prank(heir);
        assertEq(shares.claim(), 100e6);
    }

    function test_inherit__locked_shares_move__a_listed_dataset_wants_a_listed_heir() public {
        Terms memory terms = defaultTerms();
        terms.transferPolicy = TransferPolicy.LockedUntil;
        terms.transfersLockedUntil = uint64(block.timestamp + 3650 days);
        bytes32 locked = newDataset(terms);
        earnEpoch(locked, parts1(alice, 3e9));
        terms.transferPolicy = TransferPolicy.AllowList;
        bytes32 listed = newDataset(terms);
        earnEpoch(listed, parts1(alice, 3e9));
        _complete();
        sharesOf(locked).inherit(alice);
        DatasetShares shares = sharesOf(listed);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.ReceiverNotListed.selector, heir));
        shares.inherit(alice);
        vm.prank(publisher);
        shares.allowTransfer(heir, true);
        shares.inherit(alice);
        assertEq(shares.balanceOf(heir), 3e9);
    }

    function test_inherit__to_the_shares_themselves__reverts() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        earnEpoch(dataset, parts1(alice, 3e9));
        vm.prank(alice);
        successions.nameSuccessor(address(shares), DELAY);
        vm.prank(address(shares));
        successions.startSuccession(alice);
        vm.warp(block.timestamp + DELAY);
        successions.completeSuccession(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.InvalidReceiver.selector, address(shares)));
        shares.inherit(alice);
    }

    function testFuzz_inherit__moves_value_to_the_last_fraction_P1(
        uint64 a,
        uint64 b,
        uint96[3] calldata payments,
        bool heirHolds
    ) public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        a = uint64(bound(a, 1e9, 1e14));
        b = uint64(bound(b, 1, 1e14));
        earnEpoch(dataset, parts2(alice, a, heirHolds ? heir : bob, b));
        for (uint256 i = 0; i < 3; ++i) {
            pay(dataset, bound(payments[i], 1, 1e15));
        }
        _complete();
        uint256 before = _value(shares, alice) + _value(shares, heir);
        shares.inherit(alice);
        assertEq(_value(shares, heir), before);
        assertEq(_value(shares, alice), 0);
        pay(dataset, 1e9);
        assertEq(shares.claimable(alice), 0);
    }

    /// @dev All that is due to an account, in 1/10^19 of a base unit.
    function _value(DatasetShares shares, address account) private view returns (uint256) {
        (uint128 accPaid, uint64 balance, uint64 frac, uint256 owed) = shares.holder(account);
        (uint128 acc,,) = shares.pool();
        return uint256(balance) * (acc - accPaid) + frac + owed * 1e19;
    }

    function _assertSuccession(uint40 startedAt, bool completed) private view {
        ISuccessions.Succession memory s = successions.successionOf(alice);
        assertEq(s.successor, heir);
        assertEq(s.delay, DELAY);
        assertEq(s.startedAt, startedAt);
        assertEq(s.completed, completed);
    }

    function _name() private {
        vm.expectEmit(address(successions));
        emit ISuccessions.SuccessorNamed(alice, heir, DELAY);
        vm.prank(alice);
        successions.nameSuccessor(heir, DELAY);
    }

    function _start() private {
        _name();
        vm.expectEmit(address(successions));
        emit ISuccessions.SuccessionStarted(alice, heir, uint64(block.timestamp + DELAY));
        vm.prank(heir);
        successions.startSuccession(alice);
    }

    function _complete() private {
        _start();
        vm.warp(block.timestamp + DELAY);
        successions.completeSuccession(alice);
    }
}
