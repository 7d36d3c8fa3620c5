// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {World} from "../support/World.sol";

/// @notice P4: an attacker scatters specks of shares over hundreds of wallets and epochs, to make payments and claims of
/// others dear. Their gas does not move.
contract P4CrowdTest is World {
    /// forge-config: default.isolate = true
    function test_attack__specks_of_shares_everywhere__cost_nobody_else_anything() public {
        bytes32 dataset = newDataset();
        DatasetShares shares = sharesOf(dataset);
        earnEpoch(dataset, parts2(alice, 5e9, bob, 5e9));
        pay(dataset, 10e6);
        shares.claimFor(alice);
        pay(dataset, 10e6);
        (uint256 paying, uint256 claiming) = _costs(dataset, shares);
        for (uint160 i = 0; i < 300; ++i) {
            move(shares, bob, address(0xc20d00 + i), 1);
        }
        for (uint160 i = 0; i < 10; ++i) {
            earnEpoch(dataset, parts2(bob, 1e9, address(0xc20d00 + i), 1));
        }
        (uint256 payingLater, uint256 claimingLater) = _costs(dataset, shares);
        assertApproxEqAbs(payingLater, paying, 24);
        assertApproxEqAbs(claimingLater, claiming, 24);
    }

    /// @dev A payer with an allowance and a holder who claimed before.
    function _costs(bytes32 dataset, DatasetShares shares) private returns (uint256 paying, uint256 claiming) {
        usd.mint(buyer, 100e6);
        vm.prank(buyer);
        usd.approve(address(shares), type(uint256).max);
        vm.prank(buyer);
        shares.pay(10e6);
        paying = vm.lastCallGas().gasTotalUsed;
        shares.claimFor(alice);
        claiming = vm.lastCallGas().gasTotalUsed;
        assertEq(registry.sharesOf(dataset), address(shares));
    }
}
