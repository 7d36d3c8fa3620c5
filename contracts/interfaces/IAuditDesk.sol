// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Audits: a look at the labels of a settlement, for a fee
/// @notice The fee, of the terms, in the payment token, goes to the holders: labels cost what they cost, not idle capital. It comes back
/// from the coordinator's bond if the auditor's own challenge brings the settlement down. Before the dataset has holders
/// the fee waits here: for the holders of its first epoch, or for an auditor who was right.
/// The content behind the labels is shown only for a sample, drawn by a later block's hash after the auditor committed to
/// what he knows by then; the service reads the draw here and logs each reading.
interface IAuditDesk {
    /// @notice Held: waits for holders. Passed: theirs. Returned: the auditor has it back.
    enum AuditState {
        None,
        Held,
        Passed,
        Returned
    }

    /// @notice One audit: who pays for it, for which settlement, what it committed to and how far it went.
    struct Audit {
        bytes32 dataset;
        uint64 epoch;
        uint32 attempt;
        AuditState state;
        address auditor;
        uint64 drawBlock;
        uint128 fee;
        bytes32 commitment;
        bytes32 seed;
    }

    /// @notice Somebody paid to see what auditors may see, and committed to a secret before the sample is drawn.
    event AuditOpened(
        uint256 indexed auditId,
        bytes32 indexed dataset,
        uint64 indexed epoch,
        uint32 attempt,
        address auditor,
        uint128 fee,
        bytes32 commitment
    );
    /// @notice The hash of this block, with the auditor's secret, will draw the sample.
    event SampleScheduled(uint256 indexed auditId, bytes32 indexed dataset, uint64 drawBlock);
    /// @notice The sample follows from this seed.
    event SampleDrawn(uint256 indexed auditId, bytes32 indexed dataset, bytes32 seed);
    /// @notice A fee went to the holders of the dataset.
    event AuditFeePassed(uint256 indexed auditId, bytes32 indexed dataset, uint128 fee);
    /// @param fee given back from what was held; zero when it had gone to the holders
    /// @param fromBond COTA taken for it from the coordinator's bond
    event AuditFeeReturned(
        uint256 indexed auditId, bytes32 indexed dataset, address indexed auditor, uint128 fee, uint128 fromBond
    );

    /// @notice An account may withdraw so much more.
    event AuditCredited(address indexed account, address indexed token, uint256 amount);
    /// @notice A credit was paid out to where its owner said.
    event AuditCreditWithdrawn(address indexed account, address indexed token, address indexed to, uint256 amount);

    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice The dataset's court works with another audit desk.
    error NotServed(bytes32 dataset, address desk);
    /// @notice Nothing is credited to the account.
    error NothingToWithdraw(address account, address token);
    /// @notice One audit for each auditor and attempt.
    error AlreadyAudited(bytes32 dataset, uint64 epoch, uint32 attempt, address auditor);
    /// @notice No audit has this number.
    error UnknownAudit(uint256 auditId);
    /// @notice A commitment must not be zero.
    error ZeroCommitment();
    /// @notice A sample is drawn once.
    error SampleAlreadyDrawn(uint256 auditId);
    /// @notice The sample is not drawn yet.
    error SampleNotDrawn(uint256 auditId);
    /// @notice The block that draws the sample is not made yet.
    error SampleTooEarly(uint256 auditId, uint64 drawBlock, uint256 blockNumber);
    /// @notice The fee was passed on or returned before.
    error AuditFeeGone(uint256 auditId, AuditState state);
    /// @notice Its settlement is not decided yet, or the fee is the auditor's to take back.
    error AuditNotSettled(uint256 auditId);
    /// @notice Nobody holds shares who could be paid.
    error NoHolders(bytes32 dataset);

    /// @notice Buys a look at a settlement whose window is open or that is disputed; one for each auditor and attempt.
    /// @param commitment the auditor's word on what he found by the epoch file; opened to whom he likes
    function openAudit(bytes32 dataset, uint64 epoch, bytes32 commitment) external returns (uint256 auditId);
    /// @notice Draws the sample, once its block is made; when that block's hash is gone, sets another. Anyone may call.
    function drawSample(uint256 auditId) external;
    /// @notice Pays a fee that waited to the holders. Anyone may call.
    function passAuditFee(uint256 auditId) external;
    /// @notice Gives an auditor his fee back: his case brought the settlement down, or the dataset never came to have holders.
    /// Anyone may call.
    function returnAuditFee(uint256 auditId) external;

    /// @notice Takes out what the caller was credited in a token.
    function withdraw(address token, address to) external;

    /// @notice One audit. Reverts with UnknownAudit.
    function auditOf(uint256 auditId) external view returns (Audit memory);
    /// @notice Number of audits; the newest has this number.
    function auditCount() external view returns (uint256);
    /// @notice Indices of the rows whose content the auditor may see: a twentieth of them, at least 16 and at most 256, one from
    /// each of as many equal stretches of the checkpoint.
    function sampleOf(uint256 auditId) external view returns (uint64[] memory indices);
    /// @notice What the account may withdraw, in base units of the token.
    function creditOf(address token, address account) external view returns (uint256);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
}
