// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)
// Time is moved by the handler alone.
// forge-lint: disable-start(block-timestamp)

import {ISuccessions} from "../../../contracts/interfaces/ISuccessions.sol";
import {RevenueMath} from "../../../contracts/libraries/RevenueMath.sol";
import {RevenueActors} from "./RevenueActors.sol";

/// @notice The holders of RevenueActors, who also name each other as successors, start, cancel and complete successions and
/// inherit: in chains, in circles, with epochs unclaimed. A model beside them knows who may follow whom, and when.
contract SuccessionActors is RevenueActors {
    struct Will {
        address heir;
        uint256 delay;
        uint256 startedAt;
        bool completed;
    }

    mapping(address account => Will) internal wills;

    /// @dev It begins in the midst of things: shares, revenue and wills.
    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 5; ++i) {
            this.settle(uint256(keccak256(abi.encode(i))));
            this.claimSharesOf(i, i);
            this.payRevenue(1000 + i);
        }
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(actors[i]);
            successions.nameSuccessor(actors[(i + 1) % 3], 30 days);
            wills[actors[i]] = Will(actors[(i + 1) % 3], 30 days, 0, false);
        }
    }

    // ---- what may happen

    /// @dev Delays out of bounds, oneself, and nobody with a delay are refused.
    function nameOne(uint256 who, uint256 whom, uint256 delay) external {
        address account = _at(who, 0);
        address heir = whom % 8 == 7 ? address(0) : actors[whom % 5];
        delay = delay % 8 == 0 ? 0 : bound(delay, 29 days, delay % 8 == 1 ? 366 days : 60 days);
        bool isDelay = delay >= 30 days && delay <= 365 days;
        bool may = !wills[account].completed && heir != account && (heir == address(0) ? delay == 0 : isDelay);
        vm.prank(account);
        try successions.nameSuccessor(heir, uint32(delay)) {
            assertTrue(may, "H2: a successor out of bounds");
            wills[account] = Will(heir, delay, 0, false);
        } catch {
            assertFalse(may, "H2: a successor refused");
        }
    }

    /// @dev Mostly by who was named.
    function startOne(uint256 who, uint256 by) external {
        address account = _at(who, 1);
        Will storage w = wills[account];
        address caller = by % 4 == 0 || w.heir == address(0) ? actors[by % 5] : w.heir;
        bool may = !w.completed && caller == w.heir && w.startedAt == 0;
        vm.prank(caller);
        try successions.startSuccession(account) {
            assertTrue(may, "H2: started by a stranger, or twice");
            w.startedAt = block.timestamp;
        } catch {
            assertFalse(may, "H2: a start refused");
        }
    }

    function cancelOne(uint256 who) external {
        address account = actors[who % 5];
        Will storage w = wills[account];
        bool may = w.startedAt != 0 && !w.completed;
        vm.prank(account);
        try successions.cancelSuccession() {
            assertTrue(may, "H2: cancelled when it was over");
            w.startedAt = 0;
        } catch {
            assertFalse(may, "H2: who has her key cannot object");
        }
    }

    function completeOne(uint256 who) external {
        address account = _at(who, 2);
        Will storage w = wills[account];
        uint256 readyAt = w.startedAt + w.delay;
        if (who % 4 == 1 && w.startedAt != 0 && block.timestamp < readyAt) vm.warp(readyAt);
        bool may = w.startedAt != 0 && !w.completed && block.timestamp >= readyAt;
        try successions.completeSuccession(account) {
            assertTrue(may, "H2: completed before the old key had its time");
            w.completed = true;
        } catch {
            assertFalse(may, "H2: a succession does not end");
        }
    }

    /// @dev What was earned, as the model knows it, follows what moved; all of it, once.
    function inheritOne(uint256 who) external {
        address account = _at(who, 3);
        Will storage w = wills[account];
        // Whoever sold all has no balance to carry what she is due.
        if (who % 4 == 2) move(shares, account, actors[who / 4 % 5], shares.balanceOf(account));
        uint256 value = _worth(account);
        (uint256 balance, uint256 of_) = (shares.balanceOf(account), value + _worth(w.heir));
        uint256 together = balance + shares.balanceOf(w.heir);
        bool may = w.completed && (balance != 0 || value != 0);
        try shares.inherit(account) returns (uint256 moved) {
            assertTrue(may, "H3: inherited from the living, or nothing");
            assertEq(moved, balance, "H1: shares");
            assertEq(shares.balanceOf(account), 0, "H1: shares stay behind");
            assertEq(shares.balanceOf(w.heir), together, "H1: shares got lost");
            assertEq(_worth(account), 0, "H1: value stays behind");
            assertEq(_worth(w.heir), of_, "H1: value lost or doubled");
            uint256 exact = value * (PRECISION / RevenueMath.S);
            earned[w.heir] += exact;
            // The account may have a speck more than exact: less than one base unit in all, which is checked elsewhere.
            earned[account] = earned[account] < exact ? 0 : earned[account] - exact;
        } catch {
            assertFalse(may, "H3: an inheritance refused");
        }
    }

    /// @dev To the second before a succession may be completed, to that very second, or to the one after.
    function waitFor(uint256 who, uint256 kind) external {
        Will storage w = wills[_at(who, 2)];
        uint256 until = w.startedAt + w.delay + kind % 3;
        if (until > block.timestamp + 1) vm.warp(until - 1);
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 10 days, 60 days));
    }

    // ---- what must be true

    /// @notice H2: each succession stands where the account, its heir and time brought it, and who succeeded is for ever.
    function checkWills() external view {
        for (uint256 i = 0; i < 5; ++i) {
            Will memory w = wills[actors[i]];
            ISuccessions.Succession memory s = successions.successionOf(actors[i]);
            assertEq(s.successor, w.heir, "H2: heir");
            assertEq(s.delay, w.delay, "H2: delay");
            assertEq(s.startedAt, w.startedAt, "H2: start");
            assertEq(s.completed, w.completed, "H2: completed");
            assertEq(successions.successorOf(actors[i]), w.completed ? w.heir : address(0), "H2: successor");
        }
    }

    // ---- inside

    /// @dev Mostly an account that has come so far, so that many get to the end: 0 names nobody yet, 1 has an heir, 2 is about
    /// to be succeeded, 3 was.
    function _at(uint256 seed, uint256 step) private view returns (address account) {
        for (uint256 i = 0; i < 5; ++i) {
            account = actors[(seed % 5 + i) % 5];
            if (seed % 4 == 0 || _step(wills[account]) == step) return account;
        }
    }

    function _step(Will storage w) private view returns (uint256) {
        if (w.completed) return 3;
        if (w.startedAt != 0) return 2;
        return w.heir == address(0) ? 0 : 1;
    }
}
