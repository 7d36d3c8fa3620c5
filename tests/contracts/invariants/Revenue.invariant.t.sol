// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RevenueActors} from "./RevenueActors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice P1, P2, P3 and P5 after any sequence of epochs, share claims, payments, transfers and claims (INVARIANTS.md).
contract RevenueInvariantTest is Test {
    RevenueActors internal actors;

    function setUp() public {
        actors = new RevenueActors();
        actors.setUp();
        bytes4[] memory moves = new bytes4[](5);
        moves[0] = actors.settle.selector;
        moves[1] = actors.claimSharesOf.selector;
        moves[2] = actors.payRevenue.selector;
        moves[3] = actors.transfer.selector;
        moves[4] = actors.claimRevenue.selector;
        targetContract(address(actors));
        targetSelector(FuzzSelector(address(actors), moves));
    }

    /// @dev One function, so that one set of sequences serves all three.
    function invariant_R1_identity_R2_entitlements_R3_supply_P1_P3_P5() public view {
        actors.checkConservation();
        actors.checkEntitlements();
        actors.checkSupply();
    }
}

/// @notice The same moves, chosen by fuzzed words, checked after every single one.
contract RevenueFuzzTest is Test {
    RevenueActors internal actors;

    function setUp() public {
        actors = new RevenueActors();
        actors.setUp();
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 20000
    function testFuzz_P1_identity_after_every_step(uint256[24] calldata words) public {
        for (uint256 i = 0; i < words.length; ++i) {
            _step(words[i]);
            actors.checkConservation();
        }
        actors.checkEntitlements();
        actors.checkSupply();
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 20000
    function testFuzz_P1_all_may_leave_with_everything_but_dust(uint256[24] calldata words) public {
        for (uint256 i = 0; i < words.length; ++i) {
            _step(words[i]);
        }
        for (uint256 epoch = 0; epoch < 10; ++epoch) {
            for (uint256 index = 0; index < 5; ++index) {
                actors.claimSharesOf(epoch, index);
            }
        }
        for (uint256 i = 0; i < 5; ++i) {
            actors.claimRevenue(i);
        }
        actors.checkConservation();
        // Less than one base unit for each holder stays.
        assertLe(actors.paid() - actors.claimed(), 5);
    }

    function _step(uint256 word) private {
        uint256 what = word % 8;
        uint256 rest = uint256(keccak256(abi.encode(word)));
        if (what == 0) actors.settle(rest);
        else if (what <= 2) actors.claimSharesOf(rest >> 8, rest);
        else if (what <= 4) actors.payRevenue(rest);
        else if (what <= 6) actors.transfer(rest >> 16, rest >> 8, rest);
        else actors.claimRevenue(rest);
    }
}
