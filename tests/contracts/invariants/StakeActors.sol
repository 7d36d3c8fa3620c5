// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Time is moved by the handler alone.
// forge-lint: disable-start(block-timestamp)

import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Penalties} from "../support/Penalties.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Four contributors, a coordinator and a court in two datasets, over long times: every epoch fines somebody.
contract StakeActors is Penalties {
    bytes32[2] public datasets;
    address[] public actors;
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public burnt;
    mapping(bytes32 dataset => mapping(uint64 epoch => Fine)) private _fines;
    mapping(bytes32 dataset => mapping(address account => uint256)) private _taken;
    mapping(bytes32 dataset => mapping(address account => uint256)) private _heldAt;
    mapping(bytes32 dataset => mapping(uint64 epoch => bool)) private _executed;

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
        _taken[dataset][actor] = 0;
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

    function proposeOne(uint256 which, uint256 number, uint256 who, uint128 penalty) external {
        (bytes32 dataset, uint64 n) = _checkpoint(which, number);
        if (n == 0 || ledger.proposalOf(dataset, n).attempt != 0) return;
        _fines[dataset][n] = Fine(_actor(who), uint128(bound(penalty, 1, 90e18)));
        proposeFines(dataset, n, _fine(dataset, n), 0);
    }

    function finalizeOne(uint256 which, uint256 number) external {
        (bytes32 dataset, uint64 n) = _checkpoint(which, number);
        if (n == 0) return;
        try ledger.finalize(dataset, n) {} catch {}
    }

    // ---- the court

    function disputeOne(uint256 which, uint256 number) external {
        (bytes32 dataset, uint64 n) = _checkpoint(which, number);
        if (n == 0) return;
        IAnnotationLedger.ProposalState state = ledger.proposalOf(dataset, n).state;
        vm.startPrank(court);
        if (state == IAnnotationLedger.ProposalState.Disputed) ledger.resume(dataset, n);
        else if (state == IAnnotationLedger.ProposalState.Proposed) try ledger.suspend(dataset, n) {} catch {}
        vm.stopPrank();
    }

    function holdOne(uint256 which, uint256 number) external {
        (bytes32 dataset, uint64 n) = _checkpoint(which, number);
        if (n == 0 || _executed[dataset][n]) return;
        uint64 finalizedAt = ledger.proposalOf(dataset, n).finalizedAt;
        // Appeals are opened within three days: an actor's own rule.
        // forge-lint: disable-next-line(block-timestamp)
        if (finalizedAt == 0 || block.timestamp >= finalizedAt + 3 days) return;
        address account = _fines[dataset][n].account;
        if (vault.penaltyStateOf(dataset, n, 0) == IStakeVault.PenaltyState.None) {
            _heldAt[dataset][account] = block.timestamp;
        }
        vm.prank(court);
        vault.holdPenalty(dataset, n, 0, account);
    }

    function ruleOne(uint256 which, uint256 number, bool upheld) external {
        (bytes32 dataset, uint64 n) = _checkpoint(which, number);
        if (n == 0 || vault.penaltyStateOf(dataset, n, 0) != IStakeVault.PenaltyState.Held) return;
        vm.startPrank(court);
        if (upheld) vault.cancelPenalty(dataset, n, 0);
        else vault.releasePenalty(dataset, n, 0);
        vm.stopPrank();
    }

    /// @dev Whatever is tried: never more than the cap, never twice, never outside its time, never work of before.
    function penaliseOne(uint256 which, uint256 number) external {
        (bytes32 dataset, uint64 n) = _checkpoint(which, number);
        if (n == 0) return;
        Fine memory fine = _fines[dataset][n];
        IStakeVault.Membership memory m = vault.membership(dataset, fine.account);
        IDatasetShares.ShareClaim memory leaf = fineOf(dataset, n, _fine(dataset, n), 0);
        try vault.executePenalty(dataset, leaf) returns (uint128 taken) {
            assertFalse(_executed[dataset][n], "P7: twice");
            assertLe(taken, fine.penalty, "P7: more than the leaf says");
            assertGe(block.timestamp, ledger.proposalOf(dataset, n).finalizedAt + 3 days, "P7: before appeals end");
            assertGt(ledger.checkpointOf(dataset, n).madeAt, m.joinedAt, "P7: work of before");
            _executed[dataset][n] = true;
            _taken[dataset][fine.account] += taken;
            burnt += taken;
        } catch {}
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
        // Disputes and appeals keep a lock, for 180 days at most.
        uint256 last = Math.max(leftAt + 1 hours + 3 days + 7 days + 5 days, _heldAt[dataset][actor]) + 180 days;
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
        assertEq(sum, deposited - withdrawn - burnt, "P7: nothing made or lost");
    }

    /// @notice A membership holds exactly the terms' stake less its penalties until it ends, and nothing after; they never
    /// exceed its cap.
    function checkLocks() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            for (uint256 j = 0; j < 2; ++j) {
                IStakeVault.Membership memory m = vault.membership(datasets[j], actors[i]);
                bool locked =
                    m.state == IStakeVault.MembershipState.Active || m.state == IStakeVault.MembershipState.Leaving;
                uint256 taken = _taken[datasets[j]][actors[i]];
                assertEq(m.stake, locked ? 100e18 - taken : 0, "P7: lock");
                assertLe(taken, 60e18, "P7: cap");
            }
        }
    }

    /// @dev Number 0: there is no checkpoint yet.
    function _checkpoint(uint256 which, uint256 number) private view returns (bytes32 dataset, uint64 n) {
        dataset = datasets[which % 2];
        uint64 count = ledger.checkpointCount(dataset);
        if (count != 0) n = uint64(bound(number, 1, count));
    }

    function _fine(bytes32 dataset, uint64 n) private view returns (Fine[] memory) {
        return fine1(_fines[dataset][n].account, _fines[dataset][n].penalty);
    }

    function _actor(uint256 who) private view returns (address) {
        return actors[who % actors.length];
    }

    function _state(uint256 who, uint256 which) private view returns (IStakeVault.MembershipState) {
        return vault.membership(datasets[which % 2], _actor(who)).state;
    }
}
