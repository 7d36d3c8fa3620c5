// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Revenue per share, exact to the last fraction
/// @notice Payment -> **pool** -> holder -> claim. A payment moves one number, the revenue per share unit; a holder's due is
/// his balance times its growth since he was last looked at. All in units of 1/S of a base unit of the payment token.
/// @dev The pool takes a payment's remainder in advance: `acc` grows by the ceiling of amount x S / supply, and `rem` is
/// how much too far that went, always less than the supply. Hence, at every moment,
///   paid x S + rem = sum of all values due (holders' and unclaimed epochs') + S x (claimed + owed),
/// every term >= 0 and rem < S: whole units never exceed what was paid, and each holder is within one base unit of exact.
/// Python twin: cota/settlement/revenue.py, with the same vectors.
library RevenueMath {
    /// @notice Scale: at least the largest supply, so that every base unit paid moves `acc`.
    uint256 internal constant S = 1e19;

    struct Pool {
        uint128 acc;
        uint64 supply;
        uint64 rem;
    }

    struct Holder {
        uint128 accPaid;
        uint64 balance;
        uint64 frac;
    }

    /// @notice Adds a payment of `amount` > 0 to a pool with `pool.supply` > 0 shares. False, and nothing done, when `acc` is
    /// full.
    function pay(Pool memory pool, uint256 amount) internal pure returns (bool) {
        uint256 supply = pool.supply;
        uint256 n = amount * S - pool.rem;
        uint256 q = (n - 1) / supply + 1;
        uint256 acc = pool.acc + q;
        if (acc > type(uint128).max) return false;
        // Both casts lose nothing: acc was just checked, and the remainder is less than the 64-bit supply.
        // forge-lint: disable-next-line(unsafe-typecast)
        pool.acc = uint128(acc);
        // forge-lint: disable-next-line(unsafe-typecast)
        pool.rem = uint64(q * supply - n);
        return true;
    }

    /// @notice Value due to a holder, in 1/S.
    function due(Holder memory holder, uint128 acc) internal pure returns (uint256) {
        return uint256(holder.balance) * (acc - holder.accPaid) + holder.frac;
    }

    /// @notice Writes into a holder's slot that he has `balance` shares and that `value` (in 1/S) is due to him.
    /// @dev The value stays in the slot as if he had had the new balance for a while. Where that is impossible (nothing left
    /// to carry it, or more than all revenue so far) whole units move out.
    /// @return whole base units for his second slot
    function hold(Holder memory holder, uint256 value, uint64 balance, uint128 acc)
        internal
        pure
        returns (uint256 whole)
    {
        holder.balance = balance;
        if (balance != 0 && value / balance <= acc) {
            // Casts lose nothing: just checked, and the remainder is less than the 64-bit balance.
            // forge-lint: disable-next-line(unsafe-typecast)
            holder.accPaid = acc - uint128(value / balance);
            // forge-lint: disable-next-line(unsafe-typecast)
            holder.frac = uint64(value % balance);
            return 0;
        }
        holder.accPaid = acc;
        // value % S < 10^19 < 2^64.
        // forge-lint: disable-next-line(unsafe-typecast)
        holder.frac = uint64(value % S);
        return value / S;
    }
}
