// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {World} from "../support/World.sol";

/// @notice Four contributors and a coordinator in two datasets, over long times.
contract StakeActors is World {
    bytes32[2] public datasets;
    address[] public actors;
    uint256 public deposited;
    uint256 public withdrawn;

    function setUp() public override {
        super.setUp();
        datasets[0] = newDataset();
        vm.prank(publisher);
        datasets[1] = registry.createDataset(defaultTerms(), "second", "");
        for (uint160 i = 0; i < 4; ++i) {
            actors.push(address(0x57a0000 + i));
        }
    }

    // ---- what may happen

    function deposit(uint256 who, uint256 amount) external {
        amount = bound(amount, 1, 150e18);
        giveStake(_actor(who), amount);
        deposited += amount;
    }

    function withdraw(uint256 who, uint256 amount) external {
        uint256 free = vault.freeStake(_actor(who));
        if (free == 0) return;
        amount = bound(amount, 1, free);
        vm.prank(_actor(who));
        vault.withdraw(_actor(who), amount);
        withdrawn += amount;
    }

    function joinOne(uint256 who, uint256 which) external {
        (address actor, bytes32 dataset) = (_actor(who), datasets[which % 2]);
        IStakeVault.MembershipState state = vault.membership(dataset, actor).state;
        if (state == IStakeVault.MembershipState.Active || state == IStakeVault.MembershipState.Leaving) return;
        if (vault.freeStake(actor) < 100e18) return;
        IStakeVault.JoinRequest memory request = joinRequest(dataset, actor);
        vm.prank(actor);
        vault.join(request, "", false);
    }

    function leaveOne(uint256 who, uint256 which) external {
        if (_state(who, which) == IStakeVault.MembershipState.Active) depart(datasets[which % 2], _actor(who));
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 0, 2 days));
    }

    function checkpoint(uint256 which) external {
        logRows(datasets[which % 2], 1);
    }

    function proposeOne(uint256 which, uint256 number) external {
        bytes32 dataset = datasets[which % 2];
        uint64 count = ledger.checkpointCount(dataset);
        if (count == 0) return;
        uint64 n = uint64(bound(number, 1, count));
        if (ledger.proposalOf(dataset, n).attempt != 0) return;
        vm.prank(coordinator);
        ledger.propose(dataset, n, 0, 0, 0, "");
    }

    function finalizeOne(uint256 which, uint256 number) external {
        bytes32 dataset = datasets[which % 2];
        uint64 count = ledger.checkpointCount(dataset);
        if (count == 0) return;
        uint64 n = uint64(bound(number, 1, count));
        try ledger.finalize(dataset, n) {} catch {}
    }

    /// @dev Whatever happens, a lock must not open while work from before leaving may still be penalised.
    function releaseOne(uint256 who, uint256 which, uint256 number) external {
        if (_state(who, which) != IStakeVault.MembershipState.Leaving) return;
        (address actor, bytes32 dataset) = (_actor(who), datasets[which % 2]);
        IStakeVault.Membership memory m = vault.membership(dataset, actor);
        uint64 count = ledger.checkpointCount(dataset);
        if (count == 0) return;
        uint64 n = uint64(bound(number, 1, count));
        try vault.release(dataset, actor, n) {
            assertGt(ledger.checkpointOf(dataset, n).madeAt, m.leftAt + 1 hours, "P7: too early a checkpoint");
            for (uint64 i = 1; i <= n; ++i) {
                uint64 finalizedAt = ledger.proposalOf(dataset, i).finalizedAt;
                assertGt(finalizedAt, 0, "P7: unsettled work left behind");
                assertGe(block.timestamp, finalizedAt + 5 days, "P7: inside a penalty period");
            }
        } catch {}
    }

    function expireOne(uint256 who, uint256 which) external {
        if (_state(who, which) != IStakeVault.MembershipState.Leaving) return;
        (address actor, bytes32 dataset) = (_actor(who), datasets[which % 2]);
        uint64 leftAt = vault.membership(dataset, actor).leftAt;
        uint64 last = leftAt + 1 hours + 3 days + 7 days + 5 days;
        try vault.expire(dataset, actor) {
            assertGe(block.timestamp, leftAt + 1 hours + 7 days + 5 days, "P7: expired too early");
        } catch {
            assertLt(block.timestamp, last, "P7: a lock that does not end");
        }
    }

    // ---- what must be true

    /// @notice Every COTA in the vault is free stake of one account or the lock of one membership.
    function checkBalance() external view {
        uint256 sum = 0;
        for (uint256 i = 0; i < actors.length; ++i) {
            sum += vault.freeStake(actors[i]);
            for (uint256 j = 0; j < 2; ++j) {
                sum += vault.membership(datasets[j], actors[i]).stake;
            }
        }
        assertEq(cota.balanceOf(address(vault)), sum, "P7: accounts");
        assertEq(sum, deposited - withdrawn, "P7: nothing made or lost");
    }

    /// @notice A membership holds exactly the terms' stake until it ends, and nothing after.
    function checkLocks() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                IStakeVault.Membership memory m = vault.membership(datasets[j], actors[i]);
                bool locked =
                    m.state == IStakeVault.MembershipState.Active || m.state == IStakeVault.MembershipState.Leaving;
                assertEq(m.stake, locked ? 100e18 : 0, "P7: lock");
            }
        }
    }

    function _actor(uint256 who) private view returns (address) {
        return actors[who % actors.length];
    }

    function _state(uint256 who, uint256 which) private view returns (IStakeVault.MembershipState) {
        return vault.membership(datasets[which % 2], _actor(who)).state;
    }
}
