// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {World} from "./support/World.sol";
import {VmSafe} from "forge-std/Vm.sol";

/// @notice Whatever happens to bonds, in any order: the ledger holds exactly what it owes, and what is locked is what pending
/// proposals stand for.
contract AnnotationLedgerBondsTest is World {
    bytes32 internal dataset;
    uint64 internal proposed;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
    }

    function testFuzz_bonds__are_conserved_and_locked_for_pending_proposals_only(uint256[32] calldata steps) public {
        for (uint256 i = 0; i < steps.length; ++i) {
            _step(steps[i] % 9, uint128((steps[i] >> 8) % 3000e18), uint64(steps[i] >> 200));
            _check();
        }
    }

    /// forge-config: default.isolate = true
    function test_gas__first_epoch_of_1000_rows__copies_the_terms_once() public {
        vm.startPrank(coordinator);
        ledger.checkpoint(dataset, 1000, keccak256("log"), keccak256("data"));
        uint256 sum = vm.lastCallGas().gasTotalUsed;
        ledger.propose(dataset, 1, keccak256("root"), 500e9, 40, keccak256("file"));
        sum += vm.lastCallGas().gasTotalUsed;
        vm.warp(block.timestamp + 1 days);
        ledger.finalize(dataset, 1);
        sum += vm.lastCallGas().gasTotalUsed;
        vm.stopPrank();
        // 431 a row; from the second epoch on it is 293 (gas/Paths.t.sol).
        // Instrumented code costs more, and says nothing about the code that is deployed.
        if (!vm.isContext(VmSafe.ForgeContext.Coverage)) assertLe(sum, 435_000);
    }

    function _step(uint256 kind, uint128 amount, uint64 pick) private {
        uint64 number = proposed == 0 ? 0 : pick % proposed + 1;
        IAnnotationLedger.ProposalState state = ledger.proposalOf(dataset, number).state;
        if (kind == 0) _deposit(amount);
        else if (kind <= 2) _propose(0);
        else if (kind == 3) _slash(amount);
        else if (kind == 4) _exit();
        else if (kind == 5 && state == IAnnotationLedger.ProposalState.Rejected) _propose(number);
        else if (kind >= 6 && state == IAnnotationLedger.ProposalState.Proposed) _decide(kind, number, amount);
    }

    function _deposit(uint128 amount) private {
        if (amount == 0 || cota.balanceOf(coordinator) < amount) return;
        vm.prank(coordinator);
        ledger.depositBond(coordinator, amount);
    }

    /// @dev A new checkpoint, or the next attempt of a rejected one; not without a bond.
    function _propose(uint64 number) private {
        if (ledger.bondExitAt(coordinator) != 0) {
            vm.prank(coordinator);
            ledger.cancelBondExit();
        }
        if (ledger.bondBalance(coordinator) - ledger.lockedBond(coordinator) < 1000e18) return;
        if (number == 0) number = logRows(dataset, 3);
        if (number > proposed) proposed = number;
        vm.prank(coordinator);
        ledger.propose(dataset, number, "root", 2e9, 1, "file");
    }

    function _slash(uint128 amount) private {
        uint256 balance = ledger.bondBalance(coordinator);
        // Now and then so much that it reaches the locked part, or all.
        uint128 taken = amount % 2 == 0 ? amount : uint128(balance - balance * (amount % 1000) / 4000);
        vm.prank(deliveries);
        uint128 slashed = ledger.slash(dataset, coordinator, taken, alice, amount / 2);
        assertEq(slashed, taken < balance ? taken : balance);
    }

    function _exit() private {
        vm.startPrank(coordinator);
        if (ledger.bondExitAt(coordinator) == 0) ledger.requestBondExit();
        vm.warp(ledger.bondExitAt(coordinator));
        uint256 unlocked = ledger.bondBalance(coordinator) - ledger.lockedBond(coordinator);
        vm.expectRevert(
            abi.encodeWithSelector(IAnnotationLedger.InsufficientBond.selector, coordinator, unlocked, unlocked + 1)
        );
        ledger.withdrawBond(coordinator, unlocked + 1);
        if (unlocked > 1) ledger.withdrawBond(coordinator, unlocked / 2);
        vm.stopPrank();
    }

    function _decide(uint256 kind, uint64 number, uint128 amount) private {
        if (kind == 6) {
            finalizeEpochLate(number);
            return;
        }
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp >= ledger.proposalOf(dataset, number).windowEndsAt) return;
        vm.startPrank(court);
        ledger.suspend(dataset, number);
        if (kind == 7) ledger.resume(dataset, number);
        else ledger.reject(dataset, number, amount, bob, amount / 3);
        vm.stopPrank();
    }

    function finalizeEpochLate(uint64 number) private {
        uint64 end = ledger.proposalOf(dataset, number).windowEndsAt;
        // forge-lint: disable-next-line(block-timestamp)
        if (block.timestamp < end) vm.warp(end);
        ledger.finalize(dataset, number);
    }

    function _check() private view {
        uint256 owed = ledger.bondBalance(coordinator) + ledger.creditOf(alice) + ledger.creditOf(bob);
        assertEq(cota.balanceOf(address(ledger)), owed, "holds what it owes");
        assertLe(ledger.lockedBond(coordinator), ledger.bondBalance(coordinator), "locked is there");
        uint256 pending = 0;
        for (uint64 i = 1; i <= proposed; ++i) {
            pending += ledger.proposalOf(dataset, i).bond;
        }
        assertEq(ledger.lockedBond(coordinator), pending, "locked for pending proposals");
    }
}
