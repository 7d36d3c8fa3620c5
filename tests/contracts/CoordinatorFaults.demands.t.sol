// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICoordinatorFaults} from "../../contracts/interfaces/ICoordinatorFaults.sol";
import {Receipts} from "./support/Receipts.sol";

/// @notice A row that is demanded is shown in time, or the coordinator pays and hands over. (CoordinatorFaults.tree)
contract CoordinatorFaultsDemandsTest is Receipts {
    function test_demand__answered_in_time__the_coordinator_keeps_its_bond_and_the_fee() public {
        ICoordinatorFaults.Receipt memory r = receipt(1, "promised");
        uint64 number = logTwo(coordinator, "x", "promised");
        vm.warp(r.includeBy);
        uint64 answerBy = uint64(block.timestamp + 1 days);
        bytes memory signature = signed(r);
        vm.expectEmit(address(faults));
        emit ICoordinatorFaults.InclusionDemanded(dataset, coordinator, alice, 1, "promised", answerBy);
        vm.prank(alice);
        faults.demandInclusion(coordinator, r, signature);
        assertEq(cota.balanceOf(alice), 1000e18 - faults.demandFee());
        vm.warp(answerBy);
        vm.expectEmit(address(faults));
        emit ICoordinatorFaults.DemandAnswered(dataset, coordinator, 1, "promised", number);
        vm.prank(carol);
        faults.answerDemand(coordinator, dataset, 1, "promised", number, beside("x"));
        assertEq(faults.creditOf(coordinator), faults.demandFee());
        assertEq(ledger.bondBalance(coordinator), 100_000e18);
        bytes32 promised_ = faults.promiseId(coordinator, dataset, 1, "promised");
        bytes memory wrong = abi.encodeWithSelector(
            ICoordinatorFaults.WrongDemand.selector, promised_, ICoordinatorFaults.DemandState.Answered
        );
        vm.warp(answerBy + 1);
        vm.expectRevert(wrong);
        faults.punishUnanswered(coordinator, dataset, 1, "promised");
        vm.expectRevert(wrong);
        vm.prank(alice);
        faults.demandInclusion(coordinator, r, signature);
    }

    function test_demand__unanswered__slashes_pays_the_demander_and_hands_over() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        vm.warp(r.includeBy);
        demand(alice, r);
        uint64 answerBy = uint64(block.timestamp + 1 days);
        vm.warp(answerBy);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.AnswerTimeRunning.selector, answerBy));
        faults.punishUnanswered(coordinator, dataset, 0, "promised");
        vm.warp(answerBy + 1);
        uint64 number = logTwo(coordinator, "promised", "x");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.AnswerTooLate.selector, answerBy));
        faults.answerDemand(coordinator, dataset, 0, "promised", number, beside("x"));
        vm.prank(carol);
        faults.punishUnanswered(coordinator, dataset, 0, "promised");
        assertEq(ledger.bondBalance(coordinator), 0);
        assertEq(ledger.creditOf(alice), 5000e18);
        assertEq(ledger.creditOf(carol), 0);
        assertEq(faults.creditOf(alice), faults.demandFee());
        assertEq(ledger.coordinatorOf(dataset), successor);
        vm.startPrank(alice);
        assertEq(faults.withdrawCredit(alice), faults.demandFee());
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NoCredit.selector, alice));
        faults.withdrawCredit(alice);
        vm.stopPrank();
        assertEq(cota.balanceOf(alice), 1000e18);
        assertEq(cota.balanceOf(address(faults)), 0);
    }

    function test_demand__only_from_include_by_to_the_end_of_the_claim_period() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        vm.startPrank(alice);
        vm.warp(r.includeBy - 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.DemandTooEarly.selector, r.includeBy));
        faults.demandInclusion(coordinator, r, signature);
        vm.warp(r.includeBy + 2 days + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.ClaimPeriodOver.selector, r.includeBy + 2 days));
        faults.demandInclusion(coordinator, r, signature);
        vm.warp(r.includeBy + 2 days);
        faults.demandInclusion(coordinator, r, signature);
    }

    function test_demand__another_rows_path__is_no_answer_B21() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        vm.warp(r.includeBy);
        demand(alice, r);
        uint64 number = logTwo(coordinator, "x", "promised");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NotLogged.selector, dataset, number, 0, r.rowId));
        faults.answerDemand(coordinator, dataset, 0, "promised", number, beside("x"));
        bytes32 promised_ = faults.promiseId(coordinator, dataset, 1, "promised");
        vm.expectRevert(
            abi.encodeWithSelector(
                ICoordinatorFaults.WrongDemand.selector, promised_, ICoordinatorFaults.DemandState.None
            )
        );
        faults.answerDemand(coordinator, dataset, 1, "promised", number, beside("x"));
    }

    function test_demand__after_the_omission_was_punished__costs_no_second_bond() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        uint64 number = logTwo(coordinator, "x", "y");
        vm.warp(r.includeBy);
        demand(alice, r);
        faults.proveOmission(coordinator, r, signature, number, "x", beside("y"));
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 70e18);
        vm.warp(block.timestamp + 1 days + 1);
        faults.punishUnanswered(coordinator, dataset, 0, "promised");
        assertEq(ledger.bondBalance(coordinator), 70e18);
        assertEq(faults.creditOf(alice), faults.demandFee());
        assertEq(ledger.coordinatorOf(dataset), successor);
    }

    function test_demand__once_the_promise_is_punished__reverts() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        uint64 number = logTwo(coordinator, "x", "y");
        faults.proveOmission(coordinator, r, signature, number, "x", beside("y"));
        vm.warp(r.includeBy);
        bytes32 promised_ = faults.promiseId(coordinator, dataset, 0, "promised");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.FaultAlreadyPunished.selector, promised_));
        vm.prank(alice);
        faults.demandInclusion(coordinator, r, signature);
    }
}
