// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Signatures} from "../support/Signatures.sol";
import {World} from "../support/World.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice B12: one signature, several byte shapes. On chain only one shape counts, and what identifies a request is its
/// nonce, not its signature's bytes.
contract B12SignaturesTest is World {
    bytes32 internal dataset;
    address internal signer;
    uint256 internal key;
    address internal relayer = makeAddr("relayer");
    IStakeVault.JoinRequest internal request;
    bytes32 internal digest;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        (signer, key) = makeAddrAndKey("signer");
        giveStake(relayer, 1000e18);
        request = joinRequest(dataset, signer);
        digest = Signatures.join(address(vault), request);
    }

    function test_B12__high_s__reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = Signatures.highS(key, digest);
        assertEq(ecrecover(digest, v, r, s), signer);
        _refused(abi.encodePacked(r, s, v));
    }

    function test_B12__zero_recovering__reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        assertEq(ecrecover(digest, 29, r, s), address(0));
        _refused(abi.encodePacked(r, s, uint8(29)));
        _refused(abi.encodePacked(r, s, uint8(2)));
        _refused(abi.encodePacked(r, s, uint8(255)));
        _refused(abi.encodePacked(bytes32(0), s, v));
        _refused(abi.encodePacked(r, bytes32(0), v));
        _refused(new bytes(65));
    }

    function test_B12__zero_recovering_for_the_zero_account__reverts() public {
        request.account = address(0);
        _refused(new bytes(65));
    }

    function test_B12__v_0_or_1_compact_short_or_long__reverts() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        _refused(abi.encodePacked(r, s, v - 27));
        _refused(abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
        _refused(abi.encodePacked(r, bytes31(s), v));
        _refused(abi.encodePacked(r, s, v, uint8(0)));
    }

    function test_B12__by_another_key_for_another_vault_or_chain__reverts() public {
        (, uint256 otherKey) = makeAddrAndKey("other");
        _refused(Signatures.sign(otherKey, digest));
        _refused(Signatures.sign(key, Signatures.join(address(ledger), request)));
        bytes memory signature = Signatures.sign(key, digest);
        vm.chainId(1);
        _refused(signature);
    }

    function test_B12__used_again_even_after_leaving__reverts() public {
        bytes memory signature = Signatures.sign(key, digest);
        vm.prank(relayer);
        vault.join(request, signature, true);
        depart(dataset, signer);
        vm.warp(vault.expiryOf(dataset, signer));
        vault.expire(dataset, signer);
        request.deadline = uint64(block.timestamp);
        signature = Signatures.sign(key, Signatures.join(address(vault), request));
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NonceUsed.selector, signer, 1));
        vault.join(request, signature, true);
    }

    function test_B12__after_its_deadline__reverts() public {
        bytes memory signature = Signatures.sign(key, digest);
        vm.warp(request.deadline + 1);
        vm.prank(relayer);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.SignatureExpired.selector, request.deadline, request.deadline + 1)
        );
        vault.join(request, signature, true);
    }

    function test_B12__a_join_nonce__cannot_be_used_to_leave() public {
        vm.prank(relayer);
        vault.join(request, Signatures.sign(key, digest), true);
        IStakeVault.LeaveRequest memory leaving = leaveRequest(dataset, signer);
        leaving.nonce = 1;
        bytes memory signature = Signatures.sign(key, Signatures.leave(address(vault), leaving));
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NonceUsed.selector, signer, 1));
        vault.leave(leaving, signature);
    }

    function test_B12__a_permit_with_high_s_or_recovering_zero__reverts() public {
        bytes32 permit = Signatures.permit(address(usd), signer, relayer, 1, 0, type(uint256).max);
        (uint8 v, bytes32 r, bytes32 s) = Signatures.highS(key, permit);
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, s));
        usd.permit(signer, relayer, 1, type(uint256).max, v, r, s);
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        usd.permit(address(0), relayer, 1, type(uint256).max, 29, r, bytes32(uint256(1)));
        (v, r, s) = vm.sign(key, permit);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        usd.permit(relayer, relayer, 1, type(uint256).max, v, r, s);
    }

    function _refused(bytes memory signature) private {
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InvalidSignature.selector, request.account));
        vault.join(request, signature, true);
    }
}
