// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {Signatures} from "../support/Signatures.sol";
import {World} from "../support/World.sol";

/// @notice B15: someone else spends your permit first.
contract B15PermitTest is World {
    bytes32 internal dataset;
    address internal victim;
    uint256 internal key;
    address internal attacker = makeAddr("attacker");

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        earnEpoch(dataset, parts1(alice, 1e9));
        setPrice(dataset, 0, 100e6);
        (victim, key) = makeAddrAndKey("victim");
        usd.mint(victim, 100e6);
    }

    function test_B15__the_permit_alone_sent_first__the_purchase_goes_through() public {
        ILicenseMarket.Permit memory p = _permit(100e6, block.timestamp);
        vm.prank(attacker);
        usd.permit(victim, address(market), p.value, p.deadline, p.v, p.r, p.s);
        _buy(p);
        assertEq(market.ownerOf(1), victim);
        assertEq(usd.balanceOf(victim), 0);
    }

    function test_B15__the_permit_spent_and_an_allowance_of_7_or_10000_before__goes_through() public {
        uint256[2] memory before = [uint256(7), 10_000e6];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(victim);
            usd.approve(address(market), before[i]);
            ILicenseMarket.Permit memory p = _permit(100e6, block.timestamp);
            vm.prank(attacker);
            usd.permit(victim, address(market), p.value, p.deadline, p.v, p.r, p.s);
            usd.mint(victim, 100e6);
            _buy(p);
        }
        assertEq(market.balanceOf(victim), 2);
        assertEq(usd.balanceOf(victim), 100e6);
    }

    function test_B15__an_unspent_permit__is_used() public {
        _buy(_permit(100e6, block.timestamp));
        assertEq(market.balanceOf(victim), 1);
    }

    function test_B15__a_bad_permit_and_enough_allowance__goes_through() public {
        vm.prank(victim);
        usd.approve(address(market), 100e6);
        _buy(ILicenseMarket.Permit(100e6, 0, 27, 0, 0));
        assertEq(market.balanceOf(victim), 1);
    }

    function test_B15__an_expired_permit_and_no_allowance__names_the_permit() public {
        _refused(_permit(100e6, block.timestamp - 1), 0);
    }

    function test_B15__a_permit_for_too_little__names_the_permit() public {
        _refused(_permit(99e6, block.timestamp), 99e6);
    }

    function test_B15__alices_permit_used_by_bob_for_bob__is_impossible() public {
        ILicenseMarket.Permit memory p = _permit(100e6, block.timestamp);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.receiver = attacker;
        vm.prank(attacker);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseMarket.PermitFailed.selector, address(usd), attacker, 0, uint256(100e6))
        );
        market.buyWithPermit(o, p);
        assertEq(usd.balanceOf(victim), 100e6);
    }

    function _refused(ILicenseMarket.Permit memory p, uint256 allowance) private {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(victim);
        vm.expectRevert(
            abi.encodeWithSelector(
                ILicenseMarket.PermitFailed.selector, address(usd), victim, allowance, uint256(100e6)
            )
        );
        market.buyWithPermit(o, p);
        assertEq(usd.balanceOf(victim), 100e6);
    }

    function _buy(ILicenseMarket.Permit memory p) private {
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        o.receiver = victim;
        vm.prank(victim);
        market.buyWithPermit(o, p);
    }

    function _permit(uint256 value, uint256 deadline) private view returns (ILicenseMarket.Permit memory p) {
        bytes32 digest = Signatures.permit(address(usd), victim, address(market), value, usd.nonces(victim), deadline);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return ILicenseMarket.Permit(value, deadline, v, r, s);
    }
}
