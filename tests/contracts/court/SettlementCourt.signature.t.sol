// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IProofDesk} from "../../../contracts/interfaces/IProofDesk.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {LogTree} from "../../../contracts/libraries/LogTree.sol";
import {Courtroom} from "../support/Courtroom.sol";
import {Signatures} from "../support/Signatures.sol";
import {ContractWallet} from "../support/Wallets.sol";

/// @notice The ground Signature: a row that nobody can show to be signed brings its settlement down; a contract wallet's denial goes to
/// a panel (SettlementCourt.tree).
contract SettlementCourtSignatureTest is Courtroom {
    uint256 internal constant KEY = 0xa11ce;
    uint256 internal constant AGENT = 0xa6e47;

    address internal signer = vm.addr(KEY);
    address internal agent = vm.addr(AGENT);
    IAnnotationLedger.Annotation internal annotation;
    IProofDesk.AgentKey internal noAgent;
    bytes32 internal row;
    bytes32 internal other = keccak256("another row");
    bytes32[] internal proof;
    uint64 internal epoch;

    function setUp() public override {
        super.setUp();
        _log(_annotationOf(signer));
    }

    // ---- demands

    function test_demand__stops_the_clock_for_the_response_time() public {
        uint256 caseId = _demand();
        ISettlementCourt.Case memory c = tribunal.caseOf(caseId);
        assertEq(uint8(c.ground), uint8(ISettlementCourt.Ground.Signature));
        assertEq(c.deadline, block.timestamp + 1 days);
        assertEq(c.evidence, row);
        assertState(epoch, IAnnotationLedger.ProposalState.Disputed);
        assertEq(tribunal.nextBond(dataset, epoch), 2 * BOND);
    }

    function test_demand__for_what_is_not_in_the_log_or_void__reverts() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotLogged.selector, dataset, epoch, 1, row));
        tribunal.demandSignature(dataset, epoch, 1, row, proof);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.VoidRow.selector, 0));
        tribunal.demandSignature(dataset, epoch, 0, keccak256("cota.void.v1"), proof);
    }

    function test_demand__twice_for_one_row__reverts() public {
        _demand();
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementCourt.AlreadyRaised.selector, dataset, epoch, 1, ISettlementCourt.Ground.Signature, row
            )
        );
        tribunal.demandSignature(dataset, epoch, 0, row, proof);
    }

    function test_no_answer__in_the_response_time__the_settlement_falls() public {
        uint256 caseId = _demand();
        skip(1 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlementCourt.DeadlineNotReached.selector, caseId, tribunal.caseOf(caseId).deadline
            )
        );
        tribunal.expire(caseId);
        skip(1);
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Upheld);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertEq(credit(alice), BOND);
        assertEq(ledger.creditOf(alice), PROPOSER_BOND / 2);
        assertSolvent();
    }

    // ---- answers

    function test_answer__by_the_account__ends_the_demand_against_the_claimant() public {
        uint256 caseId = _demand();
        _answer(caseId, _sign(KEY, row), noAgent, "");
        assertOutcome(caseId, ISettlementCourt.Outcome.Dismissed);
        assertState(epoch, IAnnotationLedger.ProposalState.Proposed);
        assertEq(credit(coordinator), BOND / 2);
        assertSolvent();
    }

    function test_answer__by_the_accounts_agent__ends_the_demand() public {
        uint256 caseId = _demand();
        (IProofDesk.AgentKey memory key, bytes memory authorisation) = _agentKey(signer, uint64(block.timestamp));
        _answer(caseId, _sign(AGENT, row), key, authorisation);
        assertOutcome(caseId, ISettlementCourt.Outcome.Dismissed);
    }

    function test_answer__with_anothers_signature__reverts() public {
        uint256 caseId = _demand();
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NotSigned.selector, signer));
        _answer(caseId, _sign(AGENT, row), noAgent, "");
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NotSigned.selector, signer));
        _answer(caseId, "", noAgent, "");
    }

    function test_answer__with_another_row__reverts() public {
        uint256 caseId = _demand();
        annotation.nonce += 1;
        bytes32 changed = Signatures.rowId(annotation);
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.WrongRow.selector, row, changed));
        _answer(caseId, _sign(KEY, changed), noAgent, "");
    }

    function test_answer__with_a_row_of_another_dataset__reverts_though_signed() public {
        IAnnotationLedger.Annotation memory a = _annotationOf(signer);
        a.dataset = "other";
        _log(a);
        uint256 caseId = _demand();
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.WrongRow.selector, dataset, bytes32("other")));
        _answer(caseId, _sign(KEY, row), noAgent, "");
    }

    function test_answer__with_an_agent_key_that_does_not_fit__reverts() public {
        uint256 caseId = _demand();
        uint64 now_ = uint64(block.timestamp);
        for (uint256 i = 0; i < 5; ++i) {
            (IProofDesk.AgentKey memory key, bytes memory authorisation) = _agentKey(signer, now_);
            if (i == 0) key.dataset = "other";
            if (i == 1) key.account = alice;
            if (i == 2) key.notAfter = key.notBefore + 12 hours + 1;
            if (i == 3) key.notBefore = now_ + 1;
            if (i == 4) key.notAfter = key.notBefore - 1;
            vm.expectRevert(abi.encodeWithSelector(IProofDesk.WrongAgentKey.selector, key.account, agent));
            _answer(caseId, _sign(AGENT, row), key, authorisation);
        }
    }

    function test_answer__by_an_agent_that_did_not_sign_or_was_not_authorised__reverts() public {
        uint256 caseId = _demand();
        (IProofDesk.AgentKey memory key, bytes memory authorisation) = _agentKey(signer, uint64(block.timestamp));
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NotSigned.selector, agent));
        _answer(caseId, _sign(KEY, row), key, authorisation);
        key.notAfter -= 1;
        vm.expectRevert(abi.encodeWithSelector(IProofDesk.NotSigned.selector, signer));
        _answer(caseId, _sign(AGENT, row), key, authorisation);
    }

    function test_answer__to_a_case_that_is_no_demand__reverts() public {
        uint256 caseId = challengeScoring(alice, epoch, row);
        bytes memory signature = _sign(KEY, row);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlementCourt.NotADemand.selector, caseId, ISettlementCourt.Ground.Scoring)
        );
        _answer(caseId, signature, noAgent, "");
    }

    function test_concludeDemand__by_another_than_the_proof_desk__reverts() public {
        uint256 caseId = _demand();
        vm.prank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NotDesk.selector, coordinator, address(proofDesk)));
        tribunal.concludeDemand(caseId, true);
    }

    // ---- contract wallets

    function test_answer__of_a_contract_wallet_that_vouches__ends_the_demand() public {
        ContractWallet wallet = new ContractWallet();
        _log(_annotationOf(address(wallet)));
        wallet.vouch(Signatures.digest(address(ledger), row), true);
        uint256 caseId = _demand();
        _answer(caseId, "", noAgent, "");
        assertOutcome(caseId, ISettlementCourt.Outcome.Dismissed);
    }

    function test_answer__of_a_contract_wallet_that_denies__goes_to_a_panel_and_costs_nobody() public {
        ContractWallet wallet = new ContractWallet();
        _log(_annotationOf(address(wallet)));
        uint256 caseId = _demand();
        _answer(caseId, "", noAgent, "");
        assertOutcome(caseId, ISettlementCourt.Outcome.Referred);
        assertEq(credit(alice), BOND);
        assertState(epoch, IAnnotationLedger.ProposalState.Proposed);
        ruleOn(challenge(alice, epoch, ISettlementCourt.Ground.Wallet, row), 1);
        assertState(epoch, IAnnotationLedger.ProposalState.Rejected);
        assertSolvent();
    }

    // ---- inside

    function _annotationOf(address account) private view returns (IAnnotationLedger.Annotation memory) {
        return IAnnotationLedger.Annotation(dataset, "item", 0, "label", "lease", account, 7, 2_000_000_000);
    }

    /// @dev A checkpoint of two rows, the first of them this one, and its proposal.
    function _log(IAnnotationLedger.Annotation memory a) private {
        annotation = a;
        row = Signatures.rowId(a);
        bytes32[] memory rows = new bytes32[](2);
        (rows[0], rows[1]) = (row, other);
        uint64 from = ledger.checkpointCount(dataset) * 2;
        proof = new bytes32[](1);
        proof[0] = LogTree.leafOf(other);
        vm.startPrank(coordinator);
        epoch = ledger.checkpoint(dataset, from + 2, LogTree.rootOver(rows), "data");
        ledger.propose(dataset, epoch, "root", 2e9, 1, "file");
        vm.stopPrank();
    }

    function _demand() private returns (uint256) {
        vm.prank(alice);
        return tribunal.demandSignature(dataset, epoch, (epoch - 1) * 2, row, proof);
    }

    function _answer(uint256 caseId, bytes memory signature, IProofDesk.AgentKey memory key, bytes memory authorisation)
        private
    {
        proofDesk.answerSignature(dataset, caseId, annotation, signature, key, authorisation);
    }

    function _sign(uint256 key, bytes32 structHash) private view returns (bytes memory) {
        return Signatures.sign(key, Signatures.digest(address(ledger), structHash));
    }

    function _agentKey(address account, uint64 from)
        private
        view
        returns (IProofDesk.AgentKey memory key, bytes memory authorisation)
    {
        key = IProofDesk.AgentKey(dataset, account, agent, from, from + 12 hours);
        bytes32 typeHash =
            keccak256("AgentKey(bytes32 dataset,address account,address agent,uint64 notBefore,uint64 notAfter)");
        authorisation = _sign(
            KEY, keccak256(abi.encode(typeHash, key.dataset, key.account, key.agent, key.notBefore, key.notAfter))
        );
    }
}
