// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Counts made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {PaymentSplitter} from "../../../node_modules/openzeppelin-4.9/finance/PaymentSplitter.sol";
import {IERC20 as IERC20Of49} from "../../../node_modules/openzeppelin-4.9/token/ERC20/IERC20.sol";
import {SettlementTree} from "../support/SettlementTree.sol";
import {Measured} from "./Measured.sol";
import {BitmapMerkle} from "./baselines/BitmapMerkle.sol";
import {CumulativeMerkle} from "./baselines/CumulativeMerkle.sol";
import {Floor} from "./baselines/Floor.sol";
import {PushLoop} from "./baselines/PushLoop.sol";
import {RewardPerToken} from "./baselines/RewardPerToken.sol";

/// @notice What others' ways of paying many cost, with the same token, compiler and kind of measurement. Everything was used
/// once before, so that all compare in their steady state; recipients hold the token already.
contract BaselinesGasTest is Measured {
    string private constant GROUP = "baselines";

    function setUp() public override {
        super.setUp();
        usd.mint(buyer, 1e15);
        usd.mint(address(this), 1e15);
    }

    /// forge-config: default.isolate = true
    function test_gas__floor() public {
        Floor floor = new Floor(usd);
        _approve(address(floor));
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(buyer);
            floor.pay(1234e6);
        }
        _write(GROUP, "floor/pay", _lastGas());
    }

    /// forge-config: default.isolate = true
    function test_gas__push_loop() public {
        _pushTo(10);
        _pushTo(1000);
    }

    /// forge-config: default.isolate = true
    function test_gas__payment_splitter() public {
        _splitAmong(10);
        _splitAmong(200);
    }

    /// forge-config: default.isolate = true
    function test_gas__reward_per_token() public {
        address[] memory holders = _recipients(128);
        RewardPerToken rewards = new RewardPerToken(usd, holders, 1e9);
        _approve(address(rewards));
        vm.startPrank(buyer);
        rewards.pay(1000e6);
        rewards.pay(1234e6);
        _write(GROUP, "staking_rewards/pay", _lastGas());
        vm.stopPrank();
        // Something due on both sides for the first time, then again, then with nothing new since.
        vm.prank(holders[3]);
        assertTrue(rewards.transfer(holders[4], 1000));
        _write(GROUP, "staking_rewards/transfer_first", _lastGas());
        vm.prank(buyer);
        rewards.pay(1234e6);
        vm.startPrank(holders[3]);
        assertTrue(rewards.transfer(holders[4], 1000));
        _write(GROUP, "staking_rewards/transfer_unsettled", _lastGas());
        assertTrue(rewards.transfer(holders[4], 1000));
        _write(GROUP, "staking_rewards/transfer_settled", _lastGas());
        rewards.claim();
        vm.stopPrank();
        vm.prank(buyer);
        rewards.pay(1234e6);
        vm.prank(holders[3]);
        rewards.claim();
        _write(GROUP, "staking_rewards/claim", _lastGas());
    }

    /// forge-config: default.isolate = true
    function test_gas__cumulative_merkle() public {
        CumulativeMerkle distributor = new CumulativeMerkle(usd);
        assertTrue(usd.transfer(address(distributor), 1e12));
        address[] memory accounts = _recipients(128);
        for (uint256 round = 1; round <= 2; ++round) {
            bytes32[] memory leaves = new bytes32[](accounts.length);
            for (uint256 i = 0; i < accounts.length; ++i) {
                leaves[i] = distributor.leafOf(accounts[i], round * 1e6);
            }
            bytes32[] memory proof = SettlementTree.prove(leaves, leaves[2]);
            bytes32 root = SettlementTree.root(leaves);
            distributor.setRoot(root);
            if (round == 2) _write(GROUP, "merkle_cumulative/root", _lastGas());
            distributor.claim(accounts[2], round * 1e6, proof);
        }
        _write(GROUP, "merkle_cumulative/claim", _lastGas());
        assertEq(usd.balanceOf(accounts[2]), 1 + 2e6);
    }

    /// forge-config: default.isolate = true
    function test_gas__bitmap_merkle() public {
        BitmapMerkle leaf = new BitmapMerkle(usd, 0);
        address[] memory accounts = _recipients(128);
        bytes32[] memory leaves = new bytes32[](accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            leaves[i] = leaf.leafOf(i, accounts[i], 1e6);
        }
        BitmapMerkle distributor = new BitmapMerkle(usd, SettlementTree.root(leaves));
        assertTrue(usd.transfer(address(distributor), 1e12));
        bytes32[] memory first = SettlementTree.prove(leaves, leaves[1]);
        bytes32[] memory second = SettlementTree.prove(leaves, leaves[2]);
        distributor.claim(1, accounts[1], 1e6, first);
        distributor.claim(2, accounts[2], 1e6, second);
        _write(GROUP, "merkle_bitmap/claim", _lastGas());
        assertEq(usd.balanceOf(accounts[2]), 1 + 1e6);
    }

    // ---- inside

    function _pushTo(uint256 count) private {
        address[] memory accounts = _recipients(count);
        PushLoop loop = new PushLoop(usd, accounts);
        _approve(address(loop));
        vm.prank(buyer);
        loop.pay(count * 1e6);
        _write(GROUP, string.concat("push_loop/pay/", vm.toString(count)), _lastGas());
        assertEq(usd.balanceOf(accounts[count - 1]), 1 + 1e6);
    }

    function _splitAmong(uint256 count) private {
        address[] memory accounts = _recipients(count);
        uint256[] memory weights = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            weights[i] = 1;
        }
        string memory suffix = vm.toString(count);
        uint256 before = gasleft();
        PaymentSplitter splitter = new PaymentSplitter(accounts, weights);
        // Execution alone: a creation is no call that could be measured as a transaction.
        _write(GROUP, string.concat("payment_splitter/deploy/", suffix), before - gasleft());
        IERC20Of49 token = IERC20Of49(address(usd));
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(buyer);
            assertTrue(usd.transfer(address(splitter), count * 1e6));
            if (i == 1) _write(GROUP, string.concat("payment_splitter/pay/", suffix), _lastGas());
            splitter.release(token, accounts[0]);
        }
        _write(GROUP, string.concat("payment_splitter/claim/", suffix), _lastGas());
        assertEq(usd.balanceOf(accounts[0]), 1 + 2e6);
    }

    function _recipients(uint256 count) private returns (address[] memory accounts) {
        accounts = new address[](count);
        for (uint160 i = 0; i < count; ++i) {
            accounts[i] = address(uint160(0x5e70000 + count * 0x100000 + i));
            usd.mint(accounts[i], 1);
        }
    }

    function _approve(address spender) private {
        vm.prank(buyer);
        usd.approve(spender, type(uint256).max);
    }
}
