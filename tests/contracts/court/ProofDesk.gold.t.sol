// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers and words made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IProofDesk} from "../../../contracts/interfaces/IProofDesk.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {LogTree} from "../../../contracts/libraries/LogTree.sol";
import {Courtroom} from "../support/Courtroom.sol";
import {Signatures} from "../support/Signatures.sol";

/// @notice The ground Gold: one item, two committed labels (ProofDesk.tree).
contract ProofDeskGoldTest is Courtroom {
    bytes32[2] internal refs = [bytes32("ref 0"), bytes32("ref 1")];
    bytes32[2] internal gold;
    IAnnotationLedger.Annotation internal annotation;
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        // Item 0 is a cat at its own place, and a dog at the place of item 1.
        gold = [_goldLeaf(0, "cat"), _goldLeaf(0, "dog")];
        _addBatch();
        annotation = IAnnotationLedger.Annotation(dataset, refs[0], 0, "label", "lease", bob, 7, 2_000_000_000);
        _log();
    }

    function test_two_openings_of_one_labelled_item__bring_the_settlement_down_and_reward_nobody() public {
        uint256 supply = cota.totalSupply();
        vm.prank(alice);
        uint256 caseId = proofDesk.proveGold(dataset, epoch, _labelled(), _opening(0, "cat"), _opening(1, "dog"));
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
        // Whoever commits gold could plant such leaves, and collect.
        assertEq(ledger.creditOf(alice), 0);
        assertEq(supply - cota.totalSupply(), PROPOSER_BOND);
    }

    function test_one_opening_shown_twice__is_no_fault() public {
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NoFault.selector, ISettlementCourt.Ground.Gold));
        proofDesk.proveGold(dataset, epoch, _labelled(), _opening(0, "cat"), _opening(0, "cat"));
    }

    function test_an_opening_that_was_not_committed__proves_nothing() public {
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidOpening.selector, 1, 1));
        proofDesk.proveGold(dataset, epoch, _labelled(), _opening(0, "cat"), _opening(1, "bird"));
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidOpening.selector, 1, 0));
        proofDesk.proveGold(dataset, epoch, _labelled(), _opening(0, "dog"), _opening(1, "dog"));
    }

    function test_an_opening_of_another_item__proves_nothing() public {
        IProofDesk.GoldOpening memory first = _opening(0, "cat");
        gold = [_goldLeaf(0, "cat"), _goldLeaf(1, "dog")];
        _addBatch();
        IProofDesk.GoldOpening memory honest = _opening(1, "dog");
        (honest.batch, honest.item, honest.proof) = (2, 1, _path(gold[0]));
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidOpening.selector, 2, 1));
        proofDesk.proveGold(dataset, epoch, _labelled(), first, honest);
    }

    function test_an_item_that_the_epoch_did_not_label__is_no_ground() public {
        IProofDesk.LabelledItem memory labelled = _labelled();
        labelled.annotation.nonce += 1;
        bytes32 row = Signatures.rowId(labelled.annotation);
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NotLogged.selector, dataset, epoch, 0, row));
        proofDesk.proveGold(dataset, epoch, labelled, _opening(0, "cat"), _opening(1, "dog"));
    }

    function test_a_row_of_another_dataset__is_no_ground() public {
        annotation.dataset = "other";
        _log();
        bytes32 row = Signatures.rowId(annotation);
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NotLogged.selector, dataset, epoch, 1, row));
        proofDesk.proveGold(dataset, epoch, _labelled(), _opening(0, "cat"), _opening(1, "dog"));
    }

    function test_another_place_of_the_item__proves_nothing() public {
        IProofDesk.LabelledItem memory labelled = _labelled();
        labelled.position = 1;
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidItem.selector, 1, 1));
        proofDesk.proveGold(dataset, epoch, labelled, _opening(0, "cat"), _opening(1, "dog"));
        labelled.position = 0;
        labelled.batch = 7;
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.InvalidItem.selector, 7, 0));
        proofDesk.proveGold(dataset, epoch, labelled, _opening(0, "cat"), _opening(1, "dog"));
    }

    // ---- inside

    function _goldLeaf(uint256 item, bytes32 label) private pure returns (bytes32) {
        return keccak256(abi.encode(item, label, bytes32("salt")));
    }

    function _addBatch() private {
        vm.prank(publisher);
        registry.addBatch(dataset, _root(refs), _root(gold), 2);
    }

    function _root(bytes32[2] memory pair) private pure returns (bytes32) {
        return LogTree.rootOf(2, LogTree.nodeOf(LogTree.leafOf(pair[0]), LogTree.leafOf(pair[1])));
    }

    function _path(bytes32 sibling) private pure returns (bytes32[] memory path) {
        path = new bytes32[](1);
        path[0] = LogTree.leafOf(sibling);
    }

    /// @dev A checkpoint of the one row, and its proposal.
    function _log() private {
        bytes32[] memory rows = new bytes32[](1);
        rows[0] = Signatures.rowId(annotation);
        uint64 to = ledger.checkpointCount(dataset) + 1;
        vm.startPrank(coordinator);
        epoch = ledger.checkpoint(dataset, to, LogTree.rootOver(rows), "data");
        ledger.propose(dataset, epoch, "root", 1e9, 1, "file");
        vm.stopPrank();
    }

    function _labelled() private view returns (IProofDesk.LabelledItem memory) {
        return IProofDesk.LabelledItem(annotation, epoch - 1, new bytes32[](0), 1, 0, _path(refs[1]));
    }

    function _opening(uint32 position, bytes32 label) private view returns (IProofDesk.GoldOpening memory) {
        return IProofDesk.GoldOpening(1, position, 0, label, "salt", _path(gold[1 - position]));
    }
}
