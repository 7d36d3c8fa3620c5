"""The mirror's views of disputes: mirror tables -> SQL views -> **court_views** -> domains.

Declared as those of `store.views` are, and held to the database by the same test. A case belongs to the contract that
emitted it: numbers of cases and disputes count from the start in each version of the contracts.
"""

from sqlalchemy import BigInteger, Boolean, Text

from cota.store.types import AddressColumn, AmountColumn, Bytes32Column, UtcColumn
from cota.store.views import ORDERED_PLACE, PLACE, declare

cases = declare(
    "cases",
    {
        "case_id": AmountColumn,
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "attempt": BigInteger,
        "ground": Text,
        "state": Text,
        "claimant": AddressColumn,
        "respondent": AddressColumn,
        "bond": AmountColumn,
        "evidence": Bytes32Column,
        "deadline": AmountColumn,
        "rounds": BigInteger,
        "dispute_id": AmountColumn,
        "arbiter": AddressColumn,
        "burnt": AmountColumn,
        **ORDERED_PLACE,
        "closed_block": BigInteger,
        "closed_time": UtcColumn,
        "closed_tx": Bytes32Column,
    },
)
"""`ground`: leaf-bounds, two-leaves, signature, gold, scoring, data, wallet, appeal. `state`: open, upheld,
dismissed, unruled, moot, referred. `rounds`: how often its ruling was appealed."""

dispute_rounds = declare(
    "dispute_rounds",
    {
        "dispute_id": AmountColumn,
        "round": AmountColumn,
        "size": AmountColumn,
        "draw_block": AmountColumn,
        "seats": AmountColumn,
        "is_general": Boolean,
        "commit_ends_at": AmountColumn,
        "reveal_ends_at": AmountColumn,
        "committed": BigInteger,
        "revealed": BigInteger,
        "state": Text,
        "arbiter": AddressColumn,
        **PLACE,
    },
)
"""`state`: drawing, voting, appealed, ruled. Votes may end before the times said: when nobody is left to wait for."""

panel_seats = declare(
    "panel_seats",
    {
        "dispute_id": AmountColumn,
        "round": AmountColumn,
        "juror": AddressColumn,
        "committed_block": BigInteger,
        "ruling": AmountColumn,
        "fee": AmountColumn,
        "arbiter": AddressColumn,
        "block_number": BigInteger,
    },
)

rulings = declare(
    "rulings",
    {
        "dispute_id": AmountColumn,
        "ruling": AmountColumn,
        "arbiter": AddressColumn,
        "case_id": AmountColumn,
        **PLACE,
    },
)
"""`ruling`: 0 no answer, 1 for who brought the case, 2 against. `case_id` is null for a dispute of another contract."""

appeals = declare(
    "appeals",
    {
        "case_id": AmountColumn,
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "account": AddressColumn,
        "index": BigInteger,
        "has_penalty": Boolean,
        "units": AmountColumn,
        "state": Text,
        "correction": AmountColumn,
        "missed": AmountColumn,
        "paid": AmountColumn,
        "evidence": Bytes32Column,
        "deadline": AmountColumn,
        "dispute_id": AmountColumn,
        **PLACE,
        "closed_block": BigInteger,
    },
)
"""`missed` in the payment token, `paid` for it in COTA; `correction` is 0 where no units were given."""

audits = declare(
    "audits",
    {
        "audit_id": AmountColumn,
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "attempt": BigInteger,
        "auditor": AddressColumn,
        "fee": AmountColumn,
        "commitment": Bytes32Column,
        "draw_block": AmountColumn,
        "seed": Bytes32Column,
        "state": Text,
        "from_bond": AmountColumn,
        **PLACE,
        "desk": AddressColumn,
    },
)

court_credits = declare(
    "court_credits",
    {
        "holder": AddressColumn,
        "account": AddressColumn,
        "token": AddressColumn,
        "amount": AmountColumn,
    },
)
