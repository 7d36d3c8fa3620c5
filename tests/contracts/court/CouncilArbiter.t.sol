// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {Asker, Council} from "../support/Council.sol";

/// @notice Votes, quorum, deadlines, appeals and fees (CouncilArbiter.tree). Panels: CouncilArbiter.panel.t.sol.
contract CouncilArbiterTest is Council {
    bytes32 internal dataset;
    Asker internal asker;
    uint256 internal dispute;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        asker = new Asker{value: 10 ether}(council);
        dispute = asker.ask(abi.encode(dataset, alice));
    }

    // ---- asking

    function test_createDispute__emits_and_waits_for_a_later_block() public {
        vm.expectEmit(address(council));
        emit IArbiter.DisputeCreation(1, asker);
        vm.expectEmit(address(council));
        emit ICouncilArbiter.DisputeOpened(1, address(asker), dataset, alice, 2, 3 * FEE);
        vm.expectEmit(address(council));
        emit ICouncilArbiter.DrawScheduled(1, 0, uint64(block.number + 2), 3);
        assertEq(asker.ask(abi.encode(dataset, alice)), 1);
        assertEq(council.disputeCount(), 2);
        assertEq(uint8(council.phaseOf(1)), uint8(ICouncilArbiter.Phase.Drawing));
        assertEq(uint8(council.disputeStatus(1)), uint8(IArbiter.DisputeStatus.Waiting));
        assertEq(address(council.arbitrableOf(1)), address(asker));
    }

    function test_createDispute__with_another_fee_than_the_cost__reverts() public {
        vm.deal(alice, 1 ether);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongFee.selector, FEE, 3 * FEE));
        council.createDispute{value: FEE}(2, "");
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongFee.selector, 4 * FEE, 3 * FEE));
        council.createDispute{value: 4 * FEE}(2, "");
    }

    function test_createDispute__without_choices_or_with_too_many__reverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.InvalidChoices.selector, 0));
        council.createDispute(0, "");
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.InvalidChoices.selector, 17));
        council.createDispute(17, "");
    }

    function test_anything__of_a_dispute_that_does_not_exist__reverts() public {
        bytes memory reason = abi.encodeWithSelector(ICouncilArbiter.WrongPhase.selector, 9, ICouncilArbiter.Phase.None);
        vm.expectRevert(reason);
        council.draw(9);
        vm.expectRevert(reason);
        council.executeRuling(9);
        vm.expectRevert(reason);
        council.currentRuling(9);
    }

    // ---- voting

    function test_votes__all_for_one_choice__are_the_ruling_at_once_and_final_after_the_appeal_period() public {
        vote(dispute, 1);
        assertEq(council.currentRuling(dispute), 1);
        assertEq(uint8(council.disputeStatus(dispute)), uint8(IArbiter.DisputeStatus.Appealable));
        (uint256 start, uint256 end) = council.appealPeriod(dispute);
        assertEq(start, block.timestamp);
        assertEq(end, block.timestamp + 6 hours);
        _wrongPhase(ICouncilArbiter.Phase.Deciding);
        council.executeRuling(dispute);
        skip(6 hours);
        assertEq(uint8(council.disputeStatus(dispute)), uint8(IArbiter.DisputeStatus.Solved));
        vm.expectEmit(address(council));
        emit ICouncilArbiter.RulingExecuted(dispute, 1);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 1);
        _wrongPhase(ICouncilArbiter.Phase.Executed);
        council.executeRuling(dispute);
        assertEq(asker.rulings(), 1);
    }

    function test_commitVote__by_who_does_not_sit_twice_or_empty__reverts() public {
        address[] memory panel = drawPanel(dispute);
        address other = jurors[0];
        for (uint256 i = 0; i < jurors.length; ++i) {
            if (jurors[i] != panel[0] && jurors[i] != panel[1] && jurors[i] != panel[2]) other = jurors[i];
        }
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.NotOnPanel.selector, dispute, 0, other));
        council.commitVote(dispute, "vote");
        vm.startPrank(panel[0]);
        vm.expectRevert(ICouncilArbiter.ZeroCommitment.selector);
        council.commitVote(dispute, 0);
        council.commitVote(dispute, "vote");
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.AlreadyVoted.selector, dispute, 0, panel[0]));
        council.commitVote(dispute, "vote");
    }

    function test_commitVote__after_losing_the_role__reverts() public {
        address[] memory panel = drawPanel(dispute);
        uint64 role = council.JUROR();
        vm.prank(admin);
        access.revokeRole(role, panel[0]);
        vm.prank(panel[0]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.NotJuror.selector, panel[0]));
        council.commitVote(dispute, "vote");
    }

    function test_commitVote__outside_its_time__reverts() public {
        _wrongPhase(ICouncilArbiter.Phase.Drawing);
        council.commitVote(dispute, "vote");
        address[] memory panel = drawPanel(dispute);
        skip(1 days);
        _wrongPhase(ICouncilArbiter.Phase.Revealing);
        vm.prank(panel[0]);
        council.commitVote(dispute, "vote");
    }

    function test_revealVote__before_all_have_committed__reverts() public {
        address[] memory panel = drawPanel(dispute);
        commit(dispute, panel[0], 1);
        _wrongPhase(ICouncilArbiter.Phase.Committing);
        vm.prank(panel[0]);
        council.revealVote(dispute, 1, SALT);
    }

    function test_revealVote__of_another_vote_twice_or_of_no_choice__reverts() public {
        address[] memory panel = drawPanel(dispute);
        commit(dispute, panel[0], 1);
        commit(dispute, panel[1], 1);
        skip(1 days);
        bytes memory wrong = abi.encodeWithSelector(ICouncilArbiter.WrongReveal.selector, dispute, 0, panel[0]);
        vm.startPrank(panel[0]);
        vm.expectRevert(wrong);
        council.revealVote(dispute, 2, SALT);
        vm.expectRevert(wrong);
        council.revealVote(dispute, 1, "other salt");
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.InvalidChoices.selector, 3));
        council.revealVote(dispute, 3, SALT);
        council.revealVote(dispute, 1, SALT);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.AlreadyVoted.selector, dispute, 0, panel[0]));
        council.revealVote(dispute, 1, SALT);
        vm.stopPrank();
        vm.prank(panel[2]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongReveal.selector, dispute, 0, panel[2]));
        council.revealVote(dispute, 1, SALT);
    }

    // ---- rulings

    function test_ruling__without_quorum__is_0_at_the_deadline() public {
        address[] memory panel = drawPanel(dispute);
        commit(dispute, panel[0], 1);
        skip(1 days);
        reveal(dispute, panel[0], 1);
        assertEq(council.currentRuling(dispute), 0);
        skip(6 hours);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 0);
    }

    function test_ruling__when_nobody_votes__is_0_at_the_deadline() public {
        drawPanel(dispute);
        skip(1 days + 12 hours + 6 hours - 1);
        _wrongPhase(ICouncilArbiter.Phase.Deciding);
        council.executeRuling(dispute);
        skip(1);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 0);
    }

    function test_ruling__two_of_three__is_a_quorum() public {
        address[] memory panel = drawPanel(dispute);
        commit(dispute, panel[0], 2);
        commit(dispute, panel[1], 2);
        skip(1 days);
        reveal(dispute, panel[0], 2);
        reveal(dispute, panel[1], 2);
        assertEq(council.currentRuling(dispute), 2);
    }

    function test_ruling__of_a_tie__is_0() public {
        address[] memory panel = drawPanel(dispute);
        commit(dispute, panel[0], 1);
        commit(dispute, panel[1], 2);
        skip(1 days);
        reveal(dispute, panel[0], 1);
        reveal(dispute, panel[1], 2);
        assertEq(council.currentRuling(dispute), 0);
    }

    /// @dev The model: count, find the best, 0 if it is not alone or fewer than half of the panel spoke.
    function testFuzz_ruling__is_the_plurality_with_a_quorum(uint8[3] memory votes, uint8 absent) public {
        address[] memory panel = drawPanel(dispute);
        uint256[3] memory tally;
        uint256 spoke = 0;
        for (uint256 i = 0; i < 3; ++i) {
            votes[i] %= 3;
            if (absent >> i & 1 == 0) commit(dispute, panel[i], votes[i]);
        }
        if (council.phaseOf(dispute) == ICouncilArbiter.Phase.Committing) skip(1 days);
        for (uint256 i = 0; i < 3; ++i) {
            if (absent >> i & 1 == 1) continue;
            reveal(dispute, panel[i], votes[i]);
            ++tally[votes[i]];
            ++spoke;
        }
        uint256 expected = 0;
        if (spoke >= 2 && tally[1] > tally[0] && tally[1] > tally[2]) expected = 1;
        if (spoke >= 2 && tally[2] > tally[0] && tally[2] > tally[1]) expected = 2;
        skip(12 hours);
        assertEq(council.currentRuling(dispute), expected);
    }

    // ---- appeals

    function test_appeal__by_the_arbitrable__draws_a_larger_panel_whose_ruling_counts() public {
        vote(dispute, 1);
        uint256 cost = council.appealCost(dispute, "");
        assertEq(cost, 7 * FEE);
        vm.expectEmit(address(council));
        emit IArbiter.AppealDecision(dispute, asker);
        asker.askAgain(dispute);
        assertEq(council.roundOf(dispute), 1);
        assertEq(council.currentRuling(dispute), 1);
        decide(dispute, 2);
        assertEq(asker.ruling(), 2);
    }

    function test_appeal__without_a_quorum__leaves_the_ruling_before_in_force() public {
        vote(dispute, 1);
        asker.askAgain(dispute);
        drawPanel(dispute);
        skip(1 days + 12 hours + 6 hours);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 1);
    }

    function test_appeal__a_third_time__is_not_possible() public {
        for (uint256 i = 9; i < 16; ++i) {
            addJuror(address(uint160(0x10000 + i)));
        }
        vote(dispute, 1);
        asker.askAgain(dispute);
        vote(dispute, 2);
        asker.askAgain(dispute);
        vote(dispute, 1);
        assertEq(council.appealCost(dispute, ""), type(uint256).max);
        (uint256 start, uint256 end) = council.appealPeriod(dispute);
        assertEq(start + end, 0);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 1);
    }

    function test_appeal__by_another_or_too_late_or_for_another_fee__reverts() public {
        vote(dispute, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ICouncilArbiter.NotArbitrable.selector, dispute, address(this), address(asker))
        );
        council.appeal(dispute, "");
        vm.deal(address(asker), 1 ether);
        vm.prank(address(asker));
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongFee.selector, 1, 7 * FEE));
        council.appeal{value: 1}(dispute, "");
        skip(6 hours);
        _wrongPhase(ICouncilArbiter.Phase.Final);
        vm.prank(address(asker));
        council.appeal{value: 7 * FEE}(dispute, "");
    }

    // ---- fees: credited, never pushed

    function test_fees__of_seats_that_spoke_are_theirs__the_rest_goes_back_to_the_claimant() public {
        address[] memory panel = drawPanel(dispute);
        commit(dispute, panel[0], 1);
        commit(dispute, panel[1], 1);
        skip(1 days);
        reveal(dispute, panel[0], 1);
        skip(12 hours + 6 hours);
        council.executeRuling(dispute);
        assertEq(council.feesOf(panel[0]), FEE);
        assertEq(council.feesOf(panel[1]), 0);
        assertEq(council.feesOf(alice), 2 * FEE);
        assertEq(address(council).balance, 3 * FEE);
        vm.prank(panel[0]);
        council.withdrawFees(carol);
        assertEq(carol.balance, FEE);
        vm.prank(panel[0]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.NothingToWithdraw.selector, panel[0]));
        council.withdrawFees(carol);
    }

    function test_withdrawFees__to_nobody_or_to_who_refuses__reverts_and_keeps_the_credit() public {
        decide(dispute, 1);
        (, address[] memory panel) = council.panelOf(dispute, 0);
        vm.startPrank(panel[0]);
        vm.expectRevert(ICouncilArbiter.ZeroAddress.selector);
        council.withdrawFees(address(0));
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.TransferFailed.selector, address(usd), FEE));
        council.withdrawFees(address(usd));
        assertEq(council.feesOf(panel[0]), FEE);
    }

    function _wrongPhase(ICouncilArbiter.Phase phase) private {
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongPhase.selector, dispute, phase));
    }
}
