// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../interfaces/ICoordinatorFaults.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";

/// @title Signed statements (EIP-712 structs)
/// @notice Statement -> **struct hash** -> digest -> signature. Python twin: cota/auth/typed.py, with the same vectors.
library Statements {
    bytes32 internal constant ANNOTATION = keccak256(
        "Annotation(bytes32 dataset,bytes32 itemRef,uint8 kind,bytes32 labelCommitment,bytes32 lease,address account,uint256 nonce,uint64 deadline)"
    );
    bytes32 internal constant RECEIPT =
        keccak256("Receipt(bytes32 dataset,uint64 index,bytes32 rowId,uint64 includeBy)");
    bytes32 internal constant JOIN = keccak256(
        "Join(bytes32 dataset,address account,bytes32 termsHash,uint128 penaltyCap,uint256 nonce,uint64 deadline)"
    );
    bytes32 internal constant LEAVE = keccak256("Leave(bytes32 dataset,address account,uint256 nonce,uint64 deadline)");

    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice Domain "Cota", "1", this chain, the contract: what OpenZeppelin's EIP712 makes, without its kilobyte of code.
    function domainSeparator(address verifyingContract) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, keccak256("Cota"), keccak256("1"), block.chainid, verifyingContract));
    }

    /// @notice Row id: the identity of a label, whatever bytes its signature has.
    function hash(IAnnotationLedger.Annotation calldata statement) internal pure returns (bytes32) {
        return keccak256(abi.encode(ANNOTATION, statement));
    }

    function hash(ICoordinatorFaults.Receipt calldata statement) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT, statement));
    }

    function hash(IStakeVault.JoinRequest calldata statement) internal pure returns (bytes32) {
        return keccak256(abi.encode(JOIN, statement));
    }

    function hash(IStakeVault.LeaveRequest calldata statement) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEAVE, statement));
    }
}
