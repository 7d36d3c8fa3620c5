// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "../interfaces/IDatasetShares.sol";
import {IProofDesk} from "../interfaces/IProofDesk.sol";
import {ISettlementCourt} from "../interfaces/ISettlementCourt.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {LogTree} from "../libraries/LogTree.sol";
import {RowSignatures} from "../libraries/RowSignatures.sol";
import {Statements} from "../libraries/Statements.sol";
import {CourtTerms} from "../types.sol";

/// @title ProofDesk
/// @notice Proof -> **fault or no fault** -> the dataset's court.
contract ProofDesk is IProofDesk {
    IDatasetRegistry private immutable REGISTRY;
    IAnnotationLedger private immutable LEDGER;

    constructor(address registry_, address ledger_) {
        if (registry_ == address(0) || ledger_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        LEDGER = IAnnotationLedger(ledger_);
    }

    // ---- settlements

    /// @inheritdoc IProofDesk
    function proveLeafBounds(bytes32 dataset, uint64 epoch, IDatasetShares.ShareClaim[] calldata leaves)
        external
        returns (uint256)
    {
        IAnnotationLedger.Proposal memory p = LEDGER.proposalOf(dataset, epoch);
        CourtTerms memory terms = REGISTRY.courtTermsOf(dataset);
        IAnnotationLedger.Checkpoint memory log = LEDGER.checkpointOf(dataset, epoch);
        uint256 most = uint256(terms.unitsPerLabel) * (log.to - log.from);
        uint256 sum = 0;
        bool isFault = false;
        for (uint256 i = 0; i < leaves.length; ++i) {
            IDatasetShares.ShareClaim calldata leaf = leaves[i];
            if (i != 0 && leaf.index <= leaves[i - 1].index) {
                revert LeavesNotAscending(leaves[i - 1].index, leaf.index);
            }
            _checkLeaf(dataset, epoch, p.settlementRoot, leaf);
            sum += leaf.units;
            isFault = isFault || leaf.units > most || leaf.penalty > terms.penaltyCap || leaf.index >= p.leafCount
                || leaf.account == address(0);
        }
        if (!isFault && sum <= p.totalUnits) revert NoFault(ISettlementCourt.Ground.LeafBounds);
        return _bringDown(dataset, epoch, ISettlementCourt.Ground.LeafBounds, true);
    }

    /// @inheritdoc IProofDesk
    function proveTwoLeaves(
        bytes32 dataset,
        uint64 epoch,
        IDatasetShares.ShareClaim calldata one,
        IDatasetShares.ShareClaim calldata other
    ) external returns (uint256) {
        bytes32 root = LEDGER.proposalOf(dataset, epoch).settlementRoot;
        _checkLeaf(dataset, epoch, root, one);
        _checkLeaf(dataset, epoch, root, other);
        bool isSameLeaf = one.index == other.index && one.account == other.account && one.units == other.units
            && one.penalty == other.penalty;
        if (isSameLeaf || (one.index != other.index && one.account != other.account)) {
            revert NoFault(ISettlementCourt.Ground.TwoLeaves);
        }
        return _bringDown(dataset, epoch, ISettlementCourt.Ground.TwoLeaves, true);
    }

    /// @inheritdoc IProofDesk
    function proveGold(
        bytes32 dataset,
        uint64 epoch,
        LabelledItem calldata labelled,
        GoldOpening calldata one,
        GoldOpening calldata other
    ) external returns (uint256) {
        uint64 item = _checkLabelled(dataset, epoch, labelled);
        _checkOpening(dataset, item, one);
        _checkOpening(dataset, item, other);
        if (one.label == other.label) revert NoFault(ISettlementCourt.Ground.Gold);
        return _bringDown(dataset, epoch, ISettlementCourt.Ground.Gold, false);
    }

    // ---- signatures

    /// @inheritdoc IProofDesk
    function answerSignature(
        bytes32 dataset,
        uint256 caseId,
        IAnnotationLedger.Annotation calldata annotation,
        bytes calldata signature,
        AgentKey calldata agentKey,
        bytes calldata authorisation
    ) external {
        ISettlementCourt court = _court(dataset);
        ISettlementCourt.Case memory c = court.caseOf(caseId);
        bytes32 row = Statements.hash(annotation);
        if (row != c.evidence) revert WrongRow(c.evidence, row);
        // A row that names another dataset is nobody's signature for this one.
        if (annotation.dataset != c.dataset) revert WrongRow(c.dataset, annotation.dataset);
        bytes32 domain = LEDGER.domainSeparator();
        bool isSigned;
        if (agentKey.agent == address(0)) {
            isSigned = RowSignatures.isByAccount(domain, row, annotation.account, signature);
        } else {
            uint64 loggedAt = LEDGER.checkpointOf(c.dataset, c.epoch).madeAt;
            if (!RowSignatures.fits(agentKey, annotation, loggedAt)) {
                revert WrongAgentKey(agentKey.account, agentKey.agent);
            }
            if (!RowSignatures.isByAgent(domain, row, agentKey.agent, signature)) revert NotSigned(agentKey.agent);
            isSigned = RowSignatures.isAuthorised(domain, agentKey, authorisation);
        }
        if (!isSigned && annotation.account.code.length == 0) revert NotSigned(annotation.account);
        court.concludeDemand(caseId, isSigned);
    }

    // ---- readings

    /// @inheritdoc IProofDesk
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc IProofDesk
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    // ---- inside

    function _bringDown(bytes32 dataset, uint64 epoch, ISettlementCourt.Ground ground, bool isRewarded)
        private
        returns (uint256)
    {
        return _court(dataset).bringDown(dataset, epoch, ground, msg.sender, isRewarded);
    }

    function _court(bytes32 dataset) private view returns (ISettlementCourt) {
        return ISettlementCourt(REGISTRY.servingOf(dataset).court);
    }

    function _checkLeaf(bytes32 dataset, uint64 epoch, bytes32 root, IDatasetShares.ShareClaim calldata leaf)
        private
        view
    {
        if (leaf.epoch != epoch || !Leaves.verify(address(LEDGER), dataset, leaf, root)) {
            revert InvalidLeaf(dataset, epoch, leaf.index);
        }
    }

    /// @return item index in the dataset of the item that the row labelled
    function _checkLabelled(bytes32 dataset, uint64 epoch, LabelledItem calldata labelled)
        private
        view
        returns (uint64 item)
    {
        bytes32 row = Statements.hash(labelled.annotation);
        if (
            labelled.annotation.dataset != dataset
                || !LEDGER.isLogged(dataset, epoch, labelled.index, row, labelled.logProof)
        ) revert NotLogged(dataset, epoch, labelled.index, row);
        IDatasetRegistry.Batch memory batch = REGISTRY.batchOf(dataset, labelled.batch);
        bytes32 ref = labelled.annotation.itemRef;
        if (!LogTree.verify(batch.itemsRoot, ref, labelled.position, batch.count, labelled.itemProof)) {
            revert InvalidItem(labelled.batch, labelled.position);
        }
        return batch.firstItem + labelled.position;
    }

    function _checkOpening(bytes32 dataset, uint64 item, GoldOpening calldata opening) private view {
        IDatasetRegistry.Batch memory batch = REGISTRY.batchOf(dataset, opening.batch);
        bytes32 leaf = keccak256(abi.encode(uint256(opening.item), opening.label, opening.salt));
        if (opening.item != item || !LogTree.verify(batch.goldRoot, leaf, opening.position, batch.count, opening.proof))
        {
            revert InvalidOpening(opening.batch, opening.position);
        }
    }
}
