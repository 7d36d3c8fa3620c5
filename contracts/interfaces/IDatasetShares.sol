// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SharesConfig} from "../types.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Shares of one dataset: an ERC-20 whose holders earn
/// @notice Each payment reaches all holders in one constant-cost transaction; revenue follows the time of holding;
/// shares of a finalised epoch earn from its finalisation, whenever they are claimed. `balanceOf(address(this))` is the
/// shares not claimed yet; they stand outside the holders' accounting. Nothing here can be paused.
/// @dev Token assumptions: see IDatasetRegistry. Payment tokens sent here without `pay` are not counted and stay for
/// ever. Whoever buys shares just before a payment earns from it: revenue follows holding, and so does the price.
/// Warning for integrators: anyone may trigger `claimShares` and `claimFor`, so never measure the caller's own balance.
interface IDatasetShares is IERC20 {
    /// @param epoch number of the epoch, which is its checkpoint's
    /// @param index position of the leaf in its settlement
    struct ShareClaim {
        uint64 epoch;
        uint32 index;
        address account;
        uint64 units;
        uint128 penalty;
        bytes32[] proof;
    }

    /// @notice Shares changed hands; both balances after it.
    event SharesMoved(
        bytes32 indexed dataset,
        address indexed from,
        address indexed to,
        uint256 amount,
        uint256 fromBalance,
        uint256 toBalance
    );
    /// @notice Shares of an epoch exist, unclaimed; they earn from `acc` on.
    event EpochOpened(
        bytes32 indexed dataset, uint64 indexed epoch, bytes32 root, uint64 total, uint128 acc, uint64 supply
    );
    /// @notice An account took its shares of an epoch; `remaining` is what others have not, `balance` all that it has.
    event SharesClaimed(
        bytes32 indexed dataset,
        uint64 indexed epoch,
        address indexed account,
        uint32 index,
        uint64 units,
        uint64 remaining,
        uint256 balance
    );
    /// @notice Revenue reached all holders; the pool after it.
    event RevenuePaid(
        bytes32 indexed dataset, address indexed payer, uint256 amount, uint128 acc, uint64 supply, uint64 rem
    );
    /// @notice An account's revenue was paid out.
    event RevenueClaimed(bytes32 indexed dataset, address indexed account, address indexed to, uint256 amount);
    /// @param amount shares that moved
    /// @param value revenue due that moved with them, in 1/10^19 of a base unit
    /// @param owed revenue in whole base units that moved with them, from the second slot
    event SharesInherited(
        bytes32 indexed dataset,
        address indexed from,
        address indexed to,
        uint256 amount,
        uint256 value,
        uint256 owed,
        uint256 toBalance
    );
    /// @notice A contract lets anyone trigger its claims, or no longer.
    event ClaimForAllowed(bytes32 indexed dataset, address indexed account, bool allowed);
    /// @notice Under the AllowList policy, shares may or may no longer be moved to this account.
    event TransferAllowed(bytes32 indexed dataset, address indexed account, bool allowed);

    /// @notice Only clones that the registry made hold shares; the implementation behind them is inert.
    error NotAClone();
    /// @notice The caller is not the dataset's ledger.
    error NotLedger(address caller);
    /// @notice The caller is not the dataset's market.
    error NotMarket(address caller);
    /// @notice The caller is not the dataset's publisher.
    error NotPublisher(address caller);
    /// @notice The amount must be more than zero.
    error ZeroAmount();
    /// @notice Nobody holds a share yet: revenue is refused, never parked for whoever comes first.
    error NoShares();
    /// @notice The accumulator is full (about 3.4 x 10^28 base units paid): sales stop, claims go on.
    error PoolFull(uint256 amount);
    /// @notice An epoch opens once.
    error EpochAlreadyOpen(uint64 epoch);
    /// @notice No settlement of this epoch is final.
    error EpochNotOpen(uint64 epoch);
    /// @notice More shares than the terms allow.
    error SupplyCapExceeded(uint256 supply, uint64 cap);
    /// @notice The settlement has fewer leaves.
    error IndexOutOfRange(uint64 epoch, uint32 index, uint32 leafCount);
    /// @notice The leaf was claimed before.
    error AlreadyClaimed(uint64 epoch, uint32 index);
    /// @notice The Merkle proof does not lead from this leaf to the root of the settlement.
    error InvalidProof(uint64 epoch, uint32 index);
    /// @notice The settlement's leaves add up to more than its total: the last to come find nothing.
    error EpochExhausted(uint64 epoch, uint64 remaining, uint64 units);
    /// @notice Nobody, or the shares contract itself, cannot receive.
    error InvalidReceiver(address receiver);
    /// @notice Shares do not move before this time.
    error TransfersLocked(uint64 until);
    /// @notice The publisher did not list the receiver.
    error ReceiverNotListed(address receiver);
    /// @notice A contract that did not agree to it is paid only at its own call.
    error ClaimForNotAllowed(address account);
    /// @notice The account has no successor, or its succession is not complete.
    error NotSucceeded(address account);
    /// @notice The account has neither shares nor revenue.
    error NothingToInherit(address account);

    /// @notice Pays `amount` of the payment token to all holders. Reverts while no share exists. Anyone may call.
    function pay(uint256 amount) external;

    /// @notice Books a payment that the market has just moved here, and counted. Only the market.
    function creditFromMarket(address payer, uint256 amount) external;

    /// @notice Mints an epoch's shares to its unclaimed account. Only the ledger.
    function openEpoch(uint64 epoch, bytes32 root, uint64 total, uint32 leafCount) external;

    /// @notice Gives accounts their shares of epochs by proof. Anyone may call; only the named accounts gain.
    function claimShares(ShareClaim[] calldata claims) external;

    /// @notice Pays the caller's revenue to the caller; 0 when there is none.
    /// @return amount paid out, as in `claimTo` and `claimFor`
    function claim() external returns (uint256 amount);
    /// @notice Pays the caller's revenue to `to`: the way out for who cannot receive the payment token.
    function claimTo(address to) external returns (uint256 amount);
    /// @notice Pays `account`'s revenue to `account`. Anyone may call; accounts with code opt in first.
    function claimFor(address account) external returns (uint256 amount);
    /// @notice The caller, a contract, lets anyone trigger its claims (or no longer).
    function allowClaimFor(bool allowed) external;
    /// @notice Moves all shares and all revenue due of an account whose key is lost to its successor (ISuccessions). May be
    /// called again when the old account got more: leaves of later epochs are claimed for it first. Obeys the AllowList
    /// policy, and not LockedUntil: a key could be handed over at any time. Anyone may call.
    /// @return amount shares that moved
    function inherit(address account) external returns (uint256 amount);
    /// @notice Lists an account to which shares may be transferred under the AllowList policy. Only the publisher.
    function allowTransfer(address account, bool allowed) external;

    /// @notice Whole base units that `account` could claim now.
    function claimable(address account) external view returns (uint256);
    /// @notice An epoch: its settlement root, the accumulator when it opened, its unclaimed shares, its leaves.
    function epochOf(uint64 epoch) external view returns (bytes32 root, uint128 acc, uint64 remaining, uint32 leafCount);
    /// @notice Number of epochs opened, in whatever order.
    function epochCount() external view returns (uint64);
    /// @notice True when the leaf was claimed.
    function isClaimed(uint64 epoch, uint32 index) external view returns (bool);
    /// @notice Accumulated revenue per share unit (x 10^19), shares, and what was taken in advance (x 10^19).
    function pool() external view returns (uint128 acc, uint64 supply, uint64 rem);
    /// @notice Value due to a holder = balance x (acc - accPaid) + frac (x 10^19), and `owed` in whole base units.
    function holder(address account) external view returns (uint128 accPaid, uint64 balance, uint64 frac, uint256 owed);
    /// @notice True when the contract lets anyone trigger its claims.
    function claimForAllowed(address account) external view returns (bool);
    /// @notice True when the publisher listed the account.
    function transferAllowed(address account) external view returns (bool);
    /// @notice What this clone was made with; it stands in its code.
    function config() external view returns (SharesConfig memory);
    /// @notice The dataset whose shares these are.
    function dataset() external view returns (bytes32);
    /// @notice The token in which revenue comes and goes.
    function paymentToken() external view returns (address);
    /// @notice Where holders name the successors of their keys.
    function successions() external view returns (address);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
    /// @notice The market that sells licenses.
    function market() external view returns (address);
}
