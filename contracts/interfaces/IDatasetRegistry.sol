// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CourtTerms, DatasetState, LedgerTerms, StakeTerms, Terms} from "../types.sol";

/// @title Datasets: their frozen terms, their items and gold, their state, and the contracts that serve them
/// @notice A dataset's id binds chain, registry, publisher, terms and salt; a copied registration yields another id.
/// Each version names one set of contracts; a new version serves new datasets while old ones live on, and a dataset
/// stays with its version for ever. Versions and batches are numbered from 1, items from 0.
/// @dev Payment tokens, listed by the operator, must move exactly the asked amount, neither rebase nor call back to
/// where they would let an account spend twice, and revert or return false (never silently do less) on failure. Tokens
/// that return nothing are fine. Amounts that arrive short are refused by every contract that takes them in.
interface IDatasetRegistry {
    /// @param court judges settlements and appeals; only it may suspend, reject and correct them
    /// @param faults proves the coordinator's broken promises and slashes for them
    /// @param deliveries returns the price of a licence that was not delivered
    struct Version {
        address ledger;
        address vault;
        address market;
        address sharesImplementation;
        address court;
        address faults;
        address deliveries;
    }

    /// @notice One batch of items and their hidden answers.
    struct Batch {
        bytes32 itemsRoot;
        bytes32 goldRoot;
        uint64 firstItem;
        uint32 count;
    }

    /// @notice New datasets are served by these contracts from now on; older datasets keep theirs.
    event VersionAdded(
        uint64 indexed version,
        address ledger,
        address vault,
        address market,
        address sharesImplementation,
        address court,
        address faults,
        address deliveries
    );
    /// @notice New datasets may, or may no longer, be paid for in this token.
    event PaymentTokenAllowed(address indexed token, bool allowed);
    /// @notice A dataset exists, its terms frozen.
    event DatasetCreated(
        bytes32 indexed dataset,
        address indexed publisher,
        address indexed shares,
        uint64 version,
        bytes32 termsHash,
        bytes terms,
        string uri
    );
    /// @notice Items and hidden answers were committed to, before their first lease.
    event BatchAdded(
        bytes32 indexed dataset,
        uint32 indexed batch,
        bytes32 itemsRoot,
        bytes32 goldRoot,
        uint64 firstItem,
        uint32 count
    );
    /// @notice The publisher moved the dataset to another state of its life.
    event DatasetStateChanged(bytes32 indexed dataset, DatasetState state);

    /// @notice A term lies out of its bounds (types.sol); `term` is the name of its field.
    error InvalidTerm(string term);
    /// @notice The caller is not the dataset's publisher.
    error NotPublisher(bytes32 dataset, address caller, address publisher);
    /// @notice The registry knows no such dataset.
    error UnknownDataset(bytes32 dataset);
    /// @notice Same publisher, terms and salt: this dataset exists.
    error DatasetExists(bytes32 dataset);
    /// @notice No version has this number.
    error UnknownVersion(uint64 number);
    /// @notice No set of contracts is registered yet.
    error NoVersion();
    /// @notice A contract of a version has no code, or answers to another registry or ledger.
    error InvalidVersion(address contractAddress);
    /// @notice The token is not on the list, or has no code.
    error PaymentTokenNotAllowed(address token);
    /// @notice The dataset's state does not allow this.
    error WrongState(bytes32 dataset, DatasetState state);
    /// @notice A dataset does not go from this state to that one.
    error InvalidTransition(bytes32 dataset, DatasetState from, DatasetState to);
    /// @notice A batch has at least one item, at most 2^20, and two roots.
    error InvalidBatch(bytes32 itemsRoot, bytes32 goldRoot, uint32 count);

    /// @notice Registers a set of contracts, none left out, for the datasets created from now on. Restricted by the access
    /// manager.
    /// @return number of the new version
    function addVersion(Version calldata contracts_) external returns (uint64 number);

    /// @notice Admits or bars a payment token for new datasets. Restricted by the access manager.
    function allowPaymentToken(address token, bool allowed) external;

    /// @notice Stops new datasets for at most 7 days; zero lifts the pause. Restricted by the access manager.
    function pauseCreation(uint32 duration) external;

    /// @notice Stops joining the datasets of a version for at most 7 days; zero lifts the pause. Restricted by the access
    /// manager.
    function pauseJoining(uint64 number, uint32 duration) external;

    /// @notice Creates a dataset, open, and its shares. Only `terms.publisher` may call.
    /// @param salt lets one publisher use the same terms twice
    /// @param uri where a description may be found; proves nothing
    function createDataset(Terms calldata terms, bytes32 salt, string calldata uri) external returns (bytes32 dataset);

    /// @notice Commits items and their gold, one gold leaf for every item, before the batch's first lease. Only the
    /// publisher, only while open.
    /// @param itemsRoot positional tree of item references
    /// @param goldRoot positional tree of gold leaves, same order and count
    function addBatch(bytes32 dataset, bytes32 itemsRoot, bytes32 goldRoot, uint32 count)
        external
        returns (uint32 batch);

    /// @notice open <-> paused, either -> closed -> archived. Only the publisher.
    function setState(bytes32 dataset, DatasetState state) external;

    /// @notice keccak256(abi.encode(chain id, this registry, publisher, termsHash, salt)).
    function datasetId(address publisher, bytes32 termsHash, bytes32 salt) external view returns (bytes32);
    /// @notice All terms. Reverts for an unknown dataset, as do the narrower readings below.
    function termsOf(bytes32 dataset) external view returns (Terms memory);
    /// @notice The terms that the vault reads.
    function stakeTermsOf(bytes32 dataset) external view returns (StakeTerms memory);
    /// @notice The terms that the court reads.
    function courtTermsOf(bytes32 dataset) external view returns (CourtTerms memory);
    /// @notice The terms that the ledger reads.
    function ledgerTermsOf(bytes32 dataset) external view returns (LedgerTerms memory);
    /// @notice The one contract of a kind that may serve the dataset; reverts for an unknown dataset.
    function servingOf(bytes32 dataset) external view returns (Version memory);
    /// @notice What joining needs: the vault, and until when joining is paused. Reverts for an unknown dataset.
    function joiningOf(bytes32 dataset) external view returns (address vault, uint40 pausedUntil);
    /// @notice No dataset is created before it.
    function creationPausedUntil() external view returns (uint64);
    /// @notice Zero values for an unknown dataset, as in all readings below.
    function recordOf(bytes32 dataset) external view returns (address shares, DatasetState state);
    /// @notice keccak256 of the ABI-encoded terms; zero for an unknown dataset.
    function termsHashOf(bytes32 dataset) external view returns (bytes32);
    /// @notice Where the dataset is in its life; None when unknown.
    function stateOf(bytes32 dataset) external view returns (DatasetState);
    /// @notice The dataset's shares. Reverts with UnknownDataset.
    function sharesOf(bytes32 dataset) external view returns (address);
    /// @notice Number of the version that serves the dataset.
    function versionOf(bytes32 dataset) external view returns (uint64);
    /// @notice The contracts of a version. Reverts with UnknownVersion.
    function version(uint64 number) external view returns (Version memory);
    /// @notice Number of the version that serves new datasets; zero while there is none.
    function latestVersion() external view returns (uint64);
    /// @notice True when new datasets may be paid for in the token.
    function isPaymentToken(address token) external view returns (bool);
    /// @notice Number of batches of the dataset.
    function batchCount(bytes32 dataset) external view returns (uint32);
    /// @notice A batch, counted from 1.
    function batchOf(bytes32 dataset, uint32 batch) external view returns (Batch memory);
    /// @notice Number of items in all batches.
    function itemCount(bytes32 dataset) external view returns (uint64);
}
