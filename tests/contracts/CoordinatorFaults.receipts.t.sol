// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CoordinatorFaults} from "../../contracts/CoordinatorFaults.sol";
import {ICoordinatorFaults} from "../../contracts/interfaces/ICoordinatorFaults.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {Receipts} from "./support/Receipts.sol";
import {Signatures} from "./support/Signatures.sol";

/// @notice Only what the coordinator signed, here and with a key valid then, is a promise. (CoordinatorFaults.tree)
contract CoordinatorFaultsReceiptsTest is Receipts {
    function test_receipt__signed_by_a_stranger_or_not_at_all__reverts_B12() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        uint64 number = logTwo(coordinator, "x", "y");
        bytes memory strange = signedBy(0xbad, r);
        vm.expectRevert(
            abi.encodeWithSelector(ICoordinatorFaults.KeyNotValid.selector, coordinator, vm.addr(0xbad), r.includeBy)
        );
        faults.proveOmission(coordinator, r, strange, number, "x", beside("y"));
        bytes memory good = signed(r);
        bytes[3] memory broken = [bytes(""), abi.encodePacked(good, bytes1(0)), new bytes(65)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(ICoordinatorFaults.InvalidSignature.selector);
            faults.proveOmission(coordinator, r, broken[i], number, "x", beside("y"));
        }
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Receipt(bytes32 dataset,uint64 index,bytes32 rowId,uint64 includeBy)"),
                r.dataset,
                r.index,
                r.rowId,
                r.includeBy
            )
        );
        (uint8 v, bytes32 rr, bytes32 s) = Signatures.highS(RECEIPT_KEY, Signatures.digest(address(ledger), structHash));
        vm.expectRevert(ICoordinatorFaults.InvalidSignature.selector);
        faults.proveOmission(coordinator, r, abi.encodePacked(rr, s, v), number, "x", beside("y"));
    }

    function test_receipt__of_another_chain_or_ledger__is_signed_by_nobody_here() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        uint64 number = logTwo(coordinator, "x", "y");
        vm.chainId(5);
        bytes memory signature = signed(r);
        vm.chainId(31_337);
        vm.expectPartialRevert(ICoordinatorFaults.KeyNotValid.selector);
        faults.proveOmission(coordinator, r, signature, number, "x", beside("y"));
    }

    function test_receipt__of_a_stranger_as_coordinator_or_of_no_dataset__reverts() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NeverCoordinator.selector, dataset, bob));
        faults.demandInclusion(bob, r, signature);
        r.dataset = "none";
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.UnknownDataset.selector, r.dataset));
        faults.demandInclusion(coordinator, r, signature);
    }

    function test_receipt__of_a_dataset_of_another_version__reverts() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        CoordinatorFaults other = new CoordinatorFaults(address(registry), address(ledger));
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NotServed.selector, dataset, address(other)));
        other.demandInclusion(coordinator, r, signature);
    }
}
