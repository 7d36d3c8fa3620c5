// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetState} from "../types.sol";
import {IDatasetShares} from "./IDatasetShares.sol";

/// @title Contributors' stakes and memberships
/// @notice Stake is free (withdrawable at once), locked by one membership, or leaving. Only a lock of the same dataset
/// can be penalised, within the cap that its contributor signed, and every lock ends. A released stake becomes free
/// stake of whoever posted it: it is credited, never pushed.
/// @dev Stakes are COTA, a plain token of our own.
interface IStakeVault {
    /// @dev EIP-712 `Join(bytes32 dataset,address account,bytes32 termsHash,uint128 penaltyCap,uint256 nonce,uint64 deadline)`
    struct JoinRequest {
        bytes32 dataset;
        address account;
        bytes32 termsHash;
        uint128 penaltyCap;
        uint256 nonce;
        uint64 deadline;
    }

    /// @dev EIP-712 `Leave(bytes32 dataset,address account,uint256 nonce,uint64 deadline)`
    struct LeaveRequest {
        bytes32 dataset;
        address account;
        uint256 nonce;
        uint64 deadline;
    }

    enum MembershipState {
        None,
        Active,
        Leaving,
        Ended
    }

    /// @param stake locked now; zero once ended
    /// @param sponsor who posted the stake and gets it back: the account itself, or another
    /// @param penaltyCap most that penalties may take of this membership's stake, all together
    /// @param joinedAt work logged before it belongs to an earlier membership
    /// @param mixedStart the first checkpoint made after joining may still hold work of an earlier membership
    struct Membership {
        uint128 stake;
        uint128 penaltyCap;
        address sponsor;
        uint40 joinedAt;
        uint40 leftAt;
        MembershipState state;
        bool mixedStart;
    }

    /// @notice What became of a leaf's penalty. None: nothing yet. Held: appealed, waits for the court. Released: the appeal
    /// failed. Cancelled: the appeal was upheld. Executed: burnt.
    enum PenaltyState {
        None,
        Held,
        Released,
        Cancelled,
        Executed
    }

    /// @notice Somebody paid into an account's free stake; `freeBalance` is all of it after.
    event Deposited(address indexed account, address indexed payer, uint256 amount, uint256 freeBalance);
    /// @notice An account took free stake out; `freeBalance` is what stays.
    event Withdrawn(address indexed account, address indexed to, uint256 amount, uint256 freeBalance);
    /// @notice An account may be given work; its stake, or its sponsor's, is locked.
    event Joined(
        bytes32 indexed dataset,
        address indexed account,
        address indexed sponsor,
        bytes32 termsHash,
        uint128 stake,
        uint128 penaltyCap
    );
    /// @notice An account takes no more work; its lock ends by release or expiry.
    event Left(bytes32 indexed dataset, address indexed account, uint64 leftAt);
    /// @param expired true when the lock ended by time, false when its last checkpoint was settled
    event Released(bytes32 indexed dataset, address indexed account, address indexed to, uint128 amount, bool expired);
    /// @param penalty what the leaf says
    /// @param burnt what was taken: never more than the cap leaves and the lock holds
    /// @param stakeLeft locked after it
    event Penalised(
        bytes32 indexed dataset,
        uint64 indexed epoch,
        address indexed account,
        uint32 index,
        uint128 penalty,
        uint128 burnt,
        uint128 stakeLeft
    );
    /// @notice An appeal keeps a penalty from being executed.
    event PenaltyHeld(bytes32 indexed dataset, uint64 indexed epoch, address indexed account, uint32 index);
    /// @notice An appeal was upheld: the penalty can never be executed.
    event PenaltyCancelled(bytes32 indexed dataset, uint64 indexed epoch, uint32 index);
    /// @param until from then on it can no longer be executed
    event PenaltyReleased(bytes32 indexed dataset, uint64 indexed epoch, uint32 index, uint64 until);

    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice The amount must be more than zero.
    error ZeroAmount();
    /// @notice The free stake is less than what is needed.
    error InsufficientFreeStake(address account, uint256 free, uint256 needed);
    /// @notice The dataset belongs to another version of the contracts, or to none.
    error NotServed(bytes32 dataset, address vault);
    /// @notice The dataset takes no new members.
    error NotOpen(bytes32 dataset, DatasetState state);
    /// @notice Whoever knows the hidden answers cannot work for them.
    error PublisherCannotJoin(bytes32 dataset, address publisher);
    /// @notice The hash of the terms seen by the signer or buyer is not that of the dataset's terms.
    error TermsMismatch(bytes32 seen, bytes32 actual);
    /// @notice The penalty cap seen by the signer is not that of the terms.
    error CapMismatch(uint128 seen, uint128 actual);
    /// @notice The terms ask for a credential that the account does not hold, or no longer.
    error MissingCredential(bytes32 credential, address account);
    /// @notice The membership is in another state.
    error WrongMembership(bytes32 dataset, address account, MembershipState state);
    /// @notice Without a signature, only the account itself may do this.
    error NotAccount(address account, address caller);
    /// @notice The signature is not by the account.
    error InvalidSignature(address account);
    /// @notice The signer's deadline is past.
    error SignatureExpired(uint64 deadline, uint64 now_);
    /// @notice The statement was used before.
    error NonceUsed(address account, uint256 nonce);
    /// @notice The checkpoint was not made later than leaving + longest receipt.
    error CheckpointTooEarly(uint64 checkpoint, uint64 madeAt, uint64 lastReceipt);
    /// @notice Not all checkpoints up to this one are settled.
    error NotSettled(bytes32 dataset, uint64 checkpoint);
    /// @notice The lock lasts until a later time.
    error LockedUntil(uint64 until);
    /// @notice The caller is not the court of the dataset's version.
    error NotCourt(bytes32 dataset, address caller, address court);
    /// @notice The settlement is not final.
    error NotFinal(bytes32 dataset, uint64 epoch);
    /// @notice The leaf has no penalty.
    error NothingToPenalise(uint64 epoch, uint32 index);
    /// @notice The penalty was executed, is held or was cancelled.
    error WrongPenalty(bytes32 dataset, uint64 epoch, uint32 index, PenaltyState state);
    /// @notice Penalties are executed from `opens` on and before `closes`.
    error NotPenaltyTime(uint64 opens, uint64 closes, uint64 now_);
    /// @notice The settlement has fewer leaves.
    error IndexOutOfRange(uint64 epoch, uint32 index, uint32 leafCount);
    /// @notice The Merkle proof does not lead from this leaf to the root of the settlement.
    error InvalidProof(uint64 epoch, uint32 index);
    /// @notice The checkpoint holds, or may hold, work of a membership before this one.
    error EarlierWork(uint64 epoch, uint64 madeAt, uint64 joinedAt);

    /// @notice Adds to an account's free stake, from the caller. Anyone may call.
    function deposit(address account, uint256 amount) external;

    /// @notice Takes the caller's free stake out. Locked and leaving stake is not free.
    function withdraw(address to, uint256 amount) external;

    /// @notice Joins a dataset: by the account itself (empty signature) or relayed with its signature. The dataset is
    /// open, `termsHash` and `penaltyCap` are those of its terms, and the account holds the credential that they ask for. The publisher's wallet may not join. One
    /// membership at a time; joining again after one has ended is a new membership with a new cap.
    /// @param sponsored the caller posts the stake and gets it back at release: from its free stake as far as that
    /// goes, the rest by allowance; else it comes from the account's free stake
    function join(JoinRequest calldata request, bytes calldata signature, bool sponsored) external;

    /// @notice Starts to leave: by the account itself (empty signature) or relayed with its signature; by its sponsor
    /// 90 days after joining; by anyone once the dataset is closed or archived, when there is nothing left to label.
    function leave(LeaveRequest calldata request, bytes calldata signature) external;

    /// @notice Frees a leaving lock once checkpoint `checkpoint`, made later than leaving + longest receipt, and all
    /// checkpoints before it are settled and their penalty periods have passed. Anyone may call.
    function release(bytes32 dataset, address account, uint64 checkpoint) external;

    /// @notice Frees a leaving lock by time, `expiryOf` tells when. Anyone may call.
    function expire(bytes32 dataset, address account) external;

    /// @notice Burns the penalty of a settlement's leaf out of the lock, active or leaving, of the membership that did the
    /// work: min(penalty, what the cap leaves, what is locked), once per leaf, from the end of the appeal period after
    /// finalisation until the end of the penalty period. Burnt, so that nobody profits from it. Anyone may call.
    /// @param leaf the same leaf, with the same proof, that gives its account shares
    /// @return burnt how much
    function executePenalty(bytes32 dataset, IDatasetShares.ShareClaim calldata leaf) external returns (uint128 burnt);

    /// @notice Stops a penalty that its account appealed; the account's lock waits with it, 180 days at most. Only the court
    /// of the dataset's version, which says whose leaf it is, as in the two below. Repeated, or said of a penalty that is
    /// not held any more, the three change nothing; they revert only once the penalty is executed, which cannot be while an
    /// appeal may be opened.
    function holdPenalty(bytes32 dataset, uint64 epoch, uint32 index, address account) external;
    /// @notice Ends a penalty for good, held or not: the account was right.
    function cancelPenalty(bytes32 dataset, uint64 epoch, uint32 index) external;
    /// @notice Lets a held penalty be executed after all, for at least as long as one that nobody appealed.
    function releasePenalty(bytes32 dataset, uint64 epoch, uint32 index) external;

    /// @notice Where the penalty of a leaf stands.
    function penaltyStateOf(bytes32 dataset, uint64 epoch, uint32 index) external view returns (PenaltyState);
    /// @notice COTA of the account that no membership locks.
    function freeStake(address account) external view returns (uint256);
    /// @notice One membership; all zero when there was none.
    function membership(bytes32 dataset, address account) external view returns (Membership memory);
    /// @notice True while active.
    function isMember(bytes32 dataset, address account) external view returns (bool);
    /// @notice True while active and in possession of the terms' credential: may be given items. Who loses the credential
    /// stays a member, keeps all shares, and may leave.
    function mayWork(bytes32 dataset, address account) external view returns (bool);
    /// @notice From when on `expire` frees a leaving lock, as things stand: the settle and penalty periods after the first
    /// checkpoint made later than leaving + longest receipt; if none is made in time, the checkpoint period after that
    /// moment, but not before earlier work had its settle and penalty periods. Later where a dispute or an appeal delays what
    /// may be penalised, by 180 days at most. Without those, at the latest leaving + receipt + checkpoint + settle + penalty
    /// period.
    function expiryOf(bytes32 dataset, address account) external view returns (uint64);
    /// @notice True when a statement of the account used this nonce.
    function nonceUsed(address account, uint256 nonce) external view returns (bool);
    /// @notice EIP-712 domain of joining and leaving: "Cota", "1", chain id, this contract.
    function domainSeparator() external view returns (bytes32);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
    /// @notice COTA.
    function stakeToken() external view returns (address);
    /// @notice Where the credentials that terms ask for are kept.
    function credentials() external view returns (address);
}
