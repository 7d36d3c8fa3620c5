// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {Terms} from "../../../contracts/types.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice A coordinator promises what it likes and is gone with its bond before anyone may complain: by the longest periods
/// that terms can have, by an exit that it keeps in store, or by a key that it ends in time.
contract ExitOutlivesTest is Receipts {
    function setUp() public override {
        super.setUp();
        Terms memory terms = defaultTerms();
        (terms.receiptPeriod, terms.claimPeriod, terms.responsePeriod) = (7 days, 60 days, 30 days);
        dataset = newDataset(terms);
    }

    function test_attack__the_last_promise_demanded_at_the_last_moment__is_paid_for() public {
        ICoordinatorFaults.Receipt memory r = _promise("hers");
        bytes memory signature = signed(r);
        vm.prank(coordinator);
        ledger.requestBondExit();
        _demandLate(r, signature);
        _mayNotLeave(ledger.bondExitAt(coordinator));
        faults.punishUnanswered(coordinator, dataset, 0, "hers");
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_attack__an_exit_in_store__does_not_serve_for_later_promises() public {
        vm.prank(coordinator);
        ledger.requestBondExit();
        uint64 first = ledger.bondExitAt(coordinator);
        vm.warp(first - 1);
        vm.startPrank(coordinator);
        ledger.cancelBondExit();
        ledger.setReceiptKey(vm.addr(2), type(uint64).max);
        ICoordinatorFaults.Receipt memory r = _promise("hers");
        bytes memory signature = signedBy(2, r);
        ledger.requestBondExit();
        vm.stopPrank();
        vm.warp(first);
        _mayNotLeave(first - 1 + 100 days);
        _demandLate(r, signature);
        _mayNotLeave(first - 1 + 100 days);
        faults.punishUnanswered(coordinator, dataset, 0, "hers");
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_attack__a_key_ended_with_the_promise__binds_until_nobody_can_complain() public {
        ICoordinatorFaults.Receipt memory r = _promise("hers");
        bytes memory signature = signed(r);
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(RECEIPT_KEY), uint64(block.timestamp));
        _demandLate(r, signature);
        faults.punishUnanswered(coordinator, dataset, 0, "hers");
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    /// @dev With the longest time to keep it.
    function _promise(bytes32 row) private view returns (ICoordinatorFaults.Receipt memory r) {
        r = receipt(0, row);
        r.includeBy = uint64(block.timestamp + 7 days);
    }

    /// @dev In the last second in which it can be demanded; then the time to answer passes.
    function _demandLate(ICoordinatorFaults.Receipt memory r, bytes memory signature) private {
        vm.warp(r.includeBy + 60 days);
        vm.prank(alice);
        faults.demandInclusion(coordinator, r, signature);
        vm.warp(block.timestamp + 30 days + 1);
    }

    function _mayNotLeave(uint64 readyAt) private {
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.BondExitNotReady.selector, coordinator, readyAt));
        ledger.withdrawBond(coordinator, 1);
    }
}
