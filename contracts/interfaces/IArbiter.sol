// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Who is ruled upon: the arbitrable side of ERC-792
/// @notice Whoever asks an arbiter implements it.
interface IArbitrable {
    /// @notice The arbitrator's word on a dispute has arrived. Not repeated.
    event Ruling(IArbiter indexed arbitrator, uint256 indexed disputeId, uint256 ruling);

    /// @notice Takes a ruling. Only the arbitrator of the dispute may call, once.
    /// @param ruling 0: refused or not reached in time; else one of the choices, from 1
    function rule(uint256 disputeId, uint256 ruling) external;
}

/// @title Who rules on what code cannot decide: the arbitrator side of ERC-792
/// @notice CouncilArbiter stands behind it; any ERC-792 court can take its place in a new version of the contracts.
/// Choices are numbered from 1; ruling 0 means that there is no answer, and whoever asks must know what follows from it.
/// @dev Names, arguments and order of https://eips.ethereum.org/EIPS/eip-792 (a draft). Costs are in the chain's own coin, as
/// there.
interface IArbiter {
    /// @notice Waiting: no ruling yet. Appealable: a ruling that may be asked anew. Solved: final.
    enum DisputeStatus {
        Waiting,
        Appealable,
        Solved
    }

    /// @notice A dispute exists (ERC-792).
    event DisputeCreation(uint256 indexed disputeId, IArbitrable indexed arbitrable);
    /// @notice The ruling may be appealed from now on (ERC-792).
    event AppealPossible(uint256 indexed disputeId, IArbitrable indexed arbitrable);
    /// @notice The ruling was appealed (ERC-792).
    event AppealDecision(uint256 indexed disputeId, IArbitrable indexed arbitrable);

    /// @notice Opens a dispute; the caller is who will be ruled upon.
    /// @param choices number of answers beside 0
    /// @param extraData what the arbitrator needs to choose its jurors
    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 disputeId);

    /// @notice Has a ruling asked anew. Only the dispute's arbitrable, within `appealPeriod`.
    function appeal(uint256 disputeId, bytes calldata extraData) external payable;

    /// @notice What `createDispute` costs, in wei.
    function arbitrationCost(bytes calldata extraData) external view returns (uint256);
    /// @notice What `appeal` costs, in wei; more than anyone has where no appeal is possible.
    function appealCost(uint256 disputeId, bytes calldata extraData) external view returns (uint256);
    /// @notice When a ruling may be appealed, in unix seconds; zeros when it may not.
    function appealPeriod(uint256 disputeId) external view returns (uint256 start, uint256 end);
    /// @notice Waiting, Appealable or Solved (ERC-792).
    function disputeStatus(uint256 disputeId) external view returns (DisputeStatus);
    /// @notice The ruling in force if nothing more happens; 0 while there is none.
    function currentRuling(uint256 disputeId) external view returns (uint256);
}
