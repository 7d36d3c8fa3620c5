// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title What a payment token is worth in bonds
/// @notice Bonds are posted in COTA; fees, prices and revenue are paid in payment tokens. Who lost the one by another's fault
/// is made good from the other by a rate that the operator sets, with the access manager's delay. A rate moves no money
/// by itself: it only says how much of a bond that is lost anyway, or that an upheld appeal takes, goes to whom it is owed.
interface IBondRates {
    /// @notice How much COTA stands for a payment token in bonds.
    event RateSet(address indexed token, uint256 rate);

    /// @notice The rate is above the bound that keeps products within 256 bits.
    error RateTooHigh(address token, uint256 rate, uint256 most);

    /// @notice Sets how many base units of COTA make good 10^18 base units of `token`; 0: nothing is made good. Restricted by
    /// the access manager.
    function setRate(address token, uint256 rate) external;

    /// @notice COTA, in base units, that makes good `amount` base units of `token`, rounded down; at most
    /// 2^128 - 1, which is more than there is.
    function toBond(address token, uint256 amount) external view returns (uint128);
    /// @notice COTA base units for 10^18 base units of the token; zero when it has no rate.
    function rateOf(address token) external view returns (uint256);
}
