"""How an epoch's shares are handed out: skill x settled labels -> **units** -> leaves.

Units are base units of the dataset's shares (6 decimals). Exact units of an account are labels x skill^2
x difficulty x U / 2, with U the terms' units per label, difficulty 1 and skill in billionths. Promises:
integers only; the total is the floor of the exact sum and is handed out to the last unit (largest
remainder, ties to the smaller address), so the result does not depend on the order of the accounts.
"""

from collections.abc import Mapping
from typing import TypeVar

from cota.commitments.words import UINT64_MAX
from cota.errors import BadRequest

SKILL_ONE = 10**9
"""Skill 1.0, in billionths."""

_DENOMINATOR = 2 * SKILL_ONE**2

Account = TypeVar("Account", bound=str)


def _numerator(skill: int, labels: int, units_per_label: int) -> int:
    if not 0 <= skill <= SKILL_ONE:
        raise BadRequest(f"a skill is between 0 and {SKILL_ONE} billionths, not {skill}")
    if labels < 0:
        raise BadRequest(f"{labels} is not a count of labels")
    return labels * skill * skill * units_per_label


def allot(
    skills: Mapping[Account, int], counted: Mapping[Account, int], units_per_label: int
) -> tuple[int, dict[Account, int]]:
    """The epoch's total and the units of each account that earned any, by ascending account.

    `skills` in billionths, `counted` settled labels; an account missing from either earns nothing. Raises
    BadRequest.
    """
    if not 0 <= units_per_label <= UINT64_MAX:
        raise BadRequest(f"{units_per_label} is not a number of units per label")
    accounts = sorted(set(skills) & set(counted), key=_order)
    exact = {a: _numerator(skills[a], counted[a], units_per_label) for a in accounts}
    total = sum(exact.values()) // _DENOMINATOR
    units = {a: exact[a] // _DENOMINATOR for a in accounts}
    spare = total - sum(units.values())
    # sorted() is stable, so accounts of equal remainder stay in ascending order.
    for account in sorted(accounts, key=lambda a: -(exact[a] % _DENOMINATOR))[:spare]:
        units[account] += 1
    return total, {account: n for account, n in units.items() if n > 0}


def _order(account: str) -> tuple[str, str]:
    # EIP-55 case is not part of an address' value: ascending means ascending bytes.
    return account.lower(), account
