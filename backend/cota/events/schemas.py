"""JSON of events, inbox and webhooks."""

from typing import Annotated, Any, Literal

from pydantic import Field

from cota.http.schemas import Answer, Bytes32, Contract, Instant, Page, Request

Kind = Literal[
    "dataset-created", "dataset-state", "batch-added", "joined", "left", "released", "checkpointed", "epoch-proposed",
    "epoch-rejected", "epoch-finalized", "revenue-paid", "shares-claimed", "revenue-claimed", "license-bought",
    "price-set", "penalised", "case-opened", "case-closed", "appeal-upheld", "credential-issued",
    "credential-renewed", "credential-revoked", "bounty-opened", "bounty-funded", "bounty-closing", "bounty-assigned",
    "bounty-paid", "bounty-returned",
]  # fmt: skip


class EventAnswer(Answer):
    """One thing that happened on chain. `id` resumes a stream after it; `data` is what the contract said, numbers as
    text: amounts in base units, times in Unix seconds. `dataset` is null for what is of none:
    credentials."""

    id: str
    kind: Kind
    dataset: Bytes32 | None
    account: Contract | None
    at: Instant
    block: int
    tx_hash: Bytes32
    data: dict[str, Any]


class InboxAnswer(EventAnswer):
    """What concerns the caller. `labels` and `counted`: her own of that epoch, once it is scored; `deadline`: until
    when she can object: to a proposal by a challenge, to a final epoch by an appeal; of a case, from when on anyone may
    end it; of a credential, from when on it is not held; of a bounty that closes, until when checkpoints are paid."""

    labels: int | None
    counted: int | None
    deadline: Instant | None


class CredentialEnding(Answer):
    """A credential of the caller's that ends soon or ended lately, as it was issued or last renewed."""

    credential: Bytes32
    issuer: Contract
    expires_at: Annotated[Instant, Field(description="Not held from then on")]
    expired: bool
    datasets: Annotated[list[Bytes32], Field(description="Those that she works on and that ask for it")]


class InboxPage(Page[InboxAnswer]):
    """`ending`: the same on every page."""

    ending: Annotated[
        list[CredentialEnding],
        Field(description="Credentials that end or ended within thirty days, the first to end first"),
    ]


class WebhookRequest(Request):
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    dataset: Bytes32 | None = None
    kinds: Annotated[
        list[Kind] | None, Field(min_length=1, max_length=40, description="All, unless given")
    ] = None


class WebhookAnswer(Answer):
    id: str
    url: str
    dataset: Bytes32 | None
    kinds: list[Kind] | None
    created_at: Instant


class NewWebhookAnswer(Answer):
    """`secret` is told once: it signs every delivery (Standard Webhooks)."""

    id: str
    secret: str


class WebhooksAnswer(Answer):
    items: list[WebhookAnswer]


class DeliveryAnswer(Answer):
    id: str
    event_id: str
    state: Literal["waiting", "delivered", "failed"]
    tries: int
    last_status: int | None
    last_error: str | None
    created_at: Instant


class DeliveriesAnswer(Answer):
    items: list[DeliveryAnswer]
