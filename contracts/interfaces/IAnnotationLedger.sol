// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title The log of receipted rows and its settlement into epochs
/// @notice Checkpoints are append-only and are never rejected or replaced, so that receipts are judged against
/// something that never moves. Settlements refer to checkpoints, and only settlements can be rejected and redone.
/// Checkpoints are numbered from 1, and an epoch bears its checkpoint's number; rows are indexed from 0 through the
/// whole dataset. Nothing here depends on the dataset's state: what was receipted is always logged and settled.
/// @dev Bonds are COTA, a plain token of our own.
interface IAnnotationLedger {
    /// @param from first row of the checkpoint
    /// @param to first row after it; equal to `from` when empty
    /// @param madeAt when it was made
    struct Checkpoint {
        bytes32 logRoot;
        uint64 from;
        uint64 to;
        uint64 madeAt;
    }

    /// @dev None -> Proposed -> Finalized, or Proposed <-> Disputed -> Rejected -> Proposed as the next attempt.
    enum ProposalState {
        None,
        Proposed,
        Disputed,
        Rejected,
        Finalized
    }

    /// @param windowEndsAt from this second on, `finalize` works; stands still while disputed
    /// @param finalizedAt when its shares were minted; zero before
    /// @param settledAt when this and all earlier checkpoints were finalised; zero before. Stakes leave by it, since
    /// epochs may finalise out of order
    /// @param attempt counts proposals for the checkpoint, from 1, at most 255; only the last one can still become an epoch,
    /// the earlier ones were rejected
    /// @param proposer the acting coordinator when it was proposed
    /// @param bond locked while proposed or disputed; zero when the bond was slashed meanwhile
    struct Proposal {
        bytes32 settlementRoot;
        uint64 totalUnits;
        uint64 windowEndsAt;
        uint64 finalizedAt;
        uint64 settledAt;
        uint32 leafCount;
        uint32 attempt;
        ProposalState state;
        address proposer;
        uint128 bond;
    }

    /// @dev EIP-712 `Annotation(bytes32 dataset,bytes32 itemRef,uint8 kind,bytes32 labelCommitment,bytes32 lease,
    /// address account,uint256 nonce,uint64 deadline)`; kind 0 is a label; its struct hash is the row id (libraries/Statements.sol)
    struct Annotation {
        bytes32 dataset;
        bytes32 itemRef;
        uint8 kind;
        bytes32 labelCommitment;
        bytes32 lease;
        address account;
        uint256 nonce;
        uint64 deadline;
    }

    /// @notice A coordinator registered a key for receipts, or changed until when it signs.
    event ReceiptKeySet(address indexed coordinator, address indexed key, uint64 validFrom, uint64 validUntil);
    /// @notice Somebody paid into a coordinator's bond; `balance` is the whole bond after it.
    event BondDeposited(address indexed coordinator, address indexed payer, uint256 amount, uint256 balance);
    /// @notice A coordinator took unlocked bond out after the exit time; `balance` is what stays.
    event BondWithdrawn(address indexed coordinator, address indexed to, uint256 amount, uint256 balance);
    /// @notice The coordinator stops: its keys ended, and its bond may be withdrawn from `readyAt` on.
    event BondExitRequested(address indexed coordinator, uint64 readyAt);
    /// @notice A coordinator took back its request to leave.
    event BondExitCancelled(address indexed coordinator);
    /// @param by court, faults or deliveries
    /// @param amount lost in all; `credited` of it goes to `to`, the rest is burnt
    event CoordinatorSlashed(
        bytes32 indexed dataset,
        address indexed coordinator,
        address indexed by,
        uint128 amount,
        address to,
        uint128 credited,
        uint256 balance
    );
    /// @notice The successor named in the terms acts as coordinator from now on.
    event CoordinatorSucceeded(bytes32 indexed dataset, address indexed former, address indexed successor);
    /// @notice A credit was paid out to where its owner said.
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);
    /// @notice Rows `from` up to, not including, `to` of the log are fixed under a root for ever.
    event Checkpointed(
        bytes32 indexed dataset, uint64 indexed checkpoint, uint64 from, uint64 to, bytes32 logRoot, bytes32 dataHash
    );
    /// @notice A settlement of a checkpoint waits for its window to pass; `fileHash` names its public epoch file.
    event SettlementProposed(
        bytes32 indexed dataset,
        uint64 indexed checkpoint,
        uint32 indexed attempt,
        address proposer,
        bytes32 settlementRoot,
        uint64 totalUnits,
        uint32 leafCount,
        bytes32 fileHash,
        uint128 bond,
        uint64 windowEndsAt
    );
    /// @notice A dispute stopped the clocks of a settlement.
    event SettlementSuspended(bytes32 indexed dataset, uint64 indexed checkpoint, uint32 indexed attempt);
    /// @notice A dispute ended without bringing the settlement down; the window ends at `windowEndsAt`.
    event SettlementResumed(
        bytes32 indexed dataset, uint64 indexed checkpoint, uint32 indexed attempt, uint64 windowEndsAt
    );
    /// @param forfeited of the bond; `credited` of it goes to `to`, the rest is burnt
    event SettlementRejected(
        bytes32 indexed dataset,
        uint64 indexed checkpoint,
        uint32 indexed attempt,
        uint128 forfeited,
        address to,
        uint128 credited,
        uint64 settleBy
    );
    /// @param epoch number under which its one leaf is claimed: the top bit and a count
    event CorrectionOpened(
        bytes32 indexed dataset, uint64 indexed checkpoint, uint64 indexed epoch, address account, uint64 units
    );
    /// @notice A settlement is final and its shares exist.
    event EpochFinalized(
        bytes32 indexed dataset,
        uint64 indexed checkpoint,
        uint32 indexed attempt,
        bytes32 settlementRoot,
        uint64 totalUnits
    );

    /// @notice The caller is not the dataset's acting coordinator.
    error NotCoordinator(bytes32 dataset, address caller, address coordinator);
    /// @notice The dataset belongs to another version of the contracts, or to none.
    error NotServed(bytes32 dataset, address ledger);
    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice The amount must be more than zero.
    error ZeroAmount();
    /// @notice The bond that is not locked is less than what is needed.
    error InsufficientBond(address coordinator, uint256 unlocked, uint256 needed);
    /// @notice The coordinator asked for its bond back: it signs and proposes nothing any more, unless it cancels.
    error BondExiting(address coordinator);
    /// @notice The coordinator has not asked to take bond out.
    error BondNotExiting(address coordinator);
    /// @notice The time in which the bond still answers for receipts is not over.
    error BondExitNotReady(address coordinator, uint64 readyAt);
    /// @notice Nothing is credited to the account.
    error NoCredit(address account);
    /// @notice A coordinator has as many receipt keys as it may ever have.
    error TooManyKeys(address coordinator, uint256 most);
    /// @notice A key cannot end before now.
    error KeyValidityInThePast(address key, uint64 validUntil, uint64 now_);
    /// @notice A key that ended stays ended: reviving it would cover receipts signed in between.
    error KeyEnded(address key, uint64 validUntil);
    /// @notice A checkpoint cannot go back, nor hold more than 2^20 rows.
    error InvalidRange(bytes32 dataset, uint64 from, uint64 to);
    /// @notice A checkpoint needs a root; the empty log has one too.
    error ZeroRoot();
    /// @notice The dataset has no checkpoint of this number.
    error UnknownCheckpoint(bytes32 dataset, uint64 checkpoint);
    /// @notice The checkpoint has a standing or final settlement.
    error AlreadyProposed(bytes32 dataset, uint64 checkpoint, ProposalState state);
    /// @notice There is no proposal that waits.
    error NotProposed(bytes32 dataset, uint64 checkpoint, ProposalState state);
    /// @notice The challenge window is still open.
    error WindowOpen(bytes32 dataset, uint64 checkpoint, uint64 windowEndsAt);
    /// @notice More units than the rows of the checkpoint may earn.
    error TotalAboveLabels(uint64 totalUnits, uint256 most);
    /// @notice More units than the supply cap leaves, pending proposals counted.
    error TotalAboveSupplyCap(uint64 totalUnits, uint64 available);
    /// @notice A dataset's first shares are at least 10^9 base units, so that no payment is too coarse to divide.
    error TotalTooSmall(uint64 totalUnits, uint64 least);
    /// @notice Units must be somebody's.
    error NoLeaves(uint64 totalUnits);
    /// @notice More accounts than rows.
    error LeavesAboveRows(uint32 leafCount, uint64 rows);
    /// @notice The caller is not the court of the dataset's version.
    error NotCourt(bytes32 dataset, address caller, address court);
    /// @notice The caller is not the fault contract of the dataset's version.
    error NotFaults(bytes32 dataset, address caller, address faults);
    /// @notice Neither court, faults nor deliveries of the dataset's version.
    error NotSlasher(bytes32 dataset, address caller);
    /// @notice Neither the acting coordinator nor the one that it succeeded.
    error NeverCoordinator(bytes32 dataset, address account);
    /// @notice The challenge window is over.
    error WindowClosed(bytes32 dataset, uint64 checkpoint, uint64 windowEndsAt);
    /// @notice The settlement is not in dispute.
    error NotDisputed(bytes32 dataset, uint64 checkpoint, ProposalState state);
    /// @notice The settlement is not final.
    error NotFinalized(bytes32 dataset, uint64 checkpoint, ProposalState state);

    /// @notice Registers a key that signs the caller's receipts, for all datasets that the caller coordinates: from now
    /// until `validUntil`. Called again it moves the end, never to the past. At most 16 keys that are valid or whose
    /// liability goes on; not while the bond exits.
    function setReceiptKey(address key, uint64 validUntil) external;

    /// @notice Adds to a coordinator's prepaid bond balance, in COTA, from the caller. Anyone may call.
    function depositBond(address coordinator, uint256 amount) external;

    /// @notice Starts the exit of the caller's bond: ends all its keys now, and bars proposals until cancelled. What was
    /// receipted can be held against the bond until the liability period has passed.
    function requestBondExit() external;

    /// @notice Takes the request back. Ended keys stay ended.
    function cancelBondExit() external;

    /// @notice Takes unlocked bond out of the caller's balance, the liability period after `requestBondExit`.
    function withdrawBond(address to, uint256 amount) external;

    /// @notice Takes out all that rulings and slashes credited to the caller.
    /// @return amount taken out
    function withdrawCredit(address to) external returns (uint256 amount);

    /// @notice Appends rows [last `to`, `to`) to the dataset's log. Only its coordinator. Never pausable.
    /// @param to first index not in this checkpoint; equal to the last `to` for an empty one; at most 2^20 rows further
    /// @param logRoot positional tree over the new rows, leaf count inside (libraries/LogTree.sol)
    /// @param dataHash SHA-256 of the published rows
    /// @return number of the checkpoint
    function checkpoint(bytes32 dataset, uint64 to, bytes32 logRoot, bytes32 dataHash) external returns (uint64 number);

    /// @notice Proposes how a checkpoint's rows become shares, once, or anew after a rejection; locks the bond and opens
    /// the window. Only the acting coordinator.
    /// @param settlementRoot sorted tree of (chain id, ledger, dataset, epoch, index, account, units, penalty)
    /// @param totalUnits at most the terms' units per label for each row, and with all others at most the supply cap;
    /// while the dataset has no shares, zero or at least 10^9
    /// @param leafCount one leaf an account, so at most one a row
    /// @param fileHash SHA-256 of the epoch file
    function propose(
        bytes32 dataset,
        uint64 checkpointNumber,
        bytes32 settlementRoot,
        uint64 totalUnits,
        uint32 leafCount,
        bytes32 fileHash
    ) external returns (uint32 attempt);

    /// @notice Mints the epoch's shares once the window has passed, in whatever order of epochs. Anyone may call.
    function finalize(bytes32 dataset, uint64 checkpointNumber) external;

    /// @notice Moves `settledCount` over epochs that were finalised early, at most `steps` of them. Anyone may call;
    /// `finalize` does it for a few, so that this is needed only after long disorder.
    function settle(bytes32 dataset, uint64 steps) external;

    // ---- hooks: each only for a contract of the dataset's version

    /// @notice Stops the window's and the settle clock of a proposal whose window is open. Only the court.
    function suspend(bytes32 dataset, uint64 checkpointNumber) external;

    /// @notice Lets the clocks go on: the rest of the window follows, at least half of it. Only the court.
    function resume(bytes32 dataset, uint64 checkpointNumber) external;

    /// @notice Rejects a disputed proposal and gives its units back to the supply cap. Of its bond `forfeit` is lost, as
    /// far as it is there; `toAmount` of that is credited to `to`, the rest burnt; what is not lost unlocks. At least a
    /// window's time is left to propose anew. Only the court.
    function reject(bytes32 dataset, uint64 checkpointNumber, uint128 forfeit, address to, uint128 toAmount) external;

    /// @notice Opens an epoch of one leaf (index 0, no penalty), earning from now, for a contributor whose appeal was
    /// upheld. With the checkpoint's epoch and all its corrections at most the units per label for each of its rows, and
    /// within the supply cap. Only the court, only for a finalised checkpoint.
    /// @return epoch the top bit and a count from 1
    function openCorrection(bytes32 dataset, uint64 checkpointNumber, address account, uint64 units)
        external
        returns (uint64 epoch);

    /// @notice Takes `amount` of a coordinator's bond, locked part included, or all if there is less; credits `toAmount` of
    /// it (or all if there is less) to `to` and burns the rest. Only court, faults and deliveries; only the dataset's
    /// acting or former coordinator.
    /// @return slashed what was taken
    function slash(bytes32 dataset, address coordinator, uint128 amount, address to, uint128 toAmount)
        external
        returns (uint128 slashed);

    /// @notice Makes the successor of the terms the acting coordinator, once; its settle time starts now. Only faults.
    function handOver(bytes32 dataset) external;

    // ---- readings

    /// @notice Who checkpoints and proposes: the terms' coordinator, or its successor after `handOver`.
    function coordinatorOf(bytes32 dataset) external view returns (address);
    /// @notice True for the acting coordinator and the one that it succeeded.
    function isOrWasCoordinator(bytes32 dataset, address account) external view returns (bool);
    /// @notice Until when the checkpoint must be proposed, disputes not counted; at least the settle period after a
    /// succession and a window after a rejection.
    function settleBy(bytes32 dataset, uint64 checkpointNumber) external view returns (uint64);
    /// @notice From when on the bond may be withdrawn; zero when no exit was requested.
    function bondExitAt(address coordinator) external view returns (uint64);
    /// @notice How long a coordinator answers for a receipt key after its end, and with its bond after an exit request.
    function liabilityPeriod() external view returns (uint64);
    /// @notice What the account may withdraw, in base units of the token.
    function creditOf(address account) external view returns (uint256);
    /// @notice First and last second of a key's validity; zeros for an unknown one.
    function receiptKey(address coordinator, address key) external view returns (uint64 validFrom, uint64 validUntil);
    /// @notice Number of checkpoints made; the newest has this number.
    function checkpointCount(bytes32 dataset) external view returns (uint64);
    /// @notice Number of final settlements, in whatever order they became final.
    function finalizedCount(bytes32 dataset) external view returns (uint64);
    /// @notice All checkpoints up to this number are finalised.
    function settledCount(bytes32 dataset) external view returns (uint64);
    /// @notice Share units that the supply cap leaves after all minted and proposed; zero before the first checkpoint.
    function availableUnits(bytes32 dataset) external view returns (uint64);
    /// @notice A checkpoint. Reverts with UnknownCheckpoint.
    function checkpointOf(bytes32 dataset, uint64 number) external view returns (Checkpoint memory);
    /// @notice Number of the first checkpoint made later than `time`; zero when there is none.
    function firstCheckpointAfter(bytes32 dataset, uint64 time) external view returns (uint64 number);
    /// @notice The checkpoint that an epoch opened by `openCorrection` corrects, and its units; zeros for any other.
    function correctionOf(bytes32 dataset, uint64 epoch) external view returns (uint64 checkpointNumber, uint64 units);
    /// @notice How many corrections a dataset has; they count from Leaves.CORRECTION + 1.
    function correctionCount(bytes32 dataset) external view returns (uint64);
    /// @notice The present settlement of a checkpoint; all zero when there is none.
    function proposalOf(bytes32 dataset, uint64 checkpointNumber) external view returns (Proposal memory);
    /// @notice A coordinator's bond, locked part included.
    function bondBalance(address coordinator) external view returns (uint256);
    /// @notice Bond locked under proposals, in COTA.
    function lockedBond(address coordinator) external view returns (uint256);
    /// @notice True when receipts signed by `key` bind the coordinator at `time`.
    function receiptKeyValid(address coordinator, address key, uint64 time) external view returns (bool);
    /// @notice True when `row` is leaf `index` (counted from the dataset's first row) of the numbered checkpoint.
    function isLogged(bytes32 dataset, uint64 checkpointNumber, uint64 index, bytes32 row, bytes32[] calldata proof)
        external
        view
        returns (bool);
    /// @notice EIP-712 domain of annotations, agent keys and receipts: "Cota", "1", chain id, this contract.
    function domainSeparator() external view returns (bytes32);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice COTA, in which bonds are posted.
    function bondToken() external view returns (address);
}
