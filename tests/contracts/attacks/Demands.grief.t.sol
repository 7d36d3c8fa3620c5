// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice A griefer demands rows that are logged, to make the coordinator work, miss one, or lose gas. Each demand costs a fee
/// that the coordinator keeps, each row is demanded once, and an answer is one transaction of bounded cost by anyone.
contract DemandsGriefTest is Receipts {
    address internal griefer = makeAddr("griefer");
    uint64 internal number;

    function setUp() public override {
        super.setUp();
        fund(griefer, 100e18);
        number = logTwo(coordinator, "a", "b");
        vm.warp(block.timestamp + 1 hours);
    }

    function test_grief__each_demand_costs_a_fee_that_the_coordinator_keeps() public {
        demand(griefer, _due(0, "a"));
        demand(griefer, _due(1, "b"));
        faults.answerDemand(coordinator, dataset, 0, "a", number, beside("b"));
        faults.answerDemand(coordinator, dataset, 1, "b", number, beside("a"));
        assertEq(cota.balanceOf(griefer), 100e18 - 2 * faults.demandFee());
        vm.prank(coordinator);
        assertEq(faults.withdrawCredit(coordinator), 2 * faults.demandFee());
    }

    function test_grief__the_same_row_again__reverts_whoever_asks() public {
        ICoordinatorFaults.Receipt memory r = _due(0, "a");
        demand(griefer, r);
        bytes memory signature = signed(r);
        vm.prank(alice);
        vm.expectPartialRevert(ICoordinatorFaults.WrongDemand.selector);
        faults.demandInclusion(coordinator, r, signature);
        faults.answerDemand(coordinator, dataset, 0, "a", number, beside("b"));
        vm.prank(griefer);
        vm.expectPartialRevert(ICoordinatorFaults.WrongDemand.selector);
        faults.demandInclusion(coordinator, r, signature);
    }

    function test_grief__answered_by_himself_ahead_of_the_coordinator__the_fee_is_not_his() public {
        demand(griefer, _due(0, "a"));
        vm.prank(griefer);
        faults.answerDemand(coordinator, dataset, 0, "a", number, beside("b"));
        assertEq(faults.creditOf(griefer), 0);
        assertEq(faults.creditOf(coordinator), faults.demandFee());
    }

    function test_grief__with_a_made_up_receipt__reverts() public {
        ICoordinatorFaults.Receipt memory r = _due(0, "made up");
        bytes memory signature = signedBy(0xbad, r);
        vm.prank(griefer);
        vm.expectPartialRevert(ICoordinatorFaults.KeyNotValid.selector);
        faults.demandInclusion(coordinator, r, signature);
    }

    function test_grief__without_the_fee__reverts() public {
        ICoordinatorFaults.Receipt memory r = _due(0, "a");
        bytes memory signature = signed(r);
        vm.prank(bob);
        vm.expectRevert();
        faults.demandInclusion(coordinator, r, signature);
        assertEq(uint8(demandState("a", 0)), uint8(ICoordinatorFaults.DemandState.None));
    }

    function test_grief__an_answer_has_a_fixed_bound_of_gas_B20() public {
        demand(griefer, _due(0, "a"));
        uint256 gas = gasleft();
        faults.answerDemand(coordinator, dataset, 0, "a", number, beside("b"));
        assertLt(gas - gasleft(), 120_000);
    }

    function _due(uint64 index, bytes32 row) private view returns (ICoordinatorFaults.Receipt memory) {
        return ICoordinatorFaults.Receipt(dataset, index, row, uint64(block.timestamp));
    }
}
