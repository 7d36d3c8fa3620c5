// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)
// Time is moved by the handler alone.
// forge-lint: disable-start(block-timestamp)

import {IBountyEscrow} from "../../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {BountyCourt} from "../support/BountyCourt.sol";

/// @notice What bounties must do, in plain arithmetic: BountyActors move, this says what is due, and checks all of it.
abstract contract BountyModel is BountyCourt {
    uint256 internal constant LONGEST = 7 days + 3 days + 365 days;

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

    /// @dev Of `epoch`, by place in `epochs`.
    struct Appeal {
        uint256 caseId;
        uint256 epoch;
        address who;
        uint64 units;
        bool isOpen;
    }

    bytes32[2] internal datasets;
    address[4] internal people;
    Model[] internal model;
    Epoch[] internal epochs;
    Appeal[] internal appeals;
    mapping(uint256 epoch => Part[]) internal partsOf;
    mapping(bytes32 dataset => uint64) internal corrections;
    mapping(uint256 bounty => mapping(uint256 epoch => uint256)) internal takenBy;
    mapping(uint256 bounty => mapping(uint256 epoch => bool)) internal hasTaken;
    mapping(uint256 bounty => mapping(uint256 epoch => mapping(uint256 index => bool))) internal wasPaid;
    mapping(address account => uint256) internal got;
    mapping(address account => address) internal heirOf;

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

    // ---- who may have what

    function _covers(uint256 n, uint256 at_) internal view returns (bool) {
        Epoch storage e = epochs[at_];
        bool isOpen = model[n].endsAt == 0 || e.madeAt <= model[n].endsAt;
        return e.dataset == model[n].dataset && e.bounties > n && isOpen;
    }

    function _mayTake(uint256 n, uint256 at_) internal view returns (bool) {
        return _covers(n, at_) && epochs[at_].isFinal && !hasTaken[n][at_];
    }

    function _mayBePaid(uint256 n, uint256 at_, uint256 index) internal view returns (bool) {
        return epochs[at_].isFinal && _covers(n, at_) && !wasPaid[n][at_][index];
    }

    /// @dev All that it covers is final and took its part, can be appealed no more, and no appeal waits; or time is over.
    function _isOver(uint256 n) internal view returns (bool) {
        if (block.timestamp <= model[n].endsAt) return false;
        if (!_isInTime(n)) return true;
        for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
            Epoch storage e = epochs[at_];
            if (e.number != e.checkpoint || !_covers(n, at_)) continue;
            if (!hasTaken[n][at_]) return false;
            if (block.timestamp < ledger.proposalOf(e.dataset, e.number).finalizedAt + 3 days) return false;
        }
        for (uint256 i = 0; i < appeals.length; ++i) {
            if (appeals[i].isOpen && _covers(n, appeals[i].epoch)) return false;
        }
        return true;
    }

    function _isInTime(uint256 n) internal view returns (bool) {
        return block.timestamp <= model[n].endsAt + LONGEST;
    }

    /// @dev Eight steps, as in the escrow: a circle of heirs ends somewhere in itself.
    function _receiver(address account) internal view returns (address) {
        for (uint256 i = 0; i < 8 && heirOf[account] != address(0); ++i) {
            account = heirOf[account];
        }
        return account;
    }

    // ---- what follows

    function _take(uint256 n, uint256 at_) internal {
        uint256 amount = _unitsOf(at_) * model[n].price / 1e9;
        if (amount > model[n].free) amount = model[n].free;
        model[n].free -= amount;
        model[n].taken += amount;
        model[n].leaves += partsOf[at_].length;
        takenBy[n][at_] = amount;
        hasTaken[n][at_] = true;
    }

    function _book(uint256 n, uint256 at_, uint256 index, address to) internal {
        if (!hasTaken[n][at_]) _take(n, at_);
        uint256 amount = takenBy[n][at_] * partsOf[at_][index].units / _unitsOf(at_);
        wasPaid[n][at_][index] = true;
        model[n].paid += amount;
        got[to] += amount;
    }

    /// @dev What would go back once all corrections took their parts; they are in the order in which they were made.
    function _leftAfterCorrections(uint256 n) internal view returns (uint256 left) {
        left = model[n].free;
        for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
            if (!_isWaitingCorrection(n, at_)) continue;
            uint256 amount = _unitsOf(at_) * model[n].price / 1e9;
            left -= amount < left ? amount : left;
        }
    }

    function _takeCorrections(uint256 n) internal {
        for (uint256 at_ = 0; at_ < epochs.length; ++at_) {
            if (_isWaitingCorrection(n, at_)) _take(n, at_);
        }
    }

    function _isWaitingCorrection(uint256 n, uint256 at_) private view returns (bool) {
        return epochs[at_].number != epochs[at_].checkpoint && _mayTake(n, at_);
    }

    function _unitsOf(uint256 at_) internal view returns (uint256 units) {
        for (uint256 i = 0; i < partsOf[at_].length; ++i) {
            units += partsOf[at_][i].units;
        }
    }

    function _leaf(uint256 at_, uint256 index) internal view returns (IDatasetShares.ShareClaim[] memory leaf_) {
        Epoch storage e = epochs[at_];
        Part[] memory parts = partsOf[at_];
        if (e.number == e.checkpoint) return shareClaim(e.dataset, e.number, parts, uint32(index));
        leaf_ = new IDatasetShares.ShareClaim[](1);
        leaf_[0] = IDatasetShares.ShareClaim(e.number, 0, parts[0].account, parts[0].units, 0, new bytes32[](0));
    }
}
