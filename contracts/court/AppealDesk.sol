// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Clock} from "../libraries/Clock.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {RevenueMath} from "../libraries/RevenueMath.sol";
import {CourtTerms} from "../types.sol";
import {CourtCases} from "./CourtCases.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title AppealDesk
/// @notice The part of the court where a contributor contests her leaf: epoch -> **appeal** -> penalty cancelled, correction minted, what
/// she missed paid from the bond of who settled it.
abstract contract AppealDesk is CourtCases {
    using SafeCast for uint256;

    mapping(uint256 caseId => AppealRecord) private _appeals;
    mapping(bytes32 dataset => mapping(uint64 epoch => mapping(address account => bool))) private _appealed;
    /// @dev Appeals that wait for their ruling, eight epochs a word, so that a look over many of them is cheap.
    mapping(bytes32 dataset => mapping(uint64 eighth => uint256)) private _waiting;

    /// @inheritdoc ISettlementCourt
    function appeal(bytes32 dataset, uint64 epoch, AppealRequest calldata request)
        external
        payable
        nonReentrant
        returns (uint256 caseId)
    {
        CourtTerms memory terms = _terms(dataset);
        IAnnotationLedger.Proposal memory p = _checkAppeal(dataset, epoch, request, terms);
        _appealed[dataset][epoch][msg.sender] = true;
        caseId = _file(
            dataset,
            epoch,
            p,
            Ground.Appeal,
            msg.sender,
            terms.challengeBond,
            request.evidence,
            Clock.time() + RULING_PERIOD
        );
        bool hasPenalty = request.leaf.penalty != 0;
        _appeals[caseId] = AppealRecord(request.leaf.index, hasPenalty, request.units);
        _waiting[dataset][epoch / 8] += _oneOf(epoch);
        emit AppealOpened(caseId, dataset, msg.sender, request.leaf.index, hasPenalty, request.units);
        if (hasPenalty) _vault(dataset).holdPenalty(dataset, epoch, request.leaf.index, msg.sender);
        _lock(terms.challengeBond);
        _refer(caseId);
    }

    /// @inheritdoc ISettlementCourt
    function appealOf(uint256 caseId) external view returns (AppealRecord memory) {
        return _appeals[caseId];
    }

    /// @inheritdoc ISettlementCourt
    function firstAppealed(bytes32 dataset, uint64 from, uint64 to) external view returns (uint64) {
        for (uint64 epoch = from; epoch <= to; ++epoch) {
            uint256 word = _waiting[dataset][epoch / 8] / _oneOf(epoch);
            // The low 32 bits: its own count.
            // forge-lint: disable-next-line(unsafe-typecast)
            if (uint32(word) != 0) return epoch;
            if (word == 0) epoch |= 7;
        }
        return 0;
    }

    /// @dev No answer: a penalty is for proven faults, and this one was not upheld; units are for those who are found to
    /// have earned them, and she was not.
    function _settleAppeal(uint256 caseId, Outcome outcome) internal returns (Outcome, uint256 burnt) {
        Case storage c = _cases[caseId];
        AppealRecord memory a = _appeals[caseId];
        if (a.hasPenalty) {
            if (outcome == Outcome.Dismissed) _vault(c.dataset).releasePenalty(c.dataset, c.epoch, a.index);
            else _vault(c.dataset).cancelPenalty(c.dataset, c.epoch, a.index);
        }
        if (outcome == Outcome.Upheld) {
            _credit(COTA, c.claimant, c.bond);
            _makeGood(caseId, c, a.units);
        } else if (outcome == Outcome.Dismissed) {
            burnt = _lose(c.bond, c.respondent);
        } else {
            burnt = _giveBackMost(c.bond, c.claimant);
        }
        _waiting[c.dataset][c.epoch / 8] -= _oneOf(c.epoch);
        return (outcome, burnt);
    }

    // ---- inside

    /// @dev Units from now on, and what they would have earned since the epoch opened. The ledger may have no room left
    /// under the supply cap: a ruling must not fail for that, and the money is owed all the same.
    function _makeGood(uint256 caseId, Case storage c, uint64 units) private {
        uint64 correction = 0;
        uint256 missed = 0;
        uint128 paid = 0;
        if (units != 0) {
            missed = _missed(c.dataset, c.epoch, units);
            uint128 wanted = RATES.toBond(_terms(c.dataset).paymentToken, missed);
            paid = _takeFromBond(c.dataset, c.respondent, wanted, c.claimant);
            try LEDGER.openCorrection(c.dataset, c.epoch, c.claimant, units) returns (uint64 opened) {
                correction = opened;
            } catch {}
        }
        emit AppealUpheld(caseId, c.dataset, c.claimant, correction, missed, paid);
    }

    /// @return revenue, in the payment token, of `units` held from the epoch's opening until now
    function _missed(bytes32 dataset, uint64 epoch, uint64 units) private view returns (uint256) {
        IDatasetShares shares = IDatasetShares(REGISTRY.sharesOf(dataset));
        (uint128 acc,,) = shares.pool();
        (, uint128 opened,,) = shares.epochOf(epoch);
        return uint256(units) * (acc - opened) / RevenueMath.S;
    }

    function _checkAppeal(bytes32 dataset, uint64 epoch, AppealRequest calldata r, CourtTerms memory terms)
        private
        view
        returns (IAnnotationLedger.Proposal memory p)
    {
        p = _proposal(dataset, epoch);
        if (p.state != IAnnotationLedger.ProposalState.Finalized) revert NotFinalized(dataset, epoch, p.state);
        uint64 until = p.finalizedAt + terms.appealPeriod;
        if (Clock.time() >= until) revert AppealTooLate(dataset, epoch, until);
        if (_appealed[dataset][epoch][msg.sender]) revert AlreadyAppealed(dataset, epoch, msg.sender);
        if (r.evidence == 0) revert ZeroEvidence();
        if (r.leaf.account != address(0)) {
            if (r.leaf.account != msg.sender) revert NotAppellant(r.leaf.account, msg.sender);
            if (r.leaf.epoch != epoch || !Leaves.verify(address(LEDGER), dataset, r.leaf, p.settlementRoot)) {
                revert InvalidLeaf(dataset, epoch, r.leaf.index);
            }
        } else if (r.leaf.units != 0 || r.leaf.penalty != 0) {
            revert InvalidLeaf(dataset, epoch, r.leaf.index);
        }
        if (r.units == 0 && r.leaf.penalty == 0) revert NothingToAppeal();
        _checkUnits(dataset, epoch, r, terms.unitsPerLabel);
    }

    function _checkUnits(bytes32 dataset, uint64 epoch, AppealRequest calldata r, uint64 unitsPerLabel) private view {
        if (r.units == 0) return;
        IAnnotationLedger.Checkpoint memory log = LEDGER.checkpointOf(dataset, epoch);
        uint256 labels = r.labels < log.to - log.from ? r.labels : log.to - log.from;
        uint256 units = uint256(r.leaf.units) + r.units;
        if (units > labels * unitsPerLabel) revert AboveLabels(units, labels * unitsPerLabel);
    }

    /// @dev One appeal of an epoch, as its word counts it.
    function _oneOf(uint64 epoch) private pure returns (uint256) {
        // One at a place, not a place shifted by one.
        // forge-lint: disable-next-line(incorrect-shift)
        return 1 << (epoch % 8 * 32);
    }

    function _vault(bytes32 dataset) private view returns (IStakeVault) {
        return IStakeVault(REGISTRY.servingOf(dataset).vault);
    }
}
