// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "./interfaces/ICoordinatorFaults.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Statements} from "./libraries/Statements.sol";
import {LedgerTerms} from "./types.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CoordinatorFaults
/// @notice Receipt + log -> **proof of a broken promise** -> slash. What it holds in COTA: fees of open demands + credits.
contract CoordinatorFaults is ICoordinatorFaults, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @dev One twentieth, the most that a prover may get.
    uint256 private constant COMPENSATED = 20;
    /// @dev Pays for the answer to a demand that was made for nothing, and makes a flood of them cost.
    uint256 private constant DEMAND_FEE = 1e18;

    IDatasetRegistry private immutable REGISTRY;
    IAnnotationLedger private immutable LEDGER;
    IERC20 private immutable FEE_TOKEN;

    mapping(bytes32 promised_ => Demand) private _demands;
    mapping(bytes32 fault => bool) private _punished;
    mapping(address account => uint256) public creditOf;

    constructor(address registry_, address ledger_) {
        if (registry_ == address(0) || ledger_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        LEDGER = IAnnotationLedger(ledger_);
        FEE_TOKEN = IERC20(IAnnotationLedger(ledger_).bondToken());
    }

    // ---- another leaf stands at the index

    /// @inheritdoc ICoordinatorFaults
    function proveOmission(
        address coordinator,
        Receipt calldata receipt,
        bytes calldata signature,
        uint64 checkpoint,
        bytes32 row,
        bytes32[] calldata proof
    ) external {
        _checkReceipt(coordinator, receipt, signature);
        if (row == receipt.rowId) revert NoOmission(receipt.dataset, receipt.index, row);
        _checkLogged(receipt.dataset, checkpoint, receipt.index, row, proof);
        _markPunished(promiseId(coordinator, receipt.dataset, receipt.index, receipt.rowId));
        _slash(receipt.dataset, coordinator, Fault.Omission, receipt.index, receipt.rowId, row);
    }

    // ---- nobody shows the row

    /// @inheritdoc ICoordinatorFaults
    function demandInclusion(address coordinator, Receipt calldata receipt, bytes calldata signature)
        external
        nonReentrant
    {
        LedgerTerms memory terms = _checkReceipt(coordinator, receipt, signature);
        uint64 now_ = Clock.time();
        if (now_ < receipt.includeBy) revert DemandTooEarly(receipt.includeBy);
        uint64 endsAt = receipt.includeBy + terms.claimPeriod;
        if (now_ > endsAt) revert ClaimPeriodOver(endsAt);
        bytes32 promised_ = promiseId(coordinator, receipt.dataset, receipt.index, receipt.rowId);
        if (_punished[promised_]) revert FaultAlreadyPunished(promised_);
        DemandState state = _demands[promised_].state;
        if (state != DemandState.None) revert WrongDemand(promised_, state);
        uint64 answerBy = now_ + terms.responsePeriod;
        _demands[promised_] = Demand(msg.sender, answerBy, DemandState.Open);
        emit InclusionDemanded(receipt.dataset, coordinator, msg.sender, receipt.index, receipt.rowId, answerBy);
        ExactTransfer.pull(FEE_TOKEN, msg.sender, address(this), DEMAND_FEE);
    }

    /// @inheritdoc ICoordinatorFaults
    function answerDemand(
        address coordinator,
        bytes32 dataset,
        uint64 index,
        bytes32 rowId,
        uint64 checkpoint,
        bytes32[] calldata proof
    ) external {
        Demand storage demand = _open(promiseId(coordinator, dataset, index, rowId));
        if (Clock.time() > demand.answerBy) revert AnswerTooLate(demand.answerBy);
        _checkLogged(dataset, checkpoint, index, rowId, proof);
        demand.state = DemandState.Answered;
        creditOf[coordinator] += DEMAND_FEE;
        emit DemandAnswered(dataset, coordinator, index, rowId, checkpoint);
    }

    /// @inheritdoc ICoordinatorFaults
    function punishUnanswered(address coordinator, bytes32 dataset, uint64 index, bytes32 rowId) external {
        bytes32 promised_ = promiseId(coordinator, dataset, index, rowId);
        Demand storage demand = _open(promised_);
        if (Clock.time() <= demand.answerBy) revert AnswerTimeRunning(demand.answerBy);
        demand.state = DemandState.Unanswered;
        creditOf[demand.demander] += DEMAND_FEE;
        emit DemandUnanswered(dataset, coordinator, index, rowId);
        // Who was slashed for the omission meanwhile has paid for this promise.
        bool isPaid = _punished[promised_];
        _punished[promised_] = true;
        if (!isPaid) _take(dataset, coordinator, demand.demander, Fault.Unanswered, index, rowId, 0);
        if (LEDGER.coordinatorOf(dataset) == coordinator) LEDGER.handOver(dataset);
    }

    // ---- one index, two rows

    /// @inheritdoc ICoordinatorFaults
    function proveEquivocation(
        address coordinator,
        Receipt calldata one,
        bytes calldata signature,
        Receipt calldata other,
        bytes calldata otherSignature
    ) external {
        if (one.dataset != other.dataset || one.index != other.index || one.rowId == other.rowId) {
            revert NoEquivocation();
        }
        _checkReceipt(coordinator, one, signature);
        _checkReceipt(coordinator, other, otherSignature);
        _markPunished(keccak256(abi.encode(Fault.Equivocation, coordinator, one.dataset, one.index)));
        _slash(one.dataset, coordinator, Fault.Equivocation, one.index, one.rowId, other.rowId);
    }

    // ---- a dead coordinator

    /// @inheritdoc ICoordinatorFaults
    function expireCheckpoint(bytes32 dataset, uint64 checkpoint) external {
        IAnnotationLedger.ProposalState state = LEDGER.proposalOf(dataset, checkpoint).state;
        if (state != IAnnotationLedger.ProposalState.None && state != IAnnotationLedger.ProposalState.Rejected) {
            revert NotExpirable(dataset, checkpoint, state);
        }
        uint64 settleBy = LEDGER.settleBy(dataset, checkpoint);
        if (Clock.time() <= settleBy) revert SettleTimeRunning(dataset, checkpoint, settleBy);
        address coordinator = LEDGER.coordinatorOf(dataset);
        _markPunished(keccak256(abi.encode(Fault.Expiry, coordinator, dataset, checkpoint)));
        _take(dataset, coordinator, msg.sender, Fault.Expiry, checkpoint, 0, 0);
        LEDGER.handOver(dataset);
    }

    // ---- credits and readings

    /// @inheritdoc ICoordinatorFaults
    function withdrawCredit(address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        amount = creditOf[msg.sender];
        if (amount == 0) revert NoCredit(msg.sender);
        delete creditOf[msg.sender];
        emit CreditWithdrawn(msg.sender, to, amount);
        SafeERC20.safeTransfer(FEE_TOKEN, to, amount);
    }

    /// @inheritdoc ICoordinatorFaults
    function promiseId(address coordinator, bytes32 dataset, uint64 index, bytes32 rowId)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(coordinator, dataset, index, rowId));
    }

    /// @inheritdoc ICoordinatorFaults
    function demandOf(bytes32 promised_) external view returns (Demand memory) {
        return _demands[promised_];
    }

    /// @inheritdoc ICoordinatorFaults
    function demandFee() external pure returns (uint256) {
        return DEMAND_FEE;
    }

    /// @inheritdoc ICoordinatorFaults
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc ICoordinatorFaults
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    // ---- inside

    /// @dev That one of the coordinator's keys signed the receipt, at a time when it was valid, and still binds it.
    function _checkReceipt(address coordinator, Receipt calldata receipt, bytes calldata signature)
        private
        view
        returns (LedgerTerms memory terms)
    {
        bytes32 dataset = receipt.dataset;
        terms = REGISTRY.ledgerTermsOf(dataset);
        if (REGISTRY.servingOf(dataset).faults != address(this)) revert NotServed(dataset, address(this));
        if (!LEDGER.isOrWasCoordinator(dataset, coordinator)) revert NeverCoordinator(dataset, coordinator);
        bytes32 digest = MessageHashUtils.toTypedDataHash(LEDGER.domainSeparator(), Statements.hash(receipt));
        (address key, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError) revert InvalidSignature();
        (uint64 validFrom, uint64 validUntil) = LEDGER.receiptKey(coordinator, key);
        // A receipt names its `includeBy`, at most the receipt period after it was signed.
        uint64 earliest = receipt.includeBy > terms.receiptPeriod ? receipt.includeBy - terms.receiptPeriod : 0;
        if (validFrom == 0 || receipt.includeBy < validFrom || earliest > validUntil) {
            revert KeyNotValid(coordinator, key, receipt.includeBy);
        }
        if (validUntil < Clock.time() - LEDGER.liabilityPeriod()) revert LiabilityOver(coordinator, key, validUntil);
    }

    function _checkLogged(bytes32 dataset, uint64 checkpoint, uint64 index, bytes32 row, bytes32[] calldata proof)
        private
        view
    {
        if (!LEDGER.isLogged(dataset, checkpoint, index, row, proof)) {
            revert NotLogged(dataset, checkpoint, index, row);
        }
    }

    function _open(bytes32 promised_) private view returns (Demand storage demand) {
        demand = _demands[promised_];
        if (demand.state != DemandState.Open) revert WrongDemand(promised_, demand.state);
    }

    function _markPunished(bytes32 fault) private {
        if (_punished[fault]) revert FaultAlreadyPunished(fault);
        _punished[fault] = true;
    }

    /// @dev For faults that are nothing but a slash: with nothing to take they stay provable until there is.
    function _slash(bytes32 dataset, address coordinator, Fault fault, uint64 place, bytes32 rowId, bytes32 otherRow)
        private
    {
        if (LEDGER.bondBalance(coordinator) == 0) revert NothingToSlash(coordinator);
        _take(dataset, coordinator, msg.sender, fault, place, rowId, otherRow);
    }

    function _take(
        bytes32 dataset,
        address coordinator,
        address prover,
        Fault fault,
        uint64 place,
        bytes32 rowId,
        bytes32 otherRow
    ) private {
        uint128 balance = LEDGER.bondBalance(coordinator).toUint128();
        uint128 compensation = (uint256(balance) / COMPENSATED).toUint128();
        uint128 slashed = LEDGER.slash(dataset, coordinator, balance, prover, compensation);
        emit FaultPunished(dataset, coordinator, prover, fault, place, rowId, otherRow, slashed, compensation);
    }
}
