// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Life of a dataset. Open: all goes on. Paused: no joins, batches or sales. Closed: no joins or batches; epochs
/// finish, sales go on. Archived: no sales either. Checkpoints, settlements, royalties, exits and claims never stop.
enum DatasetState {
    None,
    Open,
    Paused,
    Closed,
    Archived
}

/// @notice When shares of a dataset may change hands. AllowList: only to accounts that the publisher listed. Claiming
/// shares or revenue ignores it.
enum TransferPolicy {
    Open,
    LockedUntil,
    AllowList
}

/// @notice What a visitor may see before paying.
enum PreviewPolicy {
    None,
    Labels,
    Items
}

/// @notice The terms of a dataset, frozen when it is created. `termsHash` = keccak256(abi.encode(terms)).
/// Amounts are base units of their token; periods are seconds; bps are 1/10,000. The registry refuses terms out of the
/// bounds named here (libraries/TermsRules.sol). No period but `licenseTerm` is longer than 365 days: every lock ends.
/// @param publisher brings the items; may not work on this dataset
/// @param coordinator checkpoints and proposes settlements; not zero
/// @param successor takes over when the coordinator is dead; not zero
/// @param paymentToken allow-listed, exact transfers only
/// @param publisherBps publisher's part of each payment, at most 3,000
/// @param treasuryBps treasury's part of each payment, at most 500; holders receive the rest
/// @param seats labels wanted per item, at least 1
/// @param supplyCap largest number of share base units ever minted, from 10^9 to 10^19
/// @param unitsPerLabel largest number of share base units per label, from 1 to `supplyCap`
/// @param priceFloor no license is sold below it; at least 1
/// @param stake posted per membership, in COTA
/// @param penaltyCap most that one membership can ever lose, at most `stake`
/// @param challengeBond posted by whoever challenges a settlement, in COTA; at least 1
/// @param proposerBond locked from the coordinator's prepaid balance by each proposal, in COTA
/// @param auditFee price of an audit, in the payment token
/// @param credential wanted to join and to be given items; zero for none; else one that is defined
/// @param rulesHash keccak256 of the canonical description of the scoring rules; not zero
/// @param schemaHash keccak256 of the canonical JSON of the question and its classes; not zero
/// @param drawCommitment keccak256 of the secret of the draw
/// @param transfersLockedUntil read only when the policy is LockedUntil
/// @param receiptPeriod longest time between a receipt and its `includeBy`; at most 7 days
/// @param checkpointPeriod longest time between two checkpoints
/// @param challengeWindow time between a proposal and its finalisation
/// @param settlePeriod longest time between a checkpoint and its settlement; longer than `challengeWindow`
/// @param responsePeriod time to answer a demand for inclusion; at most 30 days
/// @param claimPeriod time after `includeBy` in which a missing row may be claimed; at most 60 days
/// @param appealPeriod time after finalisation in which a contributor may appeal
/// @param penaltyPeriod time after finalisation within which a penalty may be executed, once `appealPeriod` is over: longer
/// than that by a third of it or a day, whichever is less, and by a second at least
/// @param reportingPeriod time between two royalty reports of a licensee; zero for no duty
/// @param priceDelay time before a changed price applies
/// @param licenseTerm life of a license; zero for perpetual
struct Terms {
    address publisher;
    uint16 publisherBps;
    uint16 treasuryBps;
    uint64 supplyCap;
    address coordinator;
    uint64 unitsPerLabel;
    uint32 challengeWindow;
    address successor;
    uint32 settlePeriod;
    uint32 receiptPeriod;
    uint32 checkpointPeriod;
    address paymentToken;
    uint32 responsePeriod;
    uint32 claimPeriod;
    uint32 appealPeriod;
    uint128 priceFloor;
    uint128 stake;
    uint128 penaltyCap;
    uint128 challengeBond;
    uint128 proposerBond;
    uint128 auditFee;
    uint32 penaltyPeriod;
    uint32 reportingPeriod;
    uint32 priceDelay;
    uint32 licenseTerm;
    uint64 transfersLockedUntil;
    uint16 seats;
    TransferPolicy transferPolicy;
    PreviewPolicy previewPolicy;
    bytes32 credential;
    bytes32 rulesHash;
    bytes32 schemaHash;
    bytes32 drawCommitment;
}

/// @notice What the shares of a dataset know without reading storage: the immutable arguments of their clone
/// (libraries/SharesClone.sol).
struct SharesConfig {
    bytes32 dataset;
    address paymentToken;
    address ledger;
    address market;
    address publisher;
    uint16 publisherBps;
    uint16 treasuryBps;
    uint32 licenseTerm;
    bytes32 termsHash;
    uint32 reportingPeriod;
    TransferPolicy transferPolicy;
    uint64 transfersLockedUntil;
    uint64 supplyCap;
    address registry;
}

/// @notice The part of `SharesConfig` that a sale or a royalty needs.
struct SaleConfig {
    bytes32 dataset;
    address paymentToken;
    address ledger;
    address market;
    address publisher;
    uint16 publisherBps;
    uint16 treasuryBps;
    uint32 licenseTerm;
    bytes32 termsHash;
    uint32 reportingPeriod;
}

/// @notice The terms that the vault reads to let a contributor in and out.
struct StakeTerms {
    address publisher;
    uint128 stake;
    uint128 penaltyCap;
    uint32 receiptPeriod;
    uint32 checkpointPeriod;
    uint32 settlePeriod;
    uint32 appealPeriod;
    uint32 penaltyPeriod;
    bytes32 credential;
    DatasetState state;
}

/// @notice The terms that the court reads.
struct CourtTerms {
    address paymentToken;
    uint64 unitsPerLabel;
    uint32 responsePeriod;
    uint32 appealPeriod;
    uint128 challengeBond;
    uint128 auditFee;
    uint128 penaltyCap;
}

/// @notice The terms that the ledger and the contracts around it read, and the dataset's shares.
struct LedgerTerms {
    address coordinator;
    uint64 unitsPerLabel;
    uint32 challengeWindow;
    address shares;
    uint96 proposerBond;
    address successor;
    uint64 supplyCap;
    uint32 settlePeriod;
    uint32 receiptPeriod;
    uint32 claimPeriod;
    uint32 responsePeriod;
}
