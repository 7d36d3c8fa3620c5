// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SaleConfig, SharesConfig, TransferPolicy} from "../types.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title Making and reading the clones of DatasetShares
/// @notice Registry -> **clone** -> shares, market. What a clone must know stands in its own code: nothing to initialise,
/// nothing to seize, and cheaper to read than storage.
/// @dev ABI words: dataset, payment token, ledger, market, publisher, numbers, terms hash, supply cap, registry. Whoever needs
/// the first words only decodes no further: what payments need stands first. `numbers`, from its low end: publisher's bps
/// (16 bits), treasury's bps (16), license term (32), reporting period (32), transfers locked until (64), transfer policy.
library SharesClone {
    function create(address implementation, SharesConfig memory c) internal returns (address) {
        uint256 numbers = uint256(c.transferPolicy) << 160 | uint256(c.transfersLockedUntil) << 96
            | uint256(c.reportingPeriod) << 64 | uint256(c.licenseTerm) << 32 | uint256(c.treasuryBps) << 16
            | c.publisherBps;
        bytes memory args = abi.encode(
            c.dataset, c.paymentToken, c.ledger, c.market, c.publisher, numbers, c.termsHash, c.supplyCap, c.registry
        );
        return Clones.cloneDeterministicWithImmutableArgs(implementation, args, c.dataset);
    }

    /// @notice The whole configuration of a clone known to be one.
    function read(address shares) internal view returns (SharesConfig memory c) {
        SaleConfig memory sale = readSale(shares);
        (c.dataset, c.paymentToken, c.ledger, c.market) = (sale.dataset, sale.paymentToken, sale.ledger, sale.market);
        (c.publisher, c.publisherBps, c.treasuryBps) = (sale.publisher, sale.publisherBps, sale.treasuryBps);
        (c.licenseTerm, c.reportingPeriod, c.termsHash) = (sale.licenseTerm, sale.reportingPeriod, sale.termsHash);
        (, c.transferPolicy, c.transfersLockedUntil) = readTransfers(shares);
        (c.supplyCap, c.registry) = _readLast(shares);
    }

    /// @notice All that paying and claiming need.
    function readPayment(address shares) internal view returns (bytes32 dataset, address paymentToken) {
        return abi.decode(Clones.fetchCloneArgs(shares), (bytes32, address));
    }

    /// @notice Whom the shares obey.
    function readParties(address shares)
        internal
        view
        returns (bytes32 dataset, address paymentToken, address ledger, address market)
    {
        return abi.decode(Clones.fetchCloneArgs(shares), (bytes32, address, address, address));
    }

    /// @notice When shares may be transferred.
    function readTransfers(address shares)
        internal
        view
        returns (bytes32 dataset, TransferPolicy policy, uint64 lockedUntil)
    {
        uint256 numbers;
        (dataset,,,,, numbers) =
            abi.decode(Clones.fetchCloneArgs(shares), (bytes32, uint256, uint256, uint256, uint256, uint256));
        (policy, lockedUntil) = _transferNumbers(numbers);
    }

    /// @notice All that a sale or a royalty needs.
    function readSale(address shares) internal view returns (SaleConfig memory c) {
        uint256 numbers;
        (c.dataset, c.paymentToken, c.ledger, c.market, c.publisher, numbers, c.termsHash) =
            abi.decode(Clones.fetchCloneArgs(shares), (bytes32, address, address, address, address, uint256, bytes32));
        (c.publisherBps, c.treasuryBps, c.licenseTerm, c.reportingPeriod) = _saleNumbers(numbers);
    }

    function _readLast(address shares) private view returns (uint64 supplyCap, address registry) {
        (,,,,,,, supplyCap, registry) = abi.decode(
            Clones.fetchCloneArgs(shares),
            (uint256, uint256, uint256, uint256, uint256, uint256, uint256, uint64, address)
        );
    }

    // Each cast takes the field that `create` put there.
    // forge-lint: disable-start(unsafe-typecast)

    function _saleNumbers(uint256 numbers) private pure returns (uint16, uint16, uint32, uint32) {
        return (uint16(numbers), uint16(numbers >> 16), uint32(numbers >> 32), uint32(numbers >> 64));
    }

    function _transferNumbers(uint256 numbers) private pure returns (TransferPolicy, uint64) {
        return (TransferPolicy(numbers >> 160), uint64(numbers >> 96));
    }

    // forge-lint: disable-end(unsafe-typecast)
}
