// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IAuditDesk} from "../../../contracts/interfaces/IAuditDesk.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Contests} from "../../../contracts/libraries/Contests.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Audits: the fee, whom it reaches, how it comes back; the sample and its beacon (AuditDesk.tree).
contract AuditDeskTest is Courtroom {
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        earnEpoch(dataset, parts1(bob, 2e9));
        epoch = proposed();
    }

    // ---- the fee

    function test_openAudit__the_fee_goes_to_the_holders_at_once() public {
        vm.expectEmit(address(auditDesk));
        emit IAuditDesk.AuditOpened(1, dataset, epoch, 1, alice, AUDIT_FEE, "word");
        assertEq(_open(alice), 1);
        assertEq(sharesOf(dataset).claimable(bob), AUDIT_FEE);
        assertEq(uint8(auditDesk.auditOf(1).state), uint8(IAuditDesk.AuditState.Passed));
        assertEq(usd.balanceOf(address(auditDesk)), 0);
    }

    function test_openAudit__while_nobody_holds_shares__the_fee_waits_for_the_first_who_do() public {
        _fresh();
        uint256 auditId = _open(alice);
        assertEq(usd.balanceOf(address(auditDesk)), AUDIT_FEE);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AuditNotSettled.selector, auditId));
        auditDesk.passAuditFee(auditId);
        finalizeEpoch(dataset, epoch);
        auditDesk.passAuditFee(auditId);
        assertEq(usd.balanceOf(address(sharesOf(dataset))), AUDIT_FEE);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AuditFeeGone.selector, auditId, IAuditDesk.AuditState.Passed));
        auditDesk.passAuditFee(auditId);
    }

    function test_openAudit__without_commitment_or_of_a_closed_window__reverts() public {
        vm.startPrank(alice);
        vm.expectRevert(IAuditDesk.ZeroCommitment.selector);
        auditDesk.openAudit(dataset, epoch, 0);
        uint64 ends = ledger.proposalOf(dataset, epoch).windowEndsAt;
        vm.warp(ends);
        vm.expectRevert(
            abi.encodeWithSelector(
                Contests.NotOpenToChallenge.selector, dataset, epoch, IAnnotationLedger.ProposalState.Proposed, ends
            )
        );
        auditDesk.openAudit(dataset, epoch, "word");
    }

    function test_openAudit__of_a_dataset_whose_court_has_another_desk__reverts() public {
        vm.mockCall(address(tribunal), abi.encodeCall(tribunal.auditDesk, ()), abi.encode(alice));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.NotServed.selector, dataset, address(auditDesk)));
        auditDesk.openAudit(dataset, epoch, "word");
    }

    function test_openAudit__twice_by_one_auditor__reverts() public {
        _open(alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AlreadyAudited.selector, dataset, epoch, 1, alice));
        auditDesk.openAudit(dataset, epoch, "word");
    }

    function test_openAudit__in_a_standing_window__works() public {
        challengeScoring(bob, epoch, "file");
        _open(alice);
    }

    // ---- the fee comes back

    function test_the_auditors_own_challenge_wins__the_fee_comes_back_from_the_coordinators_bond() public {
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(alice, epoch, "file"), 1);
        uint256 bond = ledger.bondBalance(coordinator);
        uint256 had = ledger.creditOf(alice);
        vm.expectEmit(address(auditDesk));
        emit IAuditDesk.AuditFeeReturned(auditId, dataset, alice, 0, 20e18);
        auditDesk.returnAuditFee(auditId);
        // Twenty dollars at one COTA a dollar; the holders keep what they had.
        assertEq(bond - ledger.bondBalance(coordinator), 20e18);
        assertEq(ledger.creditOf(alice) - had, 20e18);
        assertEq(sharesOf(dataset).claimable(bob), AUDIT_FEE);
        vm.expectRevert(
            abi.encodeWithSelector(IAuditDesk.AuditFeeGone.selector, auditId, IAuditDesk.AuditState.Returned)
        );
        auditDesk.returnAuditFee(auditId);
    }

    function test_a_fee_that_still_waits__comes_back_as_it_is() public {
        _fresh();
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(alice, epoch, "file"), 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AuditNotSettled.selector, auditId));
        auditDesk.passAuditFee(auditId);
        auditDesk.returnAuditFee(auditId);
        assertEq(auditDesk.creditOf(address(usd), alice), AUDIT_FEE);
        uint256 before = usd.balanceOf(alice);
        vm.prank(alice);
        auditDesk.withdraw(address(usd), alice);
        assertEq(usd.balanceOf(alice) - before, AUDIT_FEE);
        assertEq(usd.balanceOf(address(auditDesk)), 0);
    }

    function test_anothers_challenge_wins__the_fee_stays_with_the_holders() public {
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(carol, epoch, "file"), 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AuditNotSettled.selector, auditId));
        auditDesk.returnAuditFee(auditId);
    }

    function test_the_auditors_challenge_loses__the_fee_stays_with_the_holders() public {
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(alice, epoch, "file"), 2);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AuditNotSettled.selector, auditId));
        auditDesk.returnAuditFee(auditId);
    }

    function test_without_a_rate__nothing_is_taken_from_the_bond() public {
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(alice, epoch, "file"), 1);
        vm.prank(admin);
        rates.setRate(address(usd), 0);
        uint256 bond = ledger.bondBalance(coordinator);
        auditDesk.returnAuditFee(auditId);
        assertEq(ledger.bondBalance(coordinator), bond);
    }

    function test_a_waiting_fee_of_a_settlement_that_another_brought_down__goes_to_later_holders() public {
        _fresh();
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(carol, epoch, "file"), 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.NoHolders.selector, dataset));
        auditDesk.passAuditFee(auditId);
        uint64 next = proposeEpoch(dataset, parts1(bob, 2e9));
        finalizeEpoch(dataset, next);
        auditDesk.passAuditFee(auditId);
        assertEq(usd.balanceOf(address(sharesOf(dataset))), AUDIT_FEE);
    }

    function test_a_waiting_fee_of_a_dataset_that_never_settled__comes_back_in_the_end() public {
        _fresh();
        uint256 auditId = _open(alice);
        ruleOn(challengeScoring(carol, epoch, "file"), 1);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.AuditNotSettled.selector, auditId));
        auditDesk.returnAuditFee(auditId);
        vm.warp(ledger.settleBy(dataset, epoch) + 1);
        auditDesk.returnAuditFee(auditId);
        assertEq(auditDesk.creditOf(address(usd), alice), AUDIT_FEE);
    }

    function test_payFromBond__by_another_than_the_audit_desk__reverts() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotDesk.selector, alice, address(auditDesk)));
        tribunal.payFromBond(dataset, epoch, 1, alice, 1);
    }

    function test_withdraw__nothing_or_to_nobody__reverts() public {
        vm.startPrank(alice);
        vm.expectRevert(IAuditDesk.ZeroAddress.selector);
        auditDesk.withdraw(address(usd), address(0));
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.NothingToWithdraw.selector, alice, address(usd)));
        auditDesk.withdraw(address(usd), alice);
    }

    // ---- the sample

    function test_drawSample__before_its_block_is_made_or_twice__reverts() public {
        uint256 auditId = _open(alice);
        uint64 drawBlock = auditDesk.auditOf(auditId).drawBlock;
        assertEq(drawBlock, block.number + 2);
        vm.roll(drawBlock);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.SampleTooEarly.selector, auditId, drawBlock, drawBlock));
        auditDesk.drawSample(auditId);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.SampleNotDrawn.selector, auditId));
        auditDesk.sampleOf(auditId);
        _draw(auditId);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.SampleAlreadyDrawn.selector, auditId));
        auditDesk.drawSample(auditId);
        vm.expectRevert(abi.encodeWithSelector(IAuditDesk.UnknownAudit.selector, 9));
        auditDesk.drawSample(9);
    }

    function test_drawSample__when_the_hash_is_gone__waits_for_a_block_that_nobody_knows() public {
        uint256 auditId = _open(alice);
        vm.roll(block.number + 300);
        auditDesk.drawSample(auditId);
        assertEq(auditDesk.auditOf(auditId).seed, 0);
        assertEq(auditDesk.auditOf(auditId).drawBlock, block.number + 2);
        _draw(auditId);
    }

    function test_sample__depends_on_what_the_auditor_committed_to() public {
        uint256 one = _open(alice);
        vm.prank(bob);
        uint256 two = auditDesk.openAudit(dataset, epoch, "other word");
        _draw(one);
        _draw(two);
        assertTrue(auditDesk.auditOf(one).seed != auditDesk.auditOf(two).seed);
    }

    /// @dev Distinct rows of the checkpoint, one in each of equal stretches, and as many as promised.
    function testFuzz_sample__is_spread_over_the_checkpoint(uint64 rows, bytes32 word) public {
        rows = uint64(bound(rows, 2, 20_000));
        vm.assume(word != 0);
        epoch = logRows(dataset, rows);
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, "root", 2e9, 1, "file");
        vm.prank(alice);
        uint256 auditId = auditDesk.openAudit(dataset, epoch, word);
        _draw(auditId);
        uint64[] memory sample = auditDesk.sampleOf(auditId);
        uint256 expected = rows < 16 ? rows : rows < 320 ? 16 : rows < 5120 ? rows / 20 : 256;
        assertEq(sample.length, expected);
        IAnnotationLedger.Checkpoint memory log = ledger.checkpointOf(dataset, epoch);
        for (uint256 i = 0; i < sample.length; ++i) {
            assertGe(sample[i], log.from + rows * i / expected);
            assertLt(sample[i], log.from + rows * (i + 1) / expected);
        }
    }

    // ---- inside

    /// @dev A dataset without shares, and its first settlement.
    function _fresh() private {
        vm.prank(publisher);
        dataset = registry.createDataset(disputedTerms(), "fresh", "");
        epoch = proposed();
    }

    function _open(address auditor) private returns (uint256) {
        vm.prank(auditor);
        return auditDesk.openAudit(dataset, epoch, "word");
    }

    function _draw(uint256 auditId) private {
        uint64 drawBlock = auditDesk.auditOf(auditId).drawBlock;
        if (block.number <= drawBlock) vm.roll(drawBlock + 1);
        vm.setBlockhash(drawBlock, keccak256(abi.encode("block", drawBlock)));
        auditDesk.drawSample(auditId);
        assertTrue(auditDesk.auditOf(auditId).seed != 0);
    }
}
