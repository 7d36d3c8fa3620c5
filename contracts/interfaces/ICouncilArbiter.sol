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

    /// @notice An account stands on the roster.
    event JurorEnrolled(address indexed juror);
    /// @notice An account was taken off the roster; panels drawn before keep it.
    event JurorStruck(address indexed juror);
    /// @notice A dispute waits for its panel to be drawn.
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
    /// @notice A panel was drawn by lot; `isGeneral` tells that nobody with the credential was to be had.
    event PanelDrawn(
        uint256 indexed disputeId,
        uint64 indexed round,
        uint64 seats,
        bool isGeneral,
        uint64 commitEndsAt,
        uint64 revealEndsAt
    );
    /// @notice The account sits on the panel of this round.
    event JurorDrawn(uint256 indexed disputeId, uint64 indexed round, address indexed juror);
    /// @notice A juror committed to a vote.
    event VoteCommitted(uint256 indexed disputeId, uint64 indexed round, address indexed juror, bytes32 commitment);
    /// @notice A juror showed the vote and earned its fee.
    event VoteRevealed(
        uint256 indexed disputeId, uint64 indexed round, address indexed juror, uint64 ruling, uint256 fee
    );
    /// @notice The ruling reached the contract that asked; 0 is no answer.
    event RulingExecuted(uint256 indexed disputeId, uint64 ruling);
    /// @notice An account may withdraw so much more coin.
    event FeeCredited(address indexed account, uint256 amount);
    /// @notice Coin was paid out to where its owner said.
    event FeeWithdrawn(address indexed account, address indexed to, uint256 amount);

    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice The account is not a juror.
    error NotJuror(address account);
    /// @notice The account stands on the roster.
    error AlreadyEnrolled(address account);
    /// @notice A juror who still holds the role leaves the roster only by his own hand.
    error StillJuror(address account);
    /// @notice The roster is bounded, so that drawing stays affordable.
    error RosterFull(uint256 most);
    /// @notice Only questions with two answers are ruled on.
    error InvalidChoices(uint256 choices);
    /// @notice The coin sent is not exactly the arbiter's price.
    error WrongFee(uint256 sent, uint256 cost);
    /// @notice The dispute is in another phase.
    error WrongPhase(uint256 disputeId, Phase phase);
    /// @notice Only the contract that asked may do this.
    error NotArbitrable(uint256 disputeId, address caller, address arbitrable);
    /// @notice The block that draws the panel is not made yet.
    error DrawTooEarly(uint256 disputeId, uint64 drawBlock, uint256 blockNumber);
    /// @notice The account was not drawn for this round.
    error NotOnPanel(uint256 disputeId, uint64 round, address account);
    /// @notice A juror votes once a round.
    error AlreadyVoted(uint256 disputeId, uint64 round, address juror);
    /// @notice A commitment must not be zero.
    error ZeroCommitment();
    /// @notice Vote and salt are not those committed to.
    error WrongReveal(uint256 disputeId, uint64 round, address juror);
    /// @notice Nothing is credited to the account.
    error NothingToWithdraw(address account);
    /// @notice The receiver did not take the coin.
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
    /// @notice Where the dispute stands by its clock.
    function phaseOf(uint256 disputeId) external view returns (Phase);
    /// @notice Number of the running round, from 0.
    function roundOf(uint256 disputeId) external view returns (uint64);
    /// @notice The panel of a round and its jurors.
    function panelOf(uint256 disputeId, uint64 round) external view returns (Panel memory, address[] memory jurors);
    /// @notice Votes shown for a ruling in a round.
    function votesOf(uint256 disputeId, uint64 round, uint256 ruling) external view returns (uint256);
    /// @notice Who asked.
    function arbitrableOf(uint256 disputeId) external view returns (IArbitrable);
    /// @notice Number of disputes; the newest has this number.
    function disputeCount() external view returns (uint256);
    /// @notice All enrolled accounts; those without the role are never drawn.
    function roster() external view returns (address[] memory);
    /// @notice True when the account stands on the roster.
    function isEnrolled(address juror) external view returns (bool);
    /// @notice Fees, in wei, that the account may take out.
    function feesOf(address account) external view returns (uint256);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
}
