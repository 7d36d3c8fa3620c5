"""JSON of datasets, their batches, holders and payments."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from cota.http.schemas import Amount, Answer, Bytes32, Contract, Instant, OnChain, Request, Token


class TermsAnswer(Answer):
    """The frozen terms. Amounts are base units of the token named; periods are seconds; bps are 1/10,000."""

    publisher: Contract
    publisher_bps: int
    treasury_bps: int
    supply_cap: Amount
    coordinator: Contract
    units_per_label: Amount
    challenge_window: int
    successor: Contract
    settle_period: int
    receipt_period: int
    checkpoint_period: int
    payment_token: Contract
    response_period: int
    claim_period: int
    appeal_period: int
    price_floor: Amount
    stake: Amount
    penalty_cap: Amount
    challenge_bond: Amount
    proposer_bond: Amount
    audit_fee: Amount
    penalty_period: int
    reporting_period: int
    price_delay: int
    license_term: int
    transfers_locked_until: int
    seats: int
    transfer_policy: Literal["open", "locked-until", "allow-list"]
    preview_policy: Literal["none", "labels", "items"]
    credential: Bytes32
    rules_hash: Bytes32
    schema_hash: Bytes32
    draw_commitment: Bytes32


class PromiseAnswer(Answer):
    """What bounties promise for a label made now, all that are not over and have money for one, together; in the
    dataset's token. Each of them: `/datasets/{dataset}/bounties`."""

    bounties: int
    per_label: Annotated[Amount, Field(description="For an average label")]
    free: Annotated[Amount, Field(description="What no epoch has taken")]
    labels_left: Annotated[
        Amount, Field(description="Average labels until the first of them runs out of money")
    ]


class DatasetAnswer(OnChain):
    """`schema` and `title` are null until the publisher has told them. Payment amounts are in `token`, stakes
    in COTA."""

    id: Bytes32
    publisher: Contract
    shares: Contract
    ledger: Contract
    vault: Contract
    market: Contract
    version: int
    uri: Annotated[str, Field(description="The chain's bytes as text; what is not UTF-8 shows as U+FFFD")]
    uri_bytes: Annotated[str, Field(description="The same bytes in 0x-hex, lossless")]
    state: Literal["open", "paused", "closed", "archived"]
    title: str | None
    description: str | None
    question: Annotated[JsonValue, Field(alias="schema", serialization_alias="schema")]
    terms_hash: Bytes32
    terms: TermsAnswer
    item_count: int
    batch_count: int
    created_at: Instant
    token: Token
    ours: Annotated[bool, Field(description="Whether this service coordinates the dataset")]
    bounty: Annotated[
        PromiseAnswer | None, Field(description="Cash for accepted labels, before any sale; null: none now")
    ]


class PriceAnswer(Answer):
    license_class: Annotated[int, Field(alias="class", serialization_alias="class")]
    price: Amount | None
    next_price: Amount
    effective_at: Instant


class DatasetDetailAnswer(DatasetAnswer):
    """One dataset with its running figures: `paid` and `claimed` reached its holders' pool and left it."""

    paid: Amount
    claimed: Amount
    supply: Amount
    members: int
    rows: Annotated[int, Field(description="Receipted rows so far")]
    prices: list[PriceAnswer]


class BatchAnswer(OnChain):
    batch: int
    items_root: Bytes32
    gold_root: Bytes32
    first_item: int
    count: int
    uploaded: Annotated[
        bool, Field(description="Whether the service holds its items: only then it is worked on")
    ]


class HolderAnswer(Answer):
    account: Contract
    balance: Amount
    share_bps: Annotated[
        int, Field(description="Part of all shares, claimed or not, in 1/10,000, rounded down")
    ]


class PaymentAnswer(OnChain):
    payer: Contract
    amount: Amount
    acc: Amount
    supply: Amount
    rem: Amount
    log_index: int
    at: Instant


class DetailsRequest(Request):
    question: Annotated[JsonValue, Field(alias="schema")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=20_000)] = ""
    draw_secret: Annotated[
        Bytes32 | None,
        Field(description="The secret whose hash is the terms' `draw_commitment`; kept once told"),
    ] = None
    reviews: Annotated[
        int, Field(ge=0, le=100, description="Second looks at each item of later batches whose labels differ")
    ] = 0
    field: Annotated[
        str | None,
        Field(
            pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$",
            description="What it is about, such as `radiology`: who is able in it saves a seat of what she labels",
        ),
    ] = None


class NewItem(Request):
    content: JsonValue
    item_salt: Bytes32
    gold_label: JsonValue = None
    gold_salt: Bytes32


class BatchRequest(Request):
    items: Annotated[list[NewItem], Field(min_length=1, max_length=100_000)]
    items_root: Bytes32
    gold_root: Bytes32
    first_item: Annotated[
        int | None,
        Field(
            ge=0,
            lt=2**53,
            description="Place of the first item in the dataset, if another batch is still pending",
        ),
    ] = None


class UploadAnswer(Answer):
    items_root: Bytes32
    gold_root: Bytes32
    first_item: int
    count: int


class MediumAnswer(Answer):
    """A picture or sound beside the items: `url` goes into their content, with width and height (pixels of the upright
    frame) where it is a picture. Whoever knows the address can fetch it."""

    token: Bytes32
    url: str
    sha256: Bytes32
    type: str
    size: int
    width: int | None
    height: int | None
    orientation: Annotated[int | None, Field(description="EXIF's, 1 to 8; width and height have it applied")]
