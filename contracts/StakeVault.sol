// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PenaltyBook} from "./PenaltyBook.sol";
import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {IEntrance} from "./interfaces/IEntrance.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {LockEnds} from "./libraries/LockEnds.sol";
import {Pauses} from "./libraries/Pauses.sol";
import {Statements} from "./libraries/Statements.sol";
import {DatasetState, StakeTerms} from "./types.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title StakeVault
/// @notice COTA -> free stake -> **lock of one membership** -> leaving -> free stake. Every COTA here is free stake of one
/// account or the lock of one membership.
contract StakeVault is PenaltyBook, EIP712, ReentrancyGuardTransient {
    /// @dev A sponsor cannot throw out at will whom he let in, nor is his stake hostage of an account that never leaves.
    uint256 private constant SPONSOR_TERM = 90 days;

    IDatasetRegistry private immutable REGISTRY;
    IAnnotationLedger private immutable LEDGER;
    IERC20 private immutable STAKE_TOKEN;
    ICredentialRegistry private immutable CREDENTIALS;

    mapping(address account => uint256) public freeStake;
    mapping(bytes32 dataset => mapping(address account => Membership)) private _memberships;
    mapping(address account => mapping(uint256 nonce => bool)) public nonceUsed;

    constructor(address registry_, address ledger_, address cotaToken, address credentials_) EIP712("Cota", "1") {
        if (registry_ == address(0) || ledger_ == address(0)) revert ZeroAddress();
        if (cotaToken == address(0) || credentials_ == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        LEDGER = IAnnotationLedger(ledger_);
        STAKE_TOKEN = IERC20(cotaToken);
        CREDENTIALS = ICredentialRegistry(credentials_);
    }

    // ---- free stake

    /// @inheritdoc IStakeVault
    function deposit(address account, uint256 amount) external nonReentrant {
        if (account == address(0)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        uint256 free = freeStake[account] + amount;
        freeStake[account] = free;
        emit Deposited(account, msg.sender, amount, free);
        ExactTransfer.pull(STAKE_TOKEN, msg.sender, address(this), amount);
    }

    /// @inheritdoc IStakeVault
    function withdraw(address to, uint256 amount) external nonReentrant {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        if (amount == 0) revert ZeroAmount();
        uint256 free = _takeFree(msg.sender, amount);
        emit Withdrawn(msg.sender, to, amount, free);
        SafeERC20.safeTransfer(STAKE_TOKEN, to, amount);
    }

    // ---- memberships

    /// @inheritdoc IStakeVault
    function join(JoinRequest calldata request, bytes calldata signature, bool sponsored) external nonReentrant {
        if (signature.length != 0) {
            _useSignature(request.account, Statements.hash(request), request.nonce, request.deadline, signature);
        } else if (msg.sender != request.account) {
            revert NotAccount(request.account, msg.sender);
        }
        (StakeTerms memory terms, bool mixedStart) = _checkJoin(request);
        address sponsor = sponsored ? msg.sender : request.account;
        _memberships[request.dataset][request.account] =
            Membership(terms.stake, terms.penaltyCap, sponsor, Clock.time(), 0, MembershipState.Active, mixedStart);
        emit Joined(request.dataset, request.account, sponsor, request.termsHash, terms.stake, terms.penaltyCap);
        _collect(sponsor, terms.stake, sponsored);
    }

    /// @inheritdoc IStakeVault
    function leave(LeaveRequest calldata request, bytes calldata signature) external {
        Membership storage m = _memberships[request.dataset][request.account];
        if (m.state != MembershipState.Active) revert WrongMembership(request.dataset, request.account, m.state);
        if (signature.length != 0) {
            _useSignature(request.account, Statements.hash(request), request.nonce, request.deadline, signature);
        } else if (!_mayEnd(request.dataset, request.account, m)) {
            revert NotAccount(request.account, msg.sender);
        }
        uint40 now_ = Clock.time();
        m.leftAt = now_;
        m.state = MembershipState.Leaving;
        emit Left(request.dataset, request.account, now_);
    }

    /// @inheritdoc IStakeVault
    function release(bytes32 dataset, address account, uint64 checkpoint) external nonReentrant {
        Membership memory m = _leaving(dataset, account);
        StakeTerms memory terms = REGISTRY.stakeTermsOf(dataset);
        uint64 end = LockEnds.released(LEDGER, terms, dataset, m.leftAt, checkpoint);
        _checkReached(_withHolds(dataset, account, end));
        _end(dataset, account, m, false);
    }

    /// @inheritdoc IStakeVault
    function expire(bytes32 dataset, address account) external nonReentrant {
        Membership memory m = _leaving(dataset, account);
        _checkReached(_expiry(dataset, account, m));
        _end(dataset, account, m, true);
    }

    // ---- penalties

    /// @inheritdoc IStakeVault
    function executePenalty(bytes32 dataset, IDatasetShares.ShareClaim calldata leaf)
        external
        nonReentrant
        returns (uint128 burnt)
    {
        if (leaf.penalty == 0) revert NothingToPenalise(leaf.epoch, leaf.index);
        _markExecuted(dataset, leaf.epoch, leaf.index);
        IAnnotationLedger.Proposal memory p = LEDGER.proposalOf(dataset, leaf.epoch);
        if (leaf.index >= p.leafCount) revert IndexOutOfRange(leaf.epoch, leaf.index, p.leafCount);
        if (!Leaves.verify(address(LEDGER), dataset, leaf, p.settlementRoot)) {
            revert InvalidProof(leaf.epoch, leaf.index);
        }
        Membership storage m = _memberships[dataset][leaf.account];
        uint128 stake = _checkPenalised(dataset, leaf, m);
        // What a lock no longer holds of the terms' stake, penalties took before.
        uint256 capLeft = m.penaltyCap - (REGISTRY.stakeTermsOf(dataset).stake - stake);
        // Not more than the penalty, which has 128 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        burnt = uint128(Math.min(leaf.penalty, Math.min(capLeft, stake)));
        m.stake = stake - burnt;
        emit Penalised(dataset, leaf.epoch, leaf.account, leaf.index, leaf.penalty, burnt, stake - burnt);
        ERC20Burnable(address(STAKE_TOKEN)).burn(burnt);
    }

    // ---- readings

    /// @inheritdoc IStakeVault
    function membership(bytes32 dataset, address account) external view returns (Membership memory) {
        return _memberships[dataset][account];
    }

    /// @inheritdoc IStakeVault
    function isMember(bytes32 dataset, address account) external view returns (bool) {
        return _memberships[dataset][account].state == MembershipState.Active;
    }

    /// @inheritdoc IStakeVault
    function mayWork(bytes32 dataset, address account) external view returns (bool) {
        return _memberships[dataset][account].state == MembershipState.Active
            && _isQualified(REGISTRY.stakeTermsOf(dataset).credential, account);
    }

    /// @inheritdoc IStakeVault
    function expiryOf(bytes32 dataset, address account) external view returns (uint64) {
        return _expiry(dataset, account, _leaving(dataset, account));
    }

    /// @inheritdoc IStakeVault
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IStakeVault
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc IStakeVault
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    /// @inheritdoc IStakeVault
    function stakeToken() external view returns (address) {
        return address(STAKE_TOKEN);
    }

    /// @inheritdoc IStakeVault
    function credentials() external view returns (address) {
        return address(CREDENTIALS);
    }

    // ---- inside

    function _isQualified(bytes32 credential, address account) private view returns (bool) {
        return credential == 0 || CREDENTIALS.holdsCredential(credential, account);
    }

    function _checkJoin(JoinRequest calldata request) private view returns (StakeTerms memory terms, bool mixedStart) {
        bytes32 dataset = request.dataset;
        if (request.account == address(0)) revert ZeroAddress();
        (address vault, uint40 pausedUntil) = REGISTRY.joiningOf(dataset);
        if (vault != address(this)) revert NotServed(dataset, address(this));
        Pauses.check(IEntrance.Entrance.Joining, pausedUntil);
        terms = REGISTRY.stakeTermsOf(dataset);
        if (terms.state != DatasetState.Open) revert NotOpen(dataset, terms.state);
        if (request.account == terms.publisher) revert PublisherCannotJoin(dataset, terms.publisher);
        bytes32 termsHash = REGISTRY.termsHashOf(dataset);
        if (request.termsHash != termsHash) revert TermsMismatch(request.termsHash, termsHash);
        if (request.penaltyCap != terms.penaltyCap) revert CapMismatch(request.penaltyCap, terms.penaltyCap);
        if (!_isQualified(terms.credential, request.account)) {
            revert MissingCredential(terms.credential, request.account);
        }
        Membership storage last = _memberships[dataset][request.account];
        MembershipState state = last.state;
        if (state == MembershipState.Active || state == MembershipState.Leaving) {
            revert WrongMembership(dataset, request.account, state);
        }
        // Joining again: `joinedAt` tells the new lock's work from the old one's, since all of the old one's stands in a
        // checkpoint made before, unless its time ran out without one.
        mixedStart = state == MembershipState.Ended
            && LEDGER.firstCheckpointAfter(dataset, last.leftAt + uint64(terms.receiptPeriod)) == 0;
    }

    /// @dev A penalty falls on work of this very membership, while it is locked.
    /// @return stake what is locked
    function _checkPenalised(bytes32 dataset, IDatasetShares.ShareClaim calldata leaf, Membership storage m)
        private
        view
        returns (uint128 stake)
    {
        if (m.state != MembershipState.Active && m.state != MembershipState.Leaving) {
            revert WrongMembership(dataset, leaf.account, m.state);
        }
        uint64 joinedAt = m.joinedAt;
        uint64 madeAt = LEDGER.checkpointOf(dataset, leaf.epoch).madeAt;
        bool isFirst = leaf.epoch == 1 || LEDGER.checkpointOf(dataset, leaf.epoch - 1).madeAt <= joinedAt;
        if (madeAt <= joinedAt || (isFirst && m.mixedStart)) revert EarlierWork(leaf.epoch, madeAt, joinedAt);
        return m.stake;
    }

    /// @inheritdoc PenaltyBook
    function _penaltyTimes(bytes32 dataset, uint64 epoch) internal view override returns (uint40 opens, uint40 closes) {
        StakeTerms memory terms = REGISTRY.stakeTermsOf(dataset);
        uint40 finalizedAt = uint40(LEDGER.proposalOf(dataset, epoch).finalizedAt);
        if (finalizedAt == 0) revert NotFinal(dataset, epoch);
        return (finalizedAt + terms.appealPeriod, finalizedAt + terms.penaltyPeriod);
    }

    /// @inheritdoc PenaltyBook
    function _checkCourt(bytes32 dataset) internal view override {
        address court = REGISTRY.servingOf(dataset).court;
        if (msg.sender != court) revert NotCourt(dataset, msg.sender, court);
    }

    /// @dev A sponsor's free stake goes first, the rest comes from his wallet; without a sponsor only free stake counts.
    function _collect(address payer, uint256 amount, bool sponsored) private {
        uint256 fromFree = sponsored ? Math.min(freeStake[payer], amount) : amount;
        if (fromFree != 0) _takeFree(payer, fromFree);
        if (fromFree != amount) ExactTransfer.pull(STAKE_TOKEN, payer, address(this), amount - fromFree);
    }

    function _takeFree(address account, uint256 amount) private returns (uint256 left) {
        uint256 free = freeStake[account];
        if (amount > free) revert InsufficientFreeStake(account, free, amount);
        left = free - amount;
        freeStake[account] = left;
    }

    function _useSignature(
        address account,
        bytes32 structHash,
        uint256 nonce,
        uint64 deadline,
        bytes calldata signature
    ) private {
        if (Clock.time() > deadline) {
            revert SignatureExpired(deadline, Clock.time());
        }
        if (nonceUsed[account][nonce]) revert NonceUsed(account, nonce);
        nonceUsed[account][nonce] = true;
        bytes32 digest = _hashTypedDataV4(structHash);
        if (!SignatureChecker.isValidSignatureNowCalldata(account, digest, signature)) {
            revert InvalidSignature(account);
        }
    }

    function _mayEnd(bytes32 dataset, address account, Membership storage m) private view returns (bool) {
        if (msg.sender == account) return true;
        if (msg.sender == m.sponsor && Clock.time() >= m.joinedAt + SPONSOR_TERM) return true;
        DatasetState state = REGISTRY.stateOf(dataset);
        return state == DatasetState.Closed || state == DatasetState.Archived;
    }

    function _leaving(bytes32 dataset, address account) private view returns (Membership memory m) {
        m = _memberships[dataset][account];
        if (m.state != MembershipState.Leaving) revert WrongMembership(dataset, account, m.state);
    }

    function _expiry(bytes32 dataset, address account, Membership memory m) private view returns (uint64) {
        uint64 end = LockEnds.expired(LEDGER, REGISTRY.stakeTermsOf(dataset), dataset, m.leftAt);
        return _withHolds(dataset, account, end);
    }

    function _checkReached(uint64 time) private view {
        if (Clock.time() < time) revert LockedUntil(time);
    }

    function _end(bytes32 dataset, address account, Membership memory m, bool expired) private {
        Membership storage membership_ = _memberships[dataset][account];
        membership_.state = MembershipState.Ended;
        membership_.stake = 0;
        freeStake[m.sponsor] += m.stake;
        emit Released(dataset, account, m.sponsor, m.stake, expired);
    }
}
