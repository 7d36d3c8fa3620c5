// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "../interfaces/IAnnotationLedger.sol";
import {Clock} from "./Clock.sol";

/// @title What can still be challenged
/// @notice Proposal -> **window open, or standing still for another case** -> challenge, audit.
library Contests {
    error NotOpenToChallenge(bytes32 dataset, uint64 epoch, IAnnotationLedger.ProposalState state, uint64 windowEndsAt);

    function check(bytes32 dataset, uint64 epoch, IAnnotationLedger.Proposal memory p) internal view {
        bool isOpen = p.state == IAnnotationLedger.ProposalState.Proposed && Clock.time() < p.windowEndsAt;
        if (!isOpen && p.state != IAnnotationLedger.ProposalState.Disputed) {
            revert NotOpenToChallenge(dataset, epoch, p.state, p.windowEndsAt);
        }
    }
}
