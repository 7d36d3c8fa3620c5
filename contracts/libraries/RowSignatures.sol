// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {IProofDesk} from "../interfaces/IProofDesk.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Who signed a row
/// @notice Row -> digest -> **account, or the agent key that it authorised**. In the service's order: an account with code is
/// asked (ERC-1271) and nothing else; an agent is a key, whatever stands at its address. Python twin: cota/auth/verify.py.
library RowSignatures {
    bytes32 private constant AGENT_KEY =
        keccak256("AgentKey(bytes32 dataset,address account,address agent,uint64 notBefore,uint64 notAfter)");
    uint64 private constant LONGEST = 12 hours;

    /// @notice True when `signature` is the account's over the row.
    function isByAccount(bytes32 domain, bytes32 row, address account, bytes calldata signature)
        internal
        view
        returns (bool)
    {
        return _isBy(account, MessageHashUtils.toTypedDataHash(domain, row), signature);
    }

    /// @notice True when `signature` is the agent's over the row.
    function isByAgent(bytes32 domain, bytes32 row, address agent, bytes calldata signature)
        internal
        pure
        returns (bool)
    {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, row);
        (address signer, ECDSA.RecoverError error,) = ECDSA.tryRecoverCalldata(digest, signature);
        return error == ECDSA.RecoverError.NoError && signer == agent;
    }

    /// @notice True when `authorisation` is the account's over the agent key.
    function isAuthorised(bytes32 domain, IProofDesk.AgentKey calldata key, bytes calldata authorisation)
        internal
        view
        returns (bool)
    {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(AGENT_KEY, key)));
        return _isBy(key.account, digest, authorisation);
    }

    /// @notice True when the key is one for the row: of its dataset and account, no longer than allowed, and begun before
    /// the row was logged.
    function fits(IProofDesk.AgentKey calldata key, IAnnotationLedger.Annotation calldata row, uint64 loggedAt)
        internal
        pure
        returns (bool)
    {
        return key.dataset == row.dataset && key.account == row.account && key.notAfter >= key.notBefore
            && key.notAfter - key.notBefore <= LONGEST && key.notBefore <= loggedAt;
    }

    function _isBy(address account, bytes32 digest, bytes calldata signature) private view returns (bool) {
        return SignatureChecker.isValidSignatureNowCalldata(account, digest, signature);
    }
}
