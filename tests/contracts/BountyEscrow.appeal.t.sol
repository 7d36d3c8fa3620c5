// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IBountyEscrow} from "../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../contracts/interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../../contracts/interfaces/ISettlementCourt.sol";
import {Leaves} from "../../contracts/libraries/Leaves.sol";
import {BountyCourt} from "./support/BountyCourt.sol";

/// @notice What no epoch took waits for appeals of the epochs that a bounty covers, and for nothing else.
contract BountyEscrowAppealTest is BountyCourt {
    uint256 internal bounty;

    function setUp() public override {
        super.setUp();
        bounty = openBounty(dataset, 30e4, 100e6);
    }

    /// @dev A final epoch with room for corrections, whose part was taken.
    function _epoch() private returns (uint64 epoch) {
        epoch = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 9);
        escrow.assign(bounty, epoch);
    }

    function _close() private {
        closeBounty(bounty);
        vm.warp(escrow.bountyOf(bounty).endsAt + 1);
    }

    function _takeBack() private returns (uint128) {
        vm.prank(publisher);
        return escrow.takeBack(bounty, publisher);
    }

    function _refused(uint64 epoch) private {
        bytes memory open = abi.encodeWithSelector(IBountyEscrow.AppealOpen.selector, bounty, epoch);
        vm.expectRevert(open);
        vm.prank(publisher);
        escrow.takeBack(bounty, publisher);
    }

    function _correction(uint64 number, uint64 units) private view returns (IDatasetShares.ShareClaim[] memory leaf) {
        leaf = new IDatasetShares.ShareClaim[](1);
        leaf[0] = IDatasetShares.ShareClaim(Leaves.CORRECTION | number, 0, carol, units, 0, new bytes32[](0));
    }

    // ---- an appeal of a covered epoch

    function test_take_back__an_appeal_waits__upheld__its_part_stays_and_the_rest_goes_back() public {
        uint64 epoch = _epoch();
        _close();
        uint256 caseId = appealFor(carol, dataset, epoch, 3e9);
        vm.warp(escrow.bountyOf(bounty).returnsAt);
        _refused(epoch);
        ruleOn(caseId, 1);
        uint256 had = usd.balanceOf(publisher);
        assertEq(_takeBack(), 100e6 - 60e4 - 90e4);
        assertEq(usd.balanceOf(publisher) - had, 100e6 - 150e4);
        uint256 hers = usd.balanceOf(carol);
        skip(500 days);
        escrow.pay(bounty, _correction(1, 3e9));
        assertEq(usd.balanceOf(carol) - hers, 90e4);
    }

    function test_take_back__an_appeal_dismissed_or_unruled__holds_no_longer() public {
        uint64 epoch = _epoch();
        _close();
        uint256 dismissed = appealFor(carol, dataset, epoch, 3e9);
        uint256 unruled = appealFor(alice, dataset, epoch, 3e9);
        vm.warp(escrow.bountyOf(bounty).returnsAt);
        _refused(epoch);
        ruleOn(dismissed, 2);
        _refused(epoch);
        vm.warp(tribunal.caseOf(unruled).deadline);
        tribunal.expire(unruled);
        assertOutcome(unruled, ISettlementCourt.Outcome.Unruled);
        assertEq(_takeBack(), 100e6 - 60e4);
    }

    function test_take_back__a_ruling_goes_to_a_larger_panel__holds_until_the_last_word() public {
        uint64 epoch = _epoch();
        _close();
        uint256 caseId = appealFor(carol, dataset, epoch, 3e9);
        uint256 dispute = tribunal.caseOf(caseId).disputeId;
        vote(dispute, 2);
        uint256 cost = council.appealCost(dispute, "");
        vm.prank(carol);
        tribunal.appealRuling{value: cost}(caseId);
        vm.warp(escrow.bountyOf(bounty).returnsAt + 20 days);
        _refused(epoch);
        decide(dispute, 1);
        assertEq(_takeBack(), 100e6 - 60e4 - 90e4);
    }

    function test_take_back__an_appeal_that_never_ends__holds_a_year_past_the_terms_and_no_longer() public {
        uint64 epoch = _epoch();
        _close();
        appealFor(carol, dataset, epoch, 3e9);
        uint64 latest = escrow.bountyOf(bounty).endsAt + 7 days + 3 days + 365 days;
        vm.warp(latest);
        _refused(epoch);
        vm.warp(latest + 1);
        assertEq(_takeBack(), 100e6 - 60e4);
    }

    function test_take_back__when_it_may__no_covered_epoch_can_be_appealed_any_more() public {
        uint64 epoch = _epoch();
        _close();
        uint64 from = escrow.bountyOf(bounty).returnsAt;
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.NotReturnable.selector, bounty, from));
        _takeBack();
        vm.warp(from);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.AppealTooLate.selector, dataset, epoch, from));
        appealFor(carol, dataset, epoch, 3e9);
        assertEq(_takeBack(), 100e6 - 60e4);
    }

    function test_take_back__a_penalty_appealed__holds_and_takes_nothing() public {
        join(dataset, carol);
        uint64 epoch = logRows(dataset, 4);
        IDatasetShares.ShareClaim[] memory leaves = new IDatasetShares.ShareClaim[](1);
        leaves[0] = leaf(0, carol, 1e9, 30e18);
        bytes32 root = leafTree(epoch, leaves);
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, 1e9, 1, "file");
        finalizeEpoch(dataset, epoch);
        escrow.assign(bounty, epoch);
        _close();
        vm.prank(carol);
        uint256 caseId =
            tribunal.appeal{value: COST}(dataset, epoch, ISettlementCourt.AppealRequest(leaves[0], 1, 0, "why"));
        vm.warp(escrow.bountyOf(bounty).returnsAt);
        _refused(epoch);
        ruleOn(caseId, 1);
        assertEq(_takeBack(), 100e6 - 30e4);
    }

    // ---- what does not concern it

    function test_take_back__appeals_of_epochs_before_and_after_it_and_of_other_datasets__hold_nothing() public {
        uint64 early = _epoch();
        uint256 first = bounty;
        bounty = openBounty(dataset, 30e4, 50e6);
        uint64 covered = _epoch();
        vm.prank(publisher);
        bytes32 other = registry.createDataset(disputedTerms(), "other", "");
        appealFor(carol, dataset, early, 1e9);
        _close();
        uint64 late = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 9);
        vm.warp(escrow.bountyOf(bounty).returnsAt);
        appealFor(carol, dataset, late, 1e9);
        uint64 same = settleWithRows(other, parts2(alice, 1e9, bob, 1e9), 9);
        while (same < covered) {
            same = settleWithRows(other, parts2(alice, 1e9, bob, 1e9), 9);
        }
        appealFor(carol, other, same, 1e9);
        assertEq(_takeBack(), 50e6 - 60e4);
        // The bounty that covers all three waits.
        bounty = first;
        escrow.assign(bounty, covered);
        _close();
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochsOpen.selector, bounty, 2, 3));
        _takeBack();
        escrow.assign(bounty, late);
        skip(3 days);
        _refused(early);
    }

    function test_take_back__a_challenge_holds_by_the_epoch_that_is_not_final() public {
        uint64 epoch = proposeEpoch(dataset, parts2(alice, 1e9, bob, 1e9));
        _close();
        uint256 caseId = challengeScoring(carol, epoch, "wrong");
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochsOpen.selector, bounty, 0, 1));
        _takeBack();
        ruleOn(caseId, 2);
        finalizeEpoch(dataset, epoch);
        escrow.assign(bounty, epoch);
        vm.warp(escrow.bountyOf(bounty).returnsAt);
        assertEq(_takeBack(), 100e6 - 60e4);
    }

    // ---- the court's own count

    function test_first_appealed__each_epoch_for_itself__from_opening_to_ruling() public {
        for (uint256 i = 0; i < 20; ++i) {
            _epochQuickly();
        }
        vm.warp(block.timestamp + 1 days);
        for (uint64 epoch = 1; epoch <= 20; ++epoch) {
            ledger.finalize(dataset, epoch);
        }
        assertEq(tribunal.firstAppealed(dataset, 1, 20), 0);
        uint256 seventh = appealFor(carol, dataset, 7, 1e9);
        appealFor(carol, dataset, 8, 1e9);
        uint256 sixteenth = appealFor(carol, dataset, 16, 1e9);
        uint256 again = appealFor(alice, dataset, 16, 1e9);
        assertEq(tribunal.firstAppealed(dataset, 1, 20), 7);
        assertEq(tribunal.firstAppealed(dataset, 1, 6), 0);
        assertEq(tribunal.firstAppealed(dataset, 7, 7), 7);
        assertEq(tribunal.firstAppealed(dataset, 8, 20), 8);
        assertEq(tribunal.firstAppealed(dataset, 9, 15), 0);
        assertEq(tribunal.firstAppealed(dataset, 9, 20), 16);
        assertEq(tribunal.firstAppealed(dataset, 17, 20), 0);
        assertEq(tribunal.firstAppealed(dataset, 9, 8), 0, "none between");
        assertEq(tribunal.firstAppealed("other", 1, 20), 0);
        ruleOn(seventh, 2);
        assertEq(tribunal.firstAppealed(dataset, 1, 20), 8);
        ruleOn(sixteenth, 1);
        assertEq(tribunal.firstAppealed(dataset, 9, 20), 16, "one more waits");
        ruleOn(again, 2);
        assertEq(tribunal.firstAppealed(dataset, 9, 20), 0);
    }

    function _epochQuickly() private {
        uint64 epoch = logRows(dataset, 3);
        bytes32 root = rootOf(dataset, epoch, parts1(bob, 1e9));
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, 1e9, 1, keccak256("file"));
    }
}
