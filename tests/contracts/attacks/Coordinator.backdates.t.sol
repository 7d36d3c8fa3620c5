// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice Tricks with the time of a receipt key: ended just after signing, registered after the fact, taken from the bin.
contract CoordinatorBackdatesTest is Receipts {
    uint256 private constant OTHER = 0xbeef;

    function test_backdates__the_key_ends_right_after_signing__its_receipts_bind() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "hers");
        bytes memory signature = signed(r);
        vm.startPrank(coordinator);
        ledger.setReceiptKey(vm.addr(RECEIPT_KEY), uint64(block.timestamp));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnnotationLedger.KeyValidityInThePast.selector,
                vm.addr(RECEIPT_KEY),
                block.timestamp - 1,
                block.timestamp
            )
        );
        ledger.setReceiptKey(vm.addr(RECEIPT_KEY), uint64(block.timestamp - 1));
        vm.stopPrank();
        uint64 number = logTwo(coordinator, "his", "x");
        vm.warp(block.timestamp + ledger.liabilityPeriod());
        faults.proveOmission(coordinator, r, signature, number, "his", beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_backdates__a_bond_on_its_way_out__answers_to_the_last_second() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "hers");
        bytes memory signature = signed(r);
        vm.prank(coordinator);
        ledger.requestBondExit();
        // The longest that terms allow: demanded at the end of the claim period, never answered.
        vm.warp(r.includeBy + 2 days);
        vm.prank(alice);
        faults.demandInclusion(coordinator, r, signature);
        vm.warp(block.timestamp + 1 days + 1);
        assertLt(block.timestamp, ledger.bondExitAt(coordinator));
        faults.punishUnanswered(coordinator, dataset, 0, "hers");
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_backdates__an_enemy_finds_an_ended_key__and_can_date_nothing_into_its_time() public {
        uint64 ended = uint64(block.timestamp);
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(OTHER), ended);
        vm.warp(block.timestamp + 5 days);
        // Dated today: the key could not have signed it while valid.
        ICoordinatorFaults.Receipt memory a = receipt(3, "a");
        ICoordinatorFaults.Receipt memory b = receipt(3, "b");
        bytes memory first = signedBy(OTHER, a);
        bytes memory second = signedBy(OTHER, b);
        vm.expectRevert(
            abi.encodeWithSelector(ICoordinatorFaults.KeyNotValid.selector, coordinator, vm.addr(OTHER), a.includeBy)
        );
        faults.proveEquivocation(coordinator, a, first, b, second);
        // Dated back: it binds for as long as the key is answered for, and then no more.
        (a.includeBy, b.includeBy) = (ended, ended);
        first = signedBy(OTHER, a);
        second = signedBy(OTHER, b);
        vm.warp(ended + ledger.liabilityPeriod() + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICoordinatorFaults.LiabilityOver.selector, coordinator, vm.addr(OTHER), ended)
        );
        faults.proveEquivocation(coordinator, a, first, b, second);
    }

    function test_backdates__a_key_registered_later__signed_nothing_before() public {
        uint64 before = uint64(block.timestamp);
        ICoordinatorFaults.Receipt memory r = receipt(0, "hers");
        r.includeBy = before;
        bytes memory signature = signedBy(OTHER, r);
        uint64 number = logTwo(coordinator, "his", "x");
        vm.warp(before + 1);
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(OTHER), type(uint64).max);
        vm.expectRevert(
            abi.encodeWithSelector(ICoordinatorFaults.KeyNotValid.selector, coordinator, vm.addr(OTHER), before)
        );
        faults.proveOmission(coordinator, r, signature, number, "his", beside("x"));
    }

    function testFuzz_backdates__a_receipt_binds_if_and_only_if_the_key_may_have_signed_it(
        uint32 start,
        uint32 length,
        uint32 includeBy
    ) public {
        uint64 base = uint64(block.timestamp);
        uint64 from = base + uint64(bound(start, 0, 30 days));
        uint64 until = from + uint64(bound(length, 0, 30 days));
        vm.warp(from);
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(OTHER), until);
        ICoordinatorFaults.Receipt memory r = receipt(0, "hers");
        r.includeBy = base + uint64(bound(includeBy, 0, 70 days));
        bytes memory signature = signedBy(OTHER, r);
        uint64 number = logTwo(coordinator, "his", "x");
        bool may = r.includeBy >= from && r.includeBy <= until + 1 hours;
        if (!may) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICoordinatorFaults.KeyNotValid.selector, coordinator, vm.addr(OTHER), r.includeBy
                )
            );
        }
        faults.proveOmission(coordinator, r, signature, number, "his", beside("x"));
        assertEq(ledger.bondBalance(coordinator), may ? 0 : 100_000e18);
    }
}
