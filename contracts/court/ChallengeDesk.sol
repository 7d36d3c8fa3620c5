// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {Clock} from "../libraries/Clock.sol";
import {Contests} from "../libraries/Contests.sol";
import {CourtCases} from "./CourtCases.sol";

/// @title ChallengeDesk
/// @notice The part of the court where settlements are **challenged**: what a panel judges, and demands for signatures. The
/// settlement's window stands still while a case against it is open.
abstract contract ChallengeDesk is CourtCases {
    bytes32 private constant VOID_ROW = keccak256("cota.void.v1");

    /// @dev What has been raised against an attempt, by ground and evidence: a ruling binds that and nothing else.
    mapping(bytes32 => bool) private _raised;
    /// @dev Who brought an attempt down, and who had proposed it.
    mapping(bytes32 attempt => address) private _victors;
    mapping(bytes32 attempt => address) private _proposers;

    /// @inheritdoc ISettlementCourt
    function challenge(bytes32 dataset, uint64 epoch, Ground ground, bytes32 evidence)
        external
        payable
        nonReentrant
        returns (uint256 caseId)
    {
        if (ground != Ground.Scoring && ground != Ground.Data && ground != Ground.Wallet) {
            revert NotForPanel(ground);
        }
        if (evidence == 0) revert ZeroEvidence();
        caseId = _openCase(dataset, epoch, ground, evidence, Clock.time() + RULING_PERIOD);
        _refer(caseId);
    }

    /// @inheritdoc ISettlementCourt
    function demandSignature(bytes32 dataset, uint64 epoch, uint64 index, bytes32 row, bytes32[] calldata proof)
        external
        nonReentrant
        returns (uint256 caseId)
    {
        if (row == VOID_ROW) revert VoidRow(index);
        if (!LEDGER.isLogged(dataset, epoch, index, row, proof)) revert NotLogged(dataset, epoch, index, row);
        uint40 deadline = Clock.time() + _terms(dataset).responsePeriod;
        return _openCase(dataset, epoch, Ground.Signature, row, deadline);
    }

    /// @inheritdoc ISettlementCourt
    function concludeDemand(uint256 caseId, bool isSigned) external onlyDesk(PROOF_DESK) nonReentrant {
        Case storage c = _open(caseId);
        if (c.ground != Ground.Signature) revert NotADemand(caseId, c.ground);
        _end(caseId, isSigned ? Outcome.Dismissed : Outcome.Referred);
    }

    /// @inheritdoc ISettlementCourt
    function bringDown(bytes32 dataset, uint64 epoch, Ground ground, address claimant, bool isRewarded)
        external
        onlyDesk(PROOF_DESK)
        nonReentrant
        returns (uint256 caseId)
    {
        IAnnotationLedger.Proposal memory p = _contested(dataset, epoch);
        caseId = _file(dataset, epoch, p, ground, claimant, 0, 0, Clock.time());
        _cases[caseId].outcome = Outcome.Upheld;
        if (p.state == IAnnotationLedger.ProposalState.Proposed) LEDGER.suspend(dataset, epoch);
        _reject(dataset, epoch, p, claimant, isRewarded);
        emit CaseClosed(caseId, dataset, epoch, uint8(Outcome.Upheld), 0);
    }

    /// @inheritdoc ISettlementCourt
    function payFromBond(bytes32 dataset, uint64 epoch, uint32 attempt, address auditor, uint128 amount)
        external
        onlyDesk(AUDIT_DESK)
        nonReentrant
        returns (uint128)
    {
        return _takeFromBond(dataset, _proposers[_attemptKey(dataset, epoch, attempt)], amount, auditor);
    }

    /// @inheritdoc ISettlementCourt
    function closeMoot(uint256 caseId) external nonReentrant {
        Case storage c = _open(caseId);
        if (c.ground == Ground.Appeal || _isLive(c)) revert NotMoot(caseId);
        _end(caseId, Outcome.Moot);
    }

    /// @inheritdoc ISettlementCourt
    function nextBond(bytes32 dataset, uint64 epoch) public view returns (uint256) {
        uint32 attempt = _proposal(dataset, epoch).attempt;
        // Doubling a bond of at least 1 leaves what `_file` takes long before it leaves 256 bits.
        return uint256(_terms(dataset).challengeBond) << _dockets[_attemptKey(dataset, epoch, attempt)].made;
    }

    /// @inheritdoc ISettlementCourt
    function downfallOf(bytes32 dataset, uint64 epoch, uint32 attempt) external view returns (address, address) {
        bytes32 key = _attemptKey(dataset, epoch, attempt);
        return (_victors[key], _proposers[key]);
    }

    // ---- inside

    function _openCase(bytes32 dataset, uint64 epoch, Ground ground, bytes32 evidence, uint40 deadline)
        private
        returns (uint256 caseId)
    {
        IAnnotationLedger.Proposal memory p = _contested(dataset, epoch);
        bytes32 raised = keccak256(abi.encode(dataset, epoch, p.attempt, ground, evidence));
        if (_raised[raised]) revert AlreadyRaised(dataset, epoch, p.attempt, ground, evidence);
        _raised[raised] = true;
        uint256 bond = nextBond(dataset, epoch);
        Docket storage docket = _dockets[_attemptKey(dataset, epoch, p.attempt)];
        docket.made += 1;
        docket.open += 1;
        caseId = _file(dataset, epoch, p, ground, msg.sender, bond, evidence, deadline);
        if (p.state == IAnnotationLedger.ProposalState.Proposed) LEDGER.suspend(dataset, epoch);
        _lock(bond);
    }

    function _contested(bytes32 dataset, uint64 epoch) private view returns (IAnnotationLedger.Proposal memory p) {
        p = _proposal(dataset, epoch);
        Contests.check(dataset, epoch, p);
    }

    /// @dev Whether the attempt that a case is about is still there to be judged.
    function _isLive(Case storage c) private view returns (bool) {
        IAnnotationLedger.Proposal memory p = _proposal(c.dataset, c.epoch);
        return p.attempt == c.attempt && p.state == IAnnotationLedger.ProposalState.Disputed;
    }

    /// @dev What a ruling on a challenge does. No answer: the data was asked for and not had, so its keeper loses; on the
    /// other grounds nobody is found wrong, and the settlement is made anew.
    function _settleChallenge(uint256 caseId, Outcome outcome) internal returns (Outcome, uint256 burnt) {
        Case storage c = _cases[caseId];
        if (!_isLive(c)) {
            _credit(COTA, c.claimant, c.bond);
            return (Outcome.Moot, 0);
        }
        Docket storage docket = _dockets[_attemptKey(c.dataset, c.epoch, c.attempt)];
        docket.open -= 1;
        if (outcome == Outcome.Upheld || (outcome == Outcome.Unruled && c.ground == Ground.Data)) {
            _credit(COTA, c.claimant, c.bond);
            _reject(c.dataset, c.epoch, _proposal(c.dataset, c.epoch), c.claimant, true);
        } else if (outcome == Outcome.Unruled) {
            burnt = _giveBackMost(c.bond, c.claimant);
            uint128 bond = _proposal(c.dataset, c.epoch).bond;
            _rejectFor(c.dataset, c.epoch, (bond + 9) / 10, address(0), 0);
        } else {
            if (outcome == Outcome.Referred) _credit(COTA, c.claimant, c.bond);
            else burnt = _lose(c.bond, c.respondent);
            if (docket.open == 0) LEDGER.resume(c.dataset, c.epoch);
        }
        return (outcome, burnt);
    }

    /// @dev Rejects a disputed attempt; its proposer loses the whole bond, half of it at most to the claimant.
    function _reject(
        bytes32 dataset,
        uint64 epoch,
        IAnnotationLedger.Proposal memory p,
        address claimant,
        bool isRewarded
    ) private {
        bytes32 key = _attemptKey(dataset, epoch, p.attempt);
        (_victors[key], _proposers[key]) = (claimant, p.proposer);
        _rejectFor(dataset, epoch, p.bond, claimant, isRewarded ? p.bond / 2 : 0);
    }

    function _rejectFor(bytes32 dataset, uint64 epoch, uint128 forfeit, address to, uint128 toAmount) private {
        LEDGER.reject(dataset, epoch, forfeit, to, toAmount);
    }
}
