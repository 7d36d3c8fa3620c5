// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {RevenueMath} from "../../../contracts/libraries/RevenueMath.sol";

/// @notice P1 and P2 for all numbers, not for samples: each step of the accumulator keeps the identity
///   paid x S + rem = sum of all values due + S x (claimed + owed).
/// Hence it holds after any sequence of them. `make prove` shows every `check_` for all arguments; their bounds are the
/// widths of the slots.
contract RevenueProof {
    using RevenueMath for RevenueMath.Pool;
    using RevenueMath for RevenueMath.Holder;

    uint256 private constant S = RevenueMath.S;

    /// @notice A payment moves the right side, supply x growth of acc, by exactly what it moves the left, paid x S + rem,
    /// and by no share unit more than that needs, so that what is taken in advance stays below the supply. For every amount and remainder, at supplies of every size: with the
    /// supply a variable too, no solver known to us ends. Between them fuzzing and the shared vectors stand in.
    function check_P1_pay__of_one_share__is_exact(uint64 rem, uint128 amount) external pure {
        _pay(1, rem, amount);
    }

    function check_P1_pay__of_three_shares__is_exact(uint64 rem, uint128 amount) external pure {
        _pay(3, rem, amount);
    }

    function check_P1_pay__of_a_first_epoch__is_exact(uint64 rem, uint128 amount) external pure {
        _pay(1_000_000_007, rem, amount);
    }

    function check_P1_pay__of_many_epochs__is_exact(uint64 rem, uint128 amount) external pure {
        _pay(123_456_789_012_345_677, rem, amount);
    }

    function check_P1_pay__of_the_largest_supply__is_exact(uint64 rem, uint128 amount) external pure {
        _pay(1e19, rem, amount);
    }

    /// @notice Growth and remainder do not depend on how far acc has come.
    function check_P1_pay__does_the_same_wherever_acc_is(uint128 acc, uint64 supply, uint64 rem, uint128 amount)
        external
        pure
    {
        if (supply == 0 || rem >= supply || amount == 0) return;
        RevenueMath.Pool memory first = RevenueMath.Pool(0, supply, rem);
        RevenueMath.Pool memory later = RevenueMath.Pool(acc, supply, rem);
        if (!later.pay(amount)) return;
        assert(first.pay(amount));
        assert(later.acc == acc + first.acc);
        assert(later.rem == first.rem && later.supply == supply);
    }

    /// @notice A full accumulator changes nothing.
    function check_P1_pay__that_finds_the_pool_full__changes_nothing(
        uint128 acc,
        uint64 supply,
        uint64 rem,
        uint128 amount
    ) external pure {
        if (supply == 0 || rem >= supply || amount == 0) return;
        RevenueMath.Pool memory pool = RevenueMath.Pool(acc, supply, rem);
        if (pool.pay(amount)) return;
        assert(pool.acc == acc && pool.supply == supply && pool.rem == rem);
    }

    /// @notice P2: whatever balance a holder is given, what was due to him before is due to him after, to the last fraction:
    /// in the slot, or as whole units in the second one.
    function check_P2_hold__keeps_the_value(uint256 value, uint64 oldBalance, uint64 balance, uint128 acc)
        external
        pure
    {
        if (value > type(uint192).max) return;
        RevenueMath.Holder memory holder = RevenueMath.Holder(0, oldBalance, 0);
        uint256 whole = holder.hold(value, balance, acc);
        assert(holder.balance == balance);
        assert(holder.accPaid <= acc);
        assert(holder.due(acc) + whole * S == value);
    }

    /// @notice A claim: whole units go, a fraction below one stays.
    function check_P1_claim__takes_whole_units_and_leaves_the_rest(
        uint128 accPaid,
        uint64 balance,
        uint64 frac,
        uint128 acc
    ) external pure {
        if (accPaid > acc) return;
        RevenueMath.Holder memory holder = RevenueMath.Holder(accPaid, balance, frac);
        uint256 value = holder.due(acc);
        // value % S < 10^19 < 2^64.
        // forge-lint: disable-next-line(unsafe-typecast)
        RevenueMath.Holder memory left = RevenueMath.Holder(acc, balance, uint64(value % S));
        assert(left.due(acc) < S);
        assert(left.due(acc) + value / S * S == value);
    }

    function _pay(uint64 supply, uint64 rem, uint128 amount) private pure {
        if (rem >= supply || amount == 0) return;
        RevenueMath.Pool memory pool = RevenueMath.Pool(0, supply, rem);
        if (!pool.pay(amount)) return;
        assert(pool.supply == supply);
        unchecked {
            assert((uint256(pool.acc) - 1) * supply < uint256(amount) * S - rem);
            assert(uint256(pool.acc) * supply + rem == uint256(amount) * S + pool.rem);
        }
    }
}
