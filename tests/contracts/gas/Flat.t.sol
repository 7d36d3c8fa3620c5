// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {ILicenseMarket} from "../../../contracts/interfaces/ILicenseMarket.sol";
import {Measured} from "./Measured.sol";

/// @notice P4: a payment costs the same for 10, 1,000 and 100,000 holders, each of whom then has his part of it. The holders'
/// slots are written by cheat: minting 100,000 would measure nothing else.
contract FlatGasTest is Measured {
    uint64 internal constant EACH = 1e9;

    bytes32 internal dataset;
    DatasetShares internal shares;

    /// forge-config: default.isolate = true
    function test_gas__payments_to_10_holders_P4() public {
        _measure(10);
    }

    /// forge-config: default.isolate = true
    function test_gas__payments_to_1000_holders_P4() public {
        _measure(1000);
    }

    /// forge-config: default.isolate = true
    function test_gas__payments_to_100000_holders_P4() public {
        _measure(100_000);
    }

    function _measure(uint64 holders) private {
        _populate(holders);
        string memory count = vm.toString(holders);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(buyer);
        shares.pay(1234e6);
        _report("pay_direct", count, 58_000);
        vm.prank(buyer);
        market.payRoyalty(1, 1234e6, keccak256("report"));
        _report("pay_market", count, 90_000);
        vm.prank(buyer);
        market.buy(o);
        _report("buy", count, 160_000);
        _checkHolders(holders);
    }

    /// @dev A dataset that has been paid for and bought from before, its shares spread over so many holders.
    function _populate(uint64 holders) private {
        dataset = newDataset();
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts1(alice, holders * EACH));
        uint256 base = _holdersBase();
        bytes32 slot = bytes32(uint256(EACH) << 128);
        for (uint160 i = 0; i < holders; ++i) {
            vm.store(address(shares), keccak256(abi.encode(_holder(i), base)), slot);
        }
        vm.store(address(shares), keccak256(abi.encode(alice, base)), 0);
        usd.mint(buyer, 1e15);
        vm.startPrank(buyer);
        usd.approve(address(shares), type(uint256).max);
        usd.approve(address(market), type(uint256).max);
        vm.stopPrank();
        pay(dataset, 1000e6);
        setPrice(dataset, 0, 100e6);
        ILicenseMarket.Order memory o = order(dataset, 100e6);
        vm.prank(buyer);
        market.buy(o);
    }

    /// @dev The slot of the mapping from which `holder` reads the only share balance there is.
    function _holdersBase() private returns (uint256) {
        vm.record();
        shares.holder(alice);
        (bytes32[] memory reads,) = vm.accesses(address(shares));
        for (uint256 base = 0; base < 64; ++base) {
            bytes32 slot = keccak256(abi.encode(alice, base));
            for (uint256 i = 0; i < reads.length; ++i) {
                if (reads[i] == slot && vm.load(address(shares), slot) != 0) return base;
            }
        }
        revert("no slot of holders");
    }

    /// @dev What was written by cheat is a state that the contract could have reached: everybody has an equal part.
    function _checkHolders(uint64 holders) private view {
        (uint128 acc, uint64 supply, uint64 rem) = shares.pool();
        assertEq(supply, holders * EACH);
        uint256 paid = usd.balanceOf(address(shares));
        assertEq(uint256(acc) * supply, paid * 1e19 + rem);
        for (uint160 i = 0; i < holders; i += uint160(holders / 10)) {
            assertEq(shares.balanceOf(_holder(i)), EACH);
            assertApproxEqAbs(shares.claimable(_holder(i)), paid / holders, 1);
        }
    }

    function _holder(uint160 i) private pure returns (address) {
        return address(0x401de0000000 + i);
    }

    function _report(string memory path, string memory count, uint256 aim) private {
        uint256 gas = _lastGas();
        _write("flat", string.concat(path, "/", count), gas);
        _hold(path, gas, aim);
    }
}
