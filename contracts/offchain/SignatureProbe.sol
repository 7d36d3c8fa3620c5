// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title Does an account's contract accept a signature? Asked without being deployed
/// @notice `eth_call` without `to`, with this creation code: its "code" is the answer, and nothing is left behind.
/// A signature wrapped as ERC-6492 may be of a wallet that does not exist yet: it is made for the time of the call.
/// Key wallets are not its business: the service recovers those itself.
contract SignatureProbe {
    uint256 internal constant NO_CODE = 0;
    uint256 internal constant REFUSED = 1;
    uint256 internal constant ACCEPTED = 2;
    uint256 internal constant ACCEPTED_BEFORE_DEPLOYMENT = 3;
    bytes32 internal constant WRAPPED = 0x6492649264926492649264926492649264926492649264926492649264926492;
    /// What a wallet may burn before it is taken for one that refuses.
    uint256 internal constant WALLET_GAS = 5_000_000;

    constructor(address account, bytes32 digest, bytes memory signature) {
        _answer(_probe(account, digest, signature));
    }

    function _probe(address account, bytes32 digest, bytes memory signature) private returns (uint256) {
        bool hasCode = account.code.length != 0;
        if (!_isWrapped(signature)) {
            if (!hasCode) return NO_CODE;
            return _accepts(account, digest, signature) ? ACCEPTED : REFUSED;
        }
        (address factory, bytes memory make, bytes memory inner) =
            abi.decode(_unwrapped(signature), (address, bytes, bytes));
        if (!hasCode) {
            (bool made,) = factory.call{gas: WALLET_GAS}(make);
            if (!made || account.code.length == 0) return NO_CODE;
        }
        if (!_accepts(account, digest, inner)) return REFUSED;
        return hasCode ? ACCEPTED : ACCEPTED_BEFORE_DEPLOYMENT;
    }

    /// One word is read of the answer, however much a wallet returns.
    function _accepts(address account, bytes32 digest, bytes memory signature) private view returns (bool accepted) {
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        uint256 gasLimit = WALLET_GAS;
        bytes4 magic = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            mstore(0, 0)
            let done := staticcall(gasLimit, account, add(question, 32), mload(question), 0, 32)
            accepted := and(and(done, gt(returndatasize(), 31)), eq(mload(0), magic))
        }
    }

    function _isWrapped(bytes memory signature) private pure returns (bool wrapped) {
        uint256 length = signature.length;
        if (length < 32) return false;
        bytes32 last;
        assembly ("memory-safe") {
            last := mload(add(signature, length))
        }
        wrapped = last == WRAPPED;
    }

    /// The same bytes without the last word.
    function _unwrapped(bytes memory signature) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(signature, sub(mload(signature), 32))
        }
        return signature;
    }

    function _answer(uint256 answer) private pure {
        assembly ("memory-safe") {
            mstore(0, answer)
            return(0, 32)
        }
    }
}
