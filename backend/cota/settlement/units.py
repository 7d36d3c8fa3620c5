"""How an epoch's shares are handed out: skill x settled labels -> **units** -> leaves.

Units are base units of the dataset's shares (6 decimals). Exact units of an account are labels x skill^2
x difficulty x U / 2, with U the terms' units per label, skill in billionths and labels x difficulty as one
weight in thousandths of a label. Promises: integers only; the total is the floor of the exact sum and is handed
out to the last unit (largest remainder, ties to the smaller address), so the result does not depend on the order
of the accounts.
"""

from collections.abc import Mapping
from typing import TypeVar

from cota.commitments.words import UINT64_MAX
from cota.errors import BadRequest

SKILL_ONE = 10**9
"""Skill 1.0, in billionths."""
WEIGHT_ONE = 1000
"""A label of difficulty 1."""

_DENOMINATOR = 2 * SKILL_ONE**2 * WEIGHT_ONE

Account = TypeVar("Account", bound=str)


def earnings(skill: int, weight: int, units_per_label: int, paid_at: int = 0) -> int:
    """Exact units of a weight at a skill, as a numerator for `share_out`. `paid_at`: the skill that the weight was
    paid at before; only what is above that is earned. Raises BadRequest.
    """
    for one in (skill, paid_at):
        if not 0 <= one <= SKILL_ONE:
            raise BadRequest(f"a skill is between 0 and {SKILL_ONE} billionths, not {one}")
    if weight < 0:
        raise BadRequest(f"{weight} is not a weight of labels")
    if not 0 <= units_per_label <= UINT64_MAX:
        raise BadRequest(f"{units_per_label} is not a number of units per label")
    return weight * max(0, skill * skill - paid_at * paid_at) * units_per_label


def cap(exact: Mapping[Account, int], most: int) -> dict[Account, int]:
    """The same if they make at most `most` units, else all scaled down in proportion."""
    total, limit = sum(exact.values()), most * _DENOMINATOR
    return dict(exact) if total <= limit else {a: value * limit // total for a, value in exact.items()}


def share_out(exact: Mapping[Account, int]) -> tuple[int, dict[Account, int]]:
    """The epoch's total and the units of each account that earned any, by ascending account, from `earnings`."""
    accounts = sorted(exact, key=_order)
    total = sum(exact.values()) // _DENOMINATOR
    units = {a: exact[a] // _DENOMINATOR for a in accounts}
    spare = total - sum(units.values())
    # sorted() is stable, so accounts of equal remainder stay in ascending order.
    for account in sorted(accounts, key=lambda a: -(exact[a] % _DENOMINATOR))[:spare]:
        units[account] += 1
    return total, {account: n for account, n in units.items() if n > 0}


def allot(
    skills: Mapping[Account, int], counted: Mapping[Account, int], units_per_label: int
) -> tuple[int, dict[Account, int]]:
    """`share_out` of labels that all weigh one: `skills` in billionths, `counted` settled labels.

    An account missing from either earns nothing. Raises BadRequest.
    """
    earnings(0, 0, units_per_label)  # refuses units that cannot be, even for nobody
    return share_out(
        {
            account: earnings(skills[account], counted[account] * WEIGHT_ONE, units_per_label)
            for account in set(skills) & set(counted)
        }
    )


def _order(account: str) -> tuple[str, str]:
    # EIP-55 case is not part of an address' value: ascending means ascending bytes.
    return account.lower(), account
