"""Answers of the client: every field of theirs is one that the service sends, read at once and in the right type."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from cota.accounts.schemas import AccountAnswer, MembershipAnswer, ShareAnswer
from cota.annotations.schemas import OwnAnnotation
from cota.client import told
from cota.client.refusals import Untrustworthy
from cota.client.told import LicenseTold, Told
from cota.datasets.schemas import (
    BatchAnswer,
    DatasetAnswer,
    DatasetDetailAnswer,
    HolderAnswer,
    MediumAnswer,
    PaymentAnswer,
    PromiseAnswer,
)
from cota.events.schemas import CredentialEnding, InboxAnswer, InboxPage
from cota.insight.schemas import QualityAnswer, RateAnswer
from cota.licenses.schemas import CheckAnswer, DeliveryAnswer, LicenseAnswer, RoyaltyAnswer
from cota.settlement.schemas import EpochAnswer

SENT: dict[type[Told], type[Any]] = {
    told.DatasetTold: DatasetAnswer,
    told.PromiseTold: PromiseAnswer,
    told.DatasetFigures: DatasetDetailAnswer,
    told.BatchTold: BatchAnswer,
    told.EpochTold: EpochAnswer,
    told.HolderTold: HolderAnswer,
    told.PaymentTold: PaymentAnswer,
    told.MembershipTold: MembershipAnswer,
    told.ShareTold: ShareAnswer,
    told.AccountTold: AccountAnswer,
    told.OwnRow: OwnAnnotation,
    told.DeliveryTold: DeliveryAnswer,
    told.LicenseTold: LicenseAnswer,
    told.LicenseCheck: CheckAnswer,
    told.RoyaltyTold: RoyaltyAnswer,
    told.InboxEvent: InboxAnswer,
    told.MediumTold: MediumAnswer,
    told.InboxPage: InboxPage,
    told.CredentialEndingTold: CredentialEnding,
    told.RateTold: RateAnswer,
    told.QualityTold: QualityAnswer,
}
LICENSE: dict[str, Any] = {
    "license": "7", "dataset": "0x" + "11" * 32, "receiver": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "payer": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "class": 0, "price": "1500000", "epochs": [1, 2],
    "terms_hash": "0x" + "22" * 32, "expires_at": None, "expired": False, "renewed_block": None,
    "due_at": "2023-11-14T22:13:20Z", "overdue": True, "reports": 3, "late": 1,
    "export_url": "/v1/licenses/7/export", "block": 12,
    "tx_hash": "0x" + "33" * 32, "status": "final",
    "token": {"address": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "symbol": "TUSD", "decimals": 6},
    "delivery": {"state": "returned", "coordinator": None, "price": None, "due_at": None, "answered": True,
                 "returned": "40", "block": 13, "tx_hash": None, "status": "indexed"},
}  # fmt: skip


def test_told__every_answer__is_of_a_schema_that_the_service_has() -> None:
    kinds = [value for value in vars(told).values() if isinstance(value, type) and issubclass(value, Told)]
    assert set(kinds) - {Told, told.Placed} == set(SENT)


@pytest.mark.parametrize("kind", SENT, ids=lambda kind: kind.__name__)
def test_told__every_field__is_sent(kind: type[Told]) -> None:
    schema = TypeAdapter(SENT[kind]).json_schema(mode="serialization")
    names = {vars(base)[name].name for base in kind.__mro__ for name in kind.fields if name in vars(base)}
    assert names
    assert names <= set(schema["properties"]), names - set(schema["properties"])


def test_license__as_it_came__typed_and_still_json() -> None:
    found = LicenseTold(LICENSE)
    assert (found.license, found.price, found.license_class, found.epochs) == (7, 1_500_000, 0, (1, 2))
    assert found.dataset == bytes.fromhex("11" * 32)
    assert (found.expires_at, found.due_at) == (None, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    assert found.receiver == found.payer == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    assert (found.token.symbol, found.token.decimals) == ("TUSD", 6)
    assert found.delivery is not None
    assert (found.delivery.state, found.delivery.returned, found.delivery.due_at) == ("returned", 40, None)
    assert found == LICENSE
    assert json.loads(json.dumps(found)) == LICENSE
    assert {**found, "more": 1} == LICENSE | {"more": 1}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"price": 1_500_000}, "price"), ({"price": "1.5"}, "price"), ({"dataset": "0x11"}, "dataset"),
        ({"epochs": "1"}, "epochs"), ({"overdue": 1}, "overdue"), ({"reports": True}, "reports"),
        ({"delivery": {"state": "returned"}}, "block"), ({"token": {"symbol": "TUSD"}}, "decimals"),
    ],
)  # fmt: skip
def test_license__field_of_another_form__refused_when_it_comes(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(Untrustworthy, match=named):
        LicenseTold({**LICENSE, **changes})


def test_license__field_missing_or_no_object_at_all__refused() -> None:
    for name in ("late", "class", "status"):
        with pytest.raises(Untrustworthy, match=f"no field '{name}'"):
            LicenseTold({key: value for key, value in LICENSE.items() if key != name})
    with pytest.raises(Untrustworthy, match="an object is wanted"):
        LicenseTold([LICENSE])  # type: ignore[arg-type]
