// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice A coordinator promises one index twice and logs whichever row suits it later. The two receipts are the proof,
/// before anything is logged and whatever is logged.
contract CoordinatorEquivocatesTest is Receipts {
    function test_equivocates__proven_before_anything_is_logged() public {
        ICoordinatorFaults.Receipt memory a = receipt(3, "a");
        vm.warp(block.timestamp + 10 minutes);
        ICoordinatorFaults.Receipt memory b = receipt(3, "b");
        faults.proveEquivocation(coordinator, a, signed(a), b, signed(b));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_equivocates__with_a_key_kept_apart__both_keys_are_his() public {
        uint256 second = 0xbeef;
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(second), uint64(block.timestamp));
        ICoordinatorFaults.Receipt memory a = receipt(3, "a");
        ICoordinatorFaults.Receipt memory b = receipt(3, "b");
        vm.warp(block.timestamp + 50 days);
        faults.proveEquivocation(coordinator, a, signed(a), b, signedBy(second, b));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_equivocates__not_by_two_coordinators__each_signs_for_itself() public {
        vm.warp(block.timestamp + 1 days);
        vm.prank(address(faults));
        ledger.handOver(dataset);
        uint256 second = 0xbeef;
        vm.prank(successor);
        ledger.setReceiptKey(vm.addr(second), type(uint64).max);
        ICoordinatorFaults.Receipt memory a = receipt(3, "a");
        ICoordinatorFaults.Receipt memory b = receipt(3, "b");
        bytes memory his = signed(a);
        bytes memory hers = signedBy(second, b);
        vm.expectRevert(
            abi.encodeWithSelector(ICoordinatorFaults.KeyNotValid.selector, coordinator, vm.addr(second), b.includeBy)
        );
        faults.proveEquivocation(coordinator, a, his, b, hers);
    }

    function test_equivocates__one_proof_slashes_one_coordinator_of_one_dataset_once() public {
        ICoordinatorFaults.Receipt memory a = receipt(3, "a");
        ICoordinatorFaults.Receipt memory b = receipt(3, "b");
        ICoordinatorFaults.Receipt memory c = receipt(3, "c");
        bytes memory signatureA = signed(a);
        bytes memory signatureC = signed(c);
        faults.proveEquivocation(coordinator, a, signatureA, b, signed(b));
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 10e18);
        vm.expectPartialRevert(ICoordinatorFaults.FaultAlreadyPunished.selector);
        faults.proveEquivocation(coordinator, a, signatureA, c, signatureC);
        assertEq(ledger.bondBalance(coordinator), 10e18);
    }
}
