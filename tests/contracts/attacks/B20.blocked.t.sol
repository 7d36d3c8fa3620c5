// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {Terms} from "../../../contracts/types.sol";
import {BarringToken} from "../support/OddTokens.sol";
import {World} from "../support/World.sol";

/// @notice B20: one bad or one too many entry blocks everybody. Nothing is pushed and nothing loops over users.
contract B20BlockedTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;
    BarringToken internal token;
    Part[] internal members;

    function setUp() public override {
        super.setUp();
        token = new BarringToken();
        vm.prank(admin);
        registry.allowPaymentToken(address(token), true);
        Terms memory terms = defaultTerms();
        terms.paymentToken = address(token);
        dataset = newDataset(terms);
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts1(alice, 300e9));
        for (uint160 i = 0; i < 300; ++i) {
            members.push(Part(address(0xbee000 + i), 1e9));
            move(shares, alice, members[i].account, 1e9);
        }
        token.mint(buyer, 3000);
        vm.startPrank(buyer);
        token.approve(address(shares), 3000);
        shares.pay(3000);
        vm.stopPrank();
    }

    function test_B20__3_of_300_holders_barred__the_others_claim_and_they_keep_their_credit() public {
        for (uint256 i = 0; i < 3; ++i) {
            token.bar(members[i * 100].account);
        }
        for (uint256 i = 0; i < 300; ++i) {
            address account = members[i].account;
            if (i % 100 == 0) {
                vm.expectRevert(abi.encodeWithSelector(BarringToken.Barred.selector, account));
                shares.claimFor(account);
                assertEq(shares.claimable(account), 10);
            } else {
                assertEq(shares.claimFor(account), 10);
            }
        }
        vm.prank(members[0].account);
        assertEq(shares.claimTo(carol), 10);
        assertEq(token.balanceOf(carol), 10);
        assertEq(token.balanceOf(address(shares)), 20);
    }

    function test_B20__a_barred_publisher_or_treasury__stops_no_sale() public {
        token.bar(publisher);
        token.bar(treasury);
        setPrice(dataset, 0, 10e6);
        ILicenseMarket.Order memory o = order(dataset, 10e6);
        token.mint(buyer, 10e6);
        vm.startPrank(buyer);
        token.approve(address(market), 10e6);
        market.buy(o);
        vm.stopPrank();
        assertEq(market.creditOf(address(token), publisher), 2e6);
        vm.prank(publisher);
        market.withdrawCredit(address(token), carol);
        assertEq(token.balanceOf(carol), 2e6);
    }

    function test_B20__one_bad_claim_among_many__is_named() public {
        uint64 epoch = settleEpoch(dataset, parts2(alice, 1e9, bob, 1e9));
        claimPart(dataset, epoch, parts2(alice, 1e9, bob, 1e9), 0);
        IDatasetShares.ShareClaim[] memory claims = new IDatasetShares.ShareClaim[](2);
        claims[0] = shareClaim(dataset, epoch, parts2(alice, 1e9, bob, 1e9), 1)[0];
        claims[1] = shareClaim(dataset, epoch, parts2(alice, 1e9, bob, 1e9), 0)[0];
        vm.expectRevert(abi.encodeWithSelector(IDatasetShares.AlreadyClaimed.selector, epoch, 0));
        shares.claimShares(claims);
    }

    function test_B20__many_dust_transfers_and_epochs__leave_a_claim_as_cheap_as_before() public {
        address victim = members[7].account;
        uint256 before = _claimGas(victim);
        for (uint256 i = 0; i < 50; ++i) {
            move(shares, members[i + 8].account, victim, 1);
            earnEpoch(dataset, parts1(bob, 1e9));
        }
        token.mint(buyer, 6000);
        vm.startPrank(buyer);
        token.approve(address(shares), 6000);
        shares.pay(6000);
        vm.stopPrank();
        assertGt(shares.claimable(victim), 0);
        assertLe(_claimGas(victim), before);
    }

    function _claimGas(address account) private returns (uint256 gas) {
        gas = gasleft();
        shares.claimFor(account);
        gas -= gasleft();
    }
}
