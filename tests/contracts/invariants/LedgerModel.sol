// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {Terms} from "../../../contracts/types.sol";
import {Receipts} from "../support/Receipts.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Three datasets of two coordinators, one honest and one not, and what their bonds, credits, settlements and units
/// must be by the rules: kept from what was done alone, never read from the ledger.
abstract contract LedgerModel is Receipts {
    uint256 internal constant DEMAND_FEE = 1e18;

    /// @dev A checkpoint's last proposal. `bond` is what it locks now; `stood` how long it was disputed, `stoodFrom` since when.
    struct Attempt {
        IAnnotationLedger.ProposalState state;
        address by;
        uint32 number;
        uint64 units;
        uint64 corrected;
        uint64 proposedAt;
        uint64 finalizedAt;
        uint64 stoodFrom;
        uint64 stood;
        uint256 bond;
    }

    bytes32[3] internal datasets;
    address internal honest;
    address internal crook;
    address[5] internal people;
    mapping(bytes32 dataset => Terms) internal termsOf;
    mapping(bytes32 dataset => mapping(uint64 number => Attempt)) internal attempts;
    mapping(bytes32 dataset => uint64) internal checkpoints;
    mapping(bytes32 dataset => uint64) internal minted;
    mapping(bytes32 dataset => uint64) internal finals;
    mapping(bytes32 dataset => uint64) internal corrections;
    mapping(bytes32 dataset => bool) internal succeeded;
    mapping(address coordinator => uint256) internal bonds;
    mapping(address account => uint256) internal credits;
    mapping(address account => uint256) internal feeCredits;
    uint256 internal openFees;
    uint256 internal burnt;
    uint256 internal supplyAtStart;

    /// @dev No time that somebody was given comes earlier by the move: windows to challenge, times to settle.
    modifier neverEarlier() {
        uint64[] memory before = _times();
        _;
        uint64[] memory after_ = _times();
        for (uint256 i = 0; i < before.length; ++i) {
            assertGe(after_[i], before[i], "L10: a time that somebody was given got shorter");
        }
    }

    function setUp() public virtual override {
        super.setUp();
        (honest, crook) = (coordinator, successor);
        people = [alice, bob, carol, honest, crook];
        datasets[0] = dataset;
        Terms memory terms = defaultTerms();
        (terms.coordinator, terms.successor) = (crook, honest);
        (terms.challengeWindow, terms.proposerBond, terms.supplyCap) = (12 hours, 700e18, 5e9);
        datasets[1] = newDataset(terms);
        // A window that has no exact half.
        (terms.challengeWindow, terms.proposerBond, terms.supplyCap) = (1 days + 1, 300e18, 1e19);
        datasets[2] = newDataset(terms);
        for (uint256 i = 0; i < 3; ++i) {
            termsOf[datasets[i]] = registry.termsOf(datasets[i]);
            fund(people[i], 1000e18);
        }
        bonds[honest] = ledger.bondBalance(honest);
        supplyAtStart = cota.totalSupply();
        _deposit(crook, 3000e18);
    }

    // ---- what must be true

    /// @notice L2, L3, L7: every COTA is where it must be, and what is locked stands for proposals that are pending.
    function checkMoney() external view {
        uint256 sum = 0;
        uint256 fees = openFees;
        for (uint256 i = 0; i < people.length; ++i) {
            sum += credits[people[i]];
            fees += feeCredits[people[i]];
            assertEq(ledger.creditOf(people[i]), credits[people[i]], "L7: a credit");
            assertEq(faults.creditOf(people[i]), feeCredits[people[i]], "L12: a credit");
        }
        _checkBond(honest);
        _checkBond(crook);
        assertEq(cota.balanceOf(address(ledger)), sum + bonds[honest] + bonds[crook], "L2: bonds + credits");
        assertEq(cota.balanceOf(address(faults)), fees, "L12: fees of open demands + credits");
        assertEq(cota.totalSupply(), supplyAtStart - burnt, "L7: burnt");
    }

    /// @notice L9: each checkpoint has one proposal that counts, an epoch once; units are minted, pending or to be had.
    function checkEpochs() external view {
        for (uint256 d = 0; d < 3; ++d) {
            bytes32 ds = datasets[d];
            uint64 pending = 0;
            for (uint64 n = 1; n <= checkpoints[ds]; ++n) {
                pending += _checkAttempt(ds, n);
            }
            assertEq(ledger.finalizedCount(ds), finals[ds], "L9: epochs");
            assertEq(sharesOf(ds).epochCount(), finals[ds] + corrections[ds], "L9: epochs of the shares");
            assertEq(sharesOf(ds).totalSupply(), minted[ds], "L9: minted");
            if (checkpoints[ds] == 0) continue;
            assertEq(ledger.availableUnits(ds), termsOf[ds].supplyCap - minted[ds] - pending, "L9: units");
        }
    }

    /// @notice L11: the settled mark stands behind finalised epochs only, and says since when.
    function checkSettled() external view {
        for (uint256 d = 0; d < 3; ++d) {
            bytes32 ds = datasets[d];
            uint64 settled = ledger.settledCount(ds);
            for (uint64 n = 1; n <= checkpoints[ds]; ++n) {
                uint64 settledAt = ledger.proposalOf(ds, n).settledAt;
                if (n > settled) assertEq(settledAt, 0, "L11: settled before its turn");
                else assertGe(settledAt, attempts[ds][n].finalizedAt, "L11: settled before it was final");
                if (n <= settled) assertGt(attempts[ds][n].finalizedAt, 0, "L11: settled without being final");
            }
        }
    }

    /// @notice L5, L14: who acts is who must; who keeps its promises keeps its datasets.
    function checkSuccessions() external view {
        assertFalse(succeeded[datasets[0]], "L5: an honest coordinator was replaced");
        for (uint256 d = 0; d < 3; ++d) {
            assertEq(ledger.coordinatorOf(datasets[d]), _acting(datasets[d]), "L14: who acts");
        }
    }

    // ---- what follows from what

    /// @dev Up to `toAmount` of it is somebody's, the rest nobody's; a loss that reaches the locked part frees it all.
    function _lose(address who, uint256 amount, address to, uint256 toAmount) internal {
        bonds[who] -= amount;
        uint256 credited = Math.min(amount, toAmount);
        credits[to] += credited;
        burnt += amount - credited;
        if (bonds[who] >= _locked(who)) return;
        for (uint256 d = 0; d < 3; ++d) {
            for (uint64 n = 1; n <= checkpoints[datasets[d]]; ++n) {
                if (attempts[datasets[d]][n].by == who) attempts[datasets[d]][n].bond = 0;
            }
        }
    }

    /// @dev A fault takes all, and a twentieth of it is the prover's.
    function _loseAll(address who, address prover) internal {
        assertTrue(who != honest, "L5: slashed for a promise that was kept");
        _lose(who, bonds[who], prover, bonds[who] / 20);
    }

    function _deposit(address who, uint256 amount) internal {
        vm.startPrank(admin);
        cota.approve(address(ledger), amount);
        ledger.depositBond(who, amount);
        vm.stopPrank();
        bonds[who] += amount;
    }

    function _locked(address who) internal view returns (uint256 sum) {
        for (uint256 d = 0; d < 3; ++d) {
            for (uint64 n = 1; n <= checkpoints[datasets[d]]; ++n) {
                Attempt storage a = attempts[datasets[d]][n];
                if (a.by == who) sum += a.bond;
            }
        }
    }

    function _acting(bytes32 ds) internal view returns (address) {
        return succeeded[ds] ? termsOf[ds].successor : termsOf[ds].coordinator;
    }

    /// @dev Nothing pending: no proposal yet, or a rejected one.
    function _isBare(bytes32 ds, uint64 number) internal view returns (bool) {
        IAnnotationLedger.ProposalState state = attempts[ds][number].state;
        return state == IAnnotationLedger.ProposalState.None || state == IAnnotationLedger.ProposalState.Rejected;
    }

    function _now() internal view returns (uint64) {
        return uint64(block.timestamp);
    }

    // ---- inside

    function _checkBond(address who) private view {
        assertEq(ledger.bondBalance(who), bonds[who], "L7: a bond");
        assertEq(ledger.lockedBond(who), _locked(who), "L3: locked for pending proposals");
        assertLe(ledger.lockedBond(who), ledger.bondBalance(who), "L3: what is locked is there");
    }

    /// @return pending units that it holds back
    function _checkAttempt(bytes32 ds, uint64 n) private view returns (uint64 pending) {
        Attempt memory a = attempts[ds][n];
        IAnnotationLedger.Proposal memory p = ledger.proposalOf(ds, n);
        assertEq(uint8(p.state), uint8(a.state), "L9: state");
        assertEq(p.attempt, a.number, "L9: attempt");
        assertEq(p.proposer, a.by, "L9: proposer");
        assertEq(p.totalUnits, a.units, "L9: total");
        assertEq(p.finalizedAt, a.finalizedAt, "L9: when it became final");
        assertEq(p.bond, a.bond, "L3: bond of a proposal");
        bool isPending =
            a.state == IAnnotationLedger.ProposalState.Proposed || a.state == IAnnotationLedger.ProposalState.Disputed;
        return isPending ? a.units : 0;
    }

    /// @dev Each checkpoint has its place; what is not there yet is zero.
    function _times() private view returns (uint64[] memory times) {
        times = new uint64[](3 * 96);
        for (uint256 d = 0; d < 3; ++d) {
            for (uint64 n = 1; n <= checkpoints[datasets[d]]; ++n) {
                times[96 * d + 2 * n - 2] = ledger.proposalOf(datasets[d], n).windowEndsAt;
                times[96 * d + 2 * n - 1] = ledger.settleBy(datasets[d], n);
            }
        }
    }
}
