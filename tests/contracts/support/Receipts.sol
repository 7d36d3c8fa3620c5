// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {LogTree} from "../../../contracts/libraries/LogTree.sol";
import {Signatures} from "./Signatures.sol";
import {World} from "./World.sol";

/// @notice Receipts, and logs that keep their promises or break them.
abstract contract Receipts is World {
    uint256 internal constant RECEIPT_KEY = 0xc07a;

    bytes32 internal dataset;

    function setUp() public virtual override {
        super.setUp();
        dataset = newDataset();
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(RECEIPT_KEY), type(uint64).max);
        fund(alice, 1000e18);
    }

    function fund(address account, uint256 amount) internal {
        vm.prank(admin);
        assertTrue(cota.transfer(account, amount));
        vm.prank(account);
        cota.approve(address(faults), type(uint256).max);
    }

    /// @notice A receipt signed now: to be logged within the terms' longest receipt.
    function receipt(uint64 index, bytes32 row) internal view returns (ICoordinatorFaults.Receipt memory) {
        return ICoordinatorFaults.Receipt(dataset, index, row, uint64(block.timestamp + 1 hours));
    }

    function signed(ICoordinatorFaults.Receipt memory r) internal view returns (bytes memory) {
        return signedBy(RECEIPT_KEY, r);
    }

    function signedBy(uint256 key, ICoordinatorFaults.Receipt memory r) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("Receipt(bytes32 dataset,uint64 index,bytes32 rowId,uint64 includeBy)");
        bytes32 structHash = keccak256(abi.encode(typeHash, r.dataset, r.index, r.rowId, r.includeBy));
        return Signatures.sign(key, Signatures.digest(address(ledger), structHash));
    }

    /// @notice Two rows, the smallest log that has a path.
    function logTwo(address by, bytes32 first, bytes32 second) internal returns (uint64 number) {
        bytes32[] memory rows = new bytes32[](2);
        (rows[0], rows[1]) = (first, second);
        uint64 last = ledger.checkpointCount(dataset);
        uint64 from = last == 0 ? 0 : ledger.checkpointOf(dataset, last).to;
        vm.prank(by);
        return ledger.checkpoint(dataset, from + 2, LogTree.rootOver(rows), "data");
    }

    /// @notice The path of one of two rows: the other's leaf.
    function beside(bytes32 other) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = LogTree.leafOf(other);
    }

    function demand(address by, ICoordinatorFaults.Receipt memory r) internal {
        bytes memory signature = signed(r);
        vm.prank(by);
        faults.demandInclusion(coordinator, r, signature);
    }

    function demandState(bytes32 row, uint64 index) internal view returns (ICoordinatorFaults.DemandState) {
        return faults.demandOf(faults.promiseId(coordinator, dataset, index, row)).state;
    }
}
