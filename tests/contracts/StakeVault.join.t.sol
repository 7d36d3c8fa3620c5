// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {StakeVault} from "../../contracts/StakeVault.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {DatasetState, Terms} from "../../contracts/types.sol";
import {Signatures} from "./support/Signatures.sol";
import {World} from "./support/World.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice Joining locks exactly the terms' stake, at the word of the account, whoever posts it.
contract StakeVaultJoinTest is World {
    bytes32 private constant NONE = "none";
    bytes32 private constant OTHER = "other";

    bytes32 internal dataset;
    address internal signer;
    uint256 internal signerKey;
    address internal relayer = makeAddr("relayer");

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        (signer, signerKey) = makeAddrAndKey("signer");
        vm.prank(admin);
        assertTrue(cota.transfer(relayer, 1000e18));
        vm.prank(relayer);
        cota.approve(address(vault), type(uint256).max);
    }

    function test_deposit_and_withdraw__free_stake__in_full_at_once() public {
        giveStake(alice, 70);
        assertEq(vault.freeStake(alice), 70);
        vm.startPrank(alice);
        vault.withdraw(bob, 70);
        assertEq(cota.balanceOf(bob), 70);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientFreeStake.selector, alice, 0, 1));
        vault.withdraw(bob, 1);
    }

    function test_deposit_and_withdraw__nothing_or_nobody__reverts() public {
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.deposit(alice, 0);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.deposit(address(0), 1);
        vm.expectRevert(IStakeVault.ZeroAmount.selector);
        vault.withdraw(alice, 0);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.withdraw(address(0), 1);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.withdraw(address(vault), 1);
    }

    function test_join__by_oneself__locks_free_stake() public {
        giveStake(alice, 150e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.expectEmit(address(vault));
        emit IStakeVault.Joined(dataset, alice, alice, request.termsHash, 100e18, 60e18);
        vm.prank(alice);
        vault.join(request, "", false);
        assertTrue(vault.isMember(dataset, alice));
        assertEq(vault.freeStake(alice), 50e18);
        IStakeVault.Membership memory m = vault.membership(dataset, alice);
        assertEq(m.stake, 100e18);
        assertEq(m.penaltyCap, 60e18);
        assertEq(m.sponsor, alice);
        assertEq(m.joinedAt, block.timestamp);
    }

    function test_join__locked_stake__cannot_be_withdrawn_P7() public {
        join(dataset, alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.InsufficientFreeStake.selector, alice, 0, 1));
        vault.withdraw(alice, 1);
    }

    function test_join__without_enough_free_stake__reverts() public {
        giveStake(alice, 99e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.InsufficientFreeStake.selector, alice, 99e18, uint256(100e18))
        );
        vault.join(request, "", false);
    }

    function test_join__relayed_and_sponsored__costs_the_signer_nothing() public {
        IStakeVault.JoinRequest memory request = joinRequest(dataset, signer);
        bytes memory signature = Signatures.sign(signerKey, Signatures.join(address(vault), request));
        vm.prank(relayer);
        vault.join(request, signature, true);
        assertTrue(vault.isMember(dataset, signer));
        assertEq(vault.membership(dataset, signer).sponsor, relayer);
        assertEq(cota.balanceOf(relayer), 900e18);
        assertTrue(vault.nonceUsed(signer, 1));
    }

    function test_join__sponsored__uses_the_sponsors_free_stake_first() public {
        giveStake(relayer, 30e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, signer);
        bytes memory signature = Signatures.sign(signerKey, Signatures.join(address(vault), request));
        vm.prank(relayer);
        vault.join(request, signature, true);
        assertEq(vault.freeStake(relayer), 0);
        assertEq(cota.balanceOf(relayer), 930e18);
    }

    function test_join__relayed_and_not_sponsored__locks_the_signers_own_free_stake() public {
        giveStake(signer, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, signer);
        bytes memory signature = Signatures.sign(signerKey, Signatures.join(address(vault), request));
        vm.prank(relayer);
        vault.join(request, signature, false);
        assertEq(vault.freeStake(signer), 0);
        assertEq(vault.membership(dataset, signer).sponsor, signer);
        assertEq(cota.balanceOf(relayer), 1000e18);
    }

    function test_join__for_another_without_signature__reverts() public {
        IStakeVault.JoinRequest memory request = joinRequest(dataset, signer);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotAccount.selector, signer, relayer));
        vault.join(request, "", true);
    }

    function test_join__by_the_publisher__reverts() public {
        giveStake(publisher, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, publisher);
        vm.prank(publisher);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.PublisherCannotJoin.selector, dataset, publisher));
        vault.join(request, "", false);
    }

    function test_join__with_other_terms_or_cap__reverts() public {
        giveStake(alice, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        request.penaltyCap = 50e18;
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.CapMismatch.selector, 50e18, uint256(60e18)));
        vault.join(request, "", false);
        request.termsHash = "other";
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.TermsMismatch.selector, OTHER, keccak256(abi.encode(defaultTerms())))
        );
        vault.join(request, "", false);
    }

    function test_join__twice_at_a_time__reverts() public {
        join(dataset, alice);
        giveStake(alice, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.WrongMembership.selector, dataset, alice, IStakeVault.MembershipState.Active
            )
        );
        vault.join(request, "", false);
        depart(dataset, alice);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeVault.WrongMembership.selector, dataset, alice, IStakeVault.MembershipState.Leaving
            )
        );
        vault.join(request, "", false);
    }

    function test_join__a_dataset_not_open__reverts() public {
        giveStake(alice, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        DatasetState[3] memory states = [DatasetState.Paused, DatasetState.Closed, DatasetState.Archived];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(publisher);
            registry.setState(dataset, states[i]);
            vm.prank(alice);
            vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotOpen.selector, dataset, states[i]));
            vault.join(request, "", false);
        }
    }

    function test_join__in_a_vault_of_another_version_or_an_unknown_dataset__reverts() public {
        StakeVault other = new StakeVault(address(registry), address(ledger), address(cota), address(credentials));
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.NotServed.selector, dataset, address(other)));
        other.join(request, "", false);
        request.dataset = "none";
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownDataset.selector, NONE));
        vault.join(request, "", false);
    }

    function test_join__a_dataset_without_stake__needs_none() public {
        Terms memory terms = defaultTerms();
        (terms.stake, terms.penaltyCap) = (0, 0);
        bytes32 free = newDataset(terms);
        IStakeVault.JoinRequest memory request = joinRequest(free, alice);
        vm.prank(alice);
        vault.join(request, "", false);
        assertTrue(vault.isMember(free, alice));
    }

    function test_join__a_contract_wallet__signs_by_erc1271() public {
        address wallet = address(new SigningWallet(signer));
        IStakeVault.JoinRequest memory request = joinRequest(dataset, wallet);
        bytes memory signature = Signatures.sign(signerKey, Signatures.join(address(vault), request));
        vm.prank(relayer);
        vault.join(request, signature, true);
        assertTrue(vault.isMember(dataset, wallet));
    }

    function test_constructor__with_a_zero_address__reverts() public {
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        new StakeVault(address(0), address(ledger), address(cota), address(credentials));
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        new StakeVault(address(registry), address(0), address(cota), address(credentials));
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        new StakeVault(address(registry), address(ledger), address(0), address(credentials));
    }

    function test_readings__name_the_neighbours() public view {
        assertEq(vault.registry(), address(registry));
        assertEq(vault.ledger(), address(ledger));
        assertEq(vault.stakeToken(), address(cota));
        assertEq(vault.domainSeparator(), Signatures.domain(address(vault)));
    }
}

/// @notice Accepts what its owner signed.
contract SigningWallet is IERC1271 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        return ecrecover(hash, uint8(signature[64]), r, s) == OWNER ? this.isValidSignature.selector : bytes4(0);
    }
}
