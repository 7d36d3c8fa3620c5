// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDatasetShares} from "./interfaces/IDatasetShares.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IEntrance} from "./interfaces/IEntrance.sol";
import {ILicenseMarket} from "./interfaces/ILicenseMarket.sol";
import {Clock} from "./libraries/Clock.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Pauses} from "./libraries/Pauses.sol";
import {SharesClone} from "./libraries/SharesClone.sol";
import {DatasetState, SaleConfig, Terms} from "./types.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title LicenseMarket
/// @notice Buyer -> **license and split** -> holders' pool at once, publisher's and treasury's credits. What never changes
/// about a dataset is read from its shares' code; only its state and the price are read from storage.
contract LicenseMarket is ILicenseMarket, IEntrance, IERC5192, ERC721, AccessManaged, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SharesClone for address;

    uint256 private constant BPS = 10_000;

    /// @dev One slot. `next` is the price from `effectiveAt` on; zero there: the class is not sold.
    struct Price {
        uint88 current;
        uint88 next;
        uint40 effectiveAt;
    }

    /// @dev Two slots a license. Its shares lead to all else that it names.
    struct Record {
        address owner;
        uint40 expiresAt;
        uint32 boughtAt;
        uint24 epochs;
        address shares;
        uint88 price;
        uint8 class;
    }

    /// @dev One slot: every sale writes it, and so reads the guardian's pause at no cost.
    struct Head {
        uint64 licenses;
        uint40 salesPausedUntil;
    }

    /// @dev What happened to a license after its purchase; reports are written only where the terms ask for them.
    struct Course {
        uint40 renewedAt;
        uint40 reportedAt;
        uint32 reports;
        uint32 late;
    }

    struct Sale {
        address shares;
        uint88 price;
        uint24 epochs;
        uint40 time;
        SaleConfig config;
    }

    IDatasetRegistry private immutable REGISTRY;
    address public immutable treasury;

    Head private _head;
    mapping(bytes32 dataset => mapping(uint8 class => Price)) private _prices;
    mapping(uint256 license => Record) private _records;
    mapping(uint256 license => Course) private _courses;
    mapping(address token => mapping(address account => uint256)) public creditOf;

    constructor(address registry_, address treasury_, address accessManager)
        ERC721("Cota License", "COTALICENSE")
        AccessManaged(accessManager)
    {
        if (registry_ == address(0) || treasury_ == address(0)) {
            revert ZeroAddress();
        }
        REGISTRY = IDatasetRegistry(registry_);
        treasury = treasury_;
    }

    // ---- the guardian

    /// @inheritdoc ILicenseMarket
    function pauseSales(uint32 duration) external restricted {
        uint40 until = Pauses.until(duration);
        _head.salesPausedUntil = until;
        emit EntrancePaused(Entrance.Sales, 0, until);
    }

    // ---- the publisher

    /// @inheritdoc ILicenseMarket
    function setPrice(bytes32 dataset, uint8 class, uint128 price) external {
        Terms memory terms = REGISTRY.termsOf(dataset);
        if (msg.sender != terms.publisher) revert NotPublisher(dataset, msg.sender, terms.publisher);
        (address shares, DatasetState state) = REGISTRY.recordOf(dataset);
        if (state == DatasetState.Archived) revert NotForSale(dataset, state);
        if (IDatasetShares(shares).totalSupply() == 0) revert NoEpoch(dataset);
        if (price < terms.priceFloor) revert PriceBelowFloor(price, terms.priceFloor);
        if (price > type(uint88).max) revert PriceTooHigh(price, type(uint88).max);
        // Just checked.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint88 next = uint88(price);
        Price memory p = _prices[dataset][class];
        if (p.effectiveAt == 0) {
            if (REGISTRY.servingOf(dataset).market != address(this)) revert NotServed(dataset, address(this));
            p = Price(next, next, Clock.time());
        } else {
            p = Price(_priceNow(p), next, Clock.time() + terms.priceDelay);
        }
        _prices[dataset][class] = p;
        emit PriceSet(dataset, class, price, p.effectiveAt);
    }

    // ---- buyers and licensees

    /// @inheritdoc ILicenseMarket
    function buy(Order calldata order) external nonReentrant returns (uint256 license) {
        return _buy(order, _quote(order.dataset, order.class, order.maxPrice, order.termsHash, order.deadline));
    }

    /// @inheritdoc ILicenseMarket
    function buyWithPermit(Order calldata order, Permit calldata permit)
        external
        nonReentrant
        returns (uint256 license)
    {
        Sale memory sale = _quote(order.dataset, order.class, order.maxPrice, order.termsHash, order.deadline);
        _usePermit(sale.config.paymentToken, sale.price, permit);
        return _buy(order, sale);
    }

    /// @inheritdoc ILicenseMarket
    function renew(uint256 license, uint128 maxPrice, bytes32 termsHash, uint64 deadline) external nonReentrant {
        Record memory r = _record(license);
        (bytes32 dataset,) = r.shares.readPayment();
        Sale memory sale = _quote(dataset, r.class, maxPrice, termsHash, deadline);
        _noteRenewal(license, r, sale);
        uint40 from = r.expiresAt > sale.time ? r.expiresAt : sale.time;
        r.price = sale.price;
        r.epochs = sale.epochs;
        r.expiresAt = _expiry(sale.config, from);
        _records[license] = r;
        emit LicenseRenewed(license, dataset, msg.sender, sale.price, sale.epochs, r.expiresAt);
        _collect(sale.shares, sale.config, sale.price);
    }

    /// @inheritdoc ILicenseMarket
    function payRoyalty(uint256 license, uint256 amount, bytes32 reportHash) external nonReentrant {
        address shares = _records[license].shares;
        if (shares == address(0)) revert UnknownLicense(license);
        if (amount == 0 && reportHash == 0) revert NothingToReport(license);
        SaleConfig memory config = shares.readSale();
        if (reportHash != 0) _report(license, config, reportHash);
        emit RoyaltyPaid(license, config.dataset, msg.sender, amount, reportHash);
        if (amount != 0) _collect(shares, config, amount);
    }

    // ---- publisher and treasury

    /// @inheritdoc ILicenseMarket
    function withdrawCredit(address token, address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0) || to == address(this)) revert ZeroAddress();
        amount = creditOf[token][msg.sender];
        if (amount == 0) revert NoCredit(token, msg.sender);
        creditOf[token][msg.sender] = 0;
        emit CreditWithdrawn(token, msg.sender, to, amount);
        SafeERC20.safeTransfer(IERC20(token), to, amount);
    }

    // ---- readings

    /// @inheritdoc ILicenseMarket
    function priceOf(bytes32 dataset, uint8 class) external view returns (uint128) {
        return _priceNow(_prices[dataset][class]);
    }

    /// @inheritdoc ILicenseMarket
    function pendingPriceOf(bytes32 dataset, uint8 class) external view returns (uint128, uint64) {
        Price memory p = _prices[dataset][class];
        return Clock.time() < p.effectiveAt ? (p.next, p.effectiveAt) : (0, 0);
    }

    /// @inheritdoc ILicenseMarket
    function licenseOf(uint256 license) external view returns (License memory) {
        Record memory r = _record(license);
        SaleConfig memory config = r.shares.readSale();
        return License(config.dataset, config.termsHash, r.price, r.epochs, r.boughtAt, r.expiresAt, r.class);
    }

    /// @inheritdoc ILicenseMarket
    function dutyOf(uint256 license) external view returns (uint64 dueAt, uint32 reports, uint32 late) {
        Record memory r = _record(license);
        Course memory course = _courses[license];
        return (_dueAt(r, course, r.shares.readSale().reportingPeriod), course.reports, course.late);
    }

    /// @inheritdoc ILicenseMarket
    function paidAt(uint256 license) external view returns (uint64) {
        uint32 boughtAt = _record(license).boughtAt;
        uint40 renewedAt = _courses[license].renewedAt;
        return renewedAt == 0 ? boughtAt : renewedAt;
    }

    /// @inheritdoc ILicenseMarket
    function licenseCount() external view returns (uint256) {
        return _head.licenses;
    }

    /// @inheritdoc ILicenseMarket
    function salesPausedUntil() external view returns (uint64) {
        return _head.salesPausedUntil;
    }

    /// @inheritdoc ILicenseMarket
    function registry() external view returns (address) {
        return address(REGISTRY);
    }

    /// @inheritdoc IERC5192
    function locked(uint256 license) external view returns (bool) {
        _requireOwned(license);
        return true;
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC5192).interfaceId || super.supportsInterface(interfaceId);
    }

    // ---- inside

    /// @dev Checks the buyer's limits against what holds now.
    function _quote(bytes32 dataset, uint8 class, uint128 maxPrice, bytes32 termsHash, uint64 deadline)
        private
        view
        returns (Sale memory sale)
    {
        sale.time = Clock.time();
        if (sale.time > deadline) revert Expired(deadline, sale.time);
        DatasetState state;
        (sale.shares, state) = REGISTRY.recordOf(dataset);
        if (state != DatasetState.Open && state != DatasetState.Closed) revert NotForSale(dataset, state);
        Price memory p = _prices[dataset][class];
        if (p.effectiveAt == 0) revert ClassNotSold(dataset, class);
        sale.price = sale.time < p.effectiveAt ? p.current : p.next;
        if (sale.price > maxPrice) revert PriceAboveLimit(sale.price, maxPrice);
        sale.config = sale.shares.readSale();
        if (termsHash != sale.config.termsHash) revert TermsMismatch(termsHash, sale.config.termsHash);
        sale.epochs = uint256(IDatasetShares(sale.shares).epochCount()).toUint24();
    }

    /// @dev Minted without a callback: a receiver need not know about licenses, and gets no chance to interfere.
    function _buy(Order calldata order, Sale memory sale) private returns (uint256 license) {
        if (order.receiver == address(0)) revert ZeroAddress();
        Head memory head = _head;
        Pauses.check(Entrance.Sales, head.salesPausedUntil);
        license = ++head.licenses;
        _head = head;
        uint40 expiresAt = _expiry(sale.config, sale.time);
        _records[license] = Record({
            owner: order.receiver,
            expiresAt: expiresAt,
            boughtAt: uint256(sale.time).toUint32(),
            epochs: sale.epochs,
            shares: sale.shares,
            price: sale.price,
            class: order.class
        });
        _increaseBalance(order.receiver, 1);
        emit Transfer(address(0), order.receiver, license);
        emit Locked(license);
        _emitBought(license, order, sale, expiresAt);
        _collect(sale.shares, sale.config, sale.price);
    }

    function _emitBought(uint256 license, Order calldata order, Sale memory sale, uint40 expiresAt) private {
        emit LicenseBought(
            license,
            order.dataset,
            order.receiver,
            msg.sender,
            order.class,
            sale.price,
            sale.epochs,
            sale.config.termsHash,
            expiresAt
        );
    }

    /// @dev Splits a payment of the caller: credits first, then the tokens, then the holders' pool learns of its part.
    function _collect(address shares, SaleConfig memory config, uint256 amount) private {
        IERC20 token = IERC20(config.paymentToken);
        uint256 toPublisher = amount * config.publisherBps / BPS;
        uint256 toTreasury = amount * config.treasuryBps / BPS;
        uint256 toHolders = amount - toPublisher - toTreasury;
        mapping(address account => uint256) storage credit = creditOf[config.paymentToken];
        if (toPublisher != 0) credit[config.publisher] += toPublisher;
        if (toTreasury != 0) credit[treasury] += toTreasury;
        if (toHolders != amount) ExactTransfer.pull(token, msg.sender, address(this), amount - toHolders);
        ExactTransfer.pull(token, msg.sender, shares, toHolders);
        IDatasetShares(shares).creditFromMarket(msg.sender, toHolders);
    }

    /// @dev A report covers all that was used until now; one after its due time counts as late for good.
    function _report(uint256 license, SaleConfig memory config, bytes32 reportHash) private {
        _checkLicensee(license);
        if (config.reportingPeriod == 0) return;
        Course memory course = _courses[license];
        uint40 dueAt = _dueAt(_records[license], course, config.reportingPeriod);
        bool late = dueAt != 0 && Clock.time() > dueAt;
        course.reportedAt = Clock.time();
        course.reports += 1;
        if (late) course.late += 1;
        _courses[license] = course;
        emit ReportFiled(license, config.dataset, reportHash, dueAt, late);
    }

    /// @dev Before a renewal nothing may be overdue. A license that ran out, with all reported, is reported on from now. It
    /// replaces the payment whose delivery can be demanded, so that nobody else may make it a smaller one.
    function _noteRenewal(uint256 license, Record memory r, Sale memory sale) private {
        Course memory course = _courses[license];
        bool isAtALoss = sale.price < r.price;
        if (sale.config.reportingPeriod != 0) {
            uint40 dueAt = _dueAt(r, course, sale.config.reportingPeriod);
            if (dueAt != 0 && sale.time > dueAt) revert ReportOverdue(license, dueAt);
            if (dueAt == 0) (course.reportedAt, isAtALoss) = (sale.time, true);
        }
        if (isAtALoss && msg.sender != r.owner) revert NotLicensee(license, msg.sender, r.owner);
        course.renewedAt = sale.time;
        _courses[license] = course;
    }

    /// @dev Zero: no duty, or the license has run out and its last report came after that.
    function _dueAt(Record memory r, Course memory course, uint32 period) private pure returns (uint40) {
        if (period == 0) return 0;
        uint40 last = course.reportedAt == 0 ? r.boughtAt : course.reportedAt;
        return r.expiresAt != 0 && last >= r.expiresAt ? 0 : last + period;
    }

    /// @dev Somebody may have sent the permit before us: all that counts is the allowance it should have led to.
    function _usePermit(address token, uint256 price, Permit calldata p) private {
        try IERC20Permit(token).permit(msg.sender, address(this), p.value, p.deadline, p.v, p.r, p.s) {} catch {}
        uint256 allowance = IERC20(token).allowance(msg.sender, address(this));
        if (allowance < price) revert PermitFailed(token, msg.sender, allowance, price);
    }

    /// @dev A license's owner stands in its record, which saves a slot: `_buy` writes it and nothing changes it.
    function _ownerOf(uint256 license) internal view override returns (address) {
        return _records[license].owner;
    }

    /// @dev Licenses are locked: nothing moves or burns one.
    function _update(address, uint256 license, address) internal pure override returns (address) {
        revert LicenseLocked(license);
    }

    function _priceNow(Price memory p) private view returns (uint88) {
        return Clock.time() < p.effectiveAt ? p.current : p.next;
    }

    function _expiry(SaleConfig memory config, uint40 from) private pure returns (uint40) {
        return config.licenseTerm == 0 ? 0 : from + config.licenseTerm;
    }

    function _record(uint256 license) private view returns (Record memory r) {
        r = _records[license];
        if (r.owner == address(0)) revert UnknownLicense(license);
    }

    function _checkLicensee(uint256 license) private view {
        address licensee = _ownerOf(license);
        if (msg.sender != licensee) revert NotLicensee(license, msg.sender, licensee);
    }
}
