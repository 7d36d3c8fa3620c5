// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Votes that are copied, bought or packed: commitments bind dispute, round, juror and chain; who has shares does not sit.
contract D4VotesTest is Courtroom {
    uint256 internal dispute;

    function setUp() public override {
        super.setUp();
        dispute = tribunal.caseOf(challengeScoring(alice, proposed(), "file")).disputeId;
    }

    function test_D4__a_copied_commitment__cannot_be_revealed() public {
        address[] memory panel = drawPanel(dispute);
        bytes32 commitment = council.commitmentOf(dispute, 0, panel[0], 1, SALT);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(panel[i]);
            council.commitVote(dispute, commitment);
        }
        reveal(dispute, panel[0], 1);
        vm.prank(panel[1]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongReveal.selector, dispute, 0, panel[1]));
        council.revealVote(dispute, 1, SALT);
    }

    function test_D4__a_commitment_of_another_round_or_chain__cannot_be_revealed() public {
        address[] memory panel = drawPanel(dispute);
        bytes32 elsewhere = council.commitmentOf(dispute, 1, panel[0], 1, SALT);
        vm.prank(panel[0]);
        council.commitVote(dispute, elsewhere);
        commit(dispute, panel[1], 1);
        skip(1 days);
        vm.prank(panel[0]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongReveal.selector, dispute, 0, panel[0]));
        council.revealVote(dispute, 1, SALT);
        vm.chainId(1);
        vm.prank(panel[1]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.WrongReveal.selector, dispute, 0, panel[1]));
        council.revealVote(dispute, 1, SALT);
    }

    function test_D4__a_juror_who_buys_shares_of_the_dataset__is_not_drawn() public {
        earnEpoch(dataset, parts1(bob, 9e9));
        for (uint256 i = 0; i < 6; ++i) {
            move(sharesOf(dataset), bob, jurors[i], 1e9);
        }
        address[] memory panel = drawPanel(dispute);
        assertEq(panel.length, 3);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(sharesOf(dataset).balanceOf(panel[i]), 0, "a holder sits");
        }
    }

    function test_D4__a_juror_who_challenges__does_not_judge_his_own_case() public {
        equip(jurors[0]);
        for (uint256 i = 1; i < 20; ++i) {
            uint64 epoch = proposed();
            address[] memory panel = drawPanel(tribunal.caseOf(challengeScoring(jurors[0], epoch, "file")).disputeId);
            for (uint256 j = 0; j < panel.length; ++j) {
                assertTrue(panel[j] != jurors[0]);
            }
        }
    }

    function test_D4__a_speck_of_shares_sent_to_honest_jurors__does_not_take_them_off_the_panel() public {
        earnEpoch(dataset, parts1(bob, 9e9));
        // Bob's three stay clean; the other six are sent a ten-thousandth each.
        for (uint256 i = 3; i < 9; ++i) {
            move(sharesOf(dataset), bob, jurors[i], 9e5);
        }
        uint256 honest = 0;
        for (uint256 n = 0; n < 20; ++n) {
            uint64 epoch = proposed();
            address[] memory panel = drawPanel(tribunal.caseOf(challengeScoring(alice, epoch, "file")).disputeId);
            for (uint256 i = 0; i < 3; ++i) {
                if (uint160(panel[i]) >= 0x10003) ++honest;
            }
        }
        assertGt(honest, 25);
    }

    function test_D4__jurors_who_come_or_go_once_the_hash_is_known__move_nobody_else() public {
        uint256 snapshot = vm.snapshotState();
        address[] memory before = drawPanel(dispute);
        assertTrue(vm.revertToState(snapshot));
        // Known by now: a friend enrols, and one who would not be drawn leaves.
        vm.roll(block.number + 3);
        addJuror(makeAddr("friend"));
        for (uint256 i = 0; i < 9; ++i) {
            if (jurors[i] == before[0] || jurors[i] == before[1] || jurors[i] == before[2]) continue;
            vm.prank(jurors[i]);
            council.strike(jurors[i]);
            break;
        }
        address[] memory panel = drawPanel(dispute);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(panel[i], before[i]);
        }
    }
}
