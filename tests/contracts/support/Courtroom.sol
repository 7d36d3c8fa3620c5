// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {AuditDesk} from "../../../contracts/court/AuditDesk.sol";
import {BondRates} from "../../../contracts/court/BondRates.sol";
import {ProofDesk} from "../../../contracts/court/ProofDesk.sol";
import {SettlementCourt} from "../../../contracts/court/SettlementCourt.sol";
import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetRegistry} from "../../../contracts/interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Terms} from "../../../contracts/types.sol";
import {Council} from "./Council.sol";
import {SettlementTree} from "./SettlementTree.sol";

/// @notice A deployment with a court, a proposed settlement in it, and the common moves of a dispute.
abstract contract Courtroom is Council {
    uint128 internal constant BOND = 50e18;
    uint128 internal constant PROPOSER_BOND = 1000e18;
    uint128 internal constant AUDIT_FEE = 20e6;
    uint32 internal constant RULING_PERIOD = 30 days;
    uint256 internal constant COST = 3 * FEE;

    BondRates internal rates;
    ProofDesk internal proofDesk;
    AuditDesk internal auditDesk;
    SettlementCourt internal tribunal;
    bytes32 internal dataset;

    function setUp() public virtual override {
        super.setUp();
        rates = new BondRates(address(access));
        proofDesk = new ProofDesk(address(registry), address(ledger));
        auditDesk = new AuditDesk(address(registry), address(ledger), address(rates));
        tribunal = new SettlementCourt(
            ISettlementCourt.Parts(
                address(registry),
                address(ledger),
                address(council),
                address(rates),
                address(proofDesk),
                address(auditDesk)
            ),
            RULING_PERIOD
        );
        IDatasetRegistry.Version memory version = registry.version(registry.latestVersion());
        version.court = address(tribunal);
        vm.startPrank(admin);
        registry.addVersion(version);
        // One dollar, one COTA.
        rates.setRate(address(usd), 1e30);
        vm.stopPrank();
        dataset = newDataset(disputedTerms());
        equip(alice);
        equip(bob);
        equip(carol);
        equip(coordinator);
    }

    function disputedTerms() internal view returns (Terms memory terms) {
        terms = defaultTerms();
        terms.challengeBond = BOND;
        terms.proposerBond = PROPOSER_BOND;
        terms.auditFee = AUDIT_FEE;
    }

    /// @notice COTA, test dollars and coins, and the court may take them.
    function equip(address account) internal {
        vm.prank(admin);
        assertTrue(cota.transfer(account, 1_000_000e18));
        usd.mint(account, 1_000_000e6);
        vm.deal(account, 1000 ether);
        vm.startPrank(account);
        cota.approve(address(tribunal), type(uint256).max);
        usd.approve(address(auditDesk), type(uint256).max);
        vm.stopPrank();
    }

    // ---- moves

    /// @notice Proposes a settlement of one part, which is enough to be disputed.
    function proposed() internal returns (uint64) {
        return proposeEpoch(dataset, parts2(bob, 2e9, carol, 1e9));
    }

    function challenge(address who, uint64 epoch, ISettlementCourt.Ground ground, bytes32 evidence)
        internal
        returns (uint256)
    {
        vm.prank(who);
        return tribunal.challenge{value: COST}(dataset, epoch, ground, evidence);
    }

    function challengeScoring(address who, uint64 epoch, bytes32 evidence) internal returns (uint256) {
        return challenge(who, epoch, ISettlementCourt.Ground.Scoring, evidence);
    }

    /// @notice The panel's word on a case, told to the court.
    function ruleOn(uint256 caseId, uint256 ruling) internal {
        decide(tribunal.caseOf(caseId).disputeId, ruling);
    }

    function credit(address account) internal view returns (uint256) {
        return tribunal.creditOf(address(cota), account);
    }

    function stateOf(uint64 epoch) internal view returns (IAnnotationLedger.ProposalState) {
        return ledger.proposalOf(dataset, epoch).state;
    }

    // ---- what must be so

    function assertState(uint64 epoch, IAnnotationLedger.ProposalState state) internal view {
        assertEq(uint8(stateOf(epoch)), uint8(state), "state of the settlement");
    }

    function assertOutcome(uint256 caseId, ISettlementCourt.Outcome outcome) internal view {
        assertEq(uint8(tribunal.caseOf(caseId).outcome), uint8(outcome), "outcome of the case");
    }

    /// @notice All COTA of the court is somebody's.
    function assertSolvent() internal view {
        uint256 credits = credit(alice) + credit(bob) + credit(carol) + credit(coordinator);
        assertEq(cota.balanceOf(address(tribunal)), credits + tribunal.lockedBonds(), "credits + bonds = COTA");
    }

    /// @notice Proposes these leaves as they are, however wrong.
    function proposeLeaves(uint64 rows, uint64 total, IDatasetShares.ShareClaim[] memory leaves)
        internal
        returns (uint64 epoch)
    {
        epoch = logRows(dataset, rows);
        bytes32 root = leafTree(epoch, leaves);
        vm.prank(coordinator);
        ledger.propose(dataset, epoch, root, total, uint32(leaves.length), keccak256("file"));
    }

    /// @notice Fills in epoch and proofs of the leaves; their root.
    function leafTree(uint64 epoch, IDatasetShares.ShareClaim[] memory leaves) internal view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i].epoch = epoch;
            hashes[i] = hashOf(leaves[i]);
        }
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i].proof = SettlementTree.prove(hashes, hashes[i]);
        }
        return SettlementTree.root(hashes);
    }

    function hashOf(IDatasetShares.ShareClaim memory c) internal view returns (bytes32) {
        bytes memory words =
            abi.encode(block.chainid, address(ledger), dataset, c.epoch, c.index, c.account, c.units, c.penalty);
        return keccak256(abi.encode(keccak256(words)));
    }

    function leaf(uint32 index, address account, uint64 units, uint128 penalty)
        internal
        pure
        returns (IDatasetShares.ShareClaim memory c)
    {
        (c.index, c.account, c.units, c.penalty) = (index, account, units, penalty);
    }
}
