// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbiter, IArbitrable} from "./IArbiter.sol";

/// @title A council of jurors behind ERC-792
/// @notice Jurors hold a role of the access manager and enrol themselves. Each dispute has its own panel, drawn by lot from a
/// later block's hash, so that nobody chooses the jurors: at least one holds the dataset's credential, and nobody sits who
/// gains by the outcome (holders of more than a ten-thousandth of the dataset's shares, its members, its publisher and
/// coordinators, who brought the dispute).
/// Votes are committed, then revealed. A quorum is more than half of the panel; a tie is ruling 0. A ruling may be
/// appealed to a larger panel, at most twice; a panel without quorum leaves the ruling before it in force.
/// @dev `extraData` is abi.encode(bytes32 dataset, address claimant), of an appeal the dataset and who pays for it; anything
/// else draws a general panel, paid by the caller. A block's hash can be
/// influenced by who makes the block, and is worth that only while the bonds are small against a block's reward.
interface ICouncilArbiter is IArbiter {
    /// @param draw blocks between asking for a panel and the block whose hash draws it
    /// @param commit seconds for committing votes
    /// @param reveal seconds for revealing them
    /// @param appeal seconds in which a ruling may be appealed
    struct Periods {
        uint32 draw;
        uint32 commit;
        uint32 reveal;
        uint32 appeal;
    }

    /// @notice Drawing: the panel waits for its block. Committing, Revealing: the votes. Deciding: a ruling stands that may be
    /// appealed. Final: `executeRuling` tells it. Executed: told.
    enum Phase {
        None,
        Drawing,
        Committing,
        Revealing,
        Deciding,
        Final,
        Executed
    }

    /// @param isGeneral nobody with the dataset's credential was available
    struct Panel {
        uint64 drawBlock;
        uint40 commitEndsAt;
        uint40 revealEndsAt;
        uint40 appealEndsAt;
        uint8 size;
        uint8 seats;
        uint8 committed;
        uint8 revealed;
        bool isGeneral;
    }

    event JurorEnrolled(address indexed juror);
    event JurorStruck(address indexed juror);
    event DisputeOpened(
        uint256 indexed disputeId,
        address indexed arbitrable,
        bytes32 indexed dataset,
        address claimant,
        uint64 choices,
        uint256 fee
    );
    /// @notice A panel was asked for (again, if the hash of its block was gone).
    event DrawScheduled(uint256 indexed disputeId, uint64 indexed round, uint64 drawBlock, uint64 size);
    event PanelDrawn(
        uint256 indexed disputeId,
        uint64 indexed round,
        uint64 seats,
        bool isGeneral,
        uint64 commitEndsAt,
        uint64 revealEndsAt
    );
    event JurorDrawn(uint256 indexed disputeId, uint64 indexed round, address indexed juror);
    event VoteCommitted(uint256 indexed disputeId, uint64 indexed round, address indexed juror, bytes32 commitment);
    event VoteRevealed(
        uint256 indexed disputeId, uint64 indexed round, address indexed juror, uint64 ruling, uint256 fee
    );
    event RulingExecuted(uint256 indexed disputeId, uint64 ruling);
    event FeeCredited(address indexed account, uint256 amount);
    event FeeWithdrawn(address indexed account, address indexed to, uint256 amount);

    error ZeroAddress();
    error NotJuror(address account);
    error AlreadyEnrolled(address account);
    /// @notice A juror who still holds the role leaves the roster only by his own hand.
    error StillJuror(address account);
    error RosterFull(uint256 most);
    error InvalidChoices(uint256 choices);
    error WrongFee(uint256 sent, uint256 cost);
    error WrongPhase(uint256 disputeId, Phase phase);
    error NotArbitrable(uint256 disputeId, address caller, address arbitrable);
    error DrawTooEarly(uint256 disputeId, uint64 drawBlock, uint256 blockNumber);
    error NotOnPanel(uint256 disputeId, uint64 round, address account);
    error AlreadyVoted(uint256 disputeId, uint64 round, address juror);
    error ZeroCommitment();
    error WrongReveal(uint256 disputeId, uint64 round, address juror);
    error NothingToWithdraw(address account);
    error TransferFailed(address to, uint256 amount);

    /// @notice The caller, who holds the juror's role, stands ready to be drawn.
    function enroll() external;
    /// @notice Takes a juror off the roster: himself at any time, anyone who lost the role by anyone.
    function strike(address juror) external;

    /// @notice Draws the panel, once its block has been made; when that block's hash is gone, sets another block. Anyone may
    /// call.
    function draw(uint256 disputeId) external;
    /// @notice Votes without telling. Only members of the panel who still hold the role, once.
    /// @param commitment `commitmentOf` the caller's vote
    function commitVote(uint256 disputeId, bytes32 commitment) external;
    /// @notice Tells the vote, and earns its fee.
    /// @param ruling 0 to refuse, else a choice
    function revealVote(uint256 disputeId, uint256 ruling, bytes32 salt) external;
    /// @notice Tells the final ruling to who is ruled upon. Anyone may call, once.
    function executeRuling(uint256 disputeId) external;
    /// @notice Takes out the caller's fees, in the chain's own coin.
    function withdrawFees(address to) external;

    /// @notice keccak256(abi.encode(chain id, this contract, dispute, round, juror, ruling, salt)): nobody else's vote.
    function commitmentOf(uint256 disputeId, uint64 round, address juror, uint256 ruling, bytes32 salt)
        external
        view
        returns (bytes32);
    function phaseOf(uint256 disputeId) external view returns (Phase);
    /// @notice Number of the running round, from 0.
    function roundOf(uint256 disputeId) external view returns (uint64);
    function panelOf(uint256 disputeId, uint64 round) external view returns (Panel memory, address[] memory jurors);
    function votesOf(uint256 disputeId, uint64 round, uint256 ruling) external view returns (uint256);
    function arbitrableOf(uint256 disputeId) external view returns (IArbitrable);
    function disputeCount() external view returns (uint256);
    function roster() external view returns (address[] memory);
    function isEnrolled(address juror) external view returns (bool);
    /// @notice Fees, in wei, that the account may take out.
    function feesOf(address account) external view returns (uint256);
    function registry() external view returns (address);
}
