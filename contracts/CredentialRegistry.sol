// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICredentialRegistry} from "./interfaces/ICredentialRegistry.sol";
import {Clock} from "./libraries/Clock.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CredentialRegistry
/// @notice Issuers -> **credentials of accounts** -> who may join, who may judge. It knows no dataset and holds no money, and
/// outlives versions of the contracts that ask it.
contract CredentialRegistry is ICredentialRegistry, AccessManaged {
    using SafeCast for uint256;

    mapping(bytes32 credential => uint64) public roleOf;
    mapping(bytes32 credential => mapping(address account => Grant)) private _grants;

    constructor(address accessManager) AccessManaged(accessManager) {
        if (accessManager == address(0)) revert ZeroAddress();
    }

    modifier onlyIssuer(bytes32 credential) {
        _checkIssuer(credential);
        _;
    }

    /// @inheritdoc ICredentialRegistry
    function defineCredential(bytes32 credential, uint64 role, string calldata uri) external restricted {
        if (credential == 0) revert ZeroCredential();
        // Role 0 administers the access manager itself, the largest is everybody's.
        if (role == 0 || role == type(uint64).max) revert RoleForAll(role);
        if (isDefined(credential)) revert CredentialExists(credential);
        roleOf[credential] = role;
        emit CredentialDefined(credential, role, uri);
    }

    /// @inheritdoc ICredentialRegistry
    function issue(bytes32 credential, address account, uint64 expiresAt, bytes32 evidenceHash)
        external
        onlyIssuer(credential)
    {
        if (account == address(0)) revert ZeroAddress();
        Grant memory grant = _grants[credential][account];
        if (_isHeld(grant)) revert WrongGrant(credential, account, grant.expiresAt, grant.revokedAt);
        _write(credential, account, Clock.time(), expiresAt, evidenceHash);
        emit CredentialIssued(credential, account, msg.sender, expiresAt, evidenceHash);
    }

    /// @inheritdoc ICredentialRegistry
    function renew(bytes32 credential, address account, uint64 expiresAt, bytes32 evidenceHash)
        external
        onlyIssuer(credential)
    {
        Grant memory grant = _issued(credential, account);
        if (grant.revokedAt != 0) revert WrongGrant(credential, account, grant.expiresAt, grant.revokedAt);
        _write(credential, account, grant.issuedAt, expiresAt, evidenceHash);
        emit CredentialRenewed(credential, account, msg.sender, expiresAt, evidenceHash);
    }

    /// @inheritdoc ICredentialRegistry
    function revoke(bytes32 credential, address account, bytes32 reasonHash) external onlyIssuer(credential) {
        Grant memory grant = _issued(credential, account);
        if (grant.revokedAt != 0) revert WrongGrant(credential, account, grant.expiresAt, grant.revokedAt);
        _grants[credential][account].revokedAt = Clock.time();
        emit CredentialRevoked(credential, account, msg.sender, reasonHash);
    }

    // ---- readings

    /// @inheritdoc ICredentialRegistry
    function holdsCredential(bytes32 credential, address account) external view returns (bool) {
        return _isHeld(_grants[credential][account]);
    }

    /// @inheritdoc ICredentialRegistry
    function isDefined(bytes32 credential) public view returns (bool) {
        return roleOf[credential] != 0;
    }

    /// @inheritdoc ICredentialRegistry
    function grantOf(bytes32 credential, address account) external view returns (Grant memory) {
        return _grants[credential][account];
    }

    // ---- inside

    function _write(bytes32 credential, address account, uint40 issuedAt, uint64 expiresAt, bytes32 evidenceHash)
        private
    {
        uint40 now_ = Clock.time();
        if (expiresAt <= now_) revert ExpiryInThePast(expiresAt, now_);
        _grants[credential][account] = Grant(msg.sender, issuedAt, uint256(expiresAt).toUint40(), 0, evidenceHash);
    }

    function _issued(bytes32 credential, address account) private view returns (Grant memory grant) {
        grant = _grants[credential][account];
        if (grant.issuedAt == 0) revert NeverIssued(credential, account);
    }

    function _isHeld(Grant memory grant) private view returns (bool) {
        return grant.issuedAt != 0 && grant.revokedAt == 0 && Clock.time() < grant.expiresAt;
    }

    /// @dev An issuer with an execution delay of his own would have to schedule each of his statements: not supported.
    function _checkIssuer(bytes32 credential) private view {
        uint64 role = roleOf[credential];
        if (role == 0) revert UnknownCredential(credential);
        (bool isMember, uint32 delay) = IAccessManager(authority()).hasRole(role, msg.sender);
        if (!isMember || delay != 0) revert NotIssuer(credential, msg.sender, role);
    }
}
