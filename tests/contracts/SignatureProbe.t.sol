// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SignatureProbe} from "../../contracts/offchain/SignatureProbe.sol";
import {
    BabblingWallet,
    EndlessWallet,
    OwnedWallet,
    OwnedWalletFactory,
    SilentDelegate
} from "./support/ProbedWallets.sol";
import {Test} from "forge-std/Test.sol";

/// @notice What a probe answers, read from the "code" it leaves. (On a chain, through the service: tests/api/test_contract_wallets.py.)
contract SignatureProbeTest is Test {
    uint256 internal constant NO_CODE = 0;
    uint256 internal constant REFUSED = 1;
    uint256 internal constant ACCEPTED = 2;
    uint256 internal constant ACCEPTED_BEFORE_DEPLOYMENT = 3;
    bytes32 internal constant WRAPPED = 0x6492649264926492649264926492649264926492649264926492649264926492;
    bytes32 internal constant DIGEST = keccak256("statement");

    OwnedWalletFactory internal factory;
    address internal owner;
    uint256 internal key;
    bytes internal signature;

    function setUp() public {
        factory = new OwnedWalletFactory();
        (owner, key) = makeAddrAndKey("owner");
        signature = _sign(key);
    }

    function test_an_account_without_code__is_not_the_probes_business() public {
        assertEq(_ask(owner, signature), NO_CODE);
        assertEq(_ask(owner, ""), NO_CODE);
    }

    function test_a_wallet__accepts_its_owners_signature_and_no_other() public {
        address wallet = address(new OwnedWallet(owner));
        (, uint256 stranger) = makeAddrAndKey("stranger");
        assertEq(_ask(wallet, signature), ACCEPTED);
        assertEq(_ask(wallet, _sign(stranger)), REFUSED);
        assertEq(_ask(wallet, ""), REFUSED);
        assertEq(_ask(wallet, hex"01"), REFUSED);
    }

    function test_code_without_a_word_about_signatures__is_a_refusal() public {
        assertEq(_ask(address(new SilentDelegate()), signature), REFUSED);
    }

    function test_a_wallet_that_returns_a_megabyte__is_read_by_its_first_word() public {
        assertEq(_ask(address(new BabblingWallet()), signature), ACCEPTED);
    }

    function test_a_wallet_that_never_ends__is_a_refusal_at_a_bounded_price() public {
        address wallet = address(new EndlessWallet());
        uint256 gas = gasleft();
        assertEq(_ask(wallet, signature), REFUSED);
        assertLt(gas - gasleft(), 6_000_000);
    }

    function test_a_wrapped_signature_of_a_wallet_to_be__is_accepted_before_deployment() public {
        address wallet = factory.addressOf(owner);
        assertEq(wallet.code.length, 0);
        assertEq(_ask(wallet, _wrap(abi.encodeCall(factory.make, (owner)), signature)), ACCEPTED_BEFORE_DEPLOYMENT);
    }

    function test_a_wrapped_signature_of_a_stranger__is_refused_though_the_wallet_can_be_made() public {
        (, uint256 stranger) = makeAddrAndKey("stranger");
        bytes memory wrapped = _wrap(abi.encodeCall(factory.make, (owner)), _sign(stranger));
        assertEq(_ask(factory.addressOf(owner), wrapped), REFUSED);
    }

    function test_a_wrapped_signature_of_a_wallet_that_is_there__asks_it_and_makes_nothing() public {
        address wallet = factory.make(owner);
        // A second wallet of the owner cannot be made: had the probe tried, the answer would be NO_CODE.
        assertEq(_ask(wallet, _wrap(abi.encodeCall(factory.make, (owner)), signature)), ACCEPTED);
    }

    function test_a_factory_that_fails_or_makes_another_wallet__is_no_code() public {
        address wallet = factory.addressOf(owner);
        assertEq(_ask(wallet, _wrap(hex"deadbeef", signature)), NO_CODE);
        assertEq(_ask(wallet, _wrap(abi.encodeCall(factory.make, (address(this))), signature)), NO_CODE);
    }

    /// @dev The word that the probe returns as its code.
    function _ask(address account, bytes memory signature_) private returns (uint256) {
        return abi.decode(address(new SignatureProbe(account, DIGEST, signature_)).code, (uint256));
    }

    function _sign(uint256 key_) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key_, DIGEST);
        return abi.encodePacked(r, s, v);
    }

    /// @dev ERC-6492: who makes the wallet, by which call, and what it is then asked about.
    function _wrap(bytes memory make, bytes memory inner) private view returns (bytes memory) {
        return abi.encodePacked(abi.encode(address(factory), make, inner), WRAPPED);
    }
}
