// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetState} from "../types.sol";

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
    /// @param joinedAt work logged before it belongs to an earlier membership
    struct Membership {
        uint128 stake;
        uint128 penaltyCap;
        address sponsor;
        uint40 joinedAt;
        uint40 leftAt;
        MembershipState state;
    }

    event Deposited(address indexed account, address indexed payer, uint256 amount, uint256 freeBalance);
    event Withdrawn(address indexed account, address indexed to, uint256 amount, uint256 freeBalance);
    event Joined(
        bytes32 indexed dataset,
        address indexed account,
        address indexed sponsor,
        bytes32 termsHash,
        uint128 stake,
        uint128 penaltyCap
    );
    event Left(bytes32 indexed dataset, address indexed account, uint64 leftAt);
    /// @param expired true when the lock ended by time, false when its last checkpoint was settled
    event Released(bytes32 indexed dataset, address indexed account, address indexed to, uint128 amount, bool expired);

    error ZeroAddress();
    error ZeroAmount();
    error InsufficientFreeStake(address account, uint256 free, uint256 needed);
    /// @notice The dataset belongs to another version of the contracts, or to none.
    error NotServed(bytes32 dataset, address vault);
    error NotOpen(bytes32 dataset, DatasetState state);
    error PublisherCannotJoin(bytes32 dataset, address publisher);
    error TermsMismatch(bytes32 seen, bytes32 actual);
    error CapMismatch(uint128 seen, uint128 actual);
    error WrongMembership(bytes32 dataset, address account, MembershipState state);
    error NotAccount(address account, address caller);
    error InvalidSignature(address account);
    error SignatureExpired(uint64 deadline, uint64 now_);
    error NonceUsed(address account, uint256 nonce);
    /// @notice The checkpoint was not made later than leaving + longest receipt.
    error CheckpointTooEarly(uint64 checkpoint, uint64 madeAt, uint64 lastReceipt);
    error NotSettled(bytes32 dataset, uint64 checkpoint);
    error LockedUntil(uint64 until);

    /// @notice Adds to an account's free stake, from the caller. Anyone may call.
    function deposit(address account, uint256 amount) external;

    /// @notice Takes the caller's free stake out. Locked and leaving stake is not free.
    function withdraw(address to, uint256 amount) external;

    /// @notice Joins a dataset: by the account itself (empty signature) or relayed with its signature. The dataset is
    /// open and `termsHash` and `penaltyCap` are those of its terms. The publisher's wallet may not join. One
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

    function freeStake(address account) external view returns (uint256);
    function membership(bytes32 dataset, address account) external view returns (Membership memory);
    /// @notice True while active: may be given items.
    function isMember(bytes32 dataset, address account) external view returns (bool);
    /// @notice From when on `expire` frees a leaving lock, as things stand: the settle and penalty periods after the first
    /// checkpoint made later than leaving + longest receipt; if none is made in time, the checkpoint period after that
    /// moment, but not before earlier work had its settle and penalty periods. At the latest leaving + receipt +
    /// checkpoint + settle + penalty period.
    function expiryOf(bytes32 dataset, address account) external view returns (uint64);
    function nonceUsed(address account, uint256 nonce) external view returns (bool);
    /// @notice EIP-712 domain of joining and leaving: "Cota", "1", chain id, this contract.
    function domainSeparator() external view returns (bytes32);
    function registry() external view returns (address);
    function ledger() external view returns (address);
    function stakeToken() external view returns (address);
}
