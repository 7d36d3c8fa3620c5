// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {LogTree} from "../../../contracts/libraries/LogTree.sol";
import {LedgerModel} from "./LedgerModel.sol";

/// @notice Receipts, logs, demands and accusations, true and false, by anyone and at any time. The honest coordinator logs what
/// it receipted; the other one puts other rows in their place, hides its log, or promises an index twice. Each accusation
/// must hold exactly when the promise was broken.
abstract contract ReceiptActors is LedgerModel {
    uint256 internal constant MAX_CHECKPOINTS = 6;
    uint256 internal constant MAX_PROMISES = 32;

    struct Promised {
        ICoordinatorFaults.Receipt receipt;
        bytes signature;
        address by;
        address key;
        bool punished;
        ICoordinatorFaults.DemandState demand;
        address demander;
        uint64 answerBy;
    }

    Promised[] internal promises;
    mapping(address coordinator => uint256) internal keyOf;
    mapping(bytes32 dataset => uint64) internal nextIndex;
    /// @dev What a coordinator promised first for an index.
    mapping(address coordinator => mapping(bytes32 dataset => mapping(uint64 index => bytes32))) internal promisedRow;
    mapping(bytes32 dataset => bytes32[]) internal rowsOf;
    mapping(bytes32 dataset => mapping(uint64 index => uint64)) internal checkpointWith;
    mapping(bytes32 dataset => mapping(uint64 number => bool)) internal isHidden;
    mapping(address coordinator => mapping(bytes32 dataset => mapping(uint64 index => bool))) internal equivocated;
    mapping(address coordinator => mapping(bytes32 dataset => mapping(uint64 number => bool))) internal expired;

    function setUp() public virtual override {
        super.setUp();
        keyOf[honest] = RECEIPT_KEY;
        keyOf[crook] = 0xbad;
        vm.prank(crook);
        ledger.setReceiptKey(vm.addr(0xbad), type(uint64).max);
    }

    // ---- what coordinators do

    function receiptOne(uint256 which, uint256 seed) external {
        bytes32 ds = datasets[which % 3];
        if (_promise(_acting(ds), ds, nextIndex[ds], seed)) ++nextIndex[ds];
    }

    /// @dev One more row for an index that was promised or logged already, or for one in a dataset that is not its own.
    function lie(uint256 which, uint256 seed) external {
        bytes32 ds = datasets[which % 3];
        _promise(crook, ds, uint64(seed % (nextIndex[ds] + 1)), seed >> 64);
    }

    function logOne(uint256 which, uint256 how) external neverEarlier {
        bytes32 ds = datasets[which % 3];
        bool isIdle = nextIndex[ds] == rowsOf[ds].length && how % 4 != 3;
        if (checkpoints[ds] < MAX_CHECKPOINTS && !isIdle) _log(ds, how);
    }

    // ---- what others do

    function demandOne(uint256 seed, uint256 who) external {
        if (promises.length == 0) return;
        Promised storage p = _promised(seed, ICoordinatorFaults.DemandState.None);
        uint64 includeBy = p.receipt.includeBy;
        if (who % 2 == 0) _waitUntil(includeBy);
        bool may = p.demand == ICoordinatorFaults.DemandState.None && !p.punished && _binds(p);
        may = may && _now() >= includeBy && _now() <= includeBy + termsOf[p.receipt.dataset].claimPeriod;
        vm.prank(people[who % 3]);
        try faults.demandInclusion(p.by, p.receipt, p.signature) {
            assertTrue(may, "L8: a demand out of its time");
            (p.demand, p.demander) = (ICoordinatorFaults.DemandState.Open, people[who % 3]);
            p.answerBy = _now() + termsOf[p.receipt.dataset].responsePeriod;
            openFees += DEMAND_FEE;
        } catch {
            assertFalse(may, "L8: a demand refused");
        }
    }

    function answerOne(uint256 seed) external {
        if (promises.length != 0) _answer(_promised(seed, ICoordinatorFaults.DemandState.Open));
    }

    function punishOne(uint256 seed) external neverEarlier {
        if (promises.length == 0) return;
        Promised storage p = _promised(seed, ICoordinatorFaults.DemandState.Open);
        bytes32 ds = p.receipt.dataset;
        if (seed % 4 == 1 && p.demand == ICoordinatorFaults.DemandState.Open) _waitUntil(p.answerBy + 1);
        bool may = p.demand == ICoordinatorFaults.DemandState.Open && _now() > p.answerBy;
        try faults.punishUnanswered(p.by, ds, p.receipt.index, p.receipt.rowId) {
            assertTrue(may, "L8: punished for an answer that was given or may come");
            p.demand = ICoordinatorFaults.DemandState.Unanswered;
            openFees -= DEMAND_FEE;
            feeCredits[p.demander] += DEMAND_FEE;
            if (!p.punished) _loseAll(p.by, p.demander);
            p.punished = true;
            if (_acting(ds) == p.by) succeeded[ds] = true;
        } catch {
            assertFalse(may, "L8: an unanswered demand unpunished");
        }
    }

    /// @dev Mostly with the row at the index that was promised.
    function accuse(uint256 seed, uint256 at) external {
        if (promises.length == 0) return;
        Promised storage p = promises[seed % promises.length];
        bytes32 ds = p.receipt.dataset;
        uint64 count = uint64(rowsOf[ds].length);
        if (count == 0) return;
        uint64 index = at % 4 != 0 && p.receipt.index < count ? p.receipt.index : uint64(at % count);
        bool isBroken = index == p.receipt.index && rowsOf[ds][index] != p.receipt.rowId && _isShown(ds, index);
        _accuse(p, index, isBroken && !p.punished && bonds[p.by] != 0 && _binds(p));
    }

    function accuseOfTwo(uint256 seed, uint256 otherSeed) external {
        if (promises.length == 0) return;
        Promised storage p = promises[seed % promises.length];
        Promised storage q = promises[otherSeed % promises.length];
        (bytes32 ds, uint64 index) = (p.receipt.dataset, p.receipt.index);
        bool isOne = ds == q.receipt.dataset && index == q.receipt.index && p.receipt.rowId != q.receipt.rowId;
        bool may = isOne && p.by == q.by && !equivocated[p.by][ds][index] && bonds[p.by] != 0 && _binds(p) && _binds(q);
        vm.prank(bob);
        try faults.proveEquivocation(p.by, p.receipt, p.signature, q.receipt, q.signature) {
            assertTrue(may, "L8: slashed for two promises that can both be kept");
            equivocated[p.by][ds][index] = true;
            _loseAll(p.by, bob);
        } catch {
            assertFalse(may, "L8: one index promised twice, unpunished");
        }
    }

    function expireOne(uint256 which, uint256 seed) external neverEarlier {
        bytes32 ds = datasets[which % 3];
        if (checkpoints[ds] == 0) return;
        uint64 n = uint64(1 + seed % checkpoints[ds]);
        if (seed % 8 == 1 && _isBare(ds, n)) _waitUntil(ledger.settleBy(ds, n) + 1);
        address acting = _acting(ds);
        bool may = _isBare(ds, n) && _now() > ledger.settleBy(ds, n) && !expired[acting][ds][n];
        vm.prank(carol);
        try faults.expireCheckpoint(ds, n) {
            assertTrue(may, "L8: expired while there was time");
            expired[acting][ds][n] = true;
            _loseAll(acting, carol);
            succeeded[ds] = true;
        } catch {
            assertFalse(may, "L8: a dead coordinator stays");
        }
    }

    // ---- inside

    /// @dev Nothing when it is later already.
    function _waitUntil(uint64 time) internal virtual;

    /// @dev Mostly one about which so much was asked.
    function _promised(uint256 seed, ICoordinatorFaults.DemandState demand_)
        internal
        view
        returns (Promised storage p)
    {
        uint256 count = promises.length;
        for (uint256 i = 0; i < count; ++i) {
            p = promises[(seed % count + i) % count];
            if (seed % 4 == 0 || p.demand == demand_) return p;
        }
        return promises[seed % count];
    }

    /// @dev Nothing without a valid key.
    function _promise(address by, bytes32 ds, uint64 index, uint256 seed) private returns (bool) {
        if (promises.length == MAX_PROMISES) return false;
        address key = vm.addr(keyOf[by]);
        if (!ledger.receiptKeyValid(by, key, _now())) return false;
        bytes32 row = keccak256(abi.encode("row", promises.length));
        uint64 includeBy = _now() + uint64(seed % (termsOf[ds].receiptPeriod + 1));
        Promised storage p = promises.push();
        p.receipt = ICoordinatorFaults.Receipt(ds, index, row, includeBy);
        p.signature = signedBy(keyOf[by], p.receipt);
        (p.by, p.key) = (by, key);
        if (promisedRow[by][ds][index] == 0) promisedRow[by][ds][index] = row;
        return true;
    }

    /// @dev At most two rows. The crook: 1, others than it promised; 2, a root over nothing that anyone has. 3: an empty one.
    function _log(bytes32 ds, uint256 how) internal {
        address acting = _acting(ds);
        bool isFalse = acting == crook && how % 4 == 1;
        uint64 from = uint64(rowsOf[ds].length);
        uint64 count = how % 4 == 3 || nextIndex[ds] <= from ? 0 : nextIndex[ds] - from;
        if (count > 2) count = 2;
        uint64 number = ++checkpoints[ds];
        bytes32[] memory rows = new bytes32[](count);
        for (uint64 i = 0; i < count; ++i) {
            rows[i] = promisedRow[acting][ds][from + i];
            // Void, or another's promise that the successor does not take over.
            if (isFalse || rows[i] == 0) rows[i] = keccak256(abi.encode("another", ds, from + i));
            rowsOf[ds].push(rows[i]);
            checkpointWith[ds][from + i] = number;
        }
        isHidden[ds][number] = acting == crook && how % 4 == 2 && count != 0;
        bytes32 root = isHidden[ds][number] ? keccak256("made up") : LogTree.rootOver(rows);
        vm.prank(acting);
        assertEq(ledger.checkpoint(ds, from + count, root, "data"), number);
    }

    function _answer(Promised storage p) internal {
        (bytes32 ds, uint64 index, bytes32 row) = (p.receipt.dataset, p.receipt.index, p.receipt.rowId);
        bool isThere = index < rowsOf[ds].length && rowsOf[ds][index] == row && _isShown(ds, index);
        bool may = p.demand == ICoordinatorFaults.DemandState.Open && _now() <= p.answerBy && isThere;
        bytes32[] memory path = _path(ds, index);
        try faults.answerDemand(p.by, ds, index, row, checkpointWith[ds][index], path) {
            assertTrue(may, "L8: an answer that shows nothing");
            p.demand = ICoordinatorFaults.DemandState.Answered;
            openFees -= DEMAND_FEE;
            feeCredits[p.by] += DEMAND_FEE;
        } catch {
            assertFalse(may, "L8: a good answer refused");
        }
    }

    function _accuse(Promised storage p, uint64 index, bool may) private {
        bytes32 ds = p.receipt.dataset;
        bytes32[] memory path = _path(ds, index);
        vm.prank(bob);
        try faults.proveOmission(p.by, p.receipt, p.signature, checkpointWith[ds][index], rowsOf[ds][index], path) {
            assertTrue(may, "L8: slashed for a promise that was kept");
            p.punished = true;
            _loseAll(p.by, bob);
        } catch {
            assertFalse(may, "L8: a broken promise unpunished");
        }
    }

    /// @dev Signed for a dataset that was its signer's, and no longer ago than its signer answers for.
    function _binds(Promised storage p) private view returns (bool) {
        bytes32 ds = p.receipt.dataset;
        if (p.by != termsOf[ds].coordinator && !(succeeded[ds] && p.by == termsOf[ds].successor)) return false;
        (, uint64 until) = ledger.receiptKey(p.by, p.key);
        return until >= _now() - 100 days;
    }

    function _isShown(bytes32 ds, uint64 index) private view returns (bool) {
        return !isHidden[ds][checkpointWith[ds][index]];
    }

    /// @dev A checkpoint has two rows at most: the other one's leaf, or nothing.
    function _path(bytes32 ds, uint64 index) private view returns (bytes32[] memory) {
        uint64 number = checkpointWith[ds][index];
        if (number != 0 && index != 0 && checkpointWith[ds][index - 1] == number) return beside(rowsOf[ds][index - 1]);
        if (number != 0 && checkpointWith[ds][index + 1] == number) return beside(rowsOf[ds][index + 1]);
        return new bytes32[](0);
    }
}
