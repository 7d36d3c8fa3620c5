// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {ReceiptActors} from "./ReceiptActors.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Settlements, disputes, bonds and time around the log, in three datasets: both coordinators propose, court and
/// deliveries do whatever they have the power to do, and people finalise, wait and withdraw, in any order.
contract LedgerActors is ReceiptActors {
    uint64 internal constant UNIT = 1e9;
    uint256 internal keysMade;
    mapping(address coordinator => uint64) internal exitAsked;

    /// @dev It begins in the midst of things: each dataset has promises, two checkpoints and a proposal.
    function setUp() public override {
        super.setUp();
        for (uint256 d = 0; d < 3; ++d) {
            for (uint256 i = 0; i < 4; ++i) {
                this.receiptOne(d, 1000 * i);
            }
            this.lie(d, 1);
            this.logOne(d, d);
            this.logOne(d, 0);
            this.proposeOne(d, 0, 2);
        }
    }

    // ---- settlements

    function proposeOne(uint256 which, uint256 seed, uint256 total) external neverEarlier {
        (bytes32 ds, uint64 n) = _seek(
            which,
            seed,
            total % 2 == 0 ? IAnnotationLedger.ProposalState.None : IAnnotationLedger.ProposalState.Rejected
        );
        if (n == 0) return;
        address acting = _acting(ds);
        if (!_isBare(ds, n)) {
            vm.prank(acting);
            vm.expectRevert(
                abi.encodeWithSelector(IAnnotationLedger.AlreadyProposed.selector, ds, n, attempts[ds][n].state)
            );
            ledger.propose(ds, n, "again", 0, 0, "file");
            return;
        }
        bool isAble = exitAsked[acting] == 0 && bonds[acting] - _locked(acting) >= termsOf[ds].proposerBond;
        if (acting == honest || isAble) _propose(ds, n, total);
    }

    function finalizeOne(uint256 which, uint256 seed) external neverEarlier {
        (bytes32 ds, uint64 n) = _seek(which, seed, IAnnotationLedger.ProposalState.Proposed);
        if (n == 0) return;
        Attempt storage a = attempts[ds][n];
        if (seed % 4 == 1 && a.state == IAnnotationLedger.ProposalState.Proposed) {
            _waitUntil(ledger.proposalOf(ds, n).windowEndsAt);
        }
        bool may =
            a.state == IAnnotationLedger.ProposalState.Proposed && _now() >= ledger.proposalOf(ds, n).windowEndsAt;
        try ledger.finalize(ds, n) {
            assertTrue(may, "L9: final in dispute, twice or too early");
            assertGe(_now() - a.proposedAt - a.stood, termsOf[ds].challengeWindow, "L10: not a whole window undisputed");
            (a.state, a.bond, a.finalizedAt) = (IAnnotationLedger.ProposalState.Finalized, 0, _now());
            minted[ds] += a.units;
            ++finals[ds];
        } catch {
            assertFalse(may, "L9: what nobody disputes is not final");
        }
    }

    function settleOne(uint256 which, uint256 steps) external neverEarlier {
        ledger.settle(datasets[which % 3], uint64(steps % 4));
    }

    // ---- the court

    function disputeOne(uint256 which, uint256 seed) external neverEarlier {
        (bytes32 ds, uint64 n) = _seek(
            which,
            seed,
            which % 2 == 0 ? IAnnotationLedger.ProposalState.Proposed : IAnnotationLedger.ProposalState.Disputed
        );
        if (n == 0) return;
        Attempt storage a = attempts[ds][n];
        uint64 endsAt = ledger.proposalOf(ds, n).windowEndsAt;
        vm.startPrank(court);
        if (a.state == IAnnotationLedger.ProposalState.Proposed && _now() < endsAt) {
            ledger.suspend(ds, n);
            (a.state, a.stoodFrom) = (IAnnotationLedger.ProposalState.Disputed, _now());
        } else if (a.state == IAnnotationLedger.ProposalState.Disputed) {
            uint64 left = endsAt - a.stoodFrom;
            ledger.resume(ds, n);
            a.stood += _now() - a.stoodFrom;
            a.state = IAnnotationLedger.ProposalState.Proposed;
            uint64 leftNow = ledger.proposalOf(ds, n).windowEndsAt - _now();
            assertGe(leftNow, left, "L10: a dispute took time from others");
            assertGe(2 * leftNow, termsOf[ds].challengeWindow, "L10: less than half a window follows");
        }
        vm.stopPrank();
    }

    function rejectOne(uint256 which, uint256 seed, uint256 forfeit, uint256 who) external neverEarlier {
        (bytes32 ds, uint64 n) = _seek(which, seed, IAnnotationLedger.ProposalState.Disputed);
        if (n == 0 || attempts[ds][n].state != IAnnotationLedger.ProposalState.Disputed) return;
        Attempt storage a = attempts[ds][n];
        forfeit = bound(forfeit, 0, 1200e18);
        vm.prank(court);
        ledger.reject(ds, n, uint128(forfeit), people[who % 3], uint128(forfeit / 2));
        a.state = IAnnotationLedger.ProposalState.Rejected;
        a.bond = 0;
        // Of a bond that was slashed meanwhile, what is unlocked answers.
        uint256 most = Math.min(termsOf[ds].proposerBond, bonds[a.by] - _locked(a.by));
        _lose(a.by, Math.min(forfeit, most), people[who % 3], forfeit / 2);
        assertGe(ledger.settleBy(ds, n), _now() + termsOf[ds].challengeWindow, "L10: no time to propose anew");
    }

    function correctOne(uint256 which, uint256 seed, uint256 units) external neverEarlier {
        (bytes32 ds, uint64 n) = _seek(which, seed, IAnnotationLedger.ProposalState.Finalized);
        if (n == 0 || attempts[ds][n].state != IAnnotationLedger.ProposalState.Finalized) return;
        Attempt storage a = attempts[ds][n];
        uint256 room = Math.min(_rows(ds, n) * UNIT - a.units - a.corrected, ledger.availableUnits(ds));
        if (room < UNIT) return;
        units = bound(units, minted[ds] == 0 ? UNIT : 1, room);
        vm.prank(court);
        ledger.openCorrection(ds, n, alice, uint64(units));
        a.corrected += uint64(units);
        minted[ds] += uint64(units);
        ++corrections[ds];
    }

    /// @dev What the arbitrator finds undelivered comes out of any bond, a good one too.
    function fineOne(uint256 which, uint256 amount, uint256 who) external {
        bytes32 ds = datasets[which % 3];
        address from = who % 4 == 0 && succeeded[ds] ? termsOf[ds].coordinator : _acting(ds);
        // Often small, now and then so much that it reaches the locked part, or all.
        amount = amount % 4 == 0 ? bound(amount, 0, 2 * bonds[from]) : bound(amount, 0, 400e18);
        vm.prank(deliveries);
        ledger.slash(ds, from, uint128(amount), people[who % 3], uint128(amount / 3));
        _lose(from, Math.min(amount, bonds[from]), people[who % 3], amount / 3);
    }

    // ---- bonds and credits

    function depositOne(uint256 who, uint256 amount) external {
        _deposit(who % 2 == 0 ? honest : crook, bound(amount, 1, 1500e18));
    }

    /// @dev Asks, waits, takes out; now and then stays after all.
    function exitOne(uint256 who, uint256 amount) external neverEarlier {
        address leaver = who % 3 == 0 ? honest : crook;
        if (exitAsked[leaver] == 0) {
            vm.prank(leaver);
            ledger.requestBondExit();
            exitAsked[leaver] = _now();
        } else if (amount % 8 == 0) {
            _stay(leaver);
        } else if (amount % 16 == 1) {
            _waitUntil(exitAsked[leaver] + 100 days);
            // It may have had to stay meanwhile.
            if (exitAsked[leaver] != 0) _withdraw(leaver, bound(amount, 1, 1000e18));
        } else {
            _withdraw(leaver, bound(amount, 1, 1000e18));
        }
    }

    function withdrawCreditOne(uint256 who) external {
        address account = people[who % 5];
        vm.startPrank(account);
        if (credits[account] != 0) assertEq(ledger.withdrawCredit(account), credits[account], "L7: a credit paid");
        if (feeCredits[account] != 0) {
            assertEq(faults.withdrawCredit(account), feeCredits[account], "L12: a credit paid");
        }
        vm.stopPrank();
        (credits[account], feeCredits[account]) = (0, 0);
    }

    // ---- time

    function wait(uint256 time) external {
        _waitUntil(_now() + uint64(bound(time, 1 minutes, 12 hours)));
    }

    /// @dev To the second before something that is waited for, to that very second, or to the one after.
    function waitFor(uint256 which, uint256 seed, uint256 kind) external {
        uint64 until = ledger.bondExitAt(which % 3 == 0 ? honest : crook);
        if (kind % 4 == 0) {
            (bytes32 ds, uint64 n) = _seek(which, seed, IAnnotationLedger.ProposalState.Proposed);
            until = n == 0 ? 0 : ledger.proposalOf(ds, n).windowEndsAt;
        } else if (kind % 4 == 1) {
            (bytes32 ds, uint64 n) = _seek(which, seed, IAnnotationLedger.ProposalState.None);
            until = n == 0 ? 0 : ledger.settleBy(ds, n);
        } else if (kind % 4 == 2 && promises.length != 0) {
            Promised storage p = _promised(seed, ICoordinatorFaults.DemandState.Open);
            until = p.answerBy == 0 ? p.receipt.includeBy : p.answerBy;
        }
        if (until != 0) _waitUntil(until + uint64(kind / 4 % 3) - 1);
    }

    /// @notice L11: nothing final waits for ever behind what is final.
    function endAll() external {
        for (uint256 d = 0; d < 3; ++d) {
            ledger.settle(datasets[d], 100);
            uint64 first = 1;
            while (attempts[datasets[d]][first].state == IAnnotationLedger.ProposalState.Finalized) ++first;
            assertEq(ledger.settledCount(datasets[d]), first - 1, "L11: final and not settled");
        }
    }

    // ---- inside

    /// @dev Before its time is over the honest one shows what was demanded and proposes what is due.
    function _waitUntil(uint64 until) internal override {
        if (until <= _now()) return;
        for (uint256 i = 0; i < promises.length; ++i) {
            Promised storage p = promises[i];
            bool isDue = p.demand == ICoordinatorFaults.DemandState.Open && p.answerBy < until;
            if (p.by != honest || !isDue) continue;
            while (rowsOf[p.receipt.dataset].length <= p.receipt.index) _log(p.receipt.dataset, 0);
            _answer(p);
        }
        for (uint256 d = 0; d < 3; ++d) {
            if (_acting(datasets[d]) != honest) continue;
            for (uint64 n = 1; n <= checkpoints[datasets[d]]; ++n) {
                if (_isBare(datasets[d], n) && ledger.settleBy(datasets[d], n) < until) {
                    _propose(datasets[d], n, until);
                }
            }
        }
        vm.warp(until);
    }

    /// @dev The honest one adds to its bond what is missing.
    function _propose(bytes32 ds, uint64 n, uint256 total) private {
        address acting = _acting(ds);
        uint256 bond = termsOf[ds].proposerBond;
        if (exitAsked[acting] != 0) _stay(acting);
        uint256 free = bonds[acting] - _locked(acting);
        if (free < bond) _deposit(acting, bond - free);
        uint64 units = uint64(Math.min(total % (_rows(ds, n) + 1), ledger.availableUnits(ds) / UNIT)) * UNIT;
        Attempt storage a = attempts[ds][n];
        vm.prank(acting);
        assertEq(ledger.propose(ds, n, "root", units, units == 0 ? 0 : 1, "file"), a.number + 1, "L9: attempt");
        (a.state, a.by, a.units, a.bond) = (IAnnotationLedger.ProposalState.Proposed, acting, units, bond);
        (a.number, a.proposedAt, a.stood) = (a.number + 1, _now(), 0);
    }

    /// @dev Keys that ended stay so: a new one signs from now on, while there is room for one.
    function _stay(address who) private {
        vm.startPrank(who);
        ledger.cancelBondExit();
        exitAsked[who] = 0;
        uint256 key = 0x6e00 + ++keysMade;
        try ledger.setReceiptKey(vm.addr(key), type(uint64).max) {
            keyOf[who] = key;
        } catch {}
        vm.stopPrank();
    }

    function _withdraw(address who, uint256 amount) private {
        bool isReady = _now() >= exitAsked[who] + 100 days;
        bool may = isReady && amount <= bonds[who] - _locked(who);
        vm.prank(who);
        try ledger.withdrawBond(who, amount) {
            assertTrue(may, "L13: a bond left early, or what is locked did");
            bonds[who] -= amount;
            for (uint256 i = 0; i < promises.length; ++i) {
                if (promises[i].by == who) _checkOver(promises[i]);
            }
        } catch {
            assertFalse(may, "L13: a bond does not end");
        }
    }

    /// @dev L13: nobody can demand any more what it promised, and whatever was demanded should have been answered.
    function _checkOver(Promised storage p) private view {
        uint64 answered = termsOf[p.receipt.dataset].claimPeriod + termsOf[p.receipt.dataset].responsePeriod;
        assertLt(p.receipt.includeBy + answered, _now(), "L13: a bond left before its promises ended");
    }

    function _rows(bytes32 ds, uint64 n) private view returns (uint64) {
        IAnnotationLedger.Checkpoint memory c = ledger.checkpointOf(ds, n);
        return c.to - c.from;
    }

    /// @dev Mostly a checkpoint in that state, if there is one. Number 0: there is no checkpoint.
    function _seek(uint256 which, uint256 seed, IAnnotationLedger.ProposalState state)
        private
        view
        returns (bytes32 ds, uint64 n)
    {
        for (uint256 d = 0; d < 3; ++d) {
            ds = datasets[(which % 3 + d) % 3];
            uint64 count = checkpoints[ds];
            for (uint64 i = 0; i < count; ++i) {
                n = uint64(1 + (seed % count + i) % count);
                if (seed % 8 == 0 || attempts[ds][n].state == state) return (ds, n);
            }
        }
        return (ds, 0);
    }
}
