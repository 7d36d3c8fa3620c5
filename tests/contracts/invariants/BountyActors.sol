// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)
// Time is moved by the handler alone.
// forge-lint: disable-start(block-timestamp)

import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {Leaves} from "../../../contracts/libraries/Leaves.sol";
import {BountyModel} from "./BountyModel.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Two datasets of one token, their publisher with bounties, a coordinator that settles in any order, appeals and the
/// court's rulings on them, lost keys, and everybody who wants to be paid twice. BountyModel says what is due.
contract BountyActors is BountyModel {
    uint256 private constant MOST_BOUNTIES = 6;
    uint256 private constant MOST_EPOCHS = 8;
    uint256 private constant MOST_APPEALS = 6;

    function setUp() public override {
        super.setUp();
        datasets[0] = dataset;
        vm.prank(publisher);
        datasets[1] = registry.createDataset(disputedTerms(), "second", "");
        people = [alice, bob, carol, payer];
        equip(payer);
        for (uint256 i = 0; i < 4; ++i) {
            got[people[i]] = usd.balanceOf(people[i]);
        }
        this.openOne(0, 30e4, 50e6);
        this.openOne(1, 7, 100);
        this.logOne(0, 3, 2, 5);
        this.logOne(1, 2, 1, 7);
    }

    // ---- the publisher

    function openOne(uint256 which, uint256 price, uint256 amount) external {
        if (model.length == MOST_BOUNTIES) return;
        bytes32 dataset_ = datasets[which % 2];
        price = which % 8 == 7 ? bound(price, 1, type(uint128).max) : bound(price, 1, 1e6);
        amount = bound(amount, 1, 20e6);
        assertEq(openBounty(dataset_, uint128(price), amount), model.length + 1, "E5: its number");
        model.push(Model(dataset_, price, amount, amount, 0, 0, 0, 0, 0));
    }

    function fundOne(uint256 which, uint256 who, uint256 amount) external {
        uint256 n = which % model.length;
        amount = bound(amount, 1, 5e6);
        address from = people[who % 4];
        usd.mint(from, amount);
        vm.startPrank(from);
        usd.approve(address(escrow), amount);
        try escrow.fund(n + 1, amount) {
            assertEq(model[n].endsAt, 0, "E4: money for a bounty that is closed");
            model[n].funded += amount;
            model[n].free += amount;
        } catch {
            assertGt(model[n].endsAt, 0, "E4: money refused");
            got[from] += amount;
        }
        vm.stopPrank();
    }

    function closeOne(uint256 which, uint256 by) external {
        uint256 n = which % model.length;
        address owner = _receiver(publisher);
        address caller = by % 4 == 3 ? people[by / 4 % 4] : owner;
        vm.prank(caller);
        try escrow.close(n + 1) {
            assertEq(caller, owner, "E4: closed by a stranger");
            assertEq(model[n].endsAt, 0, "E4: closed twice");
            model[n].endsAt = block.timestamp + 1 hours;
        } catch {
            assertTrue(caller != owner || model[n].endsAt != 0, "E4: cannot be closed");
        }
    }

    function takeBackOne(uint256 which) external {
        uint256 n = which % model.length;
        Model storage m = model[n];
        uint256 left = _isInTime(n) ? _leftAfterCorrections(n) : m.free;
        bool may = m.endsAt != 0 && left != 0 && _isOver(n);
        vm.prank(_receiver(publisher));
        try escrow.takeBack(n + 1, publisher) returns (uint128 amount) {
            assertTrue(may, "E4: taken back what was promised");
            if (_isInTime(n)) _takeCorrections(n);
            assertEq(amount, m.free, "E4: all that is free");
            m.returned += amount;
            m.free = 0;
        } catch {
            assertFalse(may, "E4: not given back");
        }
    }

    /// @dev A publisher in a hurry: all that can be done for his money to go back; every other time he is there when the last
    /// ruling is told.
    function windUp(uint256 which, uint256 word) external {
        uint256 n = which % model.length;
        if (model[n].endsAt == 0) this.closeOne(n, 0);
        vm.warp(Math.max(block.timestamp, model[n].endsAt + 1));
        for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
            if (!_covers(n, at_)) continue;
            if (!epochs[at_].isFinal) _finalize(epochs[at_]);
            if (epochs[at_].number == epochs[at_].checkpoint) this.assignOne(n, at_);
        }
        if (word % 2 == 0) return;
        vm.warp(Math.max(block.timestamp, escrow.bountyOf(n + 1).returnsAt));
        for (uint256 i = 0; i < appeals.length; ++i) {
            this.ruleOne(i, word % 3);
        }
        this.takeBackOne(n);
    }

    // ---- the coordinator, the court, time

    /// @dev Of as many rows as are worth the parts, and some that are worth nothing.
    function logOne(uint256 which, uint256 a, uint256 b, uint256 c) external {
        if (epochs.length >= MOST_EPOCHS) return;
        bytes32 dataset_ = datasets[which % 2];
        Part[] memory parts = parts3(
            people[a % 4],
            uint64(bound(a, 1e9, 9e9)),
            people[(a % 4 + 1) % 4],
            uint64(b % 3e9),
            people[b % 4],
            uint64(c % 3)
        );
        uint64 total = parts[0].units + parts[1].units + parts[2].units;
        uint64 rows = total / 1e9 + 3;
        uint64 number = logRows(dataset_, rows);
        bytes32 root = rootOf(dataset_, number, parts);
        vm.prank(coordinator);
        ledger.propose(dataset_, number, root, total, 3, keccak256("file"));
        Epoch memory e = Epoch(dataset_, number, number, block.timestamp, model.length, false, rows * 1e9 - total);
        for (uint256 i = 0; i < 3; ++i) {
            partsOf[epochs.length].push(parts[i]);
        }
        epochs.push(e);
    }

    function finalizeOne(uint256 which) external {
        if (!epochs[which % epochs.length].isFinal) _finalize(epochs[which % epochs.length]);
    }

    function appealOne(uint256 which, uint256 who, uint256 units) external {
        uint256 at_ = which % epochs.length;
        Epoch storage e = epochs[at_];
        if (appeals.length == MOST_APPEALS || !e.isFinal || e.number != e.checkpoint) return;
        units = bound(units, 1, 3e9);
        bool may = block.timestamp < ledger.proposalOf(e.dataset, e.number).finalizedAt + 3 days;
        for (uint256 i = 0; i < appeals.length; ++i) {
            if (appeals[i].epoch == at_ && appeals[i].who == people[who % 4]) may = false;
        }
        try this.appealAs(people[who % 4], e.dataset, e.number, uint64(units)) returns (uint256 caseId) {
            assertTrue(may, "E4: appealed too late, or twice");
            appeals.push(Appeal(caseId, at_, people[who % 4], uint64(units), true));
        } catch {
            assertFalse(may, "E4: an appeal refused");
        }
    }

    function appealAs(address who, bytes32 dataset_, uint64 epoch, uint64 units) external returns (uint256) {
        return appealFor(who, dataset_, epoch, units);
    }

    /// @dev No answer, upheld, dismissed.
    function ruleOne(uint256 which, uint256 word) external {
        if (appeals.length == 0 || !appeals[which % appeals.length].isOpen) return;
        Appeal storage a = appeals[which % appeals.length];
        ruleOn(a.caseId, word % 3);
        _ended(a, word % 3 == 1);
    }

    function expireOne(uint256 which) external {
        if (appeals.length == 0 || !appeals[which % appeals.length].isOpen) return;
        Appeal storage a = appeals[which % appeals.length];
        if (block.timestamp < tribunal.caseOf(a.caseId).deadline) return;
        tribunal.expire(a.caseId);
        _ended(a, false);
    }

    function loseKey(uint256 who, uint256 whom) external {
        (address account, address heir) = (who % 5 == 4 ? publisher : people[who % 4], people[whom % 4]);
        if (account == heir || heirOf[account] != address(0) || who % 3 != 0) return;
        succeed(account, heir);
        heirOf[account] = heir;
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 10 minutes, 3 days));
    }

    function waitLong(uint256 time) external {
        if (time % 16 == 0) vm.warp(block.timestamp + LONGEST);
    }

    // ---- who wants money

    function assignOne(uint256 which, uint256 epoch) external {
        (uint256 n, uint256 at_) = (which % model.length, epoch % epochs.length);
        Epoch storage e = epochs[at_];
        // A number of the other dataset means nothing in this one.
        if (e.dataset != model[n].dataset) return;
        bool may = _mayTake(n, at_);
        try escrow.assign(n + 1, e.number) {
            assertTrue(may, "E2: taken by an epoch that may not");
            _take(n, at_);
        } catch {
            assertFalse(may, "E2: a part refused");
        }
    }

    /// @dev By anyone for anyone: leaves of other datasets, leaves paid before, leaves that are not final.
    function payOne(uint256 which, uint256 epoch, uint256 index, uint256 by) external {
        (uint256 n, uint256 at_) = (which % model.length, epoch % epochs.length);
        index %= partsOf[at_].length;
        IDatasetShares.ShareClaim[] memory leaf_ = _leaf(at_, index);
        bool may = _mayBePaid(n, at_, index);
        vm.prank(people[by % 4]);
        try escrow.pay(n + 1, leaf_) {
            assertTrue(may, "E3: paid what was not due");
            _book(n, at_, index, _receiver(leaf_[0].account));
        } catch {
            assertFalse(may, "E3: not paid what was due");
        }
    }

    function payToOne(uint256 which, uint256 epoch, uint256 index, uint256 by, uint256 to) external {
        (uint256 n, uint256 at_) = (which % model.length, epoch % epochs.length);
        index %= partsOf[at_].length;
        IDatasetShares.ShareClaim[] memory leaf_ = _leaf(at_, index);
        address caller = by % 2 == 0 ? _receiver(leaf_[0].account) : people[by / 2 % 4];
        bool may = _mayBePaid(n, at_, index) && caller == _receiver(leaf_[0].account);
        vm.prank(caller);
        try escrow.payTo(n + 1, leaf_, people[to % 4]) {
            assertTrue(may, "E3: another named where it goes");
            _book(n, at_, index, people[to % 4]);
        } catch {
            assertFalse(may, "E3: cannot name where it goes");
        }
    }

    /// @notice E5: all leaves of final epochs are paid, and what no epoch took goes back; what is left is dust.
    function endAll() external {
        for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
            if (!epochs[at_].isFinal) _finalize(epochs[at_]);
        }
        vm.warp(block.timestamp + RULING_PERIOD);
        for (uint256 i = 0; i < appeals.length; ++i) {
            this.expireOne(i);
        }
        uint256 leaves = 0;
        for (uint256 n = 0; n < model.length; ++n) {
            for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
                for (uint256 i = 0; i < partsOf[at_].length; ++i) {
                    if (_mayBePaid(n, at_, i)) this.payOne(n, at_, i, 0);
                }
            }
            if (model[n].endsAt == 0) this.closeOne(n, 0);
            leaves += model[n].leaves;
        }
        vm.warp(block.timestamp + 10 days);
        for (uint256 n = 0; n < model.length; ++n) {
            if (model[n].free != 0) this.takeBackOne(n);
            assertEq(escrow.bountyOf(n + 1).free, 0, "E5: money that nobody can have");
        }
        assertLe(usd.balanceOf(address(escrow)), leaves, "E5: more than dust stays");
        this.checkAll();
    }

    // ---- inside

    /// @dev Time never goes back.
    function _finalize(Epoch storage e) private {
        vm.warp(Math.max(block.timestamp, ledger.proposalOf(e.dataset, e.number).windowEndsAt));
        ledger.finalize(e.dataset, e.number);
        e.isFinal = true;
    }

    /// @dev An upheld appeal is an epoch of one leaf, where the checkpoint's labels are worth so much.
    function _ended(Appeal storage a, bool isUpheld) private {
        a.isOpen = false;
        Epoch storage e = epochs[a.epoch];
        if (!isUpheld || a.units > e.spare) return;
        e.spare -= a.units;
        uint64 number = Leaves.CORRECTION | ++corrections[e.dataset];
        partsOf[epochs.length].push(Part(a.who, a.units));
        epochs.push(Epoch(e.dataset, number, e.checkpoint, e.madeAt, e.bounties, true, 0));
    }
}
