// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICouncilArbiter} from "../interfaces/ICouncilArbiter.sol";
import {ICredentialRegistry} from "../interfaces/ICredentialRegistry.sol";
import {IDatasetRegistry} from "../interfaces/IDatasetRegistry.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Terms} from "../types.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title JurorRoster
/// @notice The part of the council that knows **who may sit on which panel**: role -> roster -> eligible -> lot.
abstract contract JurorRoster is ICouncilArbiter {
    /// @notice Role of the access manager that jurors hold.
    uint64 public constant JUROR = 4;
    /// @dev A draw asks four contracts about each juror, and must fit one transaction many times over.
    uint256 private constant MAX_ROSTER = 128;
    /// @dev A ten-thousandth of the shares is no interest: anyone can send a speck to jurors whom he wants out of a panel.
    uint256 private constant SPECK = 10_000;

    IAccessManager private immutable ACCESS;
    IDatasetRegistry private immutable REGISTRY;
    ICredentialRegistry private immutable CREDENTIALS;

    address[] private _roster;
    /// @dev Place in the roster, from 1.
    mapping(address juror => uint256) private _place;
    mapping(address juror => uint256) private _enrolledAt;

    constructor(address registry_, address accessManager, address credentials) {
        if (registry_ == address(0) || accessManager == address(0) || credentials == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        ACCESS = IAccessManager(accessManager);
        CREDENTIALS = ICredentialRegistry(credentials);
    }

    /// @inheritdoc ICouncilArbiter
    function enroll() external {
        if (!_isJuror(msg.sender)) revert NotJuror(msg.sender);
        if (_place[msg.sender] != 0) revert AlreadyEnrolled(msg.sender);
        if (_roster.length == MAX_ROSTER) revert RosterFull(MAX_ROSTER);
        _roster.push(msg.sender);
        _place[msg.sender] = _roster.length;
        _enrolledAt[msg.sender] = block.number;
        emit JurorEnrolled(msg.sender);
    }

    /// @inheritdoc ICouncilArbiter
    function strike(address juror) external {
        uint256 place = _place[juror];
        if (place == 0) revert NotJuror(juror);
        if (msg.sender != juror && _isJuror(juror)) revert StillJuror(juror);
        address last = _roster[_roster.length - 1];
        _roster[place - 1] = last;
        _place[last] = place;
        _place[juror] = 0;
        _roster.pop();
        emit JurorStruck(juror);
    }

    /// @inheritdoc ICouncilArbiter
    function roster() external view returns (address[] memory) {
        return _roster;
    }

    /// @inheritdoc ICouncilArbiter
    function isEnrolled(address juror) external view returns (bool) {
        return _place[juror] != 0;
    }

    /// @inheritdoc ICouncilArbiter
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @dev The lot: each juror's ticket is hashed from the seed and his address, and the lowest tickets sit. Nobody moves
    /// anybody else's place by coming or going, and who enrols once the draw is set waits for the next. The first holder
    /// of the credential sits first. Never reverts for want of jurors: a short or an empty panel has no quorum, and
    /// that is a ruling too.
    /// @param before last block in which a juror may have enrolled
    function _lot(bytes32 seed, bytes32 dataset, address claimant, uint256 size, uint256 before)
        internal
        view
        returns (address[] memory panel, bool isGeneral)
    {
        bool isKnown = REGISTRY.sharesOf(dataset) != address(0);
        address[] memory pool = _eligible(seed, dataset, isKnown, claimant, before);
        isGeneral = !isKnown || !_seatHolder(pool, REGISTRY.termsOf(dataset).credential);
        if (pool.length < size) size = pool.length;
        panel = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            panel[i] = pool[i];
        }
    }

    /// @return True when the first in `pool` now holds the credential, or when none is wanted.
    function _seatHolder(address[] memory pool, bytes32 credential) private view returns (bool) {
        if (credential == 0) return true;
        for (uint256 i = 0; i < pool.length; ++i) {
            if (CREDENTIALS.holdsCredential(credential, pool[i])) {
                (pool[0], pool[i]) = (pool[i], pool[0]);
                return true;
            }
        }
        return false;
    }

    /// @dev Who gains by the outcome does not sit: holders and members of the dataset, its parties, the claimant. Members count
    /// for ever: their shares may wait unclaimed, where no balance shows them.
    /// @return pool in the order of the tickets
    function _eligible(bytes32 seed, bytes32 dataset, bool isKnown, address claimant, uint256 before)
        private
        view
        returns (address[] memory pool)
    {
        uint256 count = _roster.length;
        address[] memory all = new address[](count);
        bytes32[] memory tickets = new bytes32[](count);
        uint256 found = 0;
        Interests memory interests;
        if (isKnown) interests = _interests(dataset);
        for (uint256 i = 0; i < count; ++i) {
            address juror = _roster[i];
            if (juror == claimant || _enrolledAt[juror] > before || !_isJuror(juror)) continue;
            if (isKnown && _hasInterest(dataset, juror, interests)) continue;
            bytes32 ticket = keccak256(abi.encode(seed, juror));
            uint256 place = found++;
            for (; place > 0 && tickets[place - 1] > ticket; --place) {
                (tickets[place], all[place]) = (tickets[place - 1], all[place - 1]);
            }
            (tickets[place], all[place]) = (ticket, juror);
        }
        pool = new address[](found);
        for (uint256 i = 0; i < found; ++i) {
            pool[i] = all[i];
        }
    }

    struct Interests {
        IERC20 shares;
        IStakeVault vault;
        uint256 speck;
        address publisher;
        address coordinator;
        address successor;
    }

    function _interests(bytes32 dataset) private view returns (Interests memory) {
        Terms memory terms = REGISTRY.termsOf(dataset);
        IERC20 shares = IERC20(REGISTRY.sharesOf(dataset));
        return Interests(
            shares,
            IStakeVault(REGISTRY.servingOf(dataset).vault),
            shares.totalSupply() / SPECK,
            terms.publisher,
            terms.coordinator,
            terms.successor
        );
    }

    function _hasInterest(bytes32 dataset, address juror, Interests memory by) private view returns (bool) {
        return juror == by.publisher || juror == by.coordinator || juror == by.successor
            || by.shares.balanceOf(juror) > by.speck
            || by.vault.membership(dataset, juror).state != IStakeVault.MembershipState.None;
    }

    function _isJuror(address account) internal view returns (bool isMember) {
        (isMember,) = ACCESS.hasRole(JUROR, account);
    }
}
