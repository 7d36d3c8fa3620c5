// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./IAnnotationLedger.sol";
import {IDatasetShares} from "./IDatasetShares.sol";
import {ISettlementCourt} from "./ISettlementCourt.sol";

/// @title Faults that are shown, not argued
/// @notice Merkle proofs against the committed roots bring a settlement down in one transaction, without bond, jury or wait; and a
/// demand for a row's signature is answered here. What is proven here the dataset's court acts upon.
/// @dev Pure checks over public data: this contract holds no money and no state.
interface IProofDesk {
    /// @dev EIP-712 `AgentKey(bytes32 dataset,address account,address agent,uint64 notBefore,uint64 notAfter)`
    struct AgentKey {
        bytes32 dataset;
        address account;
        address agent;
        uint64 notBefore;
        uint64 notAfter;
    }

    /// @notice A row of the checkpoint that labelled an item, and the item's place.
    /// @param index of the row, from the dataset's first
    /// @param batch and position of the item in its batch's tree
    struct LabelledItem {
        IAnnotationLedger.Annotation annotation;
        uint64 index;
        bytes32[] logProof;
        uint32 batch;
        uint32 position;
        bytes32[] itemProof;
    }

    /// @notice A gold leaf, opened: keccak256(abi.encode(item, label, salt)) at a position of a batch's gold tree.
    /// @param item index in the dataset that the leaf names
    struct GoldOpening {
        uint32 batch;
        uint32 position;
        uint64 item;
        bytes32 label;
        bytes32 salt;
        bytes32[] proof;
    }

    /// @notice The statement is not the row that is meant.
    error WrongRow(bytes32 expected, bytes32 given);
    /// @notice The agent key is not of this account, dataset and time.
    error WrongAgentKey(address account, address agent);
    /// @notice The signature is not by its signer.
    error NotSigned(address signer);
    /// @notice Two leaves of one account must be given in ascending order.
    error LeavesNotAscending(uint32 before, uint32 index);
    /// @notice What was shown is no fault.
    error NoFault(ISettlementCourt.Ground ground);
    /// @notice The item does not lie under the root of its batch.
    error InvalidItem(uint32 batch, uint32 position);
    /// @notice The opened gold does not lie under the root of its batch.
    error InvalidOpening(uint32 batch, uint32 position);
    /// @notice The leaf does not lie under the root of the settlement.
    error InvalidLeaf(bytes32 dataset, uint64 epoch, uint32 index);
    /// @notice The row does not stand at that index of the checkpoint.
    error NotLogged(bytes32 dataset, uint64 epoch, uint64 index, bytes32 row);
    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();

    /// @notice Answers a demand; anyone may. A contract wallet that denies its signature is referred to a panel: the demand ends
    /// without a loser, and the ground Wallet is open.
    /// @param signature of the account over the row, or of its agent
    /// @param agentKey that the account authorised; zeros when it signed itself
    /// @param authorisation the account's signature over the agent key
    function answerSignature(
        bytes32 dataset,
        uint256 caseId,
        IAnnotationLedger.Annotation calldata annotation,
        bytes calldata signature,
        AgentKey calldata agentKey,
        bytes calldata authorisation
    ) external;

    /// @notice Shows leaves that break a bound: one alone, or together more than the total. The settlement falls at once.
    /// @param leaves in ascending order of their indices
    function proveLeafBounds(bytes32 dataset, uint64 epoch, IDatasetShares.ShareClaim[] calldata leaves)
        external
        returns (uint256 caseId);

    /// @notice Shows two leaves of one account, or at one index. The settlement falls at once.
    function proveTwoLeaves(
        bytes32 dataset,
        uint64 epoch,
        IDatasetShares.ShareClaim calldata one,
        IDatasetShares.ShareClaim calldata other
    ) external returns (uint256 caseId);

    /// @notice Shows two gold leaves that name one item, with different labels, and a row of the checkpoint that labelled it. The
    /// settlement falls at once, and its whole bond is burnt: the publisher, who commits the gold, could plant such leaves.
    function proveGold(
        bytes32 dataset,
        uint64 epoch,
        LabelledItem calldata labelled,
        GoldOpening calldata one,
        GoldOpening calldata other
    ) external returns (uint256 caseId);

    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
}
