// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TestDollar} from "../../contracts/TestDollar.sol";
import {World} from "./support/World.sol";

/// @notice The network's token is fixed and burnable; the test dollar stays at home.
contract TokensTest is World {
    function test_cota__its_whole_supply_went_to_one_holder_and_can_only_shrink() public {
        assertEq(cota.totalSupply(), 1_000_000_000e18);
        assertEq(cota.decimals(), 18);
        vm.prank(admin);
        cota.burn(1);
        assertEq(cota.totalSupply(), 1_000_000_000e18 - 1);
    }

    function test_test_dollar__has_six_decimals_and_a_faucet() public {
        vm.prank(alice);
        usd.mint(bob, 5);
        assertEq(usd.balanceOf(bob), 5);
        assertEq(usd.decimals(), 6);
    }

    function test_test_dollar__on_another_chain__cannot_be_deployed() public {
        vm.chainId(1);
        vm.expectRevert(abi.encodeWithSelector(TestDollar.OnlyLocalChain.selector, 1));
        new TestDollar();
    }

    function test_shares__look_like_a_token_of_six_decimals() public {
        bytes32 dataset = newDataset();
        assertEq(sharesOf(dataset).name(), "Cota Dataset Share");
        assertEq(sharesOf(dataset).symbol(), "COTASHARE");
        assertEq(sharesOf(dataset).decimals(), 6);
        assertEq(sharesOf(dataset).dataset(), dataset);
        assertEq(sharesOf(dataset).paymentToken(), address(usd));
        assertEq(sharesOf(dataset).registry(), address(registry));
        assertEq(sharesOf(dataset).ledger(), address(ledger));
        assertEq(sharesOf(dataset).market(), address(market));
    }
}
