// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./IAnnotationLedger.sol";
import {IArbitrable} from "./IArbiter.sol";
import {IDatasetShares} from "./IDatasetShares.sol";

/// @title Disputes about settlements, audits, and appeals of contributors
/// @notice Anyone may challenge a settlement while its window is open. What can be computed is decided at once, by proof; the
/// rest by a panel behind IArbiter. Only what is disputed freezes: the window of that one settlement stands still while any
/// case against it is open, and at least half of it follows when the last was lost. A ruling binds the ground and the
/// evidence that it judged, nothing else: cases run beside each other, and none shields from another.
/// Bonds double with each case against one attempt and with each appeal of a ruling; of a bond that is lost at least half
/// is burnt. Bonds, fees and rewards are credited, never pushed.
/// @dev Bonds are COTA, from `approve`d wallets; the arbiter's fees are in the chain's own coin. Whoever copies a proof from the
/// mempool can be first with it: the settlement falls all the same.
interface ISettlementCourt is IArbitrable {
    /// @dev By proof: LeafBounds, TwoLeaves, Signature, Gold. By a panel: Scoring, Data, Wallet, Appeal.
    /// @notice LeafBounds: a leaf above what its epoch allows, or leaves above their total. TwoLeaves: of one account, or at one
    /// index. Signature: a row that nobody can show to be signed by its key wallet. Gold: two openings of one item.
    /// Scoring: the units do not follow from labels and rules. Data: the published data cannot be had, or is not what was
    /// committed. Wallet: a contract wallet denies its row. Appeal: a contributor's own, after finalisation.
    enum Ground {
        None,
        LeafBounds,
        TwoLeaves,
        Signature,
        Gold,
        Scoring,
        Data,
        Wallet,
        Appeal
    }

    /// @notice None: the case is open. Upheld: the claimant was right. Dismissed: he was not. Unruled: no answer in time. Moot: the
    /// settlement fell by another case. Referred: a contract wallet denies the row, which only a panel can judge.
    enum Outcome {
        None,
        Upheld,
        Dismissed,
        Unruled,
        Moot,
        Referred
    }

    /// @param epoch number of the checkpoint
    /// @param deadline from then on `expire` works
    /// @param rounds appeals of its rulings so far
    /// @param respondent who answers for the settlement: its proposer
    /// @param evidence SHA-256 of a file; for Signature the row's id
    /// @param disputeId the arbiter's number, for a panel's ground
    struct Case {
        bytes32 dataset;
        uint64 epoch;
        uint32 attempt;
        Ground ground;
        Outcome outcome;
        uint40 deadline;
        uint8 rounds;
        address claimant;
        uint96 bond;
        address respondent;
        bytes32 evidence;
        uint256 disputeId;
    }

    /// @notice The contracts that a court works with.
    struct Parts {
        address registry;
        address ledger;
        address arbiter;
        address rates;
        address proofDesk;
        address auditDesk;
    }

    /// @param leaf of the appellant; all zeros if she has none
    /// @param labels how many of the epoch's labels are hers, she says
    /// @param units that she misses; with her leaf's at most the largest units for each of her labels
    /// @param evidence SHA-256 of a file that says why
    struct AppealRequest {
        IDatasetShares.ShareClaim leaf;
        uint64 labels;
        uint64 units;
        bytes32 evidence;
    }

    /// @notice What an appeal is about.
    struct AppealRecord {
        uint32 index;
        bool hasPenalty;
        uint64 units;
    }

    /// @notice Somebody posted a bond against a settlement, or for her units.
    event CaseOpened(
        uint256 indexed caseId,
        bytes32 indexed dataset,
        uint64 indexed epoch,
        uint32 attempt,
        uint8 ground,
        address claimant,
        address respondent,
        uint96 bond,
        bytes32 evidence,
        uint64 deadline
    );
    /// @notice The arbiter was asked.
    event CaseReferred(uint256 indexed caseId, address indexed arbiter, uint256 indexed disputeId);
    /// @notice A ruling goes to a larger panel, under a bond twice the last.
    event RulingAppealed(
        uint256 indexed caseId, address indexed appellant, uint32 round, uint96 bond, uint8 against, uint64 deadline
    );
    /// @param burnt of all bonds of the case, the settlement's own not counted
    event CaseClosed(
        uint256 indexed caseId, bytes32 indexed dataset, uint64 indexed epoch, uint8 outcome, uint256 burnt
    );
    /// @notice A contributor says that a final settlement counts her wrongly.
    event AppealOpened(
        uint256 indexed caseId,
        bytes32 indexed dataset,
        address indexed account,
        uint32 index,
        bool hasPenalty,
        uint64 units
    );
    /// @param correction epoch under which the missed units are claimed; zero when there is none
    /// @param missed revenue, in the payment token, between the epoch's finalisation and the ruling
    /// @param paid of it from the coordinator's bond, in COTA
    event AppealUpheld(
        uint256 indexed caseId,
        bytes32 indexed dataset,
        address indexed account,
        uint64 correction,
        uint256 missed,
        uint128 paid
    );
    /// @notice An account may withdraw so much more.
    event Credited(address indexed account, address indexed token, uint256 amount);
    /// @notice A credit was paid out to where its owner said.
    event CreditWithdrawn(address indexed account, address indexed token, address indexed to, uint256 amount);

    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice A part of the court must be a contract.
    error NoCode(address part);
    /// @notice Only the arbiter rules.
    error NotArbiter(address caller, address arbiter);
    /// @notice This ground is decided on chain.
    error NotForPanel(Ground ground);
    /// @notice A panel needs evidence to read.
    error ZeroEvidence();
    /// @notice The same ground with the same evidence was raised against this attempt before.
    error AlreadyRaised(bytes32 dataset, uint64 epoch, uint32 attempt, Ground ground, bytes32 evidence);
    /// @notice The coin sent is not exactly the arbiter's price.
    error WrongFee(uint256 sent, uint256 cost);
    /// @notice The case is over.
    error CaseNotOpen(uint256 caseId, Outcome outcome);
    /// @notice The deadline is not past.
    error DeadlineNotReached(uint256 caseId, uint64 deadline);
    /// @notice The settlement that the case is about still stands.
    error NotMoot(uint256 caseId);
    /// @notice The ruling cannot be appealed, or no longer.
    error NotAppealable(uint256 caseId, uint256 ruling);
    /// @notice Only who lost may appeal.
    error NotLoser(uint256 caseId, address caller, uint256 ruling);
    /// @notice Neither the proof desk nor the audit desk of this court.
    error NotDesk(address caller, address desk);
    /// @notice The case demands no data.
    error NotADemand(uint256 caseId, Ground ground);
    /// @notice The row does not stand at that index of the checkpoint.
    error NotLogged(bytes32 dataset, uint64 epoch, uint64 index, bytes32 row);
    /// @notice An explicitly empty index: nobody signed it, and it counts for nobody.
    error VoidRow(uint64 index);
    /// @notice The leaf does not lie under the root of the settlement.
    error InvalidLeaf(bytes32 dataset, uint64 epoch, uint32 index);
    /// @notice The settlement is not final.
    error NotFinalized(bytes32 dataset, uint64 epoch, IAnnotationLedger.ProposalState state);
    /// @notice The appeal period is over.
    error AppealTooLate(bytes32 dataset, uint64 epoch, uint64 until);
    /// @notice An account appeals an epoch once.
    error AlreadyAppealed(bytes32 dataset, uint64 epoch, address account);
    /// @notice Only the account itself appeals.
    error NotAppellant(address account, address caller);
    /// @notice Neither units nor a penalty are asked about.
    error NothingToAppeal();
    /// @notice More units than her labels may earn.
    error AboveLabels(uint256 units, uint256 most);
    /// @notice Nothing is credited to the account.
    error NothingToWithdraw(address account, address token);

    /// @notice Puts a settlement before a panel. Costs `nextBond` in COTA and the arbiter's fee.
    /// @param ground Scoring, Data or Wallet
    /// @param evidence SHA-256 of a file that says what is wrong; the jurors must be able to find it
    function challenge(bytes32 dataset, uint64 epoch, Ground ground, bytes32 evidence)
        external
        payable
        returns (uint256 caseId);

    /// @notice Asks for the signature under a row. Costs `nextBond`; without an answer in the response time the settlement
    /// falls.
    /// @param index of the row, from the dataset's first
    function demandSignature(bytes32 dataset, uint64 epoch, uint64 index, bytes32 row, bytes32[] calldata proof)
        external
        returns (uint256 caseId);

    /// @notice Has a case that a panel decided judged anew, by a larger one. Only who lost it; costs twice the last bond and the
    /// arbiter's fee. The bond is lost if the new ruling is the same.
    function appealRuling(uint256 caseId) external payable;

    /// @notice Ends a case whose time is over: an unanswered demand is upheld; a panel's case ends with the arbiter's final word,
    /// or as unruled if there is none. Anyone may call.
    function expire(uint256 caseId) external;

    /// @notice Gives back the bonds of a case whose settlement fell by another. Anyone may call.
    function closeMoot(uint256 caseId) external;

    /// @notice A contributor contests her leaf, within the appeal period: a penalty, units that she misses, or both. Her penalty
    /// waits for the ruling. Costs the terms' challenge bond and the arbiter's fee; once per epoch and account.
    function appeal(bytes32 dataset, uint64 epoch, AppealRequest calldata request)
        external
        payable
        returns (uint256 caseId);

    /// @notice Takes out what the caller was credited in a token.
    function withdraw(address token, address to) external;

    // ---- hooks of the court's desks

    /// @notice Brings a settlement down for a fault that the proof desk saw proven. Only the proof desk.
    /// @param isRewarded half of the proposer's bond goes to the claimant; else all is burnt
    function bringDown(bytes32 dataset, uint64 epoch, Ground ground, address claimant, bool isRewarded)
        external
        returns (uint256 caseId);

    /// @notice Ends a demand that was answered. Only the proof desk.
    /// @param isSigned false: a contract wallet denies the row, and the demand ends without a loser
    function concludeDemand(uint256 caseId, bool isSigned) external;

    /// @notice Takes what an auditor is owed from the bond of an attempt's proposer. Only the audit desk.
    /// @return paid at most `amount`, and at most what is there
    function payFromBond(bytes32 dataset, uint64 epoch, uint32 attempt, address auditor, uint128 amount)
        external
        returns (uint128 paid);

    // ---- readings

    /// @notice One case; all zero when there is none of this number.
    function caseOf(uint256 caseId) external view returns (Case memory);
    /// @notice Number of the last case; they count from 1.
    function caseCount() external view returns (uint256);
    /// @notice What an appeal is about; all zero for other cases.
    function appealOf(uint256 caseId) external view returns (AppealRecord memory);
    /// @notice The first epoch, of those from `from` to `to`, of which an appeal waits for its ruling; zero where none does.
    function firstAppealed(bytes32 dataset, uint64 from, uint64 to) external view returns (uint64 epoch);
    /// @notice Bond of the next case against the checkpoint's present attempt: the terms', doubled by each before.
    function nextBond(bytes32 dataset, uint64 epoch) external view returns (uint256);
    /// @notice Cases against an attempt: all so far, and those still open.
    function docketOf(bytes32 dataset, uint64 epoch, uint32 attempt) external view returns (uint32 made, uint32 open);
    /// @notice Who brought an attempt down, and who had proposed it; zeros while it stands.
    function downfallOf(bytes32 dataset, uint64 epoch, uint32 attempt)
        external
        view
        returns (address victor, address proposer);
    /// @notice COTA of all open cases.
    function lockedBonds() external view returns (uint256);
    /// @notice What the account may withdraw, in base units of the token.
    function creditOf(address token, address account) external view returns (uint256);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
    /// @notice Who rules.
    function arbiter() external view returns (address);
    /// @notice How payment tokens are counted in COTA.
    function rates() external view returns (address);
    /// @notice The part that judges proofs.
    function proofDesk() external view returns (address);
    /// @notice The part that keeps audits.
    function auditDesk() external view returns (address);
}
