// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrable} from "./IArbiter.sol";

/// @title Whether what was sold was delivered
/// @notice A licensee acknowledges the delivery, or demands it. A demand that is not answered to her satisfaction within the
/// terms' response period goes to the arbitrator; where he finds that nothing was delivered, the price comes back out of
/// the coordinator's bond. There is no refund for quality. Each payment, a purchase or a renewal, has one delivery.
/// @dev The price is in a payment token and the bond in COTA: what makes it good is told by the operator's rate (IBondRates).
interface IDeliveryDesk is IArbitrable {
    /// @notice None: nothing was said. Demanded, Answered: waits. Disputed: waits for the arbitrator. Acknowledged: by the
    /// licensee. Upheld: the arbitrator found it delivered. Returned: it was not, and the price came back.
    enum DeliveryState {
        None,
        Demanded,
        Answered,
        Disputed,
        Acknowledged,
        Upheld,
        Returned
    }

    /// @param coordinator who acted when it was demanded, and answers for it
    /// @param dueAt until when it should be delivered, and from when on it may be disputed
    /// @param paidAt of the payment that it is about
    /// @param wasAnswered the coordinator told how it delivered
    /// @param price paid, in the payment token
    struct Delivery {
        address coordinator;
        uint40 dueAt;
        uint40 paidAt;
        DeliveryState state;
        bool wasAnswered;
        uint128 price;
    }

    /// @notice The licensee says that she has the data.
    event DeliveryAcknowledged(uint256 indexed license, bytes32 indexed dataset, address indexed licensee);
    /// @notice A licensee says that she could not download; the coordinator has until `dueAt`.
    event DeliveryDemanded(
        uint256 indexed license, bytes32 indexed dataset, address indexed coordinator, uint128 price, uint64 dueAt
    );
    /// @param evidenceHash SHA-256 of what shows the delivery: the record of reads, the export's own hash
    event DeliveryAnswered(uint256 indexed license, bytes32 indexed dataset, bytes32 evidenceHash);
    /// @notice The arbiter was asked whether the data was delivered.
    event DeliveryDisputed(uint256 indexed license, bytes32 indexed dataset, uint256 indexed disputeId);
    /// @param returned COTA credited to the licensee at the ledger; zero when the delivery was upheld
    event DeliveryRuled(
        uint256 indexed license, bytes32 indexed dataset, DeliveryState state, address licensee, uint128 returned
    );

    /// @notice An address that must be given is zero, or is this contract itself where that would lose what is sent.
    error ZeroAddress();
    /// @notice The caller does not own the license.
    error NotLicensee(uint256 license, address caller, address licensee);
    /// @notice The caller is not the dataset's acting coordinator.
    error NotCoordinator(bytes32 dataset, address caller, address coordinator);
    /// @notice Only the arbiter rules.
    error NotArbitrator(address caller);
    /// @notice The license's dataset belongs to another version of the contracts.
    error NotServed(bytes32 dataset, address deliveries);
    /// @notice The delivery is in another state.
    error WrongDelivery(uint256 license, DeliveryState state);
    /// @notice Delivery can be demanded for a bounded time after the purchase.
    error DemandTooLate(uint256 license, uint64 until, uint64 now_);
    /// @notice The coordinator still has time.
    error NotDueYet(uint256 license, uint64 dueAt);
    /// @notice The dispute is not about a delivery.
    error UnknownDispute(uint256 disputeId);

    /// @notice Says that the license's data arrived. Only the licensee, before any ruling.
    function acknowledge(uint256 license) external;

    /// @notice Asks for the delivery, within 90 days after the payment. Only the licensee, once for each payment.
    function demandDelivery(uint256 license) external;

    /// @notice Tells how it was delivered. Only the acting coordinator, while demanded.
    function answer(uint256 license, bytes32 evidenceHash) external;

    /// @notice Takes a demand that was not met in time to the arbitrator, whose cost is paid with the call, exactly. Only the
    /// licensee. Choice 1: delivered. Choice 2: not delivered. No ruling counts as 2 if the coordinator never answered,
    /// else as 1.
    function dispute(uint256 license) external payable returns (uint256 disputeId);

    /// @notice Has a ruling asked anew; the cost is paid with the call, exactly. Only the licensee or the coordinator.
    function appeal(uint256 license) external payable;

    /// @notice Where the delivery of a license stands.
    function deliveryOf(uint256 license) external view returns (Delivery memory);
    /// @notice The arbitrator's number of the last dispute about the license; means nothing before one.
    function disputeOf(uint256 license) external view returns (uint256 disputeId);
    /// @notice What `dispute` costs, in wei.
    function disputeCost(uint256 license) external view returns (uint256);
    /// @notice The registry that this contract serves.
    function registry() external view returns (address);
    /// @notice The ledger that this contract works with.
    function ledger() external view returns (address);
    /// @notice The market that sells licenses.
    function market() external view returns (address);
    /// @notice Who rules.
    function arbiter() external view returns (address);
}
