// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetState} from "../types.sol";

/// @title Licenses and royalties
/// @notice A license is a locked ERC-721 (ERC-5192) that names dataset, epochs, terms, price and term. Each payment is
/// split as the terms say: holders earn at once, publisher and treasury are credited, never pushed. No refund for
/// quality. Licenses are numbered from 1.
/// @dev Token assumptions: see IDatasetRegistry. The buyer's limits (price, terms, deadline) travel with the order, and
/// the terms' hash covers the payment token, so that nothing the publisher does first can cost the buyer more.
interface ILicenseMarket {
    /// @notice A buyer's limits: nothing beyond them is ever taken.
    struct Order {
        bytes32 dataset;
        uint8 class;
        uint128 maxPrice;
        bytes32 termsHash;
        uint64 deadline;
        address receiver;
    }

    /// @notice An ERC-2612 permit for the price.
    struct Permit {
        uint256 value;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @param price paid at purchase or last renewal
    /// @param epochs the first so many of the dataset's epochs, in the order of their finalisation
    /// @param expiresAt zero for a perpetual license
    struct License {
        bytes32 dataset;
        bytes32 termsHash;
        uint128 price;
        uint64 epochs;
        uint64 boughtAt;
        uint64 expiresAt;
        uint8 class;
    }

    /// @notice A class costs `price` from `effectiveAt` on.
    event PriceSet(bytes32 indexed dataset, uint8 indexed class, uint128 price, uint64 effectiveAt);
    /// @notice A license exists, and names what it is for.
    event LicenseBought(
        uint256 indexed license,
        bytes32 indexed dataset,
        address indexed receiver,
        address payer,
        uint8 class,
        uint128 price,
        uint64 epochs,
        bytes32 termsHash,
        uint64 expiresAt
    );
    /// @notice A license was bound to the epochs and the price of now.
    event LicenseRenewed(
        uint256 indexed license,
        bytes32 indexed dataset,
        address indexed payer,
        uint128 price,
        uint64 epochs,
        uint64 expiresAt
    );
    /// @notice A royalty was paid under a license; `reportHash` is zero when it is no report.
    event RoyaltyPaid(
        uint256 indexed license, bytes32 indexed dataset, address indexed payer, uint256 amount, bytes32 reportHash
    );
    /// @param dueAt when it was due; zero when none was
    /// @param late whether it came after that: it cures the license, and the lateness stays counted
    event ReportFiled(uint256 indexed license, bytes32 indexed dataset, bytes32 reportHash, uint64 dueAt, bool late);
    /// @notice A credit was paid out to where its owner said.
    event CreditWithdrawn(address indexed token, address indexed account, address indexed to, uint256 amount);

    /// @notice The caller is not the dataset's publisher.
    error NotPublisher(bytes32 dataset, address caller, address publisher);
    /// @notice The dataset belongs to another version of the contracts, or to none.
    error NotServed(bytes32 dataset, address market);
    /// @notice The dataset's state allows no sales.
    error NotForSale(bytes32 dataset, DatasetState state);
    /// @notice Before a first epoch with shares is finalised nothing is priced or sold.
    error NoEpoch(bytes32 dataset);
    /// @notice The price is below the floor of the terms.
    error PriceBelowFloor(uint128 price, uint128 floor);
    /// @notice The price does not fit.
    error PriceTooHigh(uint128 price, uint128 most);
    /// @notice This class of license has no price.
    error ClassNotSold(bytes32 dataset, uint8 class);
    /// @notice The price is more than the buyer agreed to.
    error PriceAboveLimit(uint128 price, uint128 limit);
    /// @notice The hash of the terms seen by the signer or buyer is not that of the dataset's terms.
    error TermsMismatch(bytes32 seen, bytes32 actual);
    /// @notice The buyer's deadline is past.
    error Expired(uint64 deadline, uint64 now_);
    /// @notice The permit did not lead to a sufficient allowance: expired, wrongly signed, for somebody else's wallet, or
    /// too small.
    error PermitFailed(address token, address owner, uint256 allowance, uint256 needed);
    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice Licenses cannot be transferred.
    error LicenseLocked(uint256 license);
    /// @notice No license has this number.
    error UnknownLicense(uint256 license);
    /// @notice The caller does not own the license, and what was asked for is only its owner's to decide.
    error NotLicensee(uint256 license, address caller, address licensee);
    /// @notice Neither money nor a report.
    error NothingToReport(uint256 license);
    /// @notice A report is overdue: the licensee files it, late, and then renews.
    error ReportOverdue(uint256 license, uint64 dueAt);
    /// @notice Nothing is credited to the account.
    error NoCredit(address token, address account);

    /// @notice Stops new sales for at most 7 days; zero lifts the pause. Renewals and royalties go on. Restricted by the
    /// access manager.
    function pauseSales(uint32 duration) external;

    /// @notice Sets a class's price, at least the floor: at once the first time, later after the terms' delay. Only the
    /// publisher; only once shares exist; not for an archived dataset.
    function setPrice(bytes32 dataset, uint8 class, uint128 price) external;

    /// @notice Buys a license for `order.receiver`; the caller pays the price of now, never more.
    function buy(Order calldata order) external returns (uint256 license);
    /// @notice As `buy`, with the caller's EIP-2612 permit, which somebody else may already have spent.
    function buyWithPermit(Order calldata order, Permit calldata permit) external returns (uint256 license);
    /// @notice Extends a license at the current price and rebinds it to the epochs finalised by now. Not while a report is
    /// overdue. Anyone may pay; but only the licensee pays less than last time, since the delivery that can be demanded is that
    /// of the last payment, or begins a duty to report anew that had ended.
    function renew(uint256 license, uint128 maxPrice, bytes32 termsHash, uint64 deadline) external;
    /// @notice Pays a royalty under a license. Anyone may pay; only the licensee may add a report, and with a report a
    /// zero amount counts. Where the terms ask for reports, one is due each reporting period after the purchase or the
    /// last report, the last one at the end of the license or later; a report covers all use until it is filed.
    function payRoyalty(uint256 license, uint256 amount, bytes32 reportHash) external;
    /// @notice Takes out what the caller, publisher or treasury, is credited.
    function withdrawCredit(address token, address to) external returns (uint256);

    /// @notice Price of now; zero while the class is not sold.
    function priceOf(bytes32 dataset, uint8 class) external view returns (uint128);
    /// @notice A price set and not yet in force, and when it will be; zeros when there is none.
    function pendingPriceOf(bytes32 dataset, uint8 class) external view returns (uint128 price, uint64 effectiveAt);
    /// @notice What the license is for. Reverts with UnknownLicense.
    function licenseOf(uint256 license) external view returns (License memory);
    /// @notice A licensee's reports: when the next is due (zero: no duty any more, or never any; in the past: one was
    /// missed), how many were filed, how many of them late.
    function dutyOf(uint256 license) external view returns (uint64 dueAt, uint32 reports, uint32 late);
    /// @notice When the license was bought or last renewed.
    function paidAt(uint256 license) external view returns (uint64);
    /// @notice Sales are closed before it.
    function salesPausedUntil() external view returns (uint64);
    /// @notice Number of licenses; the newest has this number.
    function licenseCount() external view returns (uint256);
    /// @notice What the account may withdraw, in base units of the token.
    function creditOf(address token, address account) external view returns (uint256);
    /// @notice Who is credited the treasury's part.
    function treasury() external view returns (address);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
}
