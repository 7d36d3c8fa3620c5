// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuditDesk} from "../../../contracts/court/AuditDesk.sol";
import {CouncilArbiter} from "../../../contracts/court/CouncilArbiter.sol";
import {ProofDesk} from "../../../contracts/court/ProofDesk.sol";
import {SettlementCourt} from "../../../contracts/court/SettlementCourt.sol";
import {IAuditDesk} from "../../../contracts/interfaces/IAuditDesk.sol";
import {ICouncilArbiter} from "../../../contracts/interfaces/ICouncilArbiter.sol";
import {IProofDesk} from "../../../contracts/interfaces/IProofDesk.sol";
import {ISettlementCourt} from "../../../contracts/interfaces/ISettlementCourt.sol";
import {Courtroom} from "../support/Courtroom.sol";

/// @notice The court's parts: none is deployed without those it needs, and each names them to whoever asks.
contract PartsTest is Courtroom {
    function test_court__with_a_part_that_has_no_code__reverts() public {
        for (uint256 i = 0; i < 6; ++i) {
            ISettlementCourt.Parts memory parts = _parts();
            if (i == 0) parts.registry = alice;
            else if (i == 1) parts.ledger = alice;
            else if (i == 2) parts.arbiter = alice;
            else if (i == 3) parts.rates = alice;
            else if (i == 4) parts.proofDesk = alice;
            else parts.auditDesk = alice;
            vm.expectRevert(abi.encodeWithSelector(ISettlementCourt.NoCode.selector, alice));
            new SettlementCourt(parts, RULING_PERIOD);
        }
    }

    function test_desks_and_council__with_a_zero_address__revert() public {
        address x = address(1);
        ICouncilArbiter.Periods memory periods = ICouncilArbiter.Periods(2, 1 days, 12 hours, 6 hours);
        for (uint256 i = 0; i < 3; ++i) {
            (address a, address b, address c) =
                (i == 0 ? address(0) : x, i == 1 ? address(0) : x, i == 2 ? address(0) : x);
            vm.expectRevert(IAuditDesk.ZeroAddress.selector);
            new AuditDesk(a, b, c);
            vm.expectRevert(ICouncilArbiter.ZeroAddress.selector);
            new CouncilArbiter(a, b, c, FEE, periods);
        }
        vm.expectRevert(IProofDesk.ZeroAddress.selector);
        new ProofDesk(address(0), x);
        vm.expectRevert(IProofDesk.ZeroAddress.selector);
        new ProofDesk(x, address(0));
    }

    function test_every_part__names_the_others() public view {
        ISettlementCourt.Parts memory parts = _parts();
        assertEq(tribunal.registry(), parts.registry);
        assertEq(tribunal.ledger(), parts.ledger);
        assertEq(tribunal.arbiter(), parts.arbiter);
        assertEq(tribunal.rates(), parts.rates);
        assertEq(tribunal.proofDesk(), parts.proofDesk);
        assertEq(tribunal.auditDesk(), parts.auditDesk);
        assertEq(proofDesk.registry(), parts.registry);
        assertEq(proofDesk.ledger(), parts.ledger);
        assertEq(auditDesk.registry(), parts.registry);
        assertEq(auditDesk.ledger(), parts.ledger);
        assertEq(council.registry(), parts.registry);
    }

    function test_expire__with_an_arbiter_that_hides_its_final_ruling__is_the_default() public {
        uint256 caseId = challengeScoring(alice, proposed(), "file");
        uint256 dispute = tribunal.caseOf(caseId).disputeId;
        vote(dispute, 2);
        skip(RULING_PERIOD);
        vm.mockCallRevert(address(council), abi.encodeCall(council.currentRuling, (dispute)), "broken");
        tribunal.expire(caseId);
        assertOutcome(caseId, ISettlementCourt.Outcome.Unruled);
    }

    function _parts() private view returns (ISettlementCourt.Parts memory) {
        return ISettlementCourt.Parts(
            address(registry), address(ledger), address(council), address(rates), address(proofDesk), address(auditDesk)
        );
    }
}
