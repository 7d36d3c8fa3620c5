// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetShares} from "./IDatasetShares.sol";

/// @title Cash for accepted labels, before the first sale
/// @notice A publisher puts money aside for a dataset. Each epoch that becomes final while the bounty lasts, takes its part:
/// its share units x the price per label / the units per label of the terms, as far as the money goes. The settlement's own
/// leaves then take that part by their units, by the proof that gives them their shares, whoever sends it. Several bounties
/// of a dataset add up: to raise a price is to open another one.
/// @dev A label that is worth more than an average one is paid more, one that is worth nothing is paid nothing: there is
/// no second judgment of quality. Token assumptions: see IDatasetRegistry; tokens sent here without `open` or `fund` are
/// not counted and stay for ever. Of an epoch's part, less than one base unit for each leaf stays here.
interface IBountyEscrow {
    /// @param unitsPerLabel of the dataset's terms
    /// @param openedAt when it was opened
    /// @param endsAt checkpoints made later get nothing; zero while it is open
    /// @param firstCheckpoint checkpoints before it get nothing: they were made before it was opened
    /// @param assigned number of checkpoints that took their part
    /// @param perLabel base units of the token for as many share units as the terms give an average label
    /// @param free base units that no epoch has taken
    /// @param returnsAt what is free may be taken back from then on, as far as is known now; zero before the first part
    struct Bounty {
        bytes32 dataset;
        address publisher;
        uint40 openedAt;
        uint40 endsAt;
        address token;
        uint64 unitsPerLabel;
        uint64 firstCheckpoint;
        uint32 assigned;
        uint40 returnsAt;
        uint128 perLabel;
        uint128 free;
    }

    /// @param amount base units that the epoch took
    /// @param totalUnits of the epoch
    /// @param unpaidUnits of leaves that were not paid yet
    /// @param isAssigned true once it took its part, were it nothing
    struct Part {
        uint120 amount;
        uint64 totalUnits;
        uint64 unpaidUnits;
        bool isAssigned;
    }

    /// @notice A publisher promises `perLabel` for labels of a dataset.
    event BountyOpened(
        uint256 indexed bounty,
        bytes32 indexed dataset,
        address indexed publisher,
        address token,
        uint128 perLabel,
        uint64 unitsPerLabel,
        uint64 firstCheckpoint
    );
    /// @notice Money came in; `free` after it.
    event BountyFunded(
        uint256 indexed bounty, bytes32 indexed dataset, address indexed payer, uint128 amount, uint128 free
    );
    /// @notice Checkpoints made after `endsAt` get nothing.
    event BountyClosed(uint256 indexed bounty, bytes32 indexed dataset, uint64 endsAt);
    /// @notice An epoch took its part; `free` after it.
    event BountyAssigned(
        uint256 indexed bounty,
        bytes32 indexed dataset,
        uint64 indexed epoch,
        uint64 totalUnits,
        uint128 amount,
        uint128 free
    );
    /// @param account named by the leaf; `to` is who got the money: itself, its successor, or whom one of them named
    event BountyPaid(
        uint256 indexed bounty,
        bytes32 indexed dataset,
        address indexed account,
        uint64 epoch,
        uint32 index,
        uint64 units,
        address to,
        uint128 amount
    );
    /// @notice The publisher took back what no epoch had taken.
    event BountyReturned(uint256 indexed bounty, bytes32 indexed dataset, address indexed to, uint128 amount);

    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice The amount must be more than zero.
    error ZeroAmount();
    /// @notice No bounty has this number.
    error UnknownBounty(uint256 bounty);
    /// @notice The dataset belongs to another version of the contracts.
    error NotServed(bytes32 dataset, address escrow);
    /// @notice The caller is not the dataset's publisher, nor who succeeded to its lost key and closes or takes back.
    error NotPublisher(bytes32 dataset, address caller, address publisher);
    /// @notice The bounty was closed before; it takes no more money.
    error AlreadyClosed(uint256 bounty, uint64 endsAt);
    /// @notice Money goes back only from a bounty that was closed.
    error NotClosed(uint256 bounty);
    /// @notice More than one escrow can count (2^120 - 1 base units).
    error TooMuch(uint256 amount);
    /// @notice No settlement of this epoch is final.
    error EpochNotFinal(uint256 bounty, uint64 epoch);
    /// @notice The epoch's checkpoint was made before the bounty was opened or after it ended.
    error NotCovered(uint256 bounty, uint64 epoch);
    /// @notice The epoch took its part before.
    error AlreadyAssigned(uint256 bounty, uint64 epoch);
    /// @notice The leaf was paid before.
    error AlreadyPaid(uint256 bounty, uint64 epoch, uint32 index);
    /// @notice The settlement has fewer leaves.
    error IndexOutOfRange(uint64 epoch, uint32 index, uint32 leafCount);
    /// @notice The Merkle proof does not lead from this leaf to the root of the settlement.
    error InvalidProof(uint64 epoch, uint32 index);
    /// @notice The settlement's leaves add up to more than its total: the last to come find nothing.
    error EpochExhausted(uint64 epoch, uint64 unpaidUnits, uint64 units);
    /// @notice A contract that did not agree to it (DatasetShares.allowClaimFor) is paid only at its own call.
    error ClaimForNotAllowed(address account);
    /// @notice The caller is neither the leaf's account nor, where that was succeeded, its successor.
    error NotReceiver(address account, address caller, address receiver);
    /// @notice Money goes back after the bounty has ended, and an appeal period after the last epoch that it covers.
    error NotReturnable(uint256 bounty, uint64 from);
    /// @notice An appeal of an epoch that the bounty covers waits for its ruling.
    error AppealOpen(uint256 bounty, uint64 epoch);
    /// @notice Checkpoints made while the bounty lasted have not taken their part yet.
    error EpochsOpen(uint256 bounty, uint64 assigned, uint64 covered);

    /// @notice Promises `perLabel` for each label's worth of share units in every checkpoint made from now on, and puts
    /// `amount` of the payment token aside for it. Only the dataset's publisher, whatever the dataset's state.
    /// @return bounty its number, from 1
    function open(bytes32 dataset, uint128 perLabel, uint256 amount) external returns (uint256 bounty);

    /// @notice Adds money to a bounty that was not closed. Anyone may call; it goes back to the publisher alone.
    function fund(uint256 bounty, uint256 amount) external;

    /// @notice Ends a bounty after the terms' receipt period, in which every label that was receipted by now must stand in
    /// a checkpoint. Only the publisher, or the successor of its lost key.
    function close(uint256 bounty) external;

    /// @notice Takes an epoch's part out of what is free, once its settlement is final, or the part of the correction of
    /// one. Anyone may call; who is paid first calls it in passing.
    function assign(uint256 bounty, uint64 epoch) external;

    /// @notice Pays leaves their parts. Anyone may call; only the accounts gain, or the successors of those who lost their
    /// keys (ISuccessions). Accounts with code agree first, as for `claimFor` of the shares, or call themselves.
    function pay(uint256 bounty, IDatasetShares.ShareClaim[] calldata leaves) external;

    /// @notice Pays the caller's leaves to `to`: the way out for who cannot receive the token.
    function payTo(uint256 bounty, IDatasetShares.ShareClaim[] calldata leaves, address to) external;

    /// @notice Gives back what is free, once the bounty has ended, every checkpoint that it covers took its part, an appeal
    /// period has passed since the last of them became final, and no appeal of one waits for its ruling; corrections of them that
    /// took no part yet take it first. Or, whatever is still open, a year, a settle period and an appeal period after its end. Only
    /// the publisher, or the successor of its lost key. May be called again.
    /// @return amount given back
    function takeBack(uint256 bounty, address to) external returns (uint128 amount);

    /// @notice A bounty. Reverts with UnknownBounty.
    function bountyOf(uint256 bounty) external view returns (Bounty memory);
    /// @notice What an epoch took, all zero before.
    function partOf(uint256 bounty, uint64 epoch) external view returns (Part memory);
    /// @notice True when the leaf was paid.
    function isPaid(uint256 bounty, uint64 epoch, uint32 index) external view returns (bool);
    /// @notice Number of bounties; the newest has this number.
    function bountyCount() external view returns (uint256);
    /// @notice Base units of a token that all bounties have free, and that epochs took and did not pay out.
    function heldOf(address token) external view returns (uint256);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
    /// @notice Who succeeds whom.
    function successions() external view returns (address);
}
