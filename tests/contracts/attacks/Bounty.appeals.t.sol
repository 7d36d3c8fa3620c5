// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IBountyEscrow} from "../../../contracts/interfaces/IBountyEscrow.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Leaves} from "../../../contracts/libraries/Leaves.sol";
import {BountyCourt} from "../support/BountyCourt.sol";

/// @notice A publisher wants his money back before an appellant is paid; somebody wants it never to go back.
contract BountyAppealsTest is BountyCourt {
    uint256 internal bounty;
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        bounty = openBounty(dataset, 30e4, 100e6);
        epoch = settleWithRows(dataset, parts2(alice, 1e9, bob, 1e9), 60);
        escrow.assign(bounty, epoch);
        closeBounty(bounty);
    }

    function _takeBack() private returns (uint128) {
        vm.prank(publisher);
        return escrow.takeBack(bounty, publisher);
    }

    function _waitForAppeals() private {
        vm.warp(escrow.bountyOf(bounty).returnsAt);
    }

    function _paid(uint64 number, address account, uint64 units) private returns (uint256) {
        IDatasetShares.ShareClaim[] memory leaf_ = new IDatasetShares.ShareClaim[](1);
        leaf_[0] = IDatasetShares.ShareClaim(Leaves.CORRECTION | number, 0, account, units, 0, new bytes32[](0));
        uint256 had = usd.balanceOf(account);
        escrow.pay(bounty, leaf_);
        return usd.balanceOf(account) - had;
    }

    // ---- the publisher

    function test_he_tells_the_ruling_and_takes_back_at_once__her_part_stays() public {
        uint256 dispute = tribunal.caseOf(appealFor(carol, dataset, epoch, 3e9)).disputeId;
        vote(dispute, 1);
        _waitForAppeals();
        vm.startPrank(publisher);
        council.executeRuling(dispute);
        assertEq(escrow.takeBack(bounty, publisher), 100e6 - 60e4 - 90e4);
        vm.stopPrank();
        assertEq(_paid(1, carol, 3e9), 90e4);
    }

    function test_he_takes_back_in_the_second_after_the_last_appeal__refused() public {
        _waitForAppeals();
        vm.warp(block.timestamp - 1);
        appealFor(carol, dataset, epoch, 3e9);
        _waitForAppeals();
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AppealOpen.selector, bounty, epoch));
        _takeBack();
    }

    function test_he_takes_back_between_ruling_and_larger_panel__refused() public {
        uint256 caseId = appealFor(carol, dataset, epoch, 3e9);
        vote(tribunal.caseOf(caseId).disputeId, 2);
        _waitForAppeals();
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AppealOpen.selector, bounty, epoch));
        _takeBack();
    }

    /// @dev `openCorrection` is tried, not called: a ruling told with too little gas must not lose it.
    function testFuzz_he_tells_the_ruling_with_little_gas__all_of_it_happens_or_nothing(uint256 gas_) public {
        uint256 dispute = tribunal.caseOf(appealFor(carol, dataset, epoch, 3e9)).disputeId;
        vote(dispute, 1);
        _waitForAppeals();
        try council.executeRuling{gas: bound(gas_, 50_000, 700_000)}(dispute) {
            assertEq(ledger.correctionCount(dataset), 1, "ruled, and no correction");
            assertEq(_takeBack(), 100e6 - 60e4 - 90e4);
        } catch {
            assertEq(ledger.correctionCount(dataset), 0);
            vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AppealOpen.selector, bounty, epoch));
            _takeBack();
        }
    }

    function test_he_takes_the_part_of_a_correction_himself__it_is_hers_all_the_same() public {
        ruleOn(appealFor(carol, dataset, epoch, 3e9), 1);
        vm.startPrank(publisher);
        escrow.assign(bounty, Leaves.CORRECTION | 1);
        vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.EpochNotFinal.selector, bounty, Leaves.CORRECTION | 2));
        escrow.assign(bounty, Leaves.CORRECTION | 2);
        vm.stopPrank();
        assertEq(_paid(1, carol, 3e9), 90e4);
    }

    function test_corrections_above_what_is_left__are_paid_what_there_is_and_nothing_goes_back() public {
        uint256 poor = openBounty(dataset, 30e4, 100);
        uint64 later = settleWithRows(dataset, parts1(alice, 1), 9);
        escrow.assign(poor, later);
        closeBounty(poor);
        ruleOn(appealFor(carol, dataset, later, 3e9), 1);
        vm.warp(escrow.bountyOf(poor).returnsAt);
        vm.expectRevert(IBountyEscrow.ZeroAmount.selector);
        vm.prank(publisher);
        escrow.takeBack(poor, publisher);
        bounty = poor;
        assertEq(_paid(1, carol, 3e9), 100);
    }

    // ---- who wants to block him

    function test_appeals_of_later_epochs_one_after_the_other__hold_nothing() public {
        vm.warp(escrow.bountyOf(bounty).endsAt + 1);
        for (uint256 i = 0; i < 5; ++i) {
            appealFor(carol, dataset, settleWithRows(dataset, parts1(bob, 1e9), 9), 1e9);
        }
        assertEq(_takeBack(), 100e6 - 60e4);
    }

    function test_many_appeals_of_one_epoch__cost_a_bond_each_and_end() public {
        uint256 first = tribunal.caseCount() + 1;
        for (uint160 i = 0; i < 40; ++i) {
            address sybil = address(0xbad00 + i);
            equip(sybil);
            appealFor(sybil, dataset, epoch, 1e9);
        }
        assertEq(tribunal.lockedBonds(), 40 * uint256(BOND));
        uint256 supply = cota.totalSupply();
        skip(RULING_PERIOD);
        for (uint256 caseId = first; caseId < first + 40; ++caseId) {
            vm.expectRevert(abi.encodeWithSelector(IBountyEscrow.AppealOpen.selector, bounty, epoch));
            _takeBack();
            tribunal.expire(caseId);
        }
        assertEq(supply - cota.totalSupply(), 40 * uint256(BOND) / 10, "part of each bond is burnt");
        assertEq(_takeBack(), 100e6 - 60e4);
    }

    function test_an_appeal_of_a_correction__is_none() public {
        ruleOn(appealFor(carol, dataset, epoch, 3e9), 1);
        vm.expectPartialRevert(ISettlementCourt.NotFinalized.selector);
        appealFor(bob, dataset, Leaves.CORRECTION | 1, 1e9);
    }

    function test_many_epochs_and_corrections__money_goes_back_in_one_block() public {
        uint256 wide = openBounty(dataset, 1, 1e6);
        uint64 first = epoch + 1;
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 300_000e18);
        for (uint256 i = 0; i < 256; ++i) {
            logRows(dataset, 1);
            vm.prank(coordinator);
            ledger.propose(dataset, first + uint64(i), "root", 0, 1, "file");
        }
        closeBounty(wide);
        skip(1 days);
        for (uint64 e = first; e < first + 256; ++e) {
            ledger.finalize(dataset, e);
            escrow.assign(wide, e);
        }
        // Of the epoch before, which it does not cover, and of its own.
        for (uint64 i = 0; i < 32; ++i) {
            correct(dataset, epoch, carol, 1e9);
            correct(dataset, first + 8 * i, carol, 1e9);
        }
        vm.warp(escrow.bountyOf(wide).returnsAt);
        uint256 before = gasleft();
        vm.prank(publisher);
        assertEq(escrow.takeBack(wide, publisher), 1e6 - 32);
        assertLt(before - gasleft(), 3_000_000);
    }
}
