// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Wallets that are contracts, for tests of whoever asks them: one honest, some not.
contract OwnedWallet is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError error,) = ECDSA.tryRecoverCalldata(hash, signature);
        return error == ECDSA.RecoverError.NoError && signer == OWNER ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Makes owned wallets at addresses that are known before.
contract OwnedWalletFactory {
    function make(address owner) external returns (address) {
        return address(new OwnedWallet{salt: 0}(owner));
    }

    function addressOf(address owner) external view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(OwnedWallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), bytes32(0), code)))));
    }
}

/// @notice Says yes, at the head of a megabyte of nothing.
contract BabblingWallet {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 1000000)
        }
    }
}

/// @notice Never ends.
contract EndlessWallet {
    fallback() external {
        for (uint256 i = 0;; ++i) {
            assembly ("memory-safe") {
                pop(keccak256(0, 32))
            }
        }
    }
}

/// @notice Has code, and no word about signatures: what an account delegates to (EIP-7702).
contract SilentDelegate {
    function ping() external pure returns (uint256) {
        return 1;
    }
}
