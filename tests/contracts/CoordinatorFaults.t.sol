// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CoordinatorFaults} from "../../contracts/CoordinatorFaults.sol";
import {IAnnotationLedger} from "../../contracts/interfaces/IAnnotationLedger.sol";
import {ICoordinatorFaults} from "../../contracts/interfaces/ICoordinatorFaults.sol";
import {IDatasetRegistry} from "../../contracts/interfaces/IDatasetRegistry.sol";
import {Receipts} from "./support/Receipts.sol";
import {Signatures} from "./support/Signatures.sol";

/// @notice Each broken promise costs the whole bond: a twentieth to the prover, the rest to nobody. (CoordinatorFaults.tree)
contract CoordinatorFaultsTest is Receipts {
    // ---- omission

    function test_omission__another_row_at_the_index__slashes_all_and_pays_a_twentieth() public {
        ICoordinatorFaults.Receipt memory r = receipt(1, "promised");
        bytes memory signature = signed(r);
        uint64 number = logTwo(coordinator, "x", "other");
        uint256 supply = cota.totalSupply();
        vm.expectEmit(address(faults));
        emit ICoordinatorFaults.FaultPunished(
            dataset, coordinator, bob, ICoordinatorFaults.Fault.Omission, 1, "promised", "other", 100_000e18, 5000e18
        );
        vm.prank(bob);
        faults.proveOmission(coordinator, r, signature, number, "other", beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
        assertEq(ledger.creditOf(bob), 5000e18);
        assertEq(cota.totalSupply(), supply - 95_000e18);
    }

    function test_omission__a_void_leaf_at_the_index__is_one() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes32 voidRow = keccak256("cota.void.v1");
        uint64 number = logTwo(coordinator, voidRow, "x");
        faults.proveOmission(coordinator, r, signed(r), number, voidRow, beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_omission__the_promised_row_itself__reverts() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        uint64 number = logTwo(coordinator, "promised", "x");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NoOmission.selector, dataset, 0, r.rowId));
        faults.proveOmission(coordinator, r, signature, number, "promised", beside("x"));
    }

    function test_omission__a_leaf_that_stands_elsewhere__reverts_B21() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "promised");
        bytes memory signature = signed(r);
        uint64 number = logTwo(coordinator, "promised", "x");
        bytes32 x = "x";
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NotLogged.selector, dataset, number, 0, x));
        faults.proveOmission(coordinator, r, signature, number, "x", beside("promised"));
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.UnknownCheckpoint.selector, dataset, 2));
        faults.proveOmission(coordinator, r, signature, 2, "x", beside("promised"));
    }

    function test_omission__again__reverts_and_another_one_finds_what_was_deposited_since() public {
        ICoordinatorFaults.Receipt memory r = receipt(0, "a");
        ICoordinatorFaults.Receipt memory q = receipt(1, "b");
        (bytes memory signature, bytes memory other) = (signed(r), signed(q));
        uint64 number = logTwo(coordinator, "x", "y");
        faults.proveOmission(coordinator, r, signature, number, "x", beside("y"));
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NothingToSlash.selector, coordinator));
        faults.proveOmission(coordinator, q, other, number, "y", beside("x"));
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 100e18);
        bytes32 promised_ = faults.promiseId(coordinator, dataset, 0, "a");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.FaultAlreadyPunished.selector, promised_));
        faults.proveOmission(coordinator, r, signature, number, "x", beside("y"));
        faults.proveOmission(coordinator, q, other, number, "y", beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    // ---- demands

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

    // ---- equivocation

    function test_equivocation__one_index_for_two_rows__slashes_once() public {
        (ICoordinatorFaults.Receipt memory a, ICoordinatorFaults.Receipt memory b) = (receipt(7, "a"), receipt(7, "b"));
        (bytes memory first, bytes memory second) = (signed(a), signed(b));
        faults.proveEquivocation(coordinator, a, first, b, second);
        assertEq(ledger.bondBalance(coordinator), 0);
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 1e18);
        bytes32 fault = keccak256(abi.encode(ICoordinatorFaults.Fault.Equivocation, coordinator, dataset, uint64(7)));
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.FaultAlreadyPunished.selector, fault));
        faults.proveEquivocation(coordinator, b, second, a, first);
    }

    function test_equivocation__another_index_dataset_or_the_same_row__reverts() public {
        ICoordinatorFaults.Receipt memory a = receipt(7, "a");
        ICoordinatorFaults.Receipt memory b = receipt(8, "b");
        (bytes memory first, bytes memory second) = (signed(a), signed(b));
        vm.expectRevert(ICoordinatorFaults.NoEquivocation.selector);
        faults.proveEquivocation(coordinator, a, first, b, second);
        b = receipt(7, "a");
        b.includeBy += 1;
        second = signed(b);
        vm.expectRevert(ICoordinatorFaults.NoEquivocation.selector);
        faults.proveEquivocation(coordinator, a, first, b, second);
        b = receipt(7, "b");
        b.dataset = "another";
        second = signed(b);
        vm.expectRevert(ICoordinatorFaults.NoEquivocation.selector);
        faults.proveEquivocation(coordinator, a, first, b, second);
    }

    function test_equivocation__by_two_keys_of_one_coordinator__is_one() public {
        vm.prank(coordinator);
        ledger.setReceiptKey(vm.addr(2), type(uint64).max);
        (ICoordinatorFaults.Receipt memory a, ICoordinatorFaults.Receipt memory b) = (receipt(7, "a"), receipt(7, "b"));
        faults.proveEquivocation(coordinator, a, signed(a), b, signedBy(2, b));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    // ---- signatures

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

    // ---- expiry

    function test_expire__an_unsettled_checkpoint__slashes_and_hands_over() public {
        uint64 number = logTwo(coordinator, "x", "y");
        uint64 due = ledger.settleBy(dataset, number);
        vm.warp(due);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.SettleTimeRunning.selector, dataset, number, due));
        faults.expireCheckpoint(dataset, number);
        vm.warp(due + 1);
        vm.expectEmit(address(faults));
        emit ICoordinatorFaults.FaultPunished(
            dataset, coordinator, bob, ICoordinatorFaults.Fault.Expiry, number, 0, 0, 100_000e18, 5000e18
        );
        vm.prank(bob);
        faults.expireCheckpoint(dataset, number);
        assertEq(ledger.coordinatorOf(dataset), successor);
        assertEq(ledger.creditOf(bob), 5000e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICoordinatorFaults.SettleTimeRunning.selector, dataset, number, block.timestamp + 7 days
            )
        );
        faults.expireCheckpoint(dataset, number);
    }

    function test_expire__with_a_proposal_that_stands__reverts_whatever_its_age() public {
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
        vm.warp(block.timestamp + 300 days);
        _notExpirable(IAnnotationLedger.ProposalState.Proposed);
        ledger.finalize(dataset, 1);
        _notExpirable(IAnnotationLedger.ProposalState.Finalized);
        vm.expectRevert(abi.encodeWithSelector(IAnnotationLedger.UnknownCheckpoint.selector, dataset, 2));
        faults.expireCheckpoint(dataset, 2);
    }

    function test_expire__clock_stands_in_disputes_and_runs_after_a_rejection() public {
        logRows(dataset, 3);
        vm.prank(coordinator);
        ledger.propose(dataset, 1, "root", 2e9, 1, "file");
        vm.prank(court);
        ledger.suspend(dataset, 1);
        vm.warp(block.timestamp + 30 days);
        _notExpirable(IAnnotationLedger.ProposalState.Disputed);
        vm.prank(court);
        ledger.reject(dataset, 1, 0, alice, 0);
        uint64 due = ledger.settleBy(dataset, 1);
        assertEq(due, block.timestamp + 7 days);
        vm.warp(due + 1);
        faults.expireCheckpoint(dataset, 1);
        assertEq(ledger.coordinatorOf(dataset), successor);
    }

    function test_expire__once_for_each_coordinator_and_checkpoint() public {
        logRows(dataset, 3);
        vm.warp(ledger.settleBy(dataset, 1) + 1);
        faults.expireCheckpoint(dataset, 1);
        vm.warp(ledger.settleBy(dataset, 1) + 1);
        vm.prank(coordinator);
        ledger.depositBond(successor, 10e18);
        faults.expireCheckpoint(dataset, 1);
        assertEq(ledger.bondBalance(successor), 0);
        bytes32 fault = keccak256(abi.encode(ICoordinatorFaults.Fault.Expiry, successor, dataset, uint64(1)));
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.FaultAlreadyPunished.selector, fault));
        faults.expireCheckpoint(dataset, 1);
    }

    // ---- the rest

    function test_withdraw_credit__to_nobody__reverts() public {
        vm.expectRevert(ICoordinatorFaults.ZeroAddress.selector);
        faults.withdrawCredit(address(0));
        vm.expectRevert(ICoordinatorFaults.ZeroAddress.selector);
        faults.withdrawCredit(address(faults));
    }

    function test_constructor__without_registry_or_ledger__reverts() public {
        vm.expectRevert(ICoordinatorFaults.ZeroAddress.selector);
        new CoordinatorFaults(address(0), address(ledger));
        vm.expectRevert(ICoordinatorFaults.ZeroAddress.selector);
        new CoordinatorFaults(address(registry), address(0));
    }

    function testFuzz_slash__compensation_is_at_most_a_twentieth_and_the_rest_is_burnt(uint112 bond) public {
        bond = uint112(bound(bond, 1, 800_000e18));
        vm.prank(deliveries);
        ledger.slash(dataset, coordinator, type(uint128).max, alice, 0);
        vm.prank(coordinator);
        ledger.depositBond(coordinator, bond);
        uint256 supply = cota.totalSupply();
        (ICoordinatorFaults.Receipt memory a, ICoordinatorFaults.Receipt memory b) = (receipt(7, "a"), receipt(7, "b"));
        bytes memory first = signed(a);
        bytes memory second = signed(b);
        vm.prank(bob);
        faults.proveEquivocation(coordinator, a, first, b, second);
        assertLe(ledger.creditOf(bob) * 20, bond);
        assertEq(cota.totalSupply(), supply - bond + ledger.creditOf(bob));
        assertEq(cota.balanceOf(address(ledger)), ledger.creditOf(bob));
    }

    function _notExpirable(IAnnotationLedger.ProposalState state) private {
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NotExpirable.selector, dataset, 1, state));
        faults.expireCheckpoint(dataset, 1);
    }
}
