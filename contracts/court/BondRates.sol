// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBondRates} from "../interfaces/IBondRates.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title BondRates
/// @notice A loss in a payment token -> **COTA** -> taken from the bond of who caused it.
contract BondRates is IBondRates, AccessManaged {
    uint256 private constant SCALE = 1e18;
    /// @dev A hundred million COTA for one dollar of 6 decimals: above it only a mistake is meant.
    uint256 private constant MOST = 1e38;

    mapping(address token => uint256) public rateOf;

    constructor(address accessManager) AccessManaged(accessManager) {}

    /// @inheritdoc IBondRates
    function setRate(address token, uint256 rate) external restricted {
        if (rate > MOST) revert RateTooHigh(token, rate, MOST);
        rateOf[token] = rate;
        emit RateSet(token, rate);
    }

    /// @inheritdoc IBondRates
    function toBond(address token, uint256 amount) external view returns (uint128) {
        // What does not fit, in the product or in the result, is more than all COTA there is.
        uint256 value = Math.min(Math.saturatingMul(amount, rateOf[token]) / SCALE, type(uint128).max);
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint128(value);
    }
}
