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

    IAccessManager private immutable ACCESS;
    IDatasetRegistry private immutable REGISTRY;
    ICredentialRegistry private immutable CREDENTIALS;

    address[] private _roster;
    /// @dev Place in the roster, from 1.
    mapping(address juror => uint256) private _place;

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

    /// @dev The lot: all who may sit, shuffled by the seed; the first of them who holds the credential sits first. Never
    /// reverts for want of jurors: a short or an empty panel has no quorum, and that is a ruling too.
    function _lot(bytes32 seed, bytes32 dataset, address claimant, uint256 size)
        internal
        view
        returns (address[] memory panel, bool isGeneral)
    {
        bool isKnown = REGISTRY.sharesOf(dataset) != address(0);
        address[] memory pool = _eligible(dataset, isKnown, claimant);
        for (uint256 i = pool.length; i > 1; --i) {
            // Modulo of 256 random bits by at most 128: the bias is below 2^-248.
            uint256 other = uint256(keccak256(abi.encode(seed, i))) % i;
            (pool[i - 1], pool[other]) = (pool[other], pool[i - 1]);
        }
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
    function _eligible(bytes32 dataset, bool isKnown, address claimant) private view returns (address[] memory pool) {
        uint256 count = _roster.length;
        pool = new address[](count);
        uint256 found = 0;
        Interests memory interests;
        if (isKnown) interests = _interests(dataset);
        for (uint256 i = 0; i < count; ++i) {
            address juror = _roster[i];
            if (juror == claimant || !_isJuror(juror)) continue;
            if (isKnown && _hasInterest(dataset, juror, interests)) continue;
            pool[found++] = juror;
        }
        address[] memory all = pool;
        pool = new address[](found);
        for (uint256 i = 0; i < found; ++i) {
            pool[i] = all[i];
        }
    }

    struct Interests {
        IERC20 shares;
        IStakeVault vault;
        address publisher;
        address coordinator;
        address successor;
    }

    function _interests(bytes32 dataset) private view returns (Interests memory) {
        Terms memory terms = REGISTRY.termsOf(dataset);
        return Interests(
            IERC20(REGISTRY.sharesOf(dataset)),
            IStakeVault(REGISTRY.servingOf(dataset).vault),
            terms.publisher,
            terms.coordinator,
            terms.successor
        );
    }

    function _hasInterest(bytes32 dataset, address juror, Interests memory by) private view returns (bool) {
        return juror == by.publisher || juror == by.coordinator || juror == by.successor
            || by.shares.balanceOf(juror) != 0
            || by.vault.membership(dataset, juror).state != IStakeVault.MembershipState.None;
    }

    function _isJuror(address account) internal view returns (bool isMember) {
        (isMember,) = ACCESS.hasRole(JUROR, account);
    }
}
