"""Sign-in messages: the grammar of EIP-4361 to the letter, clocks with a leeway, what binds checked (B14)."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from cota.auth.signatures import address_of_secret, normalize_signature, recover
from cota.auth.siwe import (
    MalformedSignIn,
    NotYetValid,
    SignIn,
    build,
    build_message,
    check,
    parse,
    text_digest,
)
from cota.errors import Expired, WrongDomain

SECRET = b"\x01" * 32
ACCOUNT = address_of_secret(SECRET)
NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
MESSAGE = SignIn("app.example:8000", ACCOUNT, "https://app.example:8000", 31337, "abcDEF123", NOW)
# Written out by hand from the grammar in EIP-4361.
FULL = f"""https://app.example:8000 wants you to sign in with your Ethereum account:
{ACCOUNT}

I accept the terms.

URI: https://app.example:8000/login?a=1#top
Version: 1
Chain ID: 31337
Nonce: abcDEF123
Issued At: 2027-01-15T08:00:00.125Z
Expiration Time: 2027-01-15T09:10:00+01:00
Not Before: 2027-01-15T07:59:00Z
Request ID: some-id~1
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""
PLAIN = f"""app.example:8000 wants you to sign in with your Ethereum account:
{ACCOUNT}


URI: https://app.example:8000
Version: 1
Chain ID: 31337
Nonce: abcDEF123
Issued At: 2027-01-15T08:00:00Z"""


def verify(message: SignIn, **change: Any) -> None:
    wanted: dict[str, Any] = {
        "domain": "app.example:8000",
        "uri": "https://app.example:8000",
        "chain_id": 31337,
        "now": NOW,
    }
    check(message, **(wanted | change))


def test_parse__all_fields__are_read() -> None:
    found = parse(FULL)
    assert found == SignIn(
        domain="app.example:8000",
        address=ACCOUNT,
        uri="https://app.example:8000/login?a=1#top",
        chain_id=31337,
        nonce="abcDEF123",
        issued_at=NOW + timedelta(milliseconds=125),
        statement="I accept the terms.",
        expiration_time=NOW + timedelta(minutes=10),
        not_before=NOW - timedelta(minutes=1),
        request_id="some-id~1",
        resources=(
            "ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/",
            "https://example.com/my-web2-claim.json",
        ),
        scheme="https",
    )


def test_parse_b14__no_statement__is_accepted() -> None:
    assert parse(PLAIN) == MESSAGE
    assert build(MESSAGE) == PLAIN


STATEMENTS = st.none() | st.text(
    st.characters(
        exclude_categories=["Cc", "Cs", "Zl", "Zp"],
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    min_size=1,
    max_size=40,
)


@given(
    STATEMENTS,
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),
    st.none() | st.lists(st.just("https://a.example/x"), max_size=3).map(tuple),
    st.none() | st.just("") | st.just("id"),
)
def test_build__any_message__is_read_back_to_the_same_text(
    statement: str | None, when: datetime, resources: tuple[str, ...] | None, request_id: str | None
) -> None:
    time = when.replace(tzinfo=UTC)
    message = replace(
        MESSAGE,
        statement=statement,
        issued_at=time,
        expiration_time=time,
        resources=resources,
        request_id=request_id,
    )
    text = build(message)
    assert parse(text) == message
    assert build(parse(text)) == text


def test_build_message__made_by_a_client__passes_the_check() -> None:
    text = build_message(
        domain="app.example:8000",
        address=ACCOUNT,
        uri="https://app.example:8000",
        chain_id=31337,
        nonce="abcdefgh",
        issued_at=int(NOW.timestamp()),
        statement="Entrar na Cota: não custa nada.",
        lifetime_s=600,
    )
    verify(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        PLAIN + "\n",
        PLAIN + " ",
        " " + PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n\n\n", "\n\n"),
        PLAIN.replace("\n\n\n", "\n\n\n\n"),
        PLAIN.replace("\n\n\n", "\n\nline one\nline two\n\n"),
        PLAIN.replace("\n\n\n", "\n\ntab\there\n\n"),
        PLAIN.replace("\n\n\n", "\n\nline\u2028two\n\n"),
        PLAIN.replace("\n\n\n", "\n\nturned \u202e round\n\n"),
        PLAIN.replace("\n\n\n", "\n\nhalf \ud800\n\n"),
        PLAIN.replace("Version: 1", "Version: 2"),
        PLAIN.replace("Version: 1", "version: 1"),
        PLAIN.replace("Version: 1\n", ""),
        PLAIN.replace("Version: 1", "Version: 1\nVersion: 1"),
        PLAIN.replace("Chain ID: 31337", "Chain ID: 31337\nChain ID: 1"),
        PLAIN.replace("31337", "031337"),
        PLAIN.replace("31337", "0x7a69"),
        PLAIN.replace("31337", "31337x"),
        PLAIN.replace("31337", "٣"),
        PLAIN.replace("31337", "9" * 30),
        PLAIN.replace("abcDEF123", "abcDEF1"),
        PLAIN.replace("abcDEF123", "abc DEF123"),
        PLAIN.replace("abcDEF123", "abcdefgł"),
        PLAIN.replace("abcDEF123", "a" * 97),
        PLAIN.replace("08:00:00Z", "08:00:00"),
        PLAIN.replace("2027-01-15T08:00:00Z", "2027-01-15 08:00:00Z"),
        PLAIN.replace("2027-01-15", "2027-02-30"),
        PLAIN.replace("08:00:00Z", "08:00:61Z"),
        PLAIN.replace("2027-01-15T08:00:00Z", "0001-01-01T00:00:00+14:00"),
        PLAIN.replace("08:00:00Z", "08:00:00+99:00"),
        PLAIN.replace("URI: https://app.example:8000", "URI: /relative"),
        PLAIN.replace("URI: https://app.example:8000", "URI: https://a b"),
        PLAIN.replace("app.example:8000 wants", "user@app.example wants"),
        PLAIN.replace("app.example:8000 wants", "app.example/path wants"),
        PLAIN.replace("app.example:8000 wants", "аpp.example wants"),  # Cyrillic a
        PLAIN.replace(ACCOUNT, ACCOUNT[:-1]),
        PLAIN + "\nNot Before: 2027-01-15T08:00:00Z\nExpiration Time: 2027-01-15T08:00:00Z",
        PLAIN + "\nResources:\n- not a uri",
        PLAIN + "\nResources:\n\n- https://a.example",
        PLAIN + "\nExtra: 1",
        PLAIN + "\nRequest ID: a b",
        "x" * 100_000,
        PLAIN.replace("\n\n\n", "\n\n" + "a" * 5000 + "\n\n"),
    ],
)
def test_parse_b14__anything_else__is_refused_cleanly(text: str) -> None:
    with pytest.raises(MalformedSignIn):
        parse(text)


@given(st.text(max_size=300))
def test_parse__any_text__is_refused_or_read_never_a_crash(text: str) -> None:
    with pytest.raises(MalformedSignIn):
        parse(text)


def test_parse_b10__address_without_checksum__is_refused_and_told_why() -> None:
    for spelled in (ACCOUNT.lower(), "0x" + ACCOUNT[2:].upper()):
        with pytest.raises(MalformedSignIn, match="EIP-55"):
            parse(PLAIN.replace(ACCOUNT, spelled))


@pytest.mark.parametrize(
    "change",
    [
        {"domain": "evil.example"},
        {"domain": "app.example:8001"},
        {"domain": "app.example"},
        {"uri": "https://app.example:8001"},
        {"uri": "http://app.example:8000"},
        {"uri": "https://app.example:8000.evil.example"},
        {"chain_id": 1},
    ],
)
def test_check_b11__message_for_another_site_address_or_chain__is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WrongDomain):
        verify(replace(MESSAGE, **change))


def test_check__domain_in_other_case_and_uri_with_a_slash__are_the_same_site() -> None:
    verify(replace(MESSAGE, domain="App.Example:8000", uri="https://app.example:8000/"))


@pytest.mark.parametrize(("seconds", "accepted"), [(20, True), (30, True), (31, False), (600, False)])
def test_check_b14__issued_in_the_future__has_30_seconds_of_leeway(seconds: int, accepted: bool) -> None:
    later = NOW + timedelta(seconds=seconds)
    for message in (replace(MESSAGE, issued_at=later), replace(MESSAGE, not_before=later)):
        if accepted:
            verify(message)
            continue
        with pytest.raises(NotYetValid) as refusal:
            verify(message)
        assert refusal.value.extra["server_time"] == "2027-01-15T08:00:00+00:00"


@pytest.mark.parametrize(("seconds", "accepted"), [(20, True), (30, True), (31, False), (600, False)])
def test_check_b14__expired__has_30_seconds_of_leeway(seconds: int, accepted: bool) -> None:
    message = replace(MESSAGE, expiration_time=NOW - timedelta(seconds=seconds))
    if accepted:
        verify(message)
        return
    with pytest.raises(Expired) as refusal:
        verify(message)
    assert "server_time" in refusal.value.extra


def test_text_digest_b14__accents_and_emoji__are_verified_and_never_normalised() -> None:
    statement = "Zażółć 👩‍🔬 é"
    text = build(replace(MESSAGE, statement=statement))
    assert parse(text).statement == statement
    signature = normalize_signature(bytes(Account.sign_message(encode_defunct(text=text), SECRET).signature))
    assert recover(text_digest(text), signature) == ACCOUNT
    other = unicodedata.normalize("NFD", text)
    assert other != text
    assert parse(other).statement != statement
    assert recover(text_digest(other), signature) != ACCOUNT


def test_text_digest__half_a_surrogate_pair__is_refused() -> None:
    with pytest.raises(MalformedSignIn):
        text_digest("\ud800")
