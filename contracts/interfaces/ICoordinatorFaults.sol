// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./IAnnotationLedger.sol";

/// @title The coordinator's broken promises
/// @notice A receipt promises to log a row at an index by a time. It is broken when another leaf stands at the index
/// (`proveOmission`), when nobody shows the row there after it was demanded (`demandInclusion`), or when the index was
/// promised to another row too (`proveEquivocation`). A coordinator that leaves a checkpoint unsettled is dead
/// (`expireCheckpoint`). Each of these alone costs the coordinator its whole bond, once: a twentieth goes to whoever proved
/// it, the rest is burnt, so that slashing oneself does not recover the bond.
/// @dev A receipt counts when one of the coordinator's registered keys signed it (ECDSA, EIP-712 domain of the ledger) and
/// may have done so while valid: the key was registered by `includeBy` and did not end before `includeBy` less the terms'
/// longest receipt; and until the ledger's liability period after the key's end.
interface ICoordinatorFaults {
    /// @dev EIP-712 `Receipt(bytes32 dataset,uint64 index,bytes32 rowId,uint64 includeBy)`
    struct Receipt {
        bytes32 dataset;
        uint64 index;
        bytes32 rowId;
        uint64 includeBy;
    }

    enum DemandState {
        None,
        Open,
        Answered,
        Unanswered
    }

    /// @param answerBy last second in which it can be answered
    struct Demand {
        address demander;
        uint64 answerBy;
        DemandState state;
    }

    enum Fault {
        Omission,
        Unanswered,
        Equivocation,
        Expiry
    }

    event InclusionDemanded(
        bytes32 indexed dataset,
        address indexed coordinator,
        address indexed demander,
        uint64 index,
        bytes32 rowId,
        uint64 answerBy
    );
    event DemandAnswered(
        bytes32 indexed dataset, address indexed coordinator, uint64 index, bytes32 rowId, uint64 checkpoint
    );
    event DemandUnanswered(bytes32 indexed dataset, address indexed coordinator, uint64 index, bytes32 rowId);
    /// @param place index of the row, or number of the checkpoint that expired
    /// @param rowId that was promised; zero for a checkpoint
    /// @param otherRow that stands in its place, or was promised the same place; zero where there is none
    /// @param slashed what the coordinator lost; zero when nothing was left
    event FaultPunished(
        bytes32 indexed dataset,
        address indexed coordinator,
        address indexed prover,
        Fault fault,
        uint64 place,
        bytes32 rowId,
        bytes32 otherRow,
        uint128 slashed,
        uint128 compensation
    );
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);

    error ZeroAddress();
    error NoCredit(address account);
    /// @notice The dataset belongs to another version of the contracts.
    error NotServed(bytes32 dataset, address faults);
    /// @notice Neither the dataset's acting coordinator nor the one that it succeeded.
    error NeverCoordinator(bytes32 dataset, address account);
    error InvalidSignature();
    /// @notice The key was never the coordinator's, or not at any time at which it may have signed the receipt.
    error KeyNotValid(address coordinator, address key, uint64 includeBy);
    error LiabilityOver(address coordinator, address key, uint64 keyEndedAt);
    /// @notice The row does not stand (or, to prove an omission, the other one) at the index of that checkpoint.
    error NotLogged(bytes32 dataset, uint64 checkpoint, uint64 index, bytes32 row);
    /// @notice The very row that was promised.
    error NoOmission(bytes32 dataset, uint64 index, bytes32 row);
    /// @notice Receipts of two datasets, of two indexes, or of one row.
    error NoEquivocation();
    error FaultAlreadyPunished(bytes32 fault);
    error NothingToSlash(address coordinator);
    error DemandTooEarly(uint64 includeBy);
    error ClaimPeriodOver(uint64 endedAt);
    error WrongDemand(bytes32 promised_, DemandState state);
    error AnswerTooLate(uint64 answerBy);
    error AnswerTimeRunning(uint64 answerBy);
    /// @notice It has a proposal: that one is finalised or rejected first.
    error NotExpirable(bytes32 dataset, uint64 checkpoint, IAnnotationLedger.ProposalState state);
    error SettleTimeRunning(bytes32 dataset, uint64 checkpoint, uint64 settleBy);

    /// @notice Slashes a coordinator whose log has another leaf (a void one too) where it promised the receipt's row.
    /// @param row the leaf that stands there
    /// @param proof its path in that checkpoint
    function proveOmission(
        address coordinator,
        Receipt calldata receipt,
        bytes calldata signature,
        uint64 checkpoint,
        bytes32 row,
        bytes32[] calldata proof
    ) external;

    /// @notice Demands that the row be shown in the log, from `includeBy` to the end of the terms' claim period; takes the
    /// fee from the caller. Once for each promise.
    function demandInclusion(address coordinator, Receipt calldata receipt, bytes calldata signature) external;

    /// @notice Answers a demand with the row's path in a checkpoint, within the terms' response period. The fee is the
    /// coordinator's. Anyone may call.
    function answerDemand(
        address coordinator,
        bytes32 dataset,
        uint64 index,
        bytes32 rowId,
        uint64 checkpoint,
        bytes32[] calldata proof
    ) external;

    /// @notice Slashes a coordinator that left a demand unanswered; the demander gets the fee back and the compensation,
    /// and the successor takes over. Anyone may call.
    function punishUnanswered(address coordinator, bytes32 dataset, uint64 index, bytes32 rowId) external;

    /// @notice Slashes a coordinator that promised one index to two rows.
    function proveEquivocation(
        address coordinator,
        Receipt calldata one,
        bytes calldata signature,
        Receipt calldata other,
        bytes calldata otherSignature
    ) external;

    /// @notice Slashes a coordinator that let the settle time of a checkpoint pass without a proposal that stands, and hands
    /// the dataset over to its successor. Anyone may call.
    function expireCheckpoint(bytes32 dataset, uint64 checkpoint) external;

    /// @notice Takes out the caller's fees. (Compensations are credits of the ledger.)
    function withdrawCredit(address to) external returns (uint256 amount);

    /// @notice Identity of a promise: of one coordinator, for one row at one index. Broken, it is punished once.
    function promiseId(address coordinator, bytes32 dataset, uint64 index, bytes32 rowId)
        external
        pure
        returns (bytes32);
    function demandOf(bytes32 promised_) external view returns (Demand memory);
    /// @notice Price of a demand, in COTA.
    function demandFee() external view returns (uint256);
    function creditOf(address account) external view returns (uint256);
    function registry() external view returns (address);
    function ledger() external view returns (address);
}
