// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

// Numbers made in this file fit where they are put.
// forge-lint: disable-start(unsafe-typecast)

import {DatasetShares} from "../../../contracts/DatasetShares.sol";
import {RevenueMath} from "../../../contracts/libraries/RevenueMath.sol";
import {Terms} from "../../../contracts/types.sol";
import {World} from "../support/World.sol";

/// @notice Five holders, a payer and a coordinator doing whatever they may with one dataset, in any order, and a model
/// beside them that knows what each should have earned: at every payment, his part of all shares, claimed or not.
contract RevenueActors is World {
    uint256 internal constant PRECISION = 1e40;
    uint256 internal constant MAX_OPEN = 10;

    bytes32 public dataset;
    DatasetShares public shares;
    address[] public actors;
    mapping(uint64 epoch => Part[]) internal partsOf;
    uint64[] internal epochs;

    uint256 public paid;
    uint256 public claimed;
    mapping(address account => uint256) public claimedBy;
    /// @dev What the account earned so far, in 1/PRECISION of a base unit, rounded down at each payment.
    mapping(address account => uint256) public earned;
    /// @dev Shares of finalised epochs that the account has not claimed yet.
    mapping(address account => uint256) public unclaimed;
    uint256 public payments;

    function setUp() public virtual override {
        super.setUp();
        Terms memory terms = defaultTerms();
        terms.supplyCap = 1e15;
        dataset = newDataset(terms);
        shares = sharesOf(dataset);
        for (uint160 i = 0; i < 5; ++i) {
            actors.push(address(0xac70000 + i));
        }
    }

    // ---- what may happen

    function settle(uint256 seed) external {
        if (epochs.length >= MAX_OPEN) return;
        Part[] memory parts = _someParts(seed);
        uint64 epoch = settleEpoch(dataset, parts);
        epochs.push(epoch);
        for (uint256 i = 0; i < parts.length; ++i) {
            partsOf[epoch].push(parts[i]);
            unclaimed[parts[i].account] += parts[i].units;
        }
    }

    function claimSharesOf(uint256 epochSeed, uint256 indexSeed) external {
        if (epochs.length == 0) return;
        uint64 epoch = epochs[epochSeed % epochs.length];
        uint32 index = uint32(indexSeed % partsOf[epoch].length);
        if (shares.isClaimed(epoch, index)) return;
        Part memory part = partsOf[epoch][index];
        claimPart(dataset, epoch, partsOf[epoch], index);
        unclaimed[part.account] -= part.units;
    }

    function payRevenue(uint256 amount) external {
        uint256 supply = shares.totalSupply();
        if (supply == 0) return;
        // Tiny, ordinary and enormous payments alike.
        amount = bound(amount, 1, 10 ** (1 + amount % 18));
        pay(dataset, amount);
        paid += amount;
        ++payments;
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 has = shares.balanceOf(actors[i]) + unclaimed[actors[i]];
            earned[actors[i]] += amount * has * PRECISION / supply;
        }
    }

    function transfer(uint256 fromSeed, uint256 toSeed, uint256 amount) external {
        address from = actors[fromSeed % actors.length];
        address to = actors[toSeed % actors.length];
        uint256 balance = shares.balanceOf(from);
        // Often everything, often a speck: both change how value is written down.
        if (amount % 4 == 0) amount = balance;
        else if (amount % 4 == 1) amount = balance == 0 ? 0 : balance - 1;
        else amount = bound(amount, 0, balance);
        uint256 before = _worth(from) + _worth(to);
        move(shares, from, to, amount);
        assertEq(_worth(from) + _worth(to), before, "P2: a transfer moved value");
    }

    function claimRevenue(uint256 seed) external {
        address actor = actors[seed % actors.length];
        uint256 expected = shares.claimable(actor);
        uint256 before = usd.balanceOf(actor);
        assertEq(shares.claimFor(actor), expected);
        assertEq(usd.balanceOf(actor) - before, expected);
        claimed += expected;
        claimedBy[actor] += expected;
    }

    // ---- what must be true

    /// @notice P1: paid x S + rem = S x (claimed + owed) + fractions and pending of holders + pending of unclaimed shares.
    function checkConservation() public view {
        (uint128 acc, uint64 supply, uint64 rem) = shares.pool();
        uint256 sum = claimed * RevenueMath.S;
        uint256 balances = 0;
        for (uint256 i = 0; i < actors.length; ++i) {
            (, uint64 balance,, uint256 owed) = shares.holder(actors[i]);
            sum += owed * RevenueMath.S + _due(actors[i], acc);
            balances += balance;
        }
        for (uint256 i = 0; i < epochs.length; ++i) {
            (, uint128 opened, uint64 remaining,) = shares.epochOf(epochs[i]);
            sum += uint256(remaining) * (acc - opened);
            balances += remaining;
        }
        assertEq(sum, paid * RevenueMath.S + rem, "P1: identity");
        assertLe(rem, supply == 0 ? 0 : supply - 1, "P1: remainder");
        assertEq(balances, supply, "P1: shares");
        assertEq(usd.balanceOf(address(shares)), paid - claimed, "P1: tokens");
    }

    /// @notice P1, P3: each account is within one base unit of exact, what its unclaimed shares earned included; and all
    /// that could be claimed now is there.
    function checkEntitlements() public view {
        uint256 claimable = 0;
        for (uint256 i = 0; i < actors.length; ++i) {
            address actor = actors[i];
            uint256 has = claimedBy[actor] + _whole(actor);
            uint256 exact = earned[actor] / PRECISION;
            assertLe(has, exact + 1, "P1: too much");
            assertGe(has + 1, exact, "P3: too little");
            claimable += shares.claimable(actor);
        }
        assertLe(claimable, usd.balanceOf(address(shares)), "P1: claims without funds");
    }

    /// @notice P5: never more shares than the terms allow, and unclaimed ones stand with the shares contract.
    function checkSupply() public view {
        assertLe(shares.totalSupply(), registry.termsOf(dataset).supplyCap, "P5: cap");
        if (epochs.length != 0) {
            assertEq(ledger.availableUnits(dataset), registry.termsOf(dataset).supplyCap - shares.totalSupply());
        }
        uint256 waiting = 0;
        for (uint256 i = 0; i < actors.length; ++i) {
            waiting += unclaimed[actors[i]];
        }
        assertEq(shares.balanceOf(address(shares)), waiting, "P5: unclaimed");
    }

    // ---- inside

    function _due(address account, uint128 acc) private view returns (uint256) {
        (uint128 accPaid, uint64 balance, uint64 frac,) = shares.holder(account);
        return uint256(balance) * (acc - accPaid) + frac;
    }

    /// @dev In 1/S.
    function _worth(address account) internal view returns (uint256) {
        (uint128 acc,,) = shares.pool();
        (,,, uint256 owed) = shares.holder(account);
        return owed * RevenueMath.S + _due(account, acc);
    }

    /// @dev What the account would have if all its epochs were claimed now.
    function _whole(address account) private view returns (uint256) {
        (uint128 acc,,) = shares.pool();
        uint256 value = _worth(account);
        for (uint256 i = 0; i < epochs.length; ++i) {
            (, uint128 opened,,) = shares.epochOf(epochs[i]);
            for (uint32 j = 0; j < partsOf[epochs[i]].length; ++j) {
                Part memory part = partsOf[epochs[i]][j];
                if (part.account == account && !shares.isClaimed(epochs[i], j)) {
                    value += uint256(part.units) * (acc - opened);
                }
            }
        }
        return value / RevenueMath.S;
    }

    function _someParts(uint256 seed) private view returns (Part[] memory parts) {
        uint256 count = 1 + seed % actors.length;
        parts = new Part[](count);
        for (uint256 i = 0; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Uneven, odd numbers of units; the first part alone is enough for a first epoch.
            uint64 units = uint64(1 + seed % (i == 0 ? 5e9 : 10 ** (1 + seed % 10)));
            parts[i] = Part(actors[(seed / 7 + i) % actors.length], i == 0 ? units + 1e9 : units);
        }
    }
}
