// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {World} from "../support/World.sol";

/// @notice B17: payments too small to divide, thousands of them, to starve holders or to gather what rounding leaves. All of
/// it reaches the holders, to less than one base unit each.
contract B17DustTest is World {
    bytes32 internal dataset;
    DatasetShares internal shares;

    function setUp() public override {
        super.setUp();
        dataset = newDataset();
        shares = sharesOf(dataset);
        earnEpoch(dataset, parts3(alice, 5_000_000_007, bob, 3_000_000_011, carol, 1));
    }

    function test_attack__single_base_units__are_not_lost_between_holders() public {
        for (uint256 i = 0; i < 800; ++i) {
            pay(dataset, 1);
        }
        uint256 taken = shares.claimFor(alice) + shares.claimFor(bob) + shares.claimFor(carol);
        assertLe(taken, 800);
        assertGe(taken + 3, 800);
    }

    function test_attack__claims_after_each_base_unit__take_no_more_than_waiting_does() public {
        uint256 eager = 0;
        for (uint256 i = 0; i < 400; ++i) {
            pay(dataset, 1);
            eager += shares.claimFor(alice);
        }
        uint256 exact = uint256(400) * 5_000_000_007 / shares.totalSupply();
        assertApproxEqAbs(eager, exact, 1);
        assertApproxEqAbs(shares.claimFor(bob), uint256(400) * 3_000_000_011 / shares.totalSupply(), 1);
    }
}
