// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {Terms} from "../../../contracts/types.sol";
import {Asker, Council} from "../support/Council.sol";
import {VmSafe} from "forge-std/Vm.sol";

/// @notice Who may sit, and the lot (CouncilArbiter.tree).
contract CouncilArbiterPanelTest is Council {
    bytes32 internal dataset;
    Asker internal asker;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        asker = new Asker{value: 10 ether}(council);
    }

    // ---- the roster

    function test_enroll__without_the_role_or_twice__reverts() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.NotJuror.selector, alice));
        council.enroll();
        vm.prank(jurors[0]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.AlreadyEnrolled.selector, jurors[0]));
        council.enroll();
    }

    function test_enroll__past_the_largest_roster__reverts() public {
        for (uint160 i = 9; i < 128; ++i) {
            addJuror(address(0x10000 + i));
        }
        uint64 role = council.JUROR();
        vm.prank(admin);
        access.grantRole(role, alice, 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.RosterFull.selector, 128));
        council.enroll();
    }

    function test_strike__by_the_juror_or_once_the_role_is_gone__takes_him_off() public {
        vm.prank(jurors[1]);
        council.strike(jurors[1]);
        assertFalse(council.isEnrolled(jurors[1]));
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.StillJuror.selector, jurors[2]));
        council.strike(jurors[2]);
        uint64 role = council.JUROR();
        vm.prank(admin);
        access.revokeRole(role, jurors[2]);
        vm.expectEmit(address(council));
        emit ICouncilArbiter.JurorStruck(jurors[2]);
        council.strike(jurors[2]);
        vm.expectRevert(abi.encodeWithSelector(ICouncilArbiter.NotJuror.selector, jurors[2]));
        council.strike(jurors[2]);
        address[] memory left = council.roster();
        assertEq(left.length, 7);
        for (uint256 i = 0; i < left.length; ++i) {
            assertTrue(council.isEnrolled(left[i]));
            assertTrue(left[i] != jurors[1] && left[i] != jurors[2]);
        }
    }

    // ---- the lot

    function test_draw__before_its_block_is_made__reverts() public {
        uint256 dispute = asker.ask(abi.encode(dataset, alice));
        vm.roll(block.number + 2);
        vm.expectRevert(
            abi.encodeWithSelector(ICouncilArbiter.DrawTooEarly.selector, dispute, block.number, block.number)
        );
        council.draw(dispute);
    }

    function test_draw__when_the_hash_is_gone__is_scheduled_anew_with_a_block_that_nobody_knows() public {
        uint256 dispute = asker.ask(abi.encode(dataset, alice));
        vm.roll(block.number + 300);
        vm.expectEmit(address(council));
        emit ICouncilArbiter.DrawScheduled(dispute, 0, uint64(block.number + 2), 3);
        council.draw(dispute);
        assertEq(drawPanel(dispute).length, 3);
    }

    function test_draw__twice__reverts() public {
        uint256 dispute = asker.ask(abi.encode(dataset, alice));
        drawPanel(dispute);
        vm.expectRevert(
            abi.encodeWithSelector(ICouncilArbiter.WrongPhase.selector, dispute, ICouncilArbiter.Phase.Committing)
        );
        council.draw(dispute);
    }

    function test_draw__takes_each_juror_as_often_as_the_others() public {
        uint256[] memory drawn = new uint256[](jurors.length);
        for (uint256 n = 0; n < 300; ++n) {
            address[] memory panel = drawPanel(asker.ask(abi.encode(dataset, alice)));
            for (uint256 i = 0; i < panel.length; ++i) {
                ++drawn[uint160(panel[i]) - 0x10000];
            }
        }
        // 300 panels of 3 of 9 jurors: 100 each; the standard deviation is 8.
        for (uint256 i = 0; i < drawn.length; ++i) {
            assertApproxEqAbs(drawn[i], 100, 40);
        }
    }

    function test_draw__nobody_with_an_interest_sits() public {
        earnEpoch(dataset, parts1(jurors[0], 2e9));
        join(dataset, jurors[1]);
        Terms memory terms = registry.termsOf(dataset);
        addJuror(terms.publisher);
        addJuror(terms.coordinator);
        addJuror(terms.successor);
        addJuror(alice);
        uint64 role = council.JUROR();
        vm.prank(admin);
        access.revokeRole(role, jurors[2]);
        for (uint256 n = 0; n < 40; ++n) {
            address[] memory panel = drawPanel(asker.ask(abi.encode(dataset, alice)));
            assertEq(panel.length, 3);
            for (uint256 i = 0; i < panel.length; ++i) {
                // What is left is jurors 3 to 8.
                assertGe(uint160(panel[i]), 0x10003);
                assertLe(uint160(panel[i]), 0x10008);
                for (uint256 j = 0; j < i; ++j) {
                    assertTrue(panel[i] != panel[j], "one seat each");
                }
            }
        }
    }

    function test_draw__of_a_dataset_with_a_credential__seats_a_holder_always() public {
        bytes32 wanting = _wantingCredential();
        certify("radiologist", jurors[7]);
        for (uint256 n = 0; n < 40; ++n) {
            uint256 dispute = asker.ask(abi.encode(wanting, alice));
            address[] memory panel = drawPanel(dispute);
            assertEq(panel[0], jurors[7]);
            (ICouncilArbiter.Panel memory p,) = council.panelOf(dispute, 0);
            assertFalse(p.isGeneral);
        }
    }

    function test_draw__when_no_holder_is_available__seats_a_general_panel_and_says_so() public {
        bytes32 wanting = _wantingCredential();
        uint256 dispute = asker.ask(abi.encode(wanting, alice));
        assertEq(drawPanel(dispute).length, 3);
        (ICouncilArbiter.Panel memory p,) = council.panelOf(dispute, 0);
        assertTrue(p.isGeneral);
    }

    function test_draw__when_the_only_holder_has_an_interest__seats_a_general_panel() public {
        bytes32 wanting = _wantingCredential();
        certify("radiologist", jurors[7]);
        uint256 dispute = asker.ask(abi.encode(wanting, jurors[7]));
        drawPanel(dispute);
        (ICouncilArbiter.Panel memory p,) = council.panelOf(dispute, 0);
        assertTrue(p.isGeneral);
    }

    function test_draw__with_too_few_or_no_jurors__never_reverts_and_ends_with_ruling_0() public {
        for (uint256 i = 0; i < 8; ++i) {
            vm.prank(jurors[i]);
            council.strike(jurors[i]);
        }
        uint256 dispute = asker.ask(abi.encode(dataset, alice));
        assertEq(drawPanel(dispute).length, 1);
        // One juror of three is no quorum: he alone decides nothing.
        commit(dispute, jurors[8], 1);
        reveal(dispute, jurors[8], 1);
        skip(6 hours);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 0);
        dispute = asker.ask(abi.encode(dataset, jurors[8]));
        assertEq(drawPanel(dispute).length, 0);
        skip(1 days + 12 hours + 6 hours);
        council.executeRuling(dispute);
        assertEq(asker.ruling(), 0);
        assertEq(asker.rulings(), 2);
    }

    function test_draw__for_a_stranger_or_an_unknown_dataset__seats_a_general_panel() public {
        uint256 dispute = asker.ask(abi.encode(bytes32("unknown"), alice));
        assertEq(drawPanel(dispute).length, 3);
        (ICouncilArbiter.Panel memory p,) = council.panelOf(dispute, 0);
        assertTrue(p.isGeneral);
        dispute = asker.ask("anything");
        assertEq(drawPanel(dispute).length, 3);
    }

    function test_draw__from_the_largest_roster__stays_far_below_a_block_B20() public {
        for (uint160 i = 9; i < 128; ++i) {
            addJuror(address(0x10000 + i));
        }
        bytes32 wanting = _wantingCredential();
        uint256 dispute = asker.ask(abi.encode(wanting, alice));
        vm.roll(block.number + 3);
        vm.setBlockhash(block.number - 1, "hash");
        uint256 gas = gasleft();
        council.draw(dispute);
        // Instrumented code costs more, and says nothing about the code that is deployed.
        if (!vm.isContext(VmSafe.ForgeContext.Coverage)) assertLt(gas - gasleft(), 8_000_000);
    }

    function _wantingCredential() private returns (bytes32) {
        defineCredential("radiologist");
        Terms memory terms = defaultTerms();
        terms.credential = "radiologist";
        return newDataset(terms);
    }
}
