// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)
// Time is moved by the handler alone.
// forge-lint: disable-start(block-timestamp)

import {IBountyEscrow} from "../../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {BountyWorld} from "../support/BountyWorld.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Two datasets of one token, their publisher with bounties, a coordinator that settles in any order, the court's
/// corrections, lost keys, and everybody who wants to be paid twice. A model in plain arithmetic stands beside them.
contract BountyActors is BountyWorld {
    uint256 private constant MOST_BOUNTIES = 6;
    uint256 private constant MOST_EPOCHS = 8;

    struct Model {
        bytes32 dataset;
        uint256 price;
        uint256 funded;
        uint256 free;
        uint256 taken;
        uint256 paid;
        uint256 returned;
        uint256 endsAt;
        uint256 leaves;
    }

    /// @dev A checkpoint or a correction of one; `bounties` were there when the checkpoint was made.
    struct Epoch {
        bytes32 dataset;
        uint64 number;
        uint64 checkpoint;
        uint256 madeAt;
        uint256 bounties;
        bool isFinal;
        uint64 spare;
    }

    bytes32[2] internal datasets;
    address[4] internal people;
    Model[] internal model;
    Epoch[] internal epochs;
    mapping(uint256 epoch => Part[]) internal partsOf;
    mapping(uint256 bounty => mapping(uint256 epoch => uint256)) internal takenBy;
    mapping(uint256 bounty => mapping(uint256 epoch => bool)) internal hasTaken;
    mapping(uint256 bounty => mapping(uint256 epoch => mapping(uint256 index => bool))) internal wasPaid;
    mapping(address account => uint256) internal got;
    mapping(address account => address) internal heirOf;

    function setUp() public override {
        super.setUp();
        datasets[0] = newDataset();
        vm.prank(publisher);
        datasets[1] = registry.createDataset(defaultTerms(), "second", "");
        people = [alice, bob, carol, payer];
        this.openOne(0, 30e4, 50e6);
        this.openOne(1, 7, 100);
        this.logOne(0, 3, 2, 5);
        this.logOne(1, 2, 1, 7);
    }

    // ---- the publisher

    function openOne(uint256 which, uint256 price, uint256 amount) external {
        if (model.length == MOST_BOUNTIES) return;
        bytes32 dataset = datasets[which % 2];
        price = which % 8 == 7 ? bound(price, 1, type(uint128).max) : bound(price, 1, 1e6);
        amount = bound(amount, 1, 20e6);
        assertEq(openBounty(dataset, uint128(price), amount), model.length + 1, "E5: its number");
        model.push(Model(dataset, price, amount, amount, 0, 0, 0, 0, 0));
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
        address caller = by % 4 == 3 ? people[by % 4] : publisher;
        vm.prank(caller);
        try escrow.close(n + 1) {
            assertEq(caller, publisher, "E4: closed by a stranger");
            assertEq(model[n].endsAt, 0, "E4: closed twice");
            model[n].endsAt = block.timestamp + 1 hours;
        } catch {
            assertTrue(caller != publisher || model[n].endsAt != 0, "E4: cannot be closed");
        }
    }

    function takeBackOne(uint256 which) external {
        uint256 n = which % model.length;
        Model storage m = model[n];
        bool may = m.endsAt != 0 && m.free != 0 && _isOver(n);
        vm.prank(publisher);
        try escrow.takeBack(n + 1, publisher) returns (uint128 amount) {
            assertTrue(may, "E4: taken back what was promised");
            assertEq(amount, m.free, "E4: all that is free");
            m.returned += amount;
            m.free = 0;
        } catch {
            assertFalse(may, "E4: not given back");
        }
    }

    // ---- the coordinator, the court, time

    /// @dev Of as many rows as are worth the parts, and some that are worth nothing.
    function logOne(uint256 which, uint256 a, uint256 b, uint256 c) external {
        if (epochs.length >= MOST_EPOCHS) return;
        bytes32 dataset = datasets[which % 2];
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
        uint64 number = logRows(dataset, rows);
        bytes32 root = rootOf(dataset, number, parts);
        vm.prank(coordinator);
        ledger.propose(dataset, number, root, total, 3, keccak256("file"));
        Epoch memory e = Epoch(dataset, number, number, block.timestamp, model.length, false, rows * 1e9 - total);
        for (uint256 i = 0; i < 3; ++i) {
            partsOf[epochs.length].push(parts[i]);
        }
        epochs.push(e);
    }

    function finalizeOne(uint256 which) external {
        if (!epochs[which % epochs.length].isFinal) _finalize(epochs[which % epochs.length]);
    }

    function correctOne(uint256 which, uint256 who, uint256 units) external {
        if (epochs.length >= MOST_EPOCHS + 4) return;
        Epoch storage e = epochs[which % epochs.length];
        if (!e.isFinal || e.number != e.checkpoint || e.spare == 0) return;
        units = bound(units, 1, e.spare);
        e.spare -= uint64(units);
        IDatasetShares.ShareClaim[] memory leaf = correct(e.dataset, e.checkpoint, people[who % 4], uint64(units));
        partsOf[epochs.length].push(Part(people[who % 4], uint64(units)));
        epochs.push(Epoch(e.dataset, leaf[0].epoch, e.checkpoint, e.madeAt, e.bounties, true, 0));
    }

    function loseKey(uint256 who, uint256 whom) external {
        (address account, address heir) = (people[who % 4], people[whom % 4]);
        if (account == heir || heirOf[account] != address(0) || who % 3 != 0) return;
        succeed(account, heir);
        heirOf[account] = heir;
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 10 minutes, 3 days));
    }

    function waitLong(uint256 time) external {
        if (time % 16 == 0) vm.warp(block.timestamp + 366 days);
    }

    // ---- who wants money

    function assignOne(uint256 which, uint256 epoch) external {
        (uint256 n, uint256 at_) = (which % model.length, epoch % epochs.length);
        Epoch storage e = epochs[at_];
        // A number of the other dataset means nothing in this one.
        if (e.dataset != model[n].dataset) return;
        bool may = _covers(n, at_) && e.isFinal && !hasTaken[n][at_] && e.number == e.checkpoint;
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
        IDatasetShares.ShareClaim[] memory leaf = _leaf(at_, index);
        bool may = _mayBePaid(n, at_, index);
        vm.prank(people[by % 4]);
        try escrow.pay(n + 1, leaf) {
            assertTrue(may, "E3: paid what was not due");
            _book(n, at_, index, _receiver(leaf[0].account));
        } catch {
            assertFalse(may, "E3: not paid what was due");
        }
    }

    function payToOne(uint256 which, uint256 epoch, uint256 index, uint256 by, uint256 to) external {
        (uint256 n, uint256 at_) = (which % model.length, epoch % epochs.length);
        index %= partsOf[at_].length;
        IDatasetShares.ShareClaim[] memory leaf = _leaf(at_, index);
        address caller = by % 2 == 0 ? _receiver(leaf[0].account) : people[by / 2 % 4];
        bool may = _mayBePaid(n, at_, index) && caller == _receiver(leaf[0].account);
        vm.prank(caller);
        try escrow.payTo(n + 1, leaf, people[to % 4]) {
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

    // ---- what must be true

    function checkAll() external view {
        uint256 held = 0;
        for (uint256 n = 0; n < model.length; ++n) {
            Model storage m = model[n];
            IBountyEscrow.Bounty memory b = escrow.bountyOf(n + 1);
            assertEq(b.free, m.free, "E1: free");
            assertEq(m.funded, m.free + m.taken + m.returned, "E1: funded = free + parts + returned");
            assertLe(m.paid, m.taken, "E1: paid more than was taken");
            assertEq(b.endsAt, m.endsAt, "E4: end");
            for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
                if (epochs[at_].dataset != m.dataset) continue;
                IBountyEscrow.Part memory part = escrow.partOf(n + 1, epochs[at_].number);
                assertEq(part.isAssigned, hasTaken[n][at_], "E2: taken");
                assertEq(part.amount, takenBy[n][at_], "E2: a part");
            }
            held += m.funded - m.paid - m.returned;
        }
        assertEq(usd.balanceOf(address(escrow)), held, "E1: tokens of the escrow");
        assertEq(escrow.heldOf(address(usd)), held, "E1: held");
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(usd.balanceOf(people[i]), got[people[i]], "E3: an account has what its leaves say");
        }
    }

    // ---- inside

    /// @dev Time never goes back.
    function _finalize(Epoch storage e) private {
        vm.warp(Math.max(block.timestamp, ledger.proposalOf(e.dataset, e.number).windowEndsAt));
        ledger.finalize(e.dataset, e.number);
        e.isFinal = true;
    }

    function _covers(uint256 n, uint256 at_) private view returns (bool) {
        Epoch storage e = epochs[at_];
        bool isOpen = model[n].endsAt == 0 || e.madeAt <= model[n].endsAt;
        return e.dataset == model[n].dataset && e.bounties > n && isOpen;
    }

    function _mayBePaid(uint256 n, uint256 at_, uint256 index) private view returns (bool) {
        Epoch storage e = epochs[at_];
        return e.isFinal && _covers(n, at_) && !wasPaid[n][at_][index];
    }

    function _take(uint256 n, uint256 at_) private {
        uint256 amount = _unitsOf(at_) * model[n].price / 1e9;
        if (amount > model[n].free) amount = model[n].free;
        model[n].free -= amount;
        model[n].taken += amount;
        model[n].leaves += partsOf[at_].length;
        takenBy[n][at_] = amount;
        hasTaken[n][at_] = true;
    }

    function _book(uint256 n, uint256 at_, uint256 index, address to) private {
        if (!hasTaken[n][at_]) _take(n, at_);
        uint256 amount = takenBy[n][at_] * partsOf[at_][index].units / _unitsOf(at_);
        wasPaid[n][at_][index] = true;
        model[n].paid += amount;
        got[to] += amount;
    }

    function _unitsOf(uint256 at_) private view returns (uint256 units) {
        for (uint256 i = 0; i < partsOf[at_].length; ++i) {
            units += partsOf[at_][i].units;
        }
    }

    /// @dev Eight steps, as in the escrow: a circle of heirs ends somewhere in itself.
    function _receiver(address account) private view returns (address) {
        for (uint256 i = 0; i < 8 && heirOf[account] != address(0); ++i) {
            account = heirOf[account];
        }
        return account;
    }

    /// @dev All that it covers is final and took its part, and a penalty period has passed since; or a year.
    function _isOver(uint256 n) private view returns (bool) {
        if (block.timestamp <= model[n].endsAt) return false;
        if (block.timestamp > model[n].endsAt + 365 days) return true;
        for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
            Epoch storage e = epochs[at_];
            if (e.number != e.checkpoint || !_covers(n, at_)) continue;
            if (!hasTaken[n][at_]) return false;
            if (block.timestamp < ledger.proposalOf(e.dataset, e.number).finalizedAt + 5 days) return false;
        }
        return true;
    }

    function _leaf(uint256 at_, uint256 index) private view returns (IDatasetShares.ShareClaim[] memory leaf) {
        Epoch storage e = epochs[at_];
        Part[] memory parts = partsOf[at_];
        if (e.number == e.checkpoint) return shareClaim(e.dataset, e.number, parts, uint32(index));
        leaf = new IDatasetShares.ShareClaim[](1);
        leaf[0] = IDatasetShares.ShareClaim(e.number, 0, parts[0].account, parts[0].units, 0, new bytes32[](0));
    }
}
