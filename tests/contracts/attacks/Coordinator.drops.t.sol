// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICoordinatorFaults} from "../../../contracts/interfaces/ICoordinatorFaults.sol";
import {Receipts} from "../support/Receipts.sol";

/// @notice A coordinator receipts a rival's row and then leaves it out of the log, in each way there is. Every way costs the
/// bond; none of them can be mended afterwards, since the log is append-only.
contract CoordinatorDropsTest is Receipts {
    ICoordinatorFaults.Receipt internal promised;
    bytes internal signature;

    function setUp() public override {
        super.setUp();
        promised = receipt(0, "hers");
        signature = signed(promised);
    }

    function test_drops__a_row_of_his_own_in_its_place() public {
        uint64 number = logTwo(coordinator, "his", "x");
        faults.proveOmission(coordinator, promised, signature, number, "his", beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_drops__shifted_by_one__her_row_is_logged_but_not_where_it_was_promised() public {
        uint64 number = logTwo(coordinator, "his", "hers");
        faults.proveOmission(coordinator, promised, signature, number, "his", beside("hers"));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_drops__logged_again_later__comes_too_late() public {
        uint64 number = logTwo(coordinator, "his", "x");
        logTwo(coordinator, "hers", "y");
        faults.proveOmission(coordinator, promised, signature, number, "his", beside("x"));
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_drops__a_log_of_made_up_roots__has_no_path_to_answer_with() public {
        // Nobody outside knows the leaves, so nobody can prove an omission; but neither can he answer.
        vm.prank(coordinator);
        ledger.checkpoint(dataset, 5, keccak256("made up"), "data");
        vm.warp(promised.includeBy);
        demand(alice, promised);
        vm.warp(block.timestamp + 1 days + 1);
        faults.punishUnanswered(coordinator, dataset, 0, "hers");
        assertEq(ledger.bondBalance(coordinator), 0);
    }

    function test_drops__an_empty_checkpoint__does_not_pass_her_index() public {
        vm.prank(coordinator);
        ledger.checkpoint(dataset, 0, keccak256("empty"), "data");
        vm.warp(promised.includeBy);
        demand(alice, promised);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NotLogged.selector, dataset, 1, 0, promised.rowId));
        faults.answerDemand(coordinator, dataset, 0, "hers", 1, new bytes32[](0));
    }

    function test_drops__no_checkpoint_at_all__is_unanswered_too() public {
        vm.warp(promised.includeBy + 2 days);
        demand(alice, promised);
        vm.warp(block.timestamp + 1 days + 1);
        faults.punishUnanswered(coordinator, dataset, 0, "hers");
        assertEq(ledger.bondBalance(coordinator), 0);
        // What he receipted before can be logged by his successor.
        logTwo(successor, "hers", "x");
        assertTrue(ledger.isLogged(dataset, 1, 0, "hers", beside("x")));
    }

    function testFuzz_drops__honest_logs_are_never_slashed(bytes32 a, bytes32 b, uint32 wait) public {
        vm.assume(a != b);
        ICoordinatorFaults.Receipt memory first = receipt(0, a);
        ICoordinatorFaults.Receipt memory second = receipt(1, b);
        uint64 number = logTwo(coordinator, a, b);
        bytes memory signatureA = signed(first);
        bytes memory signatureB = signed(second);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorFaults.NotLogged.selector, dataset, number, 0, b));
        faults.proveOmission(coordinator, first, signatureA, number, b, beside(a));
        vm.expectRevert(ICoordinatorFaults.NoEquivocation.selector);
        faults.proveEquivocation(coordinator, first, signatureA, second, signatureB);
        vm.warp(first.includeBy + bound(wait, 0, 2 days));
        demand(alice, first);
        faults.answerDemand(coordinator, dataset, 0, a, number, beside(b));
        assertEq(ledger.bondBalance(coordinator), 100_000e18);
    }
}
