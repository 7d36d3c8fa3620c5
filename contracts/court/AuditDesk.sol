// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {IAuditDesk} from "../interfaces/IAuditDesk.sol";
import {IBondRates} from "../interfaces/IBondRates.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "../interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {Clock} from "../libraries/Clock.sol";
import {Contests} from "../libraries/Contests.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {CourtTerms} from "../types.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title AuditDesk
/// @notice Where auditors buy a look: fee -> **holders** -> sample by lot -> perhaps a challenge, and the fee back.
/// @dev At every moment the payment tokens here are the credits and the fees that wait.
contract AuditDesk is IAuditDesk, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 private constant DRAW_BLOCKS = 2;
    uint256 private constant LEAST_SAMPLE = 16;
    uint256 private constant MOST_SAMPLE = 256;

    IDatasetRegistry private immutable REGISTRY;
    IAnnotationLedger private immutable LEDGER;
    IBondRates private immutable RATES;

    uint256 public auditCount;
    mapping(uint256 auditId => Audit) private _audits;
    mapping(bytes32 look => bool) private _looked;
    mapping(address token => mapping(address account => uint256)) public creditOf;

    constructor(address registry_, address ledger_, address rates_) {
        if (registry_ == address(0) || ledger_ == address(0) || rates_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        LEDGER = IAnnotationLedger(ledger_);
        RATES = IBondRates(rates_);
    }

    /// @inheritdoc IAuditDesk
    function openAudit(bytes32 dataset, uint64 epoch, bytes32 commitment)
        external
        nonReentrant
        returns (uint256 auditId)
    {
        if (commitment == 0) revert ZeroCommitment();
        if (_court(dataset).auditDesk() != address(this)) revert NotServed(dataset, address(this));
        IAnnotationLedger.Proposal memory p = LEDGER.proposalOf(dataset, epoch);
        Contests.check(dataset, epoch, p);
        CourtTerms memory terms = REGISTRY.courtTermsOf(dataset);
        // One for each auditor: what comes back is what a look costs, however many times he pays himself as a holder.
        bytes32 look = keccak256(abi.encode(dataset, epoch, p.attempt, msg.sender));
        if (_looked[look]) revert AlreadyAudited(dataset, epoch, p.attempt, msg.sender);
        _looked[look] = true;
        auditId = ++auditCount;
        Audit storage a = _audits[auditId];
        (a.dataset, a.epoch, a.attempt, a.state) = (dataset, epoch, p.attempt, AuditState.Held);
        (a.auditor, a.fee, a.commitment) = (msg.sender, terms.auditFee, commitment);
        emit AuditOpened(auditId, dataset, epoch, p.attempt, msg.sender, terms.auditFee, commitment);
        _scheduleSample(auditId, a);
        if (a.fee != 0) ExactTransfer.pull(IERC20(terms.paymentToken), msg.sender, address(this), a.fee);
        if (_shares(dataset).totalSupply() != 0) _pass(auditId, a);
    }

    /// @inheritdoc IAuditDesk
    function drawSample(uint256 auditId) external {
        Audit storage a = _audit(auditId);
        if (a.seed != 0) revert SampleAlreadyDrawn(auditId);
        if (block.number <= a.drawBlock) revert SampleTooEarly(auditId, a.drawBlock, block.number);
        bytes32 hash = Blockhash.blockHash(a.drawBlock);
        if (hash == 0) {
            _scheduleSample(auditId, a);
            return;
        }
        a.seed = keccak256(abi.encode(hash, auditId, a.commitment));
        emit SampleDrawn(auditId, a.dataset, a.seed);
    }

    /// @inheritdoc IAuditDesk
    function passAuditFee(uint256 auditId) external nonReentrant {
        Audit storage a = _held(auditId);
        if (!_isDecided(a) || _isVictor(a)) revert AuditNotSettled(auditId);
        if (_shares(a.dataset).totalSupply() == 0) revert NoHolders(a.dataset);
        _pass(auditId, a);
    }

    /// @inheritdoc IAuditDesk
    function returnAuditFee(uint256 auditId) external nonReentrant {
        Audit storage a = _audit(auditId);
        if (a.state == AuditState.Returned) revert AuditFeeGone(auditId, a.state);
        bool isVictor = _isVictor(a);
        if (a.state == AuditState.Held) {
            if (!isVictor && !_isOrphaned(a)) revert AuditNotSettled(auditId);
            a.state = AuditState.Returned;
            address token = REGISTRY.courtTermsOf(a.dataset).paymentToken;
            creditOf[token][a.auditor] += a.fee;
            emit AuditFeeReturned(auditId, a.dataset, a.auditor, a.fee, 0);
            emit AuditCredited(a.auditor, token, a.fee);
            return;
        }
        if (!isVictor) revert AuditNotSettled(auditId);
        a.state = AuditState.Returned;
        uint128 taken = RATES.toBond(REGISTRY.courtTermsOf(a.dataset).paymentToken, a.fee);
        if (taken != 0) taken = _court(a.dataset).payFromBond(a.dataset, a.epoch, a.attempt, a.auditor, taken);
        emit AuditFeeReturned(auditId, a.dataset, a.auditor, 0, taken);
    }

    /// @inheritdoc IAuditDesk
    function withdraw(address token, address to) external nonReentrant {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        uint256 amount = creditOf[token][msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender, token);
        creditOf[token][msg.sender] = 0;
        emit AuditCreditWithdrawn(msg.sender, token, to, amount);
        SafeERC20.safeTransfer(IERC20(token), to, amount);
    }

    // ---- readings

    /// @inheritdoc IAuditDesk
    function auditOf(uint256 auditId) external view returns (Audit memory) {
        return _audits[auditId];
    }

    /// @inheritdoc IAuditDesk
    function sampleOf(uint256 auditId) external view returns (uint64[] memory indices) {
        Audit storage a = _audit(auditId);
        if (a.seed == 0) revert SampleNotDrawn(auditId);
        IAnnotationLedger.Checkpoint memory log = LEDGER.checkpointOf(a.dataset, a.epoch);
        uint256 rows = log.to - log.from;
        uint256 count = Math.min(rows, Math.min(Math.max(rows / 20, LEAST_SAMPLE), MOST_SAMPLE));
        indices = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 start = rows * i / count;
            uint256 length = rows * (i + 1) / count - start;
            uint256 pick = start + uint256(keccak256(abi.encode(a.seed, i))) % length;
            indices[i] = (log.from + pick).toUint64();
        }
    }

    /// @inheritdoc IAuditDesk
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc IAuditDesk
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    // ---- inside

    function _scheduleSample(uint256 auditId, Audit storage a) private {
        a.drawBlock = (block.number + DRAW_BLOCKS).toUint64();
        emit SampleScheduled(auditId, a.dataset, a.drawBlock);
    }

    function _pass(uint256 auditId, Audit storage a) private {
        a.state = AuditState.Passed;
        emit AuditFeePassed(auditId, a.dataset, a.fee);
        if (a.fee == 0) return;
        IDatasetShares shares = _shares(a.dataset);
        SafeERC20.forceApprove(IERC20(REGISTRY.courtTermsOf(a.dataset).paymentToken), address(shares), a.fee);
        shares.pay(a.fee);
    }

    function _audit(uint256 auditId) private view returns (Audit storage a) {
        a = _audits[auditId];
        if (a.state == AuditState.None) revert UnknownAudit(auditId);
    }

    function _held(uint256 auditId) private view returns (Audit storage a) {
        a = _audit(auditId);
        if (a.state != AuditState.Held) revert AuditFeeGone(auditId, a.state);
    }

    function _isVictor(Audit storage a) private view returns (bool) {
        (address victor,) = _court(a.dataset).downfallOf(a.dataset, a.epoch, a.attempt);
        return victor == a.auditor;
    }

    function _isDecided(Audit storage a) private view returns (bool) {
        IAnnotationLedger.Proposal memory p = LEDGER.proposalOf(a.dataset, a.epoch);
        return p.attempt != a.attempt || p.state == IAnnotationLedger.ProposalState.Rejected
            || p.state == IAnnotationLedger.ProposalState.Finalized;
    }

    /// @dev The attempt fell, its checkpoint was not settled in time, and there is nobody whom the fee could reach.
    function _isOrphaned(Audit storage a) private view returns (bool) {
        return LEDGER.proposalOf(a.dataset, a.epoch).state == IAnnotationLedger.ProposalState.Rejected
            && Clock.time() > LEDGER.settleBy(a.dataset, a.epoch) && _shares(a.dataset).totalSupply() == 0;
    }

    function _court(bytes32 dataset) private view returns (ISettlementCourt) {
        return ISettlementCourt(REGISTRY.servingOf(dataset).court);
    }

    function _shares(bytes32 dataset) private view returns (IDatasetShares) {
        return IDatasetShares(REGISTRY.sharesOf(dataset));
    }
}
