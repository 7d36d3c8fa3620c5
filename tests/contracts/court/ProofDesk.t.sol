// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {IProofDesk} from "../../../contracts/interfaces/IProofDesk.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Contests} from "../../../contracts/libraries/Contests.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Grounds decided on chain without a jury: leaves above their bounds, two leaves of one account. (Gold: ProofDesk.gold.t.sol;
/// signatures: SettlementCourt.signature.t.sol.) Tree: ProofDesk.tree.
contract ProofDeskTest is Courtroom {
    IDatasetShares.ShareClaim[] internal leaves;

    // ---- bounds

    function test_a_leaf_above_all_labels__brings_the_settlement_down_at_once() public {
        leaves.push(leaf(0, bob, 3e9 + 1, 0));
        uint64 epoch = _propose(3, 3e9);
        vm.prank(alice);
        uint256 caseId = proofDesk.proveLeafBounds(dataset, epoch, leaves);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
        assertEq(ledger.creditOf(alice), PROPOSER_BOND / 2);
        assertEq(tribunal.lockedBonds(), 0);
        ISettlementCourt.Case memory c = tribunal.caseOf(caseId);
        assertEq(c.claimant, alice);
        assertEq(c.bond, 0);
    }

    function test_leaves_above_their_total__bring_it_down_together() public {
        leaves.push(leaf(0, bob, 2e9, 0));
        leaves.push(leaf(1, carol, 1e9, 0));
        leaves.push(leaf(2, alice, 1, 0));
        uint64 epoch = _propose(4, 3e9);
        IDatasetShares.ShareClaim[] memory two = new IDatasetShares.ShareClaim[](2);
        (two[0], two[1]) = (leaves[0], leaves[1]);
        _noFault(epoch, two, ISettlementCourt.Ground.LeafBounds);
        proofDesk.proveLeafBounds(dataset, epoch, leaves);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
    }

    function test_the_same_leaf_again_or_out_of_order__does_not_count_twice() public {
        leaves.push(leaf(0, bob, 2e9, 0));
        leaves.push(leaf(1, carol, 1e9, 0));
        uint64 epoch = _propose(4, 3e9);
        IDatasetShares.ShareClaim[] memory again = new IDatasetShares.ShareClaim[](2);
        (again[0], again[1]) = (leaves[0], leaves[0]);
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.LeavesNotAscending.selector, 0, 0));
        proofDesk.proveLeafBounds(dataset, epoch, again);
        (again[0], again[1]) = (leaves[1], leaves[0]);
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.LeavesNotAscending.selector, 1, 0));
        proofDesk.proveLeafBounds(dataset, epoch, again);
    }

    function test_a_penalty_above_the_cap_an_index_past_the_leaves_or_nobodys_leaf__are_faults() public {
        IDatasetShares.ShareClaim[3] memory wrong =
            [leaf(0, bob, 1e9, 60e18 + 1), leaf(1, bob, 1e9, 0), leaf(0, address(0), 1e9, 0)];
        for (uint256 i = 0; i < wrong.length; ++i) {
            delete leaves;
            leaves.push(wrong[i]);
            uint64 epoch = _propose(3, 3e9);
            proofDesk.proveLeafBounds(dataset, epoch, leaves);
            assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        }
    }

    function test_a_settlement_within_its_bounds__stands() public {
        leaves.push(leaf(0, bob, 2e9, 60e18));
        leaves.push(leaf(1, carol, 1e9, 0));
        uint64 epoch = _propose(3, 3e9);
        _noFault(epoch, leaves, ISettlementCourt.Ground.LeafBounds);
        _noFault(epoch, new IDatasetShares.ShareClaim[](0), ISettlementCourt.Ground.LeafBounds);
    }

    function test_a_leaf_that_is_not_in_the_tree__proves_nothing() public {
        leaves.push(leaf(0, bob, 2e9, 0));
        leaves.push(leaf(1, carol, 1e9, 0));
        uint64 epoch = _propose(3, 3e9);
        leaves[0].units = 9e9;
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidLeaf.selector, dataset, epoch, 0));
        proofDesk.proveLeafBounds(dataset, epoch, leaves);
    }

    function test_a_leaf_of_another_epoch__proves_nothing() public {
        leaves.push(leaf(0, bob, 9e9, 0));
        uint64 first = _propose(3, 3e9);
        IDatasetShares.ShareClaim[] memory old = leaves;
        uint64 second = _propose(3, 3e9);
        assertEq(first + 1, second);
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidLeaf.selector, dataset, second, 0));
        proofDesk.proveLeafBounds(dataset, second, old);
    }

    function test_a_proof__after_the_window__comes_too_late() public {
        leaves.push(leaf(0, bob, 9e9, 0));
        uint64 epoch = _propose(3, 3e9);
        uint64 ends = ledger.proposalOf(dataset, epoch).windowEndsAt;
        vm.warp(ends);
        vm.expectRevert(
            abi.encodeWithSelector(
                Contests.NotOpenToChallenge.selector, dataset, epoch, IAnnotationLedger.ProposalState.Proposed, ends
            )
        );
        proofDesk.proveLeafBounds(dataset, epoch, leaves);
    }

    function test_a_proof__while_a_case_is_open__works_and_the_case_is_moot() public {
        leaves.push(leaf(0, bob, 9e9, 0));
        uint64 epoch = _propose(3, 3e9);
        uint256 caseId = challengeScoring(alice, epoch, "file");
        vm.prank(bob);
        proofDesk.proveLeafBounds(dataset, epoch, leaves);
        tribunal.closeMoot(caseId);
        assertEq(credit(alice), BOND);
        assertEq(ledger.creditOf(bob), PROPOSER_BOND / 2);
        assertSolvent();
    }

    function test_bringDown__by_another_than_the_proof_desk__reverts() public {
        uint64 epoch = proposed();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotDesk.selector, alice, address(proofDesk)));
        tribunal.bringDown(dataset, epoch, ISettlementCourt.Ground.LeafBounds, alice, true);
    }

    /// @dev A leaf is a fault exactly when it breaks one of the epoch's own numbers.
    function testFuzz_bounds__are_exact(uint64 units, uint128 penalty, uint64 total) public {
        total = uint64(bound(total, 1e9, 3e9));
        units = uint64(bound(units, 0, 4e9));
        penalty = uint128(bound(penalty, 0, 100e18));
        leaves.push(leaf(0, bob, units, penalty));
        uint64 epoch = _propose(3, total);
        if (units <= total && units <= 3e9 && penalty <= 60e18) {
            _noFault(epoch, leaves, ISettlementCourt.Ground.LeafBounds);
        } else {
            proofDesk.proveLeafBounds(dataset, epoch, leaves);
            assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        }
    }

    // ---- two leaves

    function test_two_leaves_of_one_account__bring_it_down() public {
        leaves.push(leaf(0, bob, 1e9, 0));
        leaves.push(leaf(1, bob, 1e9, 0));
        uint64 epoch = _propose(3, 2e9);
        vm.prank(alice);
        proofDesk.proveTwoLeaves(dataset, epoch, leaves[0], leaves[1]);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(ledger.creditOf(alice), PROPOSER_BOND / 2);
    }

    function test_two_leaves_at_one_index__bring_it_down() public {
        leaves.push(leaf(0, bob, 1e9, 0));
        leaves.push(leaf(0, carol, 1e9, 0));
        uint64 epoch = _propose(3, 2e9);
        proofDesk.proveTwoLeaves(dataset, epoch, leaves[0], leaves[1]);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
    }

    function test_one_leaf_shown_twice_or_leaves_of_two_accounts__are_no_fault() public {
        leaves.push(leaf(0, bob, 1e9, 0));
        leaves.push(leaf(1, carol, 1e9, 0));
        uint64 epoch = _propose(3, 2e9);
        bytes memory reason = abi.encodeWithSelector(IProofDesk.NoFault.selector, ISettlementCourt.Ground.TwoLeaves);
        vm.expectRevert(reason);
        proofDesk.proveTwoLeaves(dataset, epoch, leaves[0], leaves[0]);
        vm.expectRevert(reason);
        proofDesk.proveTwoLeaves(dataset, epoch, leaves[0], leaves[1]);
    }

    function test_two_leaves__one_of_them_invented__prove_nothing() public {
        leaves.push(leaf(0, bob, 1e9, 0));
        leaves.push(leaf(1, carol, 1e9, 0));
        uint64 epoch = _propose(3, 2e9);
        IDatasetShares.ShareClaim memory invented = leaves[1];
        invented.account = bob;
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidLeaf.selector, dataset, epoch, 1));
        proofDesk.proveTwoLeaves(dataset, epoch, leaves[0], invented);
    }

    // ---- inside

    function _propose(uint64 rows, uint64 total) private returns (uint64 epoch) {
        IDatasetShares.ShareClaim[] memory proposed_ = leaves;
        epoch = proposeLeaves(rows, total, proposed_);
        delete leaves;
        for (uint256 i = 0; i < proposed_.length; ++i) {
            leaves.push(proposed_[i]);
        }
    }

    function _noFault(uint64 epoch, IDatasetShares.ShareClaim[] memory shown, ISettlementCourt.Ground ground) private {
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NoFault.selector, ground));
        proofDesk.proveLeafBounds(dataset, epoch, shown);
    }
}
