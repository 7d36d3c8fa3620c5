// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CredentialRegistry} from "../../contracts/CredentialRegistry.sol";
import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {ICredentialRegistry} from "../../contracts/interfaces/ICredentialRegistry.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Terms} from "../../contracts/types.sol";
import {World} from "./support/World.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

/// @notice Credentials: given, prolonged and taken by the issuers of each, bound to their account, asked for by datasets.
contract CredentialRegistryTest is World {
    bytes32 internal constant RADIOLOGIST = keccak256("radiologist, Brazil");
    bytes32 internal constant PATHOLOGIST = keccak256("pathologist, Brazil");
    bytes32 internal constant UNKNOWN = "x";
    uint64 internal constant COUNCIL = 20;
    uint64 internal constant COLLEGE = 21;

    address internal issuer = makeAddr("issuer");
    address internal otherIssuer = makeAddr("issuer of another credential");
    uint64 internal end;

    function setUp() public override {
        super.setUp();
        vm.startPrank(admin);
        credentials.defineCredential(RADIOLOGIST, COUNCIL, "ipfs://radiologist");
        credentials.defineCredential(PATHOLOGIST, COLLEGE, "ipfs://pathologist");
        access.grantRole(COUNCIL, issuer, 0);
        access.grantRole(COLLEGE, otherIssuer, 0);
        vm.stopPrank();
        end = uint64(block.timestamp) + 365 days;
    }

    // ---- definitions

    function test_define__by_another_than_the_operator__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, issuer));
        vm.prank(issuer);
        credentials.defineCredential("x", COUNCIL, "");
    }

    function test_define__nothing_twice_or_for_everybody__reverts() public {
        vm.startPrank(admin);
        vm.expectRevert(ICredentialRegistry.ZeroCredential.selector);
        credentials.defineCredential(0, COUNCIL, "");
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.CredentialExists.selector, RADIOLOGIST));
        credentials.defineCredential(RADIOLOGIST, COLLEGE, "");
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.RoleForAll.selector, 0));
        credentials.defineCredential("x", 0, "");
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.RoleForAll.selector, type(uint64).max));
        credentials.defineCredential("x", type(uint64).max, "");
        vm.stopPrank();
        assertTrue(credentials.isDefined(RADIOLOGIST));
        assertFalse(credentials.isDefined("x"));
        assertEq(credentials.roleOf(RADIOLOGIST), COUNCIL);
    }

    function test_constructor__without_an_access_manager__reverts() public {
        vm.expectRevert(ICredentialRegistry.ZeroAddress.selector);
        new CredentialRegistry(address(0));
    }

    // ---- issuing

    function test_issue__is_held_until_the_second_it_ends() public {
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.CredentialIssued(RADIOLOGIST, alice, issuer, end, "evidence");
        _issue();
        assertTrue(credentials.holdsCredential(RADIOLOGIST, alice));
        assertFalse(credentials.holdsCredential(PATHOLOGIST, alice));
        assertFalse(credentials.holdsCredential(RADIOLOGIST, bob));
        vm.warp(end - 1);
        assertTrue(credentials.holdsCredential(RADIOLOGIST, alice));
        vm.warp(end);
        assertFalse(credentials.holdsCredential(RADIOLOGIST, alice));
        ICredentialRegistry.Grant memory grant = credentials.grantOf(RADIOLOGIST, alice);
        assertEq(grant.issuer, issuer);
        assertEq(grant.evidenceHash, "evidence");
    }

    function test_issue__by_who_issues_another_credential__reverts() public {
        vm.startPrank(otherIssuer);
        bytes memory refused =
            abi.encodeWithSelector(ICredentialRegistry.NotIssuer.selector, RADIOLOGIST, otherIssuer, COUNCIL);
        vm.expectRevert(refused);
        credentials.issue(RADIOLOGIST, alice, end, "evidence");
        vm.expectRevert(refused);
        credentials.renew(RADIOLOGIST, alice, end, "evidence");
        vm.expectRevert(refused);
        credentials.revoke(RADIOLOGIST, alice, "reason");
    }

    function test_issue__by_an_issuer_who_lost_the_role__reverts_and_what_was_issued_stays() public {
        _issue();
        vm.prank(admin);
        access.revokeRole(COUNCIL, issuer);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.NotIssuer.selector, RADIOLOGIST, issuer, COUNCIL));
        vm.prank(issuer);
        credentials.issue(RADIOLOGIST, bob, end, "evidence");
        assertTrue(credentials.holdsCredential(RADIOLOGIST, alice));
    }

    function test_issue__of_what_nobody_defined__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.UnknownCredential.selector, UNKNOWN));
        vm.prank(issuer);
        credentials.issue("x", alice, end, "evidence");
    }

    function test_issue__to_nobody_or_in_the_past__reverts() public {
        vm.startPrank(issuer);
        vm.expectRevert(ICredentialRegistry.ZeroAddress.selector);
        credentials.issue(RADIOLOGIST, address(0), end, "evidence");
        uint64 now_ = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.ExpiryInThePast.selector, now_, now_));
        credentials.issue(RADIOLOGIST, alice, now_, "evidence");
    }

    function test_issue__to_who_holds_it__reverts__again_after_its_end() public {
        _issue();
        vm.prank(issuer);
        vm.expectRevert(abi.encodeWithSelector(ICredentialRegistry.WrongGrant.selector, RADIOLOGIST, alice, end, 0));
        credentials.issue(RADIOLOGIST, alice, end + 1, "evidence");
        vm.warp(end);
        vm.prank(issuer);
        credentials.issue(RADIOLOGIST, alice, end + 1, "evidence");
        assertTrue(credentials.holdsCredential(RADIOLOGIST, alice));
    }

    function test_renew__moves_the_end_even_after_it() public {
        _issue();
        vm.warp(end + 1 days);
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.CredentialRenewed(RADIOLOGIST, alice, issuer, end + 365 days, "seen again");
        vm.prank(issuer);
        credentials.renew(RADIOLOGIST, alice, end + 365 days, "seen again");
        assertTrue(credentials.holdsCredential(RADIOLOGIST, alice));
        assertEq(credentials.grantOf(RADIOLOGIST, alice).issuedAt, end - 365 days);
    }

    function test_renew_and_revoke__of_what_was_never_issued_or_is_revoked__revert() public {
        vm.startPrank(issuer);
        bytes memory never = abi.encodeWithSelector(ICredentialRegistry.NeverIssued.selector, RADIOLOGIST, bob);
        vm.expectRevert(never);
        credentials.renew(RADIOLOGIST, bob, end, "evidence");
        vm.expectRevert(never);
        credentials.revoke(RADIOLOGIST, bob, "reason");
        credentials.issue(RADIOLOGIST, alice, end, "evidence");
        credentials.revoke(RADIOLOGIST, alice, "struck off");
        uint256 now_ = block.timestamp;
        bytes memory gone =
            abi.encodeWithSelector(ICredentialRegistry.WrongGrant.selector, RADIOLOGIST, alice, end, now_);
        vm.expectRevert(gone);
        credentials.renew(RADIOLOGIST, alice, end, "evidence");
        vm.expectRevert(gone);
        credentials.revoke(RADIOLOGIST, alice, "reason");
        credentials.issue(RADIOLOGIST, alice, end, "restored");
        assertTrue(credentials.holdsCredential(RADIOLOGIST, alice));
    }

    // ---- datasets that ask for one

    function test_join__a_dataset_that_asks_for_it__only_its_holders() public {
        bytes32 dataset = _dataset();
        giveStake(alice, 100e18);
        IStakeVault.JoinRequest memory request = joinRequest(dataset, alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.MissingCredential.selector, RADIOLOGIST, alice));
        vault.join(request, "", false);
        _issue();
        vm.prank(alice);
        vault.join(request, "", false);
        assertTrue(vault.mayWork(dataset, alice));
    }

    function test_revoke__stops_new_work_and_takes_no_share_no_revenue_and_no_stake() public {
        bytes32 dataset = _dataset();
        _issue();
        join(dataset, alice);
        Part[] memory parts = parts1(alice, 4e9);
        uint64 epoch = settleEpoch(dataset, parts);
        vm.expectEmit(address(credentials));
        emit ICredentialRegistry.CredentialRevoked(RADIOLOGIST, alice, issuer, "struck off");
        vm.prank(issuer);
        credentials.revoke(RADIOLOGIST, alice, "struck off");
        assertFalse(vault.mayWork(dataset, alice));
        assertTrue(vault.isMember(dataset, alice));
        claimPart(dataset, epoch, parts, 0);
        assertEq(sharesOf(dataset).balanceOf(alice), 4e9);
        pay(dataset, 100e6);
        DatasetShares shares = sharesOf(dataset);
        vm.prank(alice);
        assertEq(shares.claim(), 100e6);
        depart(dataset, alice);
        vm.warp(vault.expiryOf(dataset, alice));
        vault.expire(dataset, alice);
        assertEq(vault.freeStake(alice), 100e18);
    }

    function test_may_work__needs_the_membership_and_the_unexpired_credential() public {
        bytes32 dataset = _dataset();
        _issue();
        assertFalse(vault.mayWork(dataset, alice), "did not join");
        join(dataset, alice);
        vm.warp(end);
        assertFalse(vault.mayWork(dataset, alice), "ran out");
        vm.prank(issuer);
        credentials.renew(RADIOLOGIST, alice, end + 1 days, "evidence");
        assertTrue(vault.mayWork(dataset, alice));
        depart(dataset, alice);
        assertFalse(vault.mayWork(dataset, alice), "left");
    }

    function test_create_dataset__asking_for_what_nobody_issues__names_the_term() public {
        Terms memory terms = defaultTerms();
        terms.credential = "x";
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.InvalidTerm.selector, "credential"));
        newDataset(terms);
    }

    function _dataset() private returns (bytes32) {
        Terms memory terms = defaultTerms();
        terms.credential = RADIOLOGIST;
        return newDataset(terms);
    }

    function _issue() private {
        vm.prank(issuer);
        credentials.issue(RADIOLOGIST, alice, end, "evidence");
    }
}
