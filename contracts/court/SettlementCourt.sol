// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AppealDesk} from "./AppealDesk.sol";
import {ChallengeDesk} from "./ChallengeDesk.sol";
import {CourtCases} from "./CourtCases.sol";

/// @title SettlementCourt
/// @notice Settlement -> challenge or proof -> **ruling** -> epoch or another attempt; epoch -> appeal -> correction. ChallengeDesk before
/// finalisation, AppealDesk after it, CourtCases for the money of both; ProofDesk and AuditDesk are contracts of their
/// own beside it. It is the only contract that may reject or correct a settlement of its version.
contract SettlementCourt is ChallengeDesk, AppealDesk {
    /// @param rulingPeriod seconds after which a case ends although the arbiter has not ruled; longer than all its rounds
    constructor(Parts memory parts, uint32 rulingPeriod) CourtCases(parts, rulingPeriod) {}

    function _settle(uint256 caseId, Outcome outcome) internal override returns (Outcome, uint256) {
        if (_cases[caseId].ground == Ground.Appeal) return _settleAppeal(caseId, outcome);
        return _settleChallenge(caseId, outcome);
    }
}
