"""The Python client: an account at an API -> **CotaClient** -> work, publishing, buying, being paid.

    with CotaClient("http://127.0.0.1:8000", account) as client:
        client.join(dataset)
        for lease in client.lease(dataset, 10):
            client.annotate(lease, "1")

Promises: the wallet's key signs on this machine and goes nowhere; what the service answers is checked
before it is believed; a refusal is the same typed error on both sides of the network.
"""

from cota.client.agents import Agent
from cota.client.backup import Backup
from cota.client.bounties import BountyClosed, BountyOpened, BountyReturned
from cota.client.bounty_claims import BountyClaimCalls, BountyClaimed, BountyDue
from cota.client.buyer import Bought, BuyerCalls
from cota.client.contesting import ContestCalls
from cota.client.deliveries import DeliveryCalls
from cota.client.demanding import DemandCalls, Demanded
from cota.client.disputing import Filed, Filing
from cota.client.exams import Exam, ExamCalls, ExamOutcome, Sitting
from cota.client.goldfinding import GoldCalls
from cota.client.inbox import InboxCalls
from cota.client.income import IncomeCalls
from cota.client.looking import Agreement, LookingCalls, Preview
from cota.client.media import MediaCalls
from cota.client.own_copy import CopyCalls, OwnCopy
from cota.client.proofs import Inclusion
from cota.client.publisher import NewItem, PublisherCalls
from cota.client.records import Currency, Lease, Sent, SignedLabel, SignedReceipt, Status
from cota.client.refusals import (
    BondNotCovered,
    BountyAppealed,
    BountyLocked,
    ClientError,
    StakeLocked,
    Unreachable,
    Untrustworthy,
)
from cota.client.staking import StakeCalls
from cota.client.successors import SuccessorCalls
from cota.client.told import (
    AccountTold,
    BatchTold,
    CredentialEndingTold,
    DatasetFigures,
    DatasetTold,
    DeliveryTold,
    EpochTold,
    HolderTold,
    InboxEvent,
    InboxPage,
    LicenseCheck,
    LicenseTold,
    MediumTold,
    MembershipTold,
    OwnRow,
    PaymentTold,
    PromiseTold,
    QualityTold,
    RateTold,
    RoyaltyTold,
    ShareTold,
)

__all__ = [
    "AccountTold", "Agent", "Agreement", "Backup", "BatchTold", "BondNotCovered", "Bought", "BountyAppealed",
    "BountyClaimed", "BountyClosed", "BountyDue", "BountyLocked", "BountyOpened", "BountyReturned",
    "ClientError", "CotaClient", "CredentialEndingTold", "Currency", "DatasetFigures", "DatasetTold",
    "DeliveryTold", "Demanded", "EpochTold", "Exam", "ExamOutcome", "Filed", "Filing", "HolderTold",
    "InboxEvent", "InboxPage", "Inclusion", "Lease", "LicenseCheck", "LicenseTold", "MediumTold",
    "MembershipTold", "NewItem", "OwnCopy", "OwnRow", "PaymentTold", "Preview", "PromiseTold", "QualityTold",
    "RateTold", "RoyaltyTold", "Sent", "ShareTold", "SignedLabel", "SignedReceipt", "Sitting", "StakeLocked",
    "Status", "Unreachable", "Untrustworthy",
]  # fmt: skip


class CotaClient(
    DemandCalls,
    BountyClaimCalls,
    GoldCalls,
    StakeCalls,
    SuccessorCalls,
    PublisherCalls,
    BuyerCalls,
    DeliveryCalls,
    LookingCalls,
    ExamCalls,
    IncomeCalls,
    InboxCalls,
    MediaCalls,
    CopyCalls,
    ContestCalls,
):
    """Everything that an account can do. `account` may be None for public reads; `rpc_url` is needed to send
    transactions and to have receipts and downloads checked against the chain itself."""
