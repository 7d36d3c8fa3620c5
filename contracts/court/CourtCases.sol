// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {IArbiter} from "../interfaces/IArbiter.sol";
import {IBondRates} from "../interfaces/IBondRates.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {Clock} from "../libraries/Clock.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {CourtTerms} from "../types.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CourtCases
/// @notice The part of the court that keeps **cases and their money**: bond -> case -> ruling -> credit or fire. What a ruling
/// does to a settlement stands in the desks.
/// @dev At every moment: COTA here = credits + bonds of open cases; no other token comes here.
abstract contract CourtCases is ISettlementCourt, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 internal constant UPHELD = 1;
    uint256 internal constant DISMISSED = 2;

    /// @dev An appeal of a ruling.
    struct Round {
        address appellant;
        uint88 bond;
        uint8 against;
    }

    struct Docket {
        uint32 made;
        uint32 open;
    }

    IDatasetRegistry internal immutable REGISTRY;
    IAnnotationLedger internal immutable LEDGER;
    IArbiter internal immutable ARBITER;
    IBondRates internal immutable RATES;
    address internal immutable PROOF_DESK;
    address internal immutable AUDIT_DESK;
    IERC20 internal immutable COTA;
    /// @dev How long an arbiter may take for a ruling before a case ends without one.
    uint32 internal immutable RULING_PERIOD;

    uint256 public caseCount;
    uint256 public lockedBonds;
    mapping(uint256 caseId => Case) internal _cases;
    mapping(uint256 caseId => Round[]) internal _rounds;
    mapping(uint256 disputeId => uint256 caseId) private _caseOfDispute;
    mapping(bytes32 attempt => Docket) internal _dockets;
    mapping(address token => mapping(address account => uint256)) public creditOf;

    /// @dev Reverts unless each names a contract: a court without one of them could end no case.
    constructor(Parts memory parts, uint32 rulingPeriod) {
        REGISTRY = IDatasetRegistry(_there(parts.registry));
        LEDGER = IAnnotationLedger(_there(parts.ledger));
        ARBITER = IArbiter(_there(parts.arbiter));
        RATES = IBondRates(_there(parts.rates));
        PROOF_DESK = _there(parts.proofDesk);
        AUDIT_DESK = _there(parts.auditDesk);
        COTA = IERC20(LEDGER.bondToken());
        RULING_PERIOD = rulingPeriod;
    }

    modifier onlyDesk(address desk) {
        if (msg.sender != desk) revert NotDesk(msg.sender, desk);
        _;
    }

    // ---- the arbiter's word

    /// @dev A case that ended otherwise meanwhile takes no ruling, and refuses none: the arbiter's jurors did their work.
    function rule(uint256 disputeId, uint256 ruling) external nonReentrant {
        if (msg.sender != address(ARBITER)) revert NotArbiter(msg.sender, address(ARBITER));
        emit Ruling(ARBITER, disputeId, ruling);
        uint256 caseId = _caseOfDispute[disputeId];
        if (caseId != 0 && _cases[caseId].outcome == Outcome.None) _close(caseId, ruling);
    }

    /// @inheritdoc ISettlementCourt
    function appealRuling(uint256 caseId) external payable nonReentrant {
        Case storage c = _open(caseId);
        if (c.ground < Ground.Scoring) revert NotAppealable(caseId, 0);
        uint256 ruling = ARBITER.currentRuling(c.disputeId);
        if (ARBITER.disputeStatus(c.disputeId) != IArbiter.DisputeStatus.Appealable) {
            revert NotAppealable(caseId, ruling);
        }
        bool mayClaimant = msg.sender == c.claimant && ruling != UPHELD;
        bool mayRespondent = msg.sender == c.respondent && ruling != DISMISSED;
        if (!mayClaimant && !mayRespondent) revert NotLoser(caseId, msg.sender, ruling);
        uint8 round = ++c.rounds;
        c.deadline = Clock.time() + RULING_PERIOD;
        uint88 bond = (uint256(c.bond) << round).toUint88();
        // An ERC-792 ruling on two choices is 0, 1 or 2.
        // forge-lint: disable-next-line(unsafe-typecast)
        _rounds[caseId].push(Round(msg.sender, bond, uint8(ruling)));
        // forge-lint: disable-next-line(unsafe-typecast)
        emit RulingAppealed(caseId, msg.sender, round, bond, uint8(ruling), c.deadline);
        _lock(bond);
        bytes memory extraData = abi.encode(c.dataset, msg.sender);
        _checkFee(ARBITER.appealCost(c.disputeId, extraData));
        ARBITER.appeal{value: msg.value}(c.disputeId, extraData);
    }

    /// @inheritdoc ISettlementCourt
    function expire(uint256 caseId) external nonReentrant {
        Case storage c = _open(caseId);
        if (Clock.time() < c.deadline) revert DeadlineNotReached(caseId, c.deadline);
        _close(caseId, c.ground == Ground.Signature ? UPHELD : _finalRuling(c.disputeId));
    }

    /// @inheritdoc ISettlementCourt
    function withdraw(address token, address to) external nonReentrant {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        uint256 amount = creditOf[token][msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender, token);
        creditOf[token][msg.sender] = 0;
        emit CreditWithdrawn(msg.sender, token, to, amount);
        SafeERC20.safeTransfer(IERC20(token), to, amount);
    }

    // ---- readings

    /// @inheritdoc ISettlementCourt
    function caseOf(uint256 caseId) external view returns (Case memory) {
        return _cases[caseId];
    }

    /// @inheritdoc ISettlementCourt
    function docketOf(bytes32 dataset, uint64 epoch, uint32 attempt) external view returns (uint32, uint32) {
        Docket memory docket = _dockets[_attemptKey(dataset, epoch, attempt)];
        return (docket.made, docket.open);
    }

    /// @inheritdoc ISettlementCourt
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc ISettlementCourt
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    /// @inheritdoc ISettlementCourt
    function arbiter() external view returns (address) {
        return address(ARBITER);
    }

    /// @inheritdoc ISettlementCourt
    function rates() external view returns (address) {
        return address(RATES);
    }

    /// @inheritdoc ISettlementCourt
    function proofDesk() external view returns (address) {
        return PROOF_DESK;
    }

    /// @inheritdoc ISettlementCourt
    function auditDesk() external view returns (address) {
        return AUDIT_DESK;
    }

    // ---- cases

    /// @dev Writes a case down. The caller sees to its bond.
    function _file(
        bytes32 dataset,
        uint64 epoch,
        IAnnotationLedger.Proposal memory p,
        Ground ground,
        address claimant,
        uint256 bond,
        bytes32 evidence,
        uint40 deadline
    ) internal returns (uint256 caseId) {
        caseId = ++caseCount;
        Case storage c = _cases[caseId];
        (c.dataset, c.epoch, c.attempt, c.ground) = (dataset, epoch, p.attempt, ground);
        (c.claimant, c.respondent, c.bond) = (claimant, p.proposer, bond.toUint96());
        (c.evidence, c.deadline) = (evidence, deadline);
        emit CaseOpened(
            caseId, dataset, epoch, p.attempt, uint8(ground), claimant, p.proposer, c.bond, evidence, deadline
        );
    }

    /// @dev Asks the arbiter, with the fee that came along.
    function _refer(uint256 caseId) internal {
        Case storage c = _cases[caseId];
        bytes memory extraData = abi.encode(c.dataset, c.claimant);
        _checkFee(ARBITER.arbitrationCost(extraData));
        uint256 disputeId = ARBITER.createDispute{value: msg.value}(2, extraData);
        c.disputeId = disputeId;
        _caseOfDispute[disputeId] = caseId;
        emit CaseReferred(caseId, address(ARBITER), disputeId);
    }

    /// @dev Ends a case by a ruling; what is no answer to the question is none.
    function _close(uint256 caseId, uint256 ruling) internal {
        Outcome outcome = ruling == UPHELD ? Outcome.Upheld : ruling == DISMISSED ? Outcome.Dismissed : Outcome.Unruled;
        _end(caseId, outcome);
    }

    /// @dev Bonds first, by `_settle` of the case's desk; then those of the rounds.
    function _end(uint256 caseId, Outcome outcome) internal {
        Case storage c = _cases[caseId];
        uint256 burnt;
        (outcome, burnt) = _settle(caseId, outcome);
        c.outcome = outcome;
        lockedBonds -= c.bond;
        Round[] memory rounds = _rounds[caseId];
        for (uint256 i = 0; i < rounds.length; ++i) {
            Round memory r = rounds[i];
            lockedBonds -= r.bond;
            bool isLost = outcome == (r.against == UPHELD ? Outcome.Upheld : Outcome.Dismissed) && r.against != 0;
            if (isLost) burnt += _lose(r.bond, r.appellant == c.claimant ? c.respondent : c.claimant);
            else _credit(COTA, r.appellant, r.bond);
        }
        emit CaseClosed(caseId, c.dataset, c.epoch, uint8(outcome), burnt);
        if (burnt != 0) ERC20Burnable(address(COTA)).burn(burnt);
    }

    /// @dev What a ruling does to the settlement or the leaf, and to the case's own bond, which is credited in whole or in
    /// part; what is not, `burnt` names. Returns Moot where nothing is left to rule upon.
    function _settle(uint256 caseId, Outcome outcome) internal virtual returns (Outcome, uint256 burnt);

    // ---- money

    function _lock(uint256 bond) internal {
        lockedBonds += bond;
        if (bond != 0) ExactTransfer.pull(COTA, msg.sender, address(this), bond);
    }

    /// @dev At least half is burnt: whoever loses to a friend loses.
    function _lose(uint256 bond, address winner) internal returns (uint256 burnt) {
        uint256 reward = bond / 2;
        _credit(COTA, winner, reward);
        return bond - reward;
    }

    /// @dev Where nobody was found right: all but a tenth goes back.
    function _giveBackMost(uint256 bond, address owner) internal returns (uint256 burnt) {
        burnt = (bond + 9) / 10;
        _credit(COTA, owner, bond - burnt);
    }

    function _credit(IERC20 token, address account, uint256 amount) internal {
        if (amount == 0) return;
        creditOf[address(token)][account] += amount;
        emit Credited(account, address(token), amount);
    }

    // ---- inside

    function _open(uint256 caseId) internal view returns (Case storage c) {
        c = _cases[caseId];
        if (c.ground == Ground.None || c.outcome != Outcome.None) revert CaseNotOpen(caseId, c.outcome);
    }

    function _proposal(bytes32 dataset, uint64 epoch) internal view returns (IAnnotationLedger.Proposal memory) {
        return LEDGER.proposalOf(dataset, epoch);
    }

    function _terms(bytes32 dataset) internal view returns (CourtTerms memory) {
        return REGISTRY.courtTermsOf(dataset);
    }

    /// @dev Takes what a contributor or an auditor is owed from a coordinator's bond.
    function _takeFromBond(bytes32 dataset, address coordinator, uint128 amount, address to)
        internal
        returns (uint128)
    {
        return amount == 0 ? 0 : LEDGER.slash(dataset, coordinator, amount, to, amount);
    }

    function _checkFee(uint256 cost) internal view {
        if (msg.value != cost) revert WrongFee(msg.value, cost);
    }

    function _attemptKey(bytes32 dataset, uint64 epoch, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encode(dataset, epoch, attempt));
    }

    function _there(address part) private view returns (address) {
        if (part.code.length == 0) revert NoCode(part);
        return part;
    }

    /// @dev The arbiter's last word, if it has one that nobody brought here; an arbiter that fails has none.
    function _finalRuling(uint256 disputeId) private view returns (uint256) {
        try ARBITER.disputeStatus(disputeId) returns (IArbiter.DisputeStatus status) {
            if (status != IArbiter.DisputeStatus.Solved) return 0;
        } catch {
            return 0;
        }
        try ARBITER.currentRuling(disputeId) returns (uint256 ruling) {
            return ruling;
        } catch {
            return 0;
        }
    }
}
