// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {StakeTerms} from "../types.sol";

/// @title When a leaving lock ends
/// @notice Leaving, checkpoints, settlements, disputes -> **from when on the lock is free**. Work of before leaving stands in
/// checkpoints up to the first one made later than leaving + longest receipt; the lock waits until all of them had their
/// time to be settled and penalised, and for nothing that comes after.
library LockEnds {
    /// @dev Whatever happens, no dispute or chain of attempts keeps a lock longer than this past its plain end.
    uint64 internal constant LONGEST_WAIT = 180 days;
    /// @dev Unsettled checkpoints that are looked at. The coordinator, who writes the penalties, makes them.
    uint64 private constant STEPS = 32;

    /// @notice From when on checkpoint `number`, made after all receipts were due, frees the lock. Reverts while it or one
    /// before it is not settled.
    function released(IAnnotationLedger ledger, StakeTerms memory terms, bytes32 dataset, uint64 leftAt, uint64 number)
        internal
        view
        returns (uint64)
    {
        uint64 lastReceipt = leftAt + terms.receiptPeriod;
        uint64 madeAt = ledger.checkpointOf(dataset, number).madeAt;
        if (madeAt <= lastReceipt) revert IStakeVault.CheckpointTooEarly(number, madeAt, lastReceipt);
        uint64 settledAt = ledger.proposalOf(dataset, number).settledAt;
        if (settledAt == 0) revert IStakeVault.NotSettled(dataset, number);
        return settledAt + terms.penaltyPeriod;
    }

    /// @notice From when on time alone frees the lock, as things stand: at the latest leaving + receipt + checkpoint + settle
    /// + penalty period + 180 days, and without disputes those 180 days less.
    function expired(IAnnotationLedger ledger, StakeTerms memory terms, bytes32 dataset, uint64 leftAt)
        internal
        view
        returns (uint64 end)
    {
        uint64 lastReceipt = leftAt + terms.receiptPeriod;
        uint64 settling = uint64(terms.settlePeriod) + terms.penaltyPeriod;
        uint64 last = ledger.firstCheckpointAfter(dataset, lastReceipt);
        end = lastReceipt + _larger(settling, terms.checkpointPeriod);
        if (last != 0) {
            uint64 madeAt = ledger.checkpointOf(dataset, last).madeAt;
            if (madeAt <= lastReceipt + terms.checkpointPeriod) end = madeAt + settling;
        }
        uint64 latest = end + LONGEST_WAIT;
        uint64 settlements = _settlementsEnd(ledger, terms, dataset, last == 0 ? ledger.checkpointCount(dataset) : last);
        end = _larger(end, settlements);
        return end > latest ? latest : end;
    }

    /// @dev When all that checkpoints up to `last` settle or are about to settle has had its penalty period. What nobody
    /// proposes counts for nothing: a dead coordinator keeps no lock.
    function _settlementsEnd(IAnnotationLedger ledger, StakeTerms memory terms, bytes32 dataset, uint64 last)
        private
        view
        returns (uint64 end)
    {
        uint64 settled = ledger.settledCount(dataset);
        if (settled > last) settled = last;
        if (settled != 0) end = ledger.proposalOf(dataset, settled).settledAt + terms.penaltyPeriod;
        if (last > settled + STEPS) last = settled + STEPS;
        for (uint64 number = settled + 1; number <= last; ++number) {
            IAnnotationLedger.Proposal memory p = ledger.proposalOf(dataset, number);
            if (p.state == IAnnotationLedger.ProposalState.Disputed) return type(uint64).max;
            if (p.state == IAnnotationLedger.ProposalState.Proposed) {
                end = _larger(end, p.windowEndsAt + terms.penaltyPeriod);
            } else if (p.state == IAnnotationLedger.ProposalState.Finalized) {
                end = _larger(end, p.finalizedAt + terms.penaltyPeriod);
            }
        }
    }

    function _larger(uint64 a, uint64 b) private pure returns (uint64) {
        return a > b ? a : b;
    }
}
