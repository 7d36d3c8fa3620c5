// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAnnotationLedger} from "./interfaces/IAnnotationLedger.sol";
import {IArbiter, IArbitrable} from "./interfaces/IArbiter.sol";
import {IBondRates} from "./interfaces/IBondRates.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDeliveryDesk} from "./interfaces/IDeliveryDesk.sol";
import {ILicenseMarket} from "./interfaces/ILicenseMarket.sol";
import {Clock} from "./libraries/Clock.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title DeliveryDesk
/// @notice Licensee's demand -> coordinator's answer -> arbitrator -> **price back out of the bond**, or nothing. One for
/// each version of the contracts; it holds no money.
contract DeliveryDesk is IDeliveryDesk {
    /// @dev Who never asked for three months has no complaint; and a coordinator's liability ends.
    uint40 private constant DEMAND_TERM = 90 days;
    uint256 private constant DELIVERED = 1;
    uint256 private constant NOT_DELIVERED = 2;

    IDatasetRegistry private immutable REGISTRY;
    IAnnotationLedger private immutable LEDGER;
    ILicenseMarket private immutable MARKET;
    IArbiter private immutable ARBITER;
    IBondRates private immutable RATES;

    mapping(uint256 license => Delivery) private _deliveries;
    mapping(uint256 license => uint256) public disputeOf;
    mapping(uint256 disputeId => uint256) private _licenseOf;

    constructor(address registry_, address ledger_, address market_, address arbiter_, address rates) {
        if (registry_ == address(0) || ledger_ == address(0) || market_ == address(0)) revert ZeroAddress();
        if (arbiter_ == address(0) || rates == address(0)) revert ZeroAddress();
        REGISTRY = IDatasetRegistry(registry_);
        LEDGER = IAnnotationLedger(ledger_);
        MARKET = ILicenseMarket(market_);
        ARBITER = IArbiter(arbiter_);
        RATES = IBondRates(rates);
    }

    // ---- the licensee

    /// @inheritdoc IDeliveryDesk
    function acknowledge(uint256 license) external {
        address licensee = _checkLicensee(license);
        Delivery memory d = _delivery(license);
        if (d.state >= DeliveryState.Disputed) revert WrongDelivery(license, d.state);
        d.state = DeliveryState.Acknowledged;
        _deliveries[license] = d;
        emit DeliveryAcknowledged(license, _datasetOf(license), licensee);
    }

    /// @inheritdoc IDeliveryDesk
    function demandDelivery(uint256 license) external {
        _checkLicensee(license);
        Delivery memory d = _delivery(license);
        if (d.state != DeliveryState.None) revert WrongDelivery(license, d.state);
        uint40 now_ = Clock.time();
        if (now_ > d.paidAt + DEMAND_TERM) revert DemandTooLate(license, d.paidAt + DEMAND_TERM, now_);
        ILicenseMarket.License memory sold = MARKET.licenseOf(license);
        if (REGISTRY.servingOf(sold.dataset).deliveries != address(this)) {
            revert NotServed(sold.dataset, address(this));
        }
        d.coordinator = LEDGER.coordinatorOf(sold.dataset);
        d.dueAt = now_ + REGISTRY.termsOf(sold.dataset).responsePeriod;
        d.price = sold.price;
        d.state = DeliveryState.Demanded;
        _deliveries[license] = d;
        emit DeliveryDemanded(license, sold.dataset, d.coordinator, d.price, d.dueAt);
    }

    /// @inheritdoc IDeliveryDesk
    function dispute(uint256 license) external payable returns (uint256 disputeId) {
        _checkLicensee(license);
        Delivery memory d = _delivery(license);
        if (d.state != DeliveryState.Demanded && d.state != DeliveryState.Answered) {
            revert WrongDelivery(license, d.state);
        }
        if (Clock.time() < d.dueAt) revert NotDueYet(license, d.dueAt);
        _deliveries[license].state = DeliveryState.Disputed;
        // The arbitrator is a contract of ours, fixed at deployment; what follows needs its answer.
        disputeId = ARBITER.createDispute{value: msg.value}(NOT_DELIVERED, _extraData(license));
        disputeOf[license] = disputeId;
        _licenseOf[disputeId] = license;
        emit DeliveryDisputed(license, _datasetOf(license), disputeId);
    }

    // ---- the coordinator

    /// @inheritdoc IDeliveryDesk
    function answer(uint256 license, bytes32 evidenceHash) external {
        bytes32 dataset = _datasetOf(license);
        address coordinator = LEDGER.coordinatorOf(dataset);
        if (msg.sender != coordinator) revert NotCoordinator(dataset, msg.sender, coordinator);
        Delivery memory d = _delivery(license);
        if (d.state != DeliveryState.Demanded) revert WrongDelivery(license, d.state);
        d.state = DeliveryState.Answered;
        d.wasAnswered = true;
        _deliveries[license] = d;
        emit DeliveryAnswered(license, dataset, evidenceHash);
    }

    // ---- the arbitrator

    /// @inheritdoc IArbitrable
    function rule(uint256 disputeId, uint256 ruling) external {
        if (msg.sender != address(ARBITER)) revert NotArbitrator(msg.sender);
        uint256 license = _licenseOf[disputeId];
        Delivery storage d = _deliveries[license];
        if (license == 0 || d.state != DeliveryState.Disputed) revert UnknownDispute(disputeId);
        emit Ruling(ARBITER, disputeId, ruling);
        bool isDelivered = ruling == DELIVERED || (ruling != NOT_DELIVERED && d.wasAnswered);
        d.state = isDelivered ? DeliveryState.Upheld : DeliveryState.Returned;
        bytes32 dataset = _datasetOf(license);
        address licensee = _licensee(license);
        uint128 returned = 0;
        if (!isDelivered) {
            uint128 amount = RATES.toBond(REGISTRY.termsOf(dataset).paymentToken, d.price);
            // Nothing without a rate, or with a bond that is gone: the ruling itself must not fail.
            if (amount != 0) returned = LEDGER.slash(dataset, d.coordinator, amount, licensee, amount);
        }
        emit DeliveryRuled(license, dataset, d.state, licensee, returned);
    }

    /// @inheritdoc IDeliveryDesk
    function appeal(uint256 license) external payable {
        Delivery memory d = _deliveries[license];
        if (d.state != DeliveryState.Disputed) revert WrongDelivery(license, d.state);
        if (msg.sender != d.coordinator) _checkLicensee(license);
        // Who pays for the larger panel gets back what its seats do not earn.
        ARBITER.appeal{value: msg.value}(disputeOf[license], abi.encode(_datasetOf(license), msg.sender));
    }

    // ---- readings

    /// @inheritdoc IDeliveryDesk
    function deliveryOf(uint256 license) external view returns (Delivery memory) {
        return _delivery(license);
    }

    /// @inheritdoc IDeliveryDesk
    function disputeCost(uint256 license) external view returns (uint256) {
        return ARBITER.arbitrationCost(_extraData(license));
    }

    /// @inheritdoc IDeliveryDesk
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc IDeliveryDesk
    function ledger() external view returns (address) {
        return address(LEDGER);
    }

    /// @inheritdoc IDeliveryDesk
    function market() external view returns (address) {
        return address(MARKET);
    }

    /// @inheritdoc IDeliveryDesk
    function arbiter() external view returns (address) {
        return address(ARBITER);
    }

    // ---- inside

    /// @dev A later payment has a delivery of its own, once nothing about the earlier one is open.
    function _delivery(uint256 license) private view returns (Delivery memory d) {
        d = _deliveries[license];
        uint64 paidAt = MARKET.paidAt(license);
        bool isOpen =
            d.state == DeliveryState.Demanded || d.state == DeliveryState.Answered || d.state == DeliveryState.Disputed;
        // Times of blocks, which have 40 bits here.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (!isOpen && d.paidAt != paidAt) d = Delivery(address(0), 0, uint40(paidAt), DeliveryState.None, false, 0);
    }

    function _extraData(uint256 license) private view returns (bytes memory) {
        return abi.encode(_datasetOf(license), _licensee(license));
    }

    function _datasetOf(uint256 license) private view returns (bytes32) {
        return MARKET.licenseOf(license).dataset;
    }

    function _licensee(uint256 license) private view returns (address) {
        return IERC721(address(MARKET)).ownerOf(license);
    }

    function _checkLicensee(uint256 license) private view returns (address licensee) {
        licensee = _licensee(license);
        if (msg.sender != licensee) revert NotLicensee(license, msg.sender, licensee);
    }
}
