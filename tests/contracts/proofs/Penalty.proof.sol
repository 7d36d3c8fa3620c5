// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CotaToken} from "../../../contracts/CotaToken.sol";
import {StakeVault} from "../../../contracts/StakeVault.sol";
import {IAnnotationLedger} from "../../../contracts/interfaces/IAnnotationLedger.sol";
import {IDatasetShares} from "../../../contracts/interfaces/IDatasetShares.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Leaves} from "../../../contracts/libraries/Leaves.sol";
import {DatasetState, StakeTerms} from "../../../contracts/types.sol";

interface Cheats {
    function warp(uint256 time) external;
}

/// @notice What the vault asks registry and ledger for: one dataset, one final checkpoint with whatever root is set.
contract Surroundings {
    StakeTerms private _terms;
    bytes32 private _root;

    function set(uint128 stake, uint128 penaltyCap) external {
        _terms.publisher = address(this);
        (_terms.stake, _terms.penaltyCap) = (stake, penaltyCap);
        (_terms.appealPeriod, _terms.penaltyPeriod) = (100, 1000);
        _terms.state = DatasetState.Open;
    }

    function setRoot(bytes32 root) external {
        _root = root;
    }

    function joiningOf(bytes32) external view returns (address, uint40) {
        return (msg.sender, 0);
    }

    function stakeTermsOf(bytes32) external view returns (StakeTerms memory) {
        return _terms;
    }

    function termsHashOf(bytes32) external pure returns (bytes32) {
        return 0;
    }

    function checkpointOf(bytes32, uint64) external pure returns (IAnnotationLedger.Checkpoint memory c) {
        c.madeAt = 2000;
    }

    function proposalOf(bytes32, uint64) external view returns (IAnnotationLedger.Proposal memory p) {
        (p.settlementRoot, p.finalizedAt, p.settledAt, p.leafCount) = (_root, 3000, 3000, 2);
    }
}

/// @notice P7: two penalties, one after the other, each take min(penalty, what the cap leaves, what the lock holds), to the
/// last unit, for every stake, cap and penalty; and what is taken is burnt.
contract PenaltyProof {
    Cheats private constant VM = Cheats(address(uint160(uint256(keccak256("hevm cheat code")))));

    CotaToken private cota;
    Surroundings private around;
    StakeVault private vault;

    function setUp() public {
        cota = new CotaToken(address(this));
        around = new Surroundings();
        vault = new StakeVault(address(around), address(around), address(cota), address(around));
        cota.approve(address(vault), type(uint256).max);
    }

    function check_P7_penalty__is_the_least_of_penalty_cap_left_and_lock(
        uint128 stake,
        uint128 penaltyCap,
        uint128 first,
        uint128 second
    ) external {
        if (stake == 0 || stake > 1e27 || penaltyCap > stake || first == 0 || second == 0) return;
        VM.warp(1000);
        around.set(stake, penaltyCap);
        vault.deposit(address(this), stake);
        vault.join(IStakeVault.JoinRequest(0, address(this), 0, penaltyCap, 0, 0), "", false);
        VM.warp(3500);
        uint256 burnt = _execute(0, first);
        assert(burnt == _min(first, penaltyCap));
        uint256 more = _execute(1, second);
        assert(more == _min(second, penaltyCap - burnt));
        assert(vault.membership(0, address(this)).stake == stake - burnt - more);
        assert(cota.balanceOf(address(vault)) == stake - burnt - more);
        assert(cota.totalSupply() == 1e27 - burnt - more);
    }

    function leafOf(IDatasetShares.ShareClaim calldata leaf) external view returns (bytes32) {
        return Leaves.hash(address(around), 0, leaf);
    }

    function _execute(uint32 index, uint128 penalty) private returns (uint256) {
        IDatasetShares.ShareClaim memory leaf =
            IDatasetShares.ShareClaim(1, index, address(this), 0, penalty, new bytes32[](0));
        around.setRoot(this.leafOf(leaf));
        return vault.executePenalty(0, leaf);
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
