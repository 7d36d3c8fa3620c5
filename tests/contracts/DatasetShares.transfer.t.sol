// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {Terms, TransferPolicy} from "../../contracts/types.sol";
import {World} from "./support/World.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Shares move; what they earned before stays where it was earned.
contract DatasetSharesTransferTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 60e9, bob, 40e9));
    }

    function test_transfer__between_two_payments__600_800_600_P2_B16() public {
        pay(dataset, 1000);
        move(shares, alice, carol, 60e9);
        pay(dataset, 1000);
        assertEq(shares.claimable(alice), 600);
        assertEq(shares.claimable(bob), 800);
        assertEq(shares.claimable(carol), 600);
        shares.claimFor(alice);
        shares.claimFor(bob);
        shares.claimFor(carol);
        assertEq(usd.balanceOf(alice), 600);
        assertEq(usd.balanceOf(bob), 800);
        assertEq(usd.balanceOf(carol), 600);
    }

    function test_transfer__to_oneself__changes_nothing_P2_B16() public {
        pay(dataset, 1000);
        move(shares, alice, alice, 60e9);
        move(shares, alice, alice, 1);
        assertEq(shares.balanceOf(alice), 60e9);
        assertEq(shares.claimable(alice), 600);
        moveReverts(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 60e9, 60e9 + 1),
            shares,
            alice,
            alice,
            60e9 + 1
        );
    }

    function test_transfer__of_nothing__changes_nothing_P2_B16() public {
        pay(dataset, 1000);
        move(shares, carol, bob, 0);
        assertEq(shares.claimable(carol), 0);
        assertEq(shares.claimable(bob), 400);
    }

    function test_transfer__through_five_fresh_wallets__moves_no_revenue_P2_B16() public {
        pay(dataset, 1000);
        address last = alice;
        for (uint160 i = 1; i <= 5; ++i) {
            address next = address(0xf00 + i);
            move(shares, last, next, 60e9);
            assertEq(shares.claimable(next), 0);
            last = next;
        }
        assertEq(shares.claimable(alice), 600);
        assertEq(shares.claimable(bob), 400);
    }

    function test_transfer__buy_pay_claim_sell_in_one_transaction__earns_as_holder_only_P2_B16() public {
        move(shares, bob, carol, 40e9);
        pay(dataset, 1000);
        shares.claimFor(carol);
        move(shares, carol, bob, 40e9);
        pay(dataset, 1000);
        assertEq(usd.balanceOf(carol), 400);
        assertEq(shares.claimable(carol), 0);
        assertEq(shares.claimable(bob), 400);
        assertEq(shares.claimable(alice), 1200);
    }

    function test_transfer__of_more_than_one_has__reverts() public {
        moveReverts(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, alice, 60e9, type(uint256).max),
            shares,
            alice,
            bob,
            type(uint256).max
        );
    }

    function test_transfer__to_the_shares_contract__reverts_B16() public {
        moveReverts(
            abi.encodeWithSelector(IDatasetShares.InvalidReceiver.selector, address(shares)),
            shares,
            alice,
            address(shares),
            1
        );
        moveReverts(
            abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)), shares, alice, address(0), 1
        );
    }

    function test_transfer_from__needs_and_spends_an_allowance_P2_B16() public {
        pay(dataset, 1000);
        vm.prank(alice);
        shares.approve(bob, 10);
        vm.startPrank(bob);
        assertTrue(shares.transferFrom(alice, carol, 4));
        assertEq(shares.allowance(alice, bob), 6);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 6, 7));
        assertFalse(shares.transferFrom(alice, carol, 7));
        assertEq(shares.claimable(alice), 600);
        assertEq(shares.claimable(carol), 0);
    }

    function test_transfer__emits_both_balances() public {
        vm.expectEmit(address(shares));
        emit IERC20.Transfer(alice, bob, 1);
        vm.expectEmit(address(shares));
        emit IDatasetShares.SharesMoved(dataset, alice, bob, 1, 60e9 - 1, 40e9 + 1);
        vm.prank(alice);
        assertTrue(shares.transfer(bob, 1));
    }

    function test_transfer__locked_until__waits_while_claiming_goes_on() public {
        Terms memory terms = defaultTerms();
        terms.transferPolicy = TransferPolicy.LockedUntil;
        terms.transfersLockedUntil = uint64(block.timestamp + 30 days);
        bytes32 locked = newDataset(terms);
        earnEpoch(locked, parts1(alice, 1e9));
        DatasetShares lockedShares = sharesOf(locked);
        moveReverts(
            abi.encodeWithSelector(IDatasetShares.TransfersLocked.selector, terms.transfersLockedUntil),
            lockedShares,
            alice,
            bob,
            1
        );
        vm.warp(terms.transfersLockedUntil);
        move(lockedShares, alice, bob, 1);
        assertEq(lockedShares.balanceOf(bob), 1);
    }

    function test_transfer__allow_list__reaches_only_listed_accounts() public {
        Terms memory terms = defaultTerms();
        terms.transferPolicy = TransferPolicy.AllowList;
        bytes32 listed = newDataset(terms);
        earnEpoch(listed, parts1(alice, 1e9));
        DatasetShares listedShares = sharesOf(listed);
        moveReverts(abi.encodeWithSelector(IDatasetShares.ReceiverNotListed.selector, bob), listedShares, alice, bob, 1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.NotPublisher.selector, alice));
        listedShares.allowTransfer(bob, true);
        vm.prank(publisher);
        listedShares.allowTransfer(bob, true);
        move(listedShares, alice, bob, 1);
        assertEq(listedShares.balanceOf(bob), 1);
    }

    function test_permit__on_a_clone__uses_the_clones_own_domain() public {
        (address owner, uint256 key) = makeAddrAndKey("permit owner");
        move(shares, alice, owner, 5);
        uint256 deadline = block.timestamp + 1;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                bob,
                5,
                0,
                deadline
            )
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(shares.name())),
                keccak256("1"),
                block.chainid,
                address(shares)
            )
        );
        assertEq(shares.DOMAIN_SEPARATOR(), domain);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, structHash)));
        shares.permit(owner, bob, 5, deadline, v, r, s);
        vm.prank(bob);
        assertTrue(shares.transferFrom(owner, bob, 5));
        assertEq(shares.balanceOf(bob), 40e9 + 5);
    }
}
