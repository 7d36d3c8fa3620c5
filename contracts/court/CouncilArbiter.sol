// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbiter, IArbitrable} from "../interfaces/IArbiter.sol";
import {ICouncilArbiter} from "../interfaces/ICouncilArbiter.sol";
import {Clock} from "../libraries/Clock.sol";
import {JurorRoster} from "./JurorRoster.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CouncilArbiter
/// @notice Dispute -> panel by lot -> **votes** -> ruling -> who asked. Fees of jurors are credited, never pushed.
contract CouncilArbiter is JurorRoster {
    using SafeCast for uint256;

    uint8 private constant FIRST_PANEL = 3;
    /// @dev Panels of 3, 7 and 15.
    uint8 private constant MAX_APPEALS = 2;
    uint256 private constant MAX_CHOICES = 16;

    /// @dev Two slots and a word. `choices` is zero for a dispute that does not exist.
    struct Dispute {
        IArbitrable arbitrable;
        uint8 choices;
        uint8 round;
        bool executed;
        /// What earlier rounds found: in force unless a later one finds something with a quorum.
        uint8 standing;
        address claimant;
        bytes32 dataset;
    }

    struct Ballot {
        bytes32 commitment;
        bool isSeated;
        bool isRevealed;
    }

    uint256 private immutable FEE;
    uint32 private immutable DRAW_BLOCKS;
    uint32 private immutable COMMIT_PERIOD;
    uint32 private immutable REVEAL_PERIOD;
    uint32 private immutable APPEAL_PERIOD;

    Dispute[] private _disputes;
    mapping(uint256 dispute => mapping(uint64 round => Panel)) private _panels;
    mapping(uint256 dispute => mapping(uint64 round => address[])) private _seats;
    mapping(uint256 dispute => mapping(uint64 round => mapping(address juror => Ballot))) private _ballots;
    /// @dev Who paid for an appeal; zero: who brought the dispute.
    mapping(uint256 dispute => mapping(uint64 round => address)) private _payers;
    mapping(uint256 dispute => mapping(uint64 round => mapping(uint256 ruling => uint256))) public votesOf;
    mapping(address account => uint256) public feesOf;

    /// @param feePerJuror in wei; what a seat earns that reveals its vote
    constructor(
        address registry_,
        address accessManager,
        address credentials,
        uint256 feePerJuror,
        Periods memory periods
    ) JurorRoster(registry_, accessManager, credentials) {
        FEE = feePerJuror;
        DRAW_BLOCKS = periods.draw;
        COMMIT_PERIOD = periods.commit;
        REVEAL_PERIOD = periods.reveal;
        APPEAL_PERIOD = periods.appeal;
    }

    // ---- asking

    /// @inheritdoc IArbiter
    function createDispute(uint256 choices, bytes calldata extraData) external payable returns (uint256 disputeId) {
        if (choices == 0 || choices > MAX_CHOICES) revert InvalidChoices(choices);
        _checkFee(FIRST_PANEL * FEE);
        disputeId = _disputes.length;
        (bytes32 dataset, address claimant) = _parse(extraData);
        // At most MAX_CHOICES.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint8 choices_ = uint8(choices);
        _disputes.push(Dispute(IArbitrable(msg.sender), choices_, 0, false, 0, claimant, dataset));
        emit DisputeCreation(disputeId, IArbitrable(msg.sender));
        emit DisputeOpened(disputeId, msg.sender, dataset, claimant, choices_, msg.value);
        _schedule(disputeId, 0, FIRST_PANEL);
    }

    /// @inheritdoc IArbiter
    function appeal(uint256 disputeId, bytes calldata extraData) external payable {
        Dispute storage d = _dispute(disputeId);
        if (msg.sender != address(d.arbitrable)) revert NotArbitrable(disputeId, msg.sender, address(d.arbitrable));
        _checkPhase(disputeId, Phase.Deciding);
        _checkFee(appealCost(disputeId, ""));
        uint8 size = _panels[disputeId][d.round].size * 2 + 1;
        _closeRound(disputeId, d);
        d.round += 1;
        (, address payer) = _parse(extraData);
        if (payer != msg.sender) _payers[disputeId][d.round] = payer;
        emit AppealDecision(disputeId, d.arbitrable);
        _schedule(disputeId, d.round, size);
    }

    // ---- sitting

    /// @inheritdoc ICouncilArbiter
    function draw(uint256 disputeId) external {
        Dispute storage d = _dispute(disputeId);
        _checkPhase(disputeId, Phase.Drawing);
        uint64 round = d.round;
        Panel storage p = _panels[disputeId][round];
        if (block.number <= p.drawBlock) revert DrawTooEarly(disputeId, p.drawBlock, block.number);
        bytes32 hash = Blockhash.blockHash(p.drawBlock);
        if (hash == 0) {
            // Too old to be known: a new block, which nobody knows yet.
            _schedule(disputeId, round, p.size);
            return;
        }
        bytes32 seed = keccak256(abi.encode(hash, disputeId, round));
        (address[] memory seats, bool isGeneral) = _lot(seed, d.dataset, d.claimant, p.size, p.drawBlock - DRAW_BLOCKS);
        // A panel has at most 15 seats.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.seats = uint8(seats.length);
        p.isGeneral = isGeneral;
        _setTimes(p, Clock.time() + COMMIT_PERIOD);
        _seats[disputeId][round] = seats;
        emit PanelDrawn(disputeId, round, p.seats, isGeneral, p.commitEndsAt, p.revealEndsAt);
        for (uint256 i = 0; i < seats.length; ++i) {
            _ballots[disputeId][round][seats[i]].isSeated = true;
            emit JurorDrawn(disputeId, round, seats[i]);
        }
    }

    /// @inheritdoc ICouncilArbiter
    function commitVote(uint256 disputeId, bytes32 commitment) external {
        Dispute storage d = _dispute(disputeId);
        _checkPhase(disputeId, Phase.Committing);
        if (commitment == 0) revert ZeroCommitment();
        if (!_isJuror(msg.sender)) revert NotJuror(msg.sender);
        uint64 round = d.round;
        Ballot storage ballot = _ballots[disputeId][round][msg.sender];
        if (!ballot.isSeated) revert NotOnPanel(disputeId, round, msg.sender);
        if (ballot.commitment != 0) revert AlreadyVoted(disputeId, round, msg.sender);
        ballot.commitment = commitment;
        Panel storage p = _panels[disputeId][round];
        emit VoteCommitted(disputeId, round, msg.sender, commitment);
        // Nobody is left to wait for.
        if (++p.committed == p.seats) _setTimes(p, Clock.time());
    }

    /// @inheritdoc ICouncilArbiter
    function revealVote(uint256 disputeId, uint256 ruling, bytes32 salt) external {
        Dispute storage d = _dispute(disputeId);
        _checkPhase(disputeId, Phase.Revealing);
        if (ruling > d.choices) revert InvalidChoices(ruling);
        uint64 round = d.round;
        Ballot storage ballot = _ballots[disputeId][round][msg.sender];
        if (ballot.isRevealed) revert AlreadyVoted(disputeId, round, msg.sender);
        bytes32 commitment = ballot.commitment;
        if (commitment == 0 || commitment != commitmentOf(disputeId, round, msg.sender, ruling, salt)) {
            revert WrongReveal(disputeId, round, msg.sender);
        }
        ballot.isRevealed = true;
        votesOf[disputeId][round][ruling] += 1;
        Panel storage p = _panels[disputeId][round];
        // A choice has 8 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        emit VoteRevealed(disputeId, round, msg.sender, uint64(ruling), FEE);
        _credit(msg.sender, FEE);
        if (++p.revealed == p.committed) _endRound(disputeId, d, p, Clock.time());
    }

    /// @inheritdoc ICouncilArbiter
    function executeRuling(uint256 disputeId) external {
        Dispute storage d = _dispute(disputeId);
        _checkPhase(disputeId, Phase.Final);
        uint8 ruling = _ruling(disputeId, d);
        d.executed = true;
        _closeRound(disputeId, d);
        emit RulingExecuted(disputeId, ruling);
        d.arbitrable.rule(disputeId, ruling);
    }

    /// @inheritdoc ICouncilArbiter
    function withdrawFees(address to) external {
        if (to == address(0)) revert ZeroAddress();
        uint256 amount = feesOf[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        feesOf[msg.sender] = 0;
        emit FeeWithdrawn(msg.sender, to, amount);
        (bool done,) = to.call{value: amount}("");
        if (!done) revert TransferFailed(to, amount);
    }

    // ---- readings

    /// @inheritdoc IArbiter
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return FIRST_PANEL * FEE;
    }

    /// @inheritdoc IArbiter
    function appealCost(uint256 disputeId, bytes memory) public view returns (uint256) {
        Dispute storage d = _dispute(disputeId);
        if (d.round == MAX_APPEALS) return type(uint256).max;
        return (uint256(_panels[disputeId][d.round].size) * 2 + 1) * FEE;
    }

    /// @inheritdoc IArbiter
    function appealPeriod(uint256 disputeId) external view returns (uint256 start, uint256 end) {
        if (phaseOf(disputeId) != Phase.Deciding) return (0, 0);
        Panel storage p = _panels[disputeId][_disputes[disputeId].round];
        return (p.revealEndsAt, p.appealEndsAt);
    }

    /// @inheritdoc IArbiter
    function disputeStatus(uint256 disputeId) external view returns (DisputeStatus) {
        Phase phase = phaseOf(disputeId);
        if (phase < Phase.Deciding) return DisputeStatus.Waiting;
        return phase == Phase.Deciding ? DisputeStatus.Appealable : DisputeStatus.Solved;
    }

    /// @inheritdoc IArbiter
    function currentRuling(uint256 disputeId) external view returns (uint256) {
        Dispute storage d = _dispute(disputeId);
        return phaseOf(disputeId) < Phase.Deciding ? d.standing : _ruling(disputeId, d);
    }

    /// @inheritdoc ICouncilArbiter
    function phaseOf(uint256 disputeId) public view returns (Phase) {
        Dispute storage d = _dispute(disputeId);
        if (d.executed) return Phase.Executed;
        Panel storage p = _panels[disputeId][d.round];
        if (p.commitEndsAt == 0) return Phase.Drawing;
        uint40 now_ = Clock.time();
        if (now_ < p.commitEndsAt) return Phase.Committing;
        if (now_ < p.revealEndsAt) return Phase.Revealing;
        return now_ < p.appealEndsAt && d.round < MAX_APPEALS ? Phase.Deciding : Phase.Final;
    }

    /// @inheritdoc ICouncilArbiter
    function roundOf(uint256 disputeId) external view returns (uint64) {
        return _dispute(disputeId).round;
    }

    /// @inheritdoc ICouncilArbiter
    function panelOf(uint256 disputeId, uint64 round) external view returns (Panel memory, address[] memory) {
        return (_panels[disputeId][round], _seats[disputeId][round]);
    }

    /// @inheritdoc ICouncilArbiter
    function arbitrableOf(uint256 disputeId) external view returns (IArbitrable) {
        return _dispute(disputeId).arbitrable;
    }

    /// @inheritdoc ICouncilArbiter
    function disputeCount() external view returns (uint256) {
        return _disputes.length;
    }

    /// @inheritdoc ICouncilArbiter
    function commitmentOf(uint256 disputeId, uint64 round, address juror, uint256 ruling, bytes32 salt)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(block.chainid, address(this), disputeId, round, juror, ruling, salt));
    }

    // ---- inside

    function _schedule(uint256 disputeId, uint64 round, uint8 size) private {
        Panel storage p = _panels[disputeId][round];
        p.drawBlock = (block.number + DRAW_BLOCKS).toUint64();
        p.size = size;
        emit DrawScheduled(disputeId, round, p.drawBlock, size);
    }

    function _setTimes(Panel storage p, uint40 commitEndsAt) private {
        p.commitEndsAt = commitEndsAt;
        p.revealEndsAt = commitEndsAt + REVEAL_PERIOD;
        p.appealEndsAt = p.revealEndsAt + APPEAL_PERIOD;
    }

    /// @dev All votes that can come are in.
    function _endRound(uint256 disputeId, Dispute storage d, Panel storage p, uint40 now_) private {
        p.revealEndsAt = now_;
        p.appealEndsAt = now_ + APPEAL_PERIOD;
        if (d.round < MAX_APPEALS) emit AppealPossible(disputeId, d.arbitrable);
    }

    function _parse(bytes calldata extraData) private view returns (bytes32 dataset, address payer) {
        return extraData.length == 64 ? abi.decode(extraData, (bytes32, address)) : (bytes32(0), msg.sender);
    }

    /// @dev Keeps what the round found, and gives back the fees of seats that earned none to who paid them.
    function _closeRound(uint256 disputeId, Dispute storage d) private {
        d.standing = _ruling(disputeId, d);
        Panel storage p = _panels[disputeId][d.round];
        uint256 unearned = uint256(p.size - p.revealed) * FEE;
        address payer = _payers[disputeId][d.round];
        if (unearned != 0) _credit(payer == address(0) ? d.claimant : payer, unearned);
    }

    /// @dev Most votes win; a tie of the best is 0; without a quorum the round found nothing.
    function _ruling(uint256 disputeId, Dispute storage d) private view returns (uint8 ruling) {
        uint64 round = d.round;
        Panel storage p = _panels[disputeId][round];
        if (uint256(p.revealed) * 2 <= p.size) return d.standing;
        uint256 most = 0;
        for (uint8 choice = 0; choice <= d.choices; ++choice) {
            uint256 votes = votesOf[disputeId][round][choice];
            if (votes > most) (ruling, most) = (choice, votes);
            else if (votes == most && votes != 0) ruling = 0;
        }
    }

    function _credit(address account, uint256 amount) private {
        if (amount == 0) return;
        feesOf[account] += amount;
        emit FeeCredited(account, amount);
    }

    function _checkFee(uint256 cost) private view {
        if (msg.value != cost) revert WrongFee(msg.value, cost);
    }

    function _checkPhase(uint256 disputeId, Phase wanted) private view {
        Phase phase = phaseOf(disputeId);
        if (phase != wanted) revert WrongPhase(disputeId, phase);
    }

    function _dispute(uint256 disputeId) private view returns (Dispute storage) {
        if (disputeId >= _disputes.length) revert WrongPhase(disputeId, Phase.None);
        return _disputes[disputeId];
    }
}
