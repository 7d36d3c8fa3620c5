// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Signing, written apart from the contracts' own library.
library Signatures {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function domain(address contract_) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Cota"),
                keccak256("1"),
                block.chainid,
                contract_
            )
        );
    }

    function digest(address contract_, bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domain(contract_), structHash));
    }

    /// @notice A row's id.
    function rowId(IAnnotationLedger.Annotation memory a) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Annotation(bytes32 dataset,bytes32 itemRef,uint8 kind,bytes32 labelCommitment,bytes32 lease,address account,uint256 nonce,uint64 deadline)"
        );
        return keccak256(abi.encode(typeHash, a));
    }

    function join(address vault, IStakeVault.JoinRequest memory r) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Join(bytes32 dataset,address account,bytes32 termsHash,uint128 penaltyCap,uint256 nonce,uint64 deadline)"
        );
        return digest(
            vault, keccak256(abi.encode(typeHash, r.dataset, r.account, r.termsHash, r.penaltyCap, r.nonce, r.deadline))
        );
    }

    function leave(address vault, IStakeVault.LeaveRequest memory r) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Leave(bytes32 dataset,address account,uint256 nonce,uint64 deadline)");
        return digest(vault, keccak256(abi.encode(typeHash, r.dataset, r.account, r.nonce, r.deadline)));
    }

    function permit(address token, address owner, address spender, uint256 value, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes32)
    {
        bytes32 typeHash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        return keccak256(
            abi.encodePacked(
                "\x19\x01",
                IERC20Permit(token).DOMAIN_SEPARATOR(),
                keccak256(abi.encode(typeHash, owner, spender, value, nonce, deadline))
            )
        );
    }

    function sign(uint256 key, bytes32 digest_) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(key, digest_);
        return abi.encodePacked(r, s, v);
    }

    /// @notice The other signature of the same key for the same digest.
    function highS(uint256 key, bytes32 digest_) internal pure returns (uint8 v, bytes32 r, bytes32 s) {
        (v, r, s) = VM.sign(key, digest_);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        (v, s) = (v == 27 ? 28 : 27, bytes32(order - uint256(s)));
    }
}
