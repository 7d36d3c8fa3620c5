"""Sequences of payments, transfers and claims with the state after each step: for scripts/vectors.py.

Per step: `ops` (0 open an epoch, 1 claim its shares, 2 pay, 3 transfer, 4 claim revenue), `a`, `b` (account
numbers; b only for a transfer), `epochs`, `amounts`; then the pool, accounts a and b, and what was paid out.
"""

from collections.abc import Iterator
from typing import Any

from cota.commitments.words import keccak
from cota.settlement.revenue import Holder, Revenue
from cota.units import Address, address_of

OPEN, CLAIM_SHARES, PAY, TRANSFER, CLAIM = range(5)
Step = tuple[int, int, int, int, int]
"""op, a, b, epoch, amount"""

# KNOWN-FAILURES B16: moving shares around a payment. Expected claimable: 600, 800, 600.
B16: list[Step] = [
    (OPEN, 0, 0, 0, 100),
    (CLAIM_SHARES, 0, 0, 0, 60),
    (CLAIM_SHARES, 1, 0, 0, 40),
    (PAY, 0, 0, 0, 1000),
    (TRANSFER, 0, 2, 0, 60),
    (PAY, 0, 0, 0, 1000),
]
# B17: three equal holders, three payments of 100. Expected claimable: 100 each; 33 each after the first.
B17: list[Step] = [
    (OPEN, 0, 0, 0, 3),
    *[(CLAIM_SHARES, i, 0, 0, 1) for i in range(3)],
    *[(PAY, 0, 0, 0, 100) for _ in range(3)],
]
# What changes no balance changes no revenue: nothing sent, sent to oneself, claimed twice.
NOTHING: list[Step] = [
    (OPEN, 0, 0, 0, 7),
    (CLAIM_SHARES, 0, 0, 0, 3),
    (CLAIM_SHARES, 1, 0, 0, 2),
    (PAY, 0, 0, 0, 5),
    (CLAIM, 0, 0, 0, 0),
    (CLAIM, 0, 0, 0, 0),
    (TRANSFER, 0, 1, 0, 0),
    (TRANSFER, 0, 0, 0, 3),
    (TRANSFER, 0, 2, 0, 3),
    (TRANSFER, 2, 0, 0, 0),
    (TRANSFER, 0, 2, 0, 0),
    (CLAIM_SHARES, 0, 0, 0, 2),
    (CLAIM, 2, 0, 0, 0),
]
# B17 at the largest supply: one base unit paid a thousand times over 10^19 shares.
B17_LARGEST: list[Step] = [
    (OPEN, 0, 0, 0, 10**19),
    (CLAIM_SHARES, 0, 0, 0, 6 * 10**18 + 1),
    (CLAIM_SHARES, 1, 0, 0, 10**18),
    *[(PAY, 0, 0, 0, 1) for _ in range(20)],
    (CLAIM, 0, 0, 0, 0),
    (CLAIM, 1, 0, 0, 0),
    (CLAIM_SHARES, 2, 0, 0, 3 * 10**18 - 1),
]
# P3 and P5: epoch 1 opens between two payments; its shares earn from there, though claimed last.
LATE: list[Step] = [
    (OPEN, 0, 0, 0, 100),
    (CLAIM_SHARES, 0, 0, 0, 100),
    (PAY, 0, 0, 0, 500),
    (OPEN, 0, 0, 1, 300),
    (PAY, 0, 0, 0, 800),
    (CLAIM, 0, 0, 0, 0),
    (CLAIM_SHARES, 1, 0, 1, 300),
    (CLAIM, 1, 0, 0, 0),
]


def draws(seed: str) -> Iterator[int]:
    """Endless 256-bit numbers of a seed."""
    state = keccak(seed.encode())
    while True:
        state = keccak(state)
        yield int.from_bytes(state, "big")


def random_steps(seed: str, count: int, accounts: int, largest: int) -> list[Step]:
    """A sequence of operations that the contract takes, spread over small and very large amounts."""
    draw, model, steps = draws(seed), Revenue(), [(OPEN, 0, 0, 0, 10**9)]
    run(model, steps[0])
    while len(steps) < count:
        op, a, b = next(draw) % 12, next(draw) % accounts, next(draw) % accounts
        size = next(draw) % 10 ** (1 + next(draw) % largest)
        step = _choose(model, op, a, b, size)
        if step is not None:
            run(model, step)
            steps.append(step)
    return steps


def _choose(model: Revenue, op: int, a: int, b: int, size: int) -> Step | None:
    if op == 0:
        room = 10**19 - model.pool.supply
        return (OPEN, 0, 0, len(model.epochs), size % (room // 1000 + 1))
    if op <= 3:
        epoch = size % len(model.epochs)
        left = model.epochs[epoch].remaining
        return (CLAIM_SHARES, a, 0, epoch, size % left + 1) if left else None
    if op <= 6:
        return (PAY, 0, 0, 0, size + 1)
    if op <= 9:
        balance = model.holder(account(a)).balance
        # Every third transfer moves all: the slot's value must then go to `owed`.
        return (TRANSFER, a, b, 0, balance if size % 3 == 0 else size % (balance + 1))
    return (CLAIM, a, 0, 0, 0)


def account(number: int) -> Address:
    return address_of((0xC07A0000 + number).to_bytes(20, "big"))


def run(model: Revenue, step: Step) -> int:
    op, a, b, epoch, amount = step
    if op == OPEN:
        model.open_epoch(epoch, amount)
    elif op == CLAIM_SHARES:
        model.claim_shares(account(a), epoch, amount)
    elif op == PAY:
        model.pay(amount)
    elif op == TRANSFER:
        model.transfer(account(a), account(b), amount)
    else:
        return model.claim(account(a))
    return 0


def _slot(holder: Holder) -> dict[str, str]:
    return {
        "accPaid": str(holder.acc_paid),
        "balance": str(holder.balance),
        "frac": str(holder.frac),
        "owed": str(holder.owed),
    }


def sequence(name: str, steps: list[Step]) -> dict[str, Any]:
    """The steps and what they lead to, as parallel arrays."""
    model = Revenue()
    columns: dict[str, list[Any]] = {
        key: []
        for key in ("ops", "a", "b", "epochs", "amounts", "acc", "supply", "rem", "paidOut",
                    "aAccPaid", "aBalance", "aFrac", "aOwed", "bAccPaid", "bBalance", "bFrac", "bOwed")
    }  # fmt: skip
    for step in steps:
        out = run(model, step)
        op, a, b, epoch, amount = step
        pool = model.pool
        row = {"ops": op, "a": a, "b": b, "epochs": epoch, "amounts": str(amount), "acc": str(pool.acc)}
        row |= {"supply": str(pool.supply), "rem": str(pool.rem), "paidOut": str(out)}
        for letter, number in (("a", a), ("b", b)):
            slot = _slot(model.holder(account(number)))
            row |= {letter + key[0].upper() + key[1:]: value for key, value in slot.items()}
        for key, value in row.items():
            columns[key].append(value)
    count = 1 + max(max(step[1], step[2]) for step in steps)
    final = [str(model.claimable(account(i))) for i in range(count)]
    return {
        "name": name,
        "stepCount": len(steps),
        "accounts": [account(i) for i in range(count)],
        **columns,
        "claimable": final,
        "paid": str(model.paid),
        "claimed": str(model.claimed),
    }


def revenue_vectors() -> dict[str, Any]:
    sequences = [
        sequence("B16: shares move between two payments", B16),
        sequence("B17: three equal holders, three payments that do not divide", B17),
        sequence("B17: single base units over the largest supply", B17_LARGEST),
        sequence("P3, P5: an epoch opened between two payments, claimed last", LATE),
        sequence("nothing sent, sent to oneself, claimed twice", NOTHING),
        sequence("random", random_steps("cota.revenue.1", 160, 5, 18)),
    ]
    return {
        "about": "ops: 0 open epoch, 1 claim shares, 2 pay, 3 transfer a to b, 4 claim revenue; state after",
        "scale": str(10**19),
        "sequenceCount": len(sequences),
        "sequences": sequences,
    }
