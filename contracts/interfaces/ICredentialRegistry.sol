// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Credentials: what a person has shown to an issuer, kept on chain as a fact about one account
/// @notice A credential ("radiologist, Brazil") is defined once by the operator, who says which role of the access manager
/// issues it. Its issuers give it to accounts, with the hash of the evidence and an end. It is bound to its account: nothing
/// moves it. Datasets that ask for one admit only its holders. Losing it stops new work and takes nothing earned.
/// @dev What stands here is public for ever: evidence stays with the issuer, and its hash should be salted.
interface ICredentialRegistry {
    /// @param role members of this role of the access manager issue, renew and revoke the credential
    /// @param uri where its description may be found; proves nothing
    event CredentialDefined(bytes32 indexed credential, uint64 indexed role, string uri);
    /// @notice An issuer vouches for the account until `expiresAt`; `evidence` names what it saw.
    event CredentialIssued(
        bytes32 indexed credential,
        address indexed account,
        address indexed issuer,
        uint64 expiresAt,
        bytes32 evidenceHash
    );
    /// @notice A credential lasts longer, or less long.
    event CredentialRenewed(
        bytes32 indexed credential,
        address indexed account,
        address indexed issuer,
        uint64 expiresAt,
        bytes32 evidenceHash
    );
    /// @notice An issuer no longer vouches for the account.
    event CredentialRevoked(
        bytes32 indexed credential, address indexed account, address indexed issuer, bytes32 reasonHash
    );

    /// @param issuer who issued or last renewed it
    /// @param issuedAt when it was issued; zero when never
    /// @param expiresAt not held from this second on
    /// @param revokedAt zero unless revoked
    struct Grant {
        address issuer;
        uint40 issuedAt;
        uint40 expiresAt;
        uint40 revokedAt;
        bytes32 evidenceHash;
    }

    /// @notice A credential must have a name.
    error ZeroCredential();
    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice Whoever may issue is chosen by a role of its own; the access manager's public role is everybody.
    error RoleForAll(uint64 role);
    /// @notice A credential is defined once.
    error CredentialExists(bytes32 credential);
    /// @notice No such credential was defined.
    error UnknownCredential(bytes32 credential);
    /// @notice The caller does not have the role of the issuers of this credential.
    error NotIssuer(bytes32 credential, address caller, uint64 role);
    /// @notice A credential cannot end before now.
    error ExpiryInThePast(uint64 expiresAt, uint64 now_);
    /// @notice It is held already, or was revoked and must be issued anew: `renew` is for one that was only running out.
    error WrongGrant(bytes32 credential, address account, uint64 expiresAt, uint64 revokedAt);
    /// @notice The account never had this credential.
    error NeverIssued(bytes32 credential, address account);

    /// @notice Defines a credential and the role that issues it. Restricted by the access manager.
    function defineCredential(bytes32 credential, uint64 role, string calldata uri) external;

    /// @notice Gives a credential to an account that does not hold it. Only its issuers, as in the two below.
    /// @param expiresAt in the future
    /// @param evidenceHash salted hash of what the issuer has seen
    function issue(bytes32 credential, address account, uint64 expiresAt, bytes32 evidenceHash) external;
    /// @notice Moves the end of a credential that was issued and not revoked, run out or not.
    function renew(bytes32 credential, address account, uint64 expiresAt, bytes32 evidenceHash) external;
    /// @notice Takes a held credential away.
    function revoke(bytes32 credential, address account, bytes32 reasonHash) external;

    /// @notice True while issued, not revoked and not run out.
    function holdsCredential(bytes32 credential, address account) external view returns (bool);
    /// @notice True when the credential was defined.
    function isDefined(bytes32 credential) external view returns (bool);
    /// @notice The role that issues a credential; zero, which is the access manager's own, when it is not defined.
    function roleOf(bytes32 credential) external view returns (uint64);
    /// @notice What an account was given; all zero when it was given nothing.
    function grantOf(bytes32 credential, address account) external view returns (Grant memory);
}
