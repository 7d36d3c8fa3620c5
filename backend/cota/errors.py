"""What can be refused, one type per cause: the same for the API, the command line and the client.

Any layer raises, the edge answers: the API turns a DomainError into an RFC 9457 problem of type
`/problems/<slug>`, the command line into one line and exit code 1. Promises: `detail` is written for the
person who has to act on it, and holds no secret; `extra` holds what a program needs to act by itself.
"""

from typing import ClassVar


class DomainError(Exception):
    """Nothing that the caller did. The log has it under the answer's `request_id`."""

    # Base of all refusals: these three are constant per cause, `detail` tells the case.
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something broke on our side"
    status: ClassVar[int] = 500

    def __init__(self, detail: str = "", **extra: object) -> None:
        self.detail = detail or self.title
        self.extra = extra
        super().__init__(self.detail)

    @classmethod
    def type_path(cls) -> str:
        return f"/problems/{cls.slug}"


class BadRequest(DomainError):
    """The request cannot be understood."""

    slug, title, status = "bad-request", "The request cannot be understood", 400


class InvalidBody(DomainError):
    """`detail` says what is wanted; `errors`, where it is told, lists each field and what is wrong with it."""

    slug, title, status = "invalid-body", "A field of the request is missing or has the wrong form", 422


class NotFound(DomainError):
    """There is no such page or record."""

    slug, title, status = "not-found", "There is nothing at this address", 404


class RateLimited(DomainError):
    """`retry_after` says how many seconds to wait."""

    slug, title, status = "rate-limited", "Too many requests: wait a moment", 429


# --- signatures and sessions


class BadSignature(DomainError):
    """Not 65 bytes, v not 27 or 28, a high s, or a zero r or s."""

    slug, title, status = "bad-signature", "The signature is not a valid one", 400


class WrongSigner(DomainError):
    """`recovered` and `expected` name both accounts."""

    slug, title, status = "wrong-signer", "The signature is of another account", 403


class WrongDomain(DomainError):
    """Another chain, contract, host or version than this deployment's."""

    slug, title, status = "wrong-domain", "The statement was signed for another deployment", 400


class Expired(DomainError):
    """`server_time` lets the client see a wrong clock."""

    slug, title, status = "expired", "The statement's deadline has passed", 400


class DeadlineTooFar(DomainError):
    """A signature must not stay usable for ever; `latest` is the furthest deadline taken."""

    slug, title, status = "deadline-too-far", "The statement's deadline is too far away", 400


class NonceUsed(DomainError):
    """Sign again with a new nonce."""

    slug, title, status = "nonce-used", "The statement's nonce was used before", 409


class NotSignedIn(DomainError):
    """Sign in, then send the token as `Authorization: Bearer`."""

    slug, title, status = "not-signed-in", "Sign in first", 401


class Forbidden(DomainError):
    """Signed in, but not as who may do this."""

    slug, title, status = "forbidden", "This account may not do that", 403


# --- datasets and membership


class UnknownDataset(DomainError):
    """No such dataset is indexed."""

    slug, title, status = "unknown-dataset", "There is no such dataset", 404


class DatasetNotOpen(DomainError):
    """`state` says paused, closed or archived."""

    slug, title, status = "dataset-not-open", "The dataset takes no work at present", 409


class OwnDataset(DomainError):
    """The publisher knows the gold."""

    slug, title, status = "own-dataset", "A publisher cannot work on its own dataset", 403


class NotAMember(DomainError):
    """Join first."""

    slug, title, status = "not-a-member", "This account has not joined the dataset", 403


class MissingCredential(DomainError):
    """Revoked, run out, or never issued; `credential` says which. What was earned stays."""

    slug, title, status = (
        "missing-credential",
        "The dataset asks for a credential that this account does not hold",
        403,
    )


class ExamWanted(DomainError):
    """`GET /v1/datasets/{dataset}/exam` says what is asked."""

    slug, title, status = "exam-wanted", "Pass the dataset's exam first", 403


class TermsMismatch(DomainError):
    """`expected` is what the chain has."""

    slug, title, status = "terms-mismatch", "These are not the terms of the dataset", 409


class SchemaMismatch(DomainError):
    """The schema's hash is not the one in the terms."""

    slug, title, status = "schema-mismatch", "This is not the schema that the terms name", 422


class RootsMismatch(DomainError):
    """The roots given are not those of the items and gold given."""

    slug, title, status = "roots-mismatch", "The items and gold do not hash to these roots", 422


# --- work


class NoTask(DomainError):
    """Nothing that this account may label is free at present."""

    slug, title, status = "no-task", "There is no item for this account at present", 404


class UnknownItem(DomainError):
    """No such item in this dataset."""

    slug, title, status = "unknown-item", "There is no such item", 404


class NotLeased(DomainError):
    """Ask for a lease, then label."""

    slug, title, status = "not-leased", "The item is not leased to this account", 409


class LeaseExpired(DomainError):
    """Not counted, no penalty: lease again."""

    slug, title, status = "lease-expired", "The lease has expired: not counted, no penalty", 409


class AlreadyLabelled(DomainError):
    """One label per account and item. Refused, never punished."""

    slug, title, status = "already-labelled", "This account has labelled this item before", 409


class InvalidLabel(DomainError):
    """The label does not fit the dataset's schema, or is not what the commitment hides."""

    slug, title, status = "invalid-label", "The label does not fit the dataset's schema", 422


# --- licences


class UnknownLicense(DomainError):
    """No such licence is indexed."""

    slug, title, status = "unknown-license", "There is no such licence", 404


class NotLicensed(DomainError):
    """Buy a licence, or wait for it with `min_block`."""

    slug, title, status = "not-licensed", "This account has no licence for the dataset", 403


class NoSuchRange(DomainError):
    """`total` is how many bytes there are: what was downloaded so far is no part of it."""

    slug, title, status = "no-such-range", "The download has no such bytes", 416


# --- chain and mirror


class NotIndexedYet(DomainError):
    """Come back: `retry_after` seconds, `indexed` the block reached."""

    slug, title, status = "not-indexed-yet", "The block is not indexed yet", 503


class BlockTooFar(DomainError):
    """Asking again later is of use only once the chain is there. `head`: the newest block known, `indexed` as above."""

    slug, title, status = "block-too-far", "No such block can come while an answer waits", 400


class ChainReverted(DomainError):
    """`error` is the contract's own error name, `args` its arguments."""

    slug, title, status = "chain-reverted", "The contracts refuse this", 409


class ChainUnavailable(DomainError):
    """No node answers."""

    slug, title, status = "chain-unavailable", "The chain cannot be reached at present", 503


class FeesTooHigh(ChainUnavailable):
    """The chain asks for more gas money than the operator allows. Like a silent node, it passes: try again later."""

    slug, title, status = "fees-too-high", "The chain's fees are above what is allowed here", 503


def problem_types() -> dict[str, type[DomainError]]:
    """Every cause by slug, the base (`internal`) included."""
    causes: list[type[DomainError]] = [DomainError]
    for cause in causes:  # grows while it is walked
        causes += cause.__subclasses__()
    return {cause.slug: cause for cause in causes if "slug" in vars(cause)}
