// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IEntrance} from "./interfaces/IEntrance.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Pauses} from "./libraries/Pauses.sol";
import {SharesClone} from "./libraries/SharesClone.sol";
import {TermsRules} from "./libraries/TermsRules.sol";
import {CourtTerms, DatasetState, LedgerTerms, SharesConfig, StakeTerms, Terms} from "./types.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

interface INamesRegistry {
    function registry() external view returns (address);
}

interface INamesLedger {
    function ledger() external view returns (address);
}

/// @title DatasetRegistry
/// @notice Terms -> **dataset** -> ledger, vault, market, shares. The other contracts know only this one.
contract DatasetRegistry is IDatasetRegistry, IEntrance, AccessManaged {
    uint32 private constant MAX_BATCH_ITEMS = 1 << 20;

    /// @dev One slot: the market reads it at every sale.
    struct Record {
        address shares;
        uint64 version;
        DatasetState state;
    }

    struct Items {
        uint64 items;
        uint32 batches;
    }

    /// @dev One slot: every creation reads it, and so the guardian's pause at no cost.
    struct Head {
        uint64 latestVersion;
        uint40 creationPausedUntil;
    }

    /// @dev A `Version`, with the guardian's pause of its joins beside the vault, whose slot every join reads.
    struct Serving {
        address vault;
        uint40 joiningPausedUntil;
        address ledger;
        address market;
        address sharesImplementation;
        address court;
        address faults;
        address deliveries;
    }

    Head private _head;
    mapping(uint64 number => Serving) private _versions;
    mapping(address token => bool) public isPaymentToken;
    mapping(bytes32 dataset => Record) private _records;
    mapping(bytes32 dataset => Terms) private _terms;
    mapping(bytes32 dataset => bytes32) public termsHashOf;
    mapping(bytes32 dataset => Items) private _items;
    mapping(bytes32 dataset => mapping(uint32 batch => Batch)) private _batches;

    constructor(address accessManager) AccessManaged(accessManager) {}

    modifier onlyPublisher(bytes32 dataset) {
        _checkPublisher(dataset);
        _;
    }

    // ---- the operator

    /// @inheritdoc IDatasetRegistry
    function addVersion(Version calldata contracts_) external restricted returns (uint64 number) {
        _checkNamesThis(contracts_.ledger);
        _checkServesLedger(contracts_.vault, contracts_.ledger);
        _checkNamesThis(contracts_.market);
        if (contracts_.sharesImplementation.code.length == 0) revert InvalidVersion(contracts_.sharesImplementation);
        _checkServesLedger(contracts_.court, contracts_.ledger);
        _checkServesLedger(contracts_.faults, contracts_.ledger);
        _checkServesLedger(contracts_.deliveries, contracts_.ledger);
        number = ++_head.latestVersion;
        _versions[number] = Serving({
            vault: contracts_.vault,
            joiningPausedUntil: 0,
            ledger: contracts_.ledger,
            market: contracts_.market,
            sharesImplementation: contracts_.sharesImplementation,
            court: contracts_.court,
            faults: contracts_.faults,
            deliveries: contracts_.deliveries
        });
        emit VersionAdded(
            number,
            contracts_.ledger,
            contracts_.vault,
            contracts_.market,
            contracts_.sharesImplementation,
            contracts_.court,
            contracts_.faults,
            contracts_.deliveries
        );
    }

    /// @inheritdoc IDatasetRegistry
    function allowPaymentToken(address token, bool allowed) external restricted {
        if (allowed && token.code.length == 0) revert PaymentTokenNotAllowed(token);
        isPaymentToken[token] = allowed;
        emit PaymentTokenAllowed(token, allowed);
    }

    // ---- the guardian

    /// @inheritdoc IDatasetRegistry
    function pauseCreation(uint32 duration) external restricted {
        uint40 until = Pauses.until(duration);
        _head.creationPausedUntil = until;
        emit EntrancePaused(Entrance.Creation, 0, until);
    }

    /// @inheritdoc IDatasetRegistry
    function pauseJoining(uint64 number, uint32 duration) external restricted {
        _checkVersion(number);
        uint40 until = Pauses.until(duration);
        _versions[number].joiningPausedUntil = until;
        emit EntrancePaused(Entrance.Joining, number, until);
    }

    // ---- the publisher

    /// @inheritdoc IDatasetRegistry
    function createDataset(Terms calldata terms, bytes32 salt, string calldata uri) external returns (bytes32 dataset) {
        TermsRules.check(terms);
        if (!isPaymentToken[terms.paymentToken]) revert PaymentTokenNotAllowed(terms.paymentToken);
        Head memory head = _head;
        if (head.latestVersion == 0) revert NoVersion();
        Pauses.check(Entrance.Creation, head.creationPausedUntil);
        _checkCredential(_versions[head.latestVersion].vault, terms.credential);
        bytes memory encoded = abi.encode(terms);
        bytes32 termsHash = keccak256(encoded);
        dataset = datasetId(terms.publisher, termsHash, salt);
        if (msg.sender != terms.publisher) revert NotPublisher(dataset, msg.sender, terms.publisher);
        if (_records[dataset].state != DatasetState.None) revert DatasetExists(dataset);
        address shares = _createShares(_versions[head.latestVersion], dataset, termsHash, terms);
        _records[dataset] = Record(shares, head.latestVersion, DatasetState.Open);
        _terms[dataset] = terms;
        termsHashOf[dataset] = termsHash;
        emit DatasetCreated(dataset, terms.publisher, shares, head.latestVersion, termsHash, encoded, uri);
        emit DatasetStateChanged(dataset, DatasetState.Open);
    }

    /// @inheritdoc IDatasetRegistry
    function addBatch(bytes32 dataset, bytes32 itemsRoot, bytes32 goldRoot, uint32 count)
        external
        onlyPublisher(dataset)
        returns (uint32 batch)
    {
        DatasetState state = _records[dataset].state;
        if (state != DatasetState.Open) revert WrongState(dataset, state);
        if (itemsRoot == 0 || goldRoot == 0 || count == 0 || count > MAX_BATCH_ITEMS) {
            revert InvalidBatch(itemsRoot, goldRoot, count);
        }
        Items memory items = _items[dataset];
        uint64 firstItem = items.items;
        batch = items.batches + 1;
        _items[dataset] = Items(firstItem + count, batch);
        _batches[dataset][batch] = Batch(itemsRoot, goldRoot, firstItem, count);
        emit BatchAdded(dataset, batch, itemsRoot, goldRoot, firstItem, count);
    }

    /// @inheritdoc IDatasetRegistry
    function setState(bytes32 dataset, DatasetState state) external onlyPublisher(dataset) {
        DatasetState from = _records[dataset].state;
        if (!_mayFollow(from, state)) revert InvalidTransition(dataset, from, state);
        _records[dataset].state = state;
        emit DatasetStateChanged(dataset, state);
    }

    // ---- readings

    /// @inheritdoc IDatasetRegistry
    function datasetId(address publisher, bytes32 termsHash, bytes32 salt) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), publisher, termsHash, salt));
    }

    /// @inheritdoc IDatasetRegistry
    function termsOf(bytes32 dataset) external view returns (Terms memory) {
        _checkKnown(dataset);
        return _terms[dataset];
    }

    /// @inheritdoc IDatasetRegistry
    function stakeTermsOf(bytes32 dataset) external view returns (StakeTerms memory) {
        _checkKnown(dataset);
        Terms storage terms = _terms[dataset];
        return StakeTerms({
            publisher: terms.publisher,
            stake: terms.stake,
            penaltyCap: terms.penaltyCap,
            receiptPeriod: terms.receiptPeriod,
            checkpointPeriod: terms.checkpointPeriod,
            settlePeriod: terms.settlePeriod,
            appealPeriod: terms.appealPeriod,
            penaltyPeriod: terms.penaltyPeriod,
            credential: terms.credential,
            state: _records[dataset].state
        });
    }

    /// @inheritdoc IDatasetRegistry
    function courtTermsOf(bytes32 dataset) external view returns (CourtTerms memory) {
        _checkKnown(dataset);
        Terms storage terms = _terms[dataset];
        return CourtTerms({
            paymentToken: terms.paymentToken,
            unitsPerLabel: terms.unitsPerLabel,
            responsePeriod: terms.responsePeriod,
            appealPeriod: terms.appealPeriod,
            challengeBond: terms.challengeBond,
            auditFee: terms.auditFee,
            penaltyCap: terms.penaltyCap
        });
    }

    /// @inheritdoc IDatasetRegistry
    function ledgerTermsOf(bytes32 dataset) external view returns (LedgerTerms memory) {
        _checkKnown(dataset);
        Terms storage terms = _terms[dataset];
        return LedgerTerms({
            coordinator: terms.coordinator,
            unitsPerLabel: terms.unitsPerLabel,
            challengeWindow: terms.challengeWindow,
            shares: _records[dataset].shares,
            // Within its bounds (libraries/TermsRules.sol).
            // forge-lint: disable-next-line(unsafe-typecast)
            proposerBond: uint96(terms.proposerBond),
            successor: terms.successor,
            supplyCap: terms.supplyCap,
            settlePeriod: terms.settlePeriod,
            receiptPeriod: terms.receiptPeriod,
            claimPeriod: terms.claimPeriod,
            responsePeriod: terms.responsePeriod
        });
    }

    /// @inheritdoc IDatasetRegistry
    function servingOf(bytes32 dataset) external view returns (Version memory) {
        _checkKnown(dataset);
        return _version(_records[dataset].version);
    }

    /// @inheritdoc IDatasetRegistry
    function joiningOf(bytes32 dataset) external view returns (address vault, uint40 pausedUntil) {
        _checkKnown(dataset);
        Serving storage serving = _versions[_records[dataset].version];
        return (serving.vault, serving.joiningPausedUntil);
    }

    /// @inheritdoc IDatasetRegistry
    function creationPausedUntil() external view returns (uint64) {
        return _head.creationPausedUntil;
    }

    /// @inheritdoc IDatasetRegistry
    function recordOf(bytes32 dataset) external view returns (address shares, DatasetState state) {
        Record storage record = _records[dataset];
        return (record.shares, record.state);
    }

    /// @inheritdoc IDatasetRegistry
    function stateOf(bytes32 dataset) external view returns (DatasetState) {
        return _records[dataset].state;
    }

    /// @inheritdoc IDatasetRegistry
    function sharesOf(bytes32 dataset) external view returns (address) {
        return _records[dataset].shares;
    }

    /// @inheritdoc IDatasetRegistry
    function versionOf(bytes32 dataset) external view returns (uint64) {
        return _records[dataset].version;
    }

    /// @inheritdoc IDatasetRegistry
    function version(uint64 number) external view returns (Version memory) {
        _checkVersion(number);
        return _version(number);
    }

    /// @inheritdoc IDatasetRegistry
    function latestVersion() external view returns (uint64) {
        return _head.latestVersion;
    }

    /// @inheritdoc IDatasetRegistry
    function batchCount(bytes32 dataset) external view returns (uint32) {
        return _items[dataset].batches;
    }

    /// @inheritdoc IDatasetRegistry
    function batchOf(bytes32 dataset, uint32 batch) external view returns (Batch memory) {
        return _batches[dataset][batch];
    }

    /// @inheritdoc IDatasetRegistry
    function itemCount(bytes32 dataset) external view returns (uint64) {
        return _items[dataset].items;
    }

    // ---- inside

    function _createShares(Serving storage serving, bytes32 dataset, bytes32 termsHash, Terms calldata terms)
        private
        returns (address)
    {
        SharesConfig memory config = SharesConfig({
            dataset: dataset,
            paymentToken: terms.paymentToken,
            ledger: serving.ledger,
            market: serving.market,
            publisher: terms.publisher,
            publisherBps: terms.publisherBps,
            treasuryBps: terms.treasuryBps,
            licenseTerm: terms.licenseTerm,
            termsHash: termsHash,
            reportingPeriod: terms.reportingPeriod,
            transferPolicy: terms.transferPolicy,
            transfersLockedUntil: terms.transfersLockedUntil,
            supplyCap: terms.supplyCap,
            registry: address(this)
        });
        return SharesClone.create(serving.sharesImplementation, config);
    }

    /// @dev Nobody could ever join a dataset that asks for what nobody issues.
    function _checkCredential(address vault, bytes32 credential) private view {
        if (credential == 0) return;
        address credentials = IStakeVault(vault).credentials();
        if (!ICredentialRegistry(credentials).isDefined(credential)) revert InvalidTerm("credential");
    }

    function _version(uint64 number) private view returns (Version memory) {
        Serving memory s = _versions[number];
        return Version(s.ledger, s.vault, s.market, s.sharesImplementation, s.court, s.faults, s.deliveries);
    }

    function _checkVersion(uint64 number) private view {
        if (number == 0 || number > _head.latestVersion) revert UnknownVersion(number);
    }

    function _mayFollow(DatasetState from, DatasetState to) private pure returns (bool) {
        if (to == DatasetState.Open) return from == DatasetState.Paused;
        if (to == DatasetState.Paused) return from == DatasetState.Open;
        if (to == DatasetState.Closed) return from == DatasetState.Open || from == DatasetState.Paused;
        return to == DatasetState.Archived && from == DatasetState.Closed;
    }

    function _checkKnown(bytes32 dataset) private view {
        if (_records[dataset].state == DatasetState.None) revert UnknownDataset(dataset);
    }

    function _checkPublisher(bytes32 dataset) private view {
        _checkKnown(dataset);
        address publisher = _terms[dataset].publisher;
        if (msg.sender != publisher) revert NotPublisher(dataset, msg.sender, publisher);
    }

    function _checkNamesThis(address contract_) private view {
        if (contract_.code.length == 0 || INamesRegistry(contract_).registry() != address(this)) {
            revert InvalidVersion(contract_);
        }
    }

    /// @dev Without court, faults or deliveries a promise to those who work or buy would have no judge, for ever.
    function _checkServesLedger(address contract_, address ledger) private view {
        _checkNamesThis(contract_);
        if (INamesLedger(contract_).ledger() != ledger) revert InvalidVersion(contract_);
    }
}
