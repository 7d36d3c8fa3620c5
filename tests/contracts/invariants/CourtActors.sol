// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)
// Time is moved by the handler alone.
// forge-lint: disable-start(block-timestamp)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IArbiter} from "../../../contracts/interfaces/IArbiter.sol";
import {IAuditDesk} from "../../../contracts/interfaces/IAuditDesk.sol";
import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {LogTree} from "../../../contracts/libraries/LogTree.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice Three people and a coordinator who propose, challenge, demand, prove, audit, appeal, vote, wait and withdraw, in two
/// datasets, in any order. Whatever is possible must not fail; what became of each bond is watched from outside.
contract CourtActors is Courtroom {
    uint256 internal constant MAX_EPOCHS = 6;

    bytes32[2] public datasets;
    address[4] internal people;
    mapping(bytes32 dataset => mapping(uint64 epoch => bytes32 row)) internal rowOf;
    mapping(bytes32 dataset => mapping(uint64 epoch => IDatasetShares.ShareClaim[])) internal faulty;
    /// @dev The word that the actors gave a case, where they gave one: 1, 2, or 3 for no ruling.
    mapping(uint256 caseId => uint256) public wordOn;
    uint256 internal evidences;

    function setUp() public override {
        super.setUp();
        datasets[0] = dataset;
        vm.prank(publisher);
        datasets[1] = registry.createDataset(disputedTerms(), "second", "");
        people = [alice, bob, carol, coordinator];
    }

    // ---- what may happen

    function propose(uint256 which, uint256 seed) external {
        _use(which);
        uint64 last = ledger.checkpointCount(dataset);
        uint64 epoch = last == 0 ? 0 : uint64(1 + seed % last);
        bool isAnew = epoch != 0 && stateOf(epoch) == IAnnotationLedger.ProposalState.Rejected;
        if (!isAnew) {
            if (last == MAX_EPOCHS) return;
            epoch = _checkpoint();
        }
        // Every other proposal is good for nothing: its leaf is above its total.
        IDatasetShares.ShareClaim[] memory leaves = new IDatasetShares.ShareClaim[](1);
        leaves[0] = leaf(0, people[seed % 3], seed % 2 == 0 ? 1e9 : 2e9, 0);
        bytes32 root = leafTree(epoch, leaves);
        if (ledger.bondBalance(coordinator) - ledger.lockedBond(coordinator) < PROPOSER_BOND) _refill();
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, 1e9, 1, "file");
        delete faulty[dataset][epoch];
        faulty[dataset][epoch].push(leaves[0]);
    }

    function challengeOne(uint256 which, uint256 seed, uint256 who, uint8 ground) external {
        uint64 epoch = _contestable(which, seed);
        if (epoch == 0 || tribunal.nextBond(dataset, epoch) > 100_000e18) return;
        challenge(people[who % 4], epoch, ISettlementCourt.Ground(5 + ground % 3), bytes32(++evidences));
    }

    function demand(uint256 which, uint256 seed, uint256 who) external {
        uint64 epoch = _contestable(which, seed);
        if (epoch == 0 || tribunal.nextBond(dataset, epoch) > 100_000e18) return;
        vm.prank(people[who % 4]);
        try tribunal.demandSignature(dataset, epoch, epoch - 1, rowOf[dataset][epoch], new bytes32[](0)) {} catch {}
    }

    function proveFault(uint256 which, uint256 seed, uint256 who) external {
        uint64 epoch = _contestable(which, seed);
        if (epoch == 0 || faulty[dataset][epoch][0].units == 1e9) return;
        vm.prank(people[who % 4]);
        proofDesk.proveLeafBounds(dataset, epoch, faulty[dataset][epoch]);
    }

    function audit(uint256 which, uint256 seed, uint256 who) external {
        uint64 epoch = _contestable(which, seed);
        if (epoch == 0) return;
        vm.prank(people[who % 3]);
        // Twice by one auditor: refused.
        try auditDesk.openAudit(dataset, epoch, "word") {} catch {}
    }

    function settleAudit(uint256 seed, bool back) external {
        uint256 count = auditDesk.auditCount();
        if (count == 0) return;
        if (back) {
            try auditDesk.returnAuditFee(1 + seed % count) {} catch {}
        } else {
            try auditDesk.passAuditFee(1 + seed % count) {} catch {}
        }
    }

    function finalizeOne(uint256 which, uint256 seed) external {
        uint64 epoch = _any(which, seed);
        if (epoch == 0) return;
        IAnnotationLedger.Proposal memory p = ledger.proposalOf(dataset, epoch);
        if (p.state != IAnnotationLedger.ProposalState.Proposed || block.timestamp < p.windowEndsAt) return;
        ledger.finalize(dataset, epoch);
    }

    function contest(uint256 which, uint256 seed, uint256 who) external {
        uint64 epoch = _any(which, seed);
        if (epoch == 0 || stateOf(epoch) != IAnnotationLedger.ProposalState.Finalized) return;
        ISettlementCourt.AppealRequest memory request;
        (request.labels, request.units, request.evidence) = (1, 1e8, bytes32(++evidences));
        vm.prank(people[who % 3]);
        try tribunal.appeal{value: COST}(dataset, epoch, request) {} catch {}
    }

    /// @dev Draws if there is nobody yet, has the panel vote, and tells the ruling when its time has come.
    function sit(uint256 seed, uint256 word) external {
        uint256 caseId = _openPanelCase(seed);
        if (caseId == 0) return;
        uint256 dispute = tribunal.caseOf(caseId).disputeId;
        if (council.phaseOf(dispute) == ICouncilArbiter.Phase.Drawing) vote(dispute, word % 3);
    }

    function tell(uint256 seed) external {
        uint256 caseId = _openPanelCase(seed);
        if (caseId == 0) return;
        uint256 dispute = tribunal.caseOf(caseId).disputeId;
        if (council.phaseOf(dispute) != ICouncilArbiter.Phase.Final) return;
        wordOn[caseId] = council.currentRuling(dispute) == 0 ? 3 : council.currentRuling(dispute);
        council.executeRuling(dispute);
    }

    function appealOne(uint256 seed) external {
        uint256 caseId = _openPanelCase(seed);
        if (caseId == 0) return;
        ISettlementCourt.Case memory c = tribunal.caseOf(caseId);
        if (council.disputeStatus(c.disputeId) != IArbiter.DisputeStatus.Appealable || c.bond > 1000e18) return;
        uint256 cost = council.appealCost(c.disputeId, "");
        vm.prank(council.currentRuling(c.disputeId) == 1 ? c.respondent : c.claimant);
        tribunal.appealRuling{value: cost}(caseId);
    }

    function expireOne(uint256 seed) external {
        uint256 count = tribunal.caseCount();
        if (count == 0) return;
        uint256 caseId = 1 + seed % count;
        ISettlementCourt.Case memory c = tribunal.caseOf(caseId);
        if (c.outcome != ISettlementCourt.Outcome.None || block.timestamp < c.deadline) return;
        _expire(caseId, c);
    }

    function closeOne(uint256 seed) external {
        uint256 count = tribunal.caseCount();
        if (count == 0) return;
        try tribunal.closeMoot(1 + seed % count) {} catch {}
    }

    function withdraw(uint256 who) external {
        if (credit(people[who % 4]) == 0) return;
        vm.prank(people[who % 4]);
        tribunal.withdraw(address(cota), people[who % 4]);
    }

    function wait(uint256 time) external {
        skip(bound(time, 1 hours, 3 days));
    }

    // ---- what must be true

    /// @notice C1: COTA of the court = credits + bonds of open cases; nothing else is locked than those bonds.
    function checkMoney() external view {
        uint256 credits = 0;
        for (uint256 i = 0; i < 4; ++i) {
            credits += credit(people[i]);
        }
        uint256 locked = 0;
        for (uint256 id = 1; id <= tribunal.caseCount(); ++id) {
            ISettlementCourt.Case memory c = tribunal.caseOf(id);
            if (c.outcome != ISettlementCourt.Outcome.None) continue;
            for (uint256 round = 0; round <= c.rounds; ++round) {
                locked += uint256(c.bond) << round;
            }
        }
        assertEq(tribunal.lockedBonds(), locked, "C1: locked");
        assertEq(cota.balanceOf(address(tribunal)), credits + locked, "C1: credits + locked = balance");
        assertEq(address(tribunal).balance, 0, "C1: coins stay with nobody here");
    }

    /// @notice C2: a settlement stands still exactly while a case against its present attempt is open.
    function checkClocks() external view {
        for (uint256 d = 0; d < 2; ++d) {
            for (uint64 epoch = 1; epoch <= ledger.checkpointCount(datasets[d]); ++epoch) {
                IAnnotationLedger.Proposal memory p = ledger.proposalOf(datasets[d], epoch);
                (, uint32 open) = tribunal.docketOf(datasets[d], epoch, p.attempt);
                bool stands = p.state == IAnnotationLedger.ProposalState.Disputed;
                if (stands) assertGt(open, 0, "C2: nobody disputes it");
                if (p.state == IAnnotationLedger.ProposalState.Proposed) assertEq(open, 0, "C2: the clock runs");
                if (p.state == IAnnotationLedger.ProposalState.Finalized) assertEq(open, 0, "C2: final in dispute");
            }
        }
    }

    /// @notice C3: no bond is lost without a ruling against it.
    function checkOutcomes() external view {
        for (uint256 id = 1; id <= tribunal.caseCount(); ++id) {
            ISettlementCourt.Case memory c = tribunal.caseOf(id);
            bool isPanel = c.ground >= ISettlementCourt.Ground.Scoring;
            if (c.outcome == ISettlementCourt.Outcome.Dismissed) assertEq(wordOn[id], 2, "C3: lost without a ruling");
            if (c.outcome == ISettlementCourt.Outcome.Upheld && isPanel) {
                assertEq(wordOn[id], 1, "C3: won without one");
            }
        }
    }

    /// @notice C4: payment tokens of the audit desk = credits + fees that wait.
    function checkAudits() external view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            sum += auditDesk.creditOf(address(usd), people[i]);
        }
        for (uint256 id = 1; id <= auditDesk.auditCount(); ++id) {
            if (auditDesk.auditOf(id).state == IAuditDesk.AuditState.Held) sum += AUDIT_FEE;
        }
        assertEq(usd.balanceOf(address(auditDesk)), sum, "C4: audit fees");
    }

    /// @notice C10: an epoch is told to be appealed exactly while an appeal of it is open.
    function checkAppeals() external view {
        uint256[2][] memory open = new uint256[2][](MAX_EPOCHS + 1);
        for (uint256 id = 1; id <= tribunal.caseCount(); ++id) {
            ISettlementCourt.Case memory c = tribunal.caseOf(id);
            bool waits = c.ground == ISettlementCourt.Ground.Appeal && c.outcome == ISettlementCourt.Outcome.None;
            if (waits) open[c.epoch][c.dataset == datasets[0] ? 0 : 1] += 1;
        }
        for (uint256 d = 0; d < 2; ++d) {
            for (uint64 epoch = 1; epoch <= MAX_EPOCHS; ++epoch) {
                assertEq(tribunal.firstAppealed(datasets[d], epoch, epoch), open[epoch][d] == 0 ? 0 : epoch, "C10");
            }
        }
    }

    /// @notice C5: every dispute ends, whoever is silent: after the deadline anyone closes every case, and all money is somebody's.
    function endAll() external {
        skip(2 * RULING_PERIOD);
        for (uint256 id = 1; id <= tribunal.caseCount(); ++id) {
            ISettlementCourt.Case memory c = tribunal.caseOf(id);
            if (c.outcome == ISettlementCourt.Outcome.None) _expire(id, c);
        }
        assertEq(tribunal.lockedBonds(), 0, "C5: a bond stays locked");
        this.checkAppeals();
        for (uint256 i = 0; i < 4; ++i) {
            if (credit(people[i]) == 0) continue;
            vm.prank(people[i]);
            tribunal.withdraw(address(cota), people[i]);
        }
        assertEq(cota.balanceOf(address(tribunal)), 0, "C5: money of nobody");
    }

    // ---- inside

    function _expire(uint256 caseId, ISettlementCourt.Case memory c) private {
        if (c.ground >= ISettlementCourt.Ground.Scoring) {
            bool isSolved = council.disputeStatus(c.disputeId) == IArbiter.DisputeStatus.Solved;
            uint256 ruling = isSolved ? council.currentRuling(c.disputeId) : 0;
            wordOn[caseId] = ruling == 0 ? 3 : ruling;
        }
        tribunal.expire(caseId);
    }

    function _use(uint256 which) private {
        dataset = datasets[which % 2];
    }

    function _checkpoint() private returns (uint64 epoch) {
        epoch = ledger.checkpointCount(dataset) + 1;
        bytes32[] memory rows = new bytes32[](1);
        rows[0] = keccak256(abi.encode("row", dataset, epoch));
        rowOf[dataset][epoch] = rows[0];
        vm.prank(coordinator);
        ledger.checkpoint(dataset, epoch, LogTree.rootOver(rows), "data");
        rowOf[dataset][epoch] = keccak256(abi.encode("row", dataset, epoch));
    }

    function _any(uint256 which, uint256 seed) private returns (uint64) {
        _use(which);
        uint64 last = ledger.checkpointCount(dataset);
        return last == 0 ? 0 : uint64(1 + seed % last);
    }

    function _contestable(uint256 which, uint256 seed) private returns (uint64 epoch) {
        epoch = _any(which, seed);
        if (epoch == 0) return 0;
        IAnnotationLedger.Proposal memory p = ledger.proposalOf(dataset, epoch);
        bool isOpen = p.state == IAnnotationLedger.ProposalState.Proposed && block.timestamp < p.windowEndsAt;
        return isOpen || p.state == IAnnotationLedger.ProposalState.Disputed ? epoch : 0;
    }

    function _openPanelCase(uint256 seed) private view returns (uint256) {
        uint256 count = tribunal.caseCount();
        if (count == 0) return 0;
        uint256 caseId = 1 + seed % count;
        ISettlementCourt.Case memory c = tribunal.caseOf(caseId);
        bool isOpen = c.outcome == ISettlementCourt.Outcome.None && c.ground >= ISettlementCourt.Ground.Scoring;
        return isOpen ? caseId : 0;
    }

    function _refill() private {
        vm.prank(admin);
        assertTrue(cota.transfer(coordinator, 100_000e18));
        vm.prank(coordinator);
        ledger.depositBond(coordinator, 100_000e18);
    }
}
