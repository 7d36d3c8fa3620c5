// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {Terms} from "../types.sol";
import {Liability} from "./Liability.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The bounds of a dataset's terms
/// @notice Publisher's terms -> **bounds** -> frozen for ever. What no later vote or key could repair is refused here.
library TermsRules {
    uint16 private constant MAX_PUBLISHER_BPS = 3000;
    uint16 private constant MAX_TREASURY_BPS = 500;
    uint64 private constant MAX_SUPPLY = 1e19;
    uint64 private constant MIN_SUPPLY_CAP = 1e9;
    uint32 private constant MAX_PERIOD = 365 days;

    function check(Terms calldata terms) internal pure {
        _checkParties(terms);
        _checkShares(terms);
        _checkStakes(terms);
        _checkPeriods(terms);
    }

    function _checkParties(Terms calldata terms) private pure {
        _require(terms.coordinator != address(0), "coordinator");
        _require(terms.successor != address(0), "successor");
        _require(terms.rulesHash != 0, "rulesHash");
        _require(terms.schemaHash != 0, "schemaHash");
        _require(terms.seats != 0, "seats");
    }

    function _checkShares(Terms calldata terms) private pure {
        _require(terms.publisherBps <= MAX_PUBLISHER_BPS, "publisherBps");
        _require(terms.treasuryBps <= MAX_TREASURY_BPS, "treasuryBps");
        _require(terms.supplyCap >= MIN_SUPPLY_CAP && terms.supplyCap <= MAX_SUPPLY, "supplyCap");
        _require(terms.unitsPerLabel != 0 && terms.unitsPerLabel <= terms.supplyCap, "unitsPerLabel");
        _require(terms.priceFloor != 0, "priceFloor");
    }

    function _checkStakes(Terms calldata terms) private pure {
        _require(terms.penaltyCap <= terms.stake, "penaltyCap");
        _require(terms.proposerBond <= type(uint96).max, "proposerBond");
        // It doubles with each round, and twice nothing would let a friend challenge without end.
        _require(terms.challengeBond != 0, "challengeBond");
        // Between the end of appeals and the end of penalties there is time to execute one.
        uint256 least = uint256(terms.appealPeriod) + Math.max(1, Math.min(terms.appealPeriod / 3, 1 days));
        _require(terms.penaltyPeriod >= least, "penaltyPeriod");
        _require(terms.settlePeriod > terms.challengeWindow, "settlePeriod");
    }

    function _checkPeriods(Terms calldata terms) private pure {
        _require(terms.challengeWindow <= MAX_PERIOD, "challengeWindow");
        _require(terms.settlePeriod <= MAX_PERIOD, "settlePeriod");
        _require(terms.receiptPeriod <= Liability.MAX_RECEIPT_PERIOD, "receiptPeriod");
        _require(terms.checkpointPeriod <= MAX_PERIOD, "checkpointPeriod");
        _require(terms.responsePeriod <= Liability.MAX_RESPONSE_PERIOD, "responsePeriod");
        _require(terms.claimPeriod <= Liability.MAX_CLAIM_PERIOD, "claimPeriod");
        _require(terms.appealPeriod <= MAX_PERIOD, "appealPeriod");
        _require(terms.penaltyPeriod <= MAX_PERIOD, "penaltyPeriod");
        _require(terms.reportingPeriod <= MAX_PERIOD, "reportingPeriod");
        _require(terms.priceDelay <= MAX_PERIOD, "priceDelay");
    }

    function _require(bool holds, string memory term) private pure {
        if (!holds) revert IDatasetRegistry.InvalidTerm(term);
    }
}
