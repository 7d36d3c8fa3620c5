"""The mirror's views of money: mirror tables -> SQL views -> **revenue_views** -> whoever reads whole rows.

Shares, what they earn, licences, their deliveries and prices. Declared as those of `store.views` are, and held to the
database by the same test.
"""

from sqlalchemy import BigInteger, Boolean, Text

from cota.store.types import AddressColumn, AmountColumn, Bytes32Column, UtcColumn
from cota.store.views import ORDERED_PLACE, PLACE, declare

share_claims = declare(
    "share_claims",
    {
        "dataset": Bytes32Column,
        "epoch": AmountColumn,
        "account": AddressColumn,
        "index": BigInteger,
        "units": AmountColumn,
        "remaining": AmountColumn,
        "balance": AmountColumn,
        **ORDERED_PLACE,
    },
)

payments = declare(
    "payments",
    {
        "dataset": Bytes32Column,
        "payer": AddressColumn,
        "amount": AmountColumn,
        "acc": AmountColumn,
        "supply": AmountColumn,
        "rem": AmountColumn,
        **ORDERED_PLACE,
    },
)

revenue_claims = declare(
    "revenue_claims",
    {
        "dataset": Bytes32Column,
        "account": AddressColumn,
        "recipient": AddressColumn,
        "amount": AmountColumn,
        **ORDERED_PLACE,
    },
)

balances = declare(
    "balances",
    {
        "dataset": Bytes32Column,
        "account": AddressColumn,
        "balance": AmountColumn,
        "block_number": BigInteger,
    },
)
"""Holders' balances, zero ones included; shares that wait to be claimed are nobody's yet."""

pools = declare(
    "pools",
    {
        "dataset": Bytes32Column,
        "acc": AmountColumn,
        "supply": AmountColumn,
        "rem": AmountColumn,
        "paid": AmountColumn,
    },
)

licenses = declare(
    "licenses",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "receiver": AddressColumn,
        "payer": AddressColumn,
        "class": BigInteger,
        "price": AmountColumn,
        "epochs": AmountColumn,
        "terms_hash": Bytes32Column,
        "expires_at": AmountColumn,
        **ORDERED_PLACE,
        "renewed_block": BigInteger,
    },
)

royalties = declare(
    "royalties",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "payer": AddressColumn,
        "amount": AmountColumn,
        "report_hash": Bytes32Column,
        **ORDERED_PLACE,
    },
)

reports = declare(
    "reports",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "reports": BigInteger,
        "late": BigInteger,
        "last_at": UtcColumn,
    },
)
"""Reports of licensees whose terms ask for them; no row before the first."""

deliveries = declare(
    "deliveries",
    {
        "license": AmountColumn,
        "dataset": Bytes32Column,
        "state": Text,
        "paid_at": AmountColumn,
        "coordinator": AddressColumn,
        "price": AmountColumn,
        "due_at": AmountColumn,
        "answered": Boolean,
        "returned": AmountColumn,
        "dispute_id": AmountColumn,
        "desk": AddressColumn,
        **PLACE,
    },
)
"""Of each licence's last payment; no row while nothing is said of it. `state`: demanded, answered, disputed,
acknowledged, upheld, returned. Coordinator, price and `due_at` are null unless it was demanded, `returned` (COTA; 0
where the bond was gone) unless it was ruled on."""

bounties = declare(
    "bounties",
    {
        "bounty": AmountColumn,
        "dataset": Bytes32Column,
        "publisher": AddressColumn,
        "token": AddressColumn,
        "per_label": AmountColumn,
        "units_per_label": AmountColumn,
        "first_checkpoint": AmountColumn,
        "opened_at": AmountColumn,
        "ends_at": AmountColumn,
        "funded": AmountColumn,
        "assigned": AmountColumn,
        "paid": AmountColumn,
        "returned": AmountColumn,
        "free": AmountColumn,
        "epochs": BigInteger,
        "escrow": AddressColumn,
        **PLACE,
    },
)
"""Amounts in base units of `token`: `funded` = `assigned` (to `epochs` epochs) + `returned` + `free`; `paid` is of
what was assigned. `ends_at` (unix seconds) is null while a bounty is open."""

prices = declare(
    "prices",
    {
        "dataset": Bytes32Column,
        "class": BigInteger,
        "price": AmountColumn,
        "effective_at": AmountColumn,
        "previous_price": AmountColumn,
        **PLACE,
    },
)
"""`price` holds from `effective_at` (unix seconds) on; until then `previous_price`, which is null for a first
price."""
