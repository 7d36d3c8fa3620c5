"""One class per contract: client, codec -> **contracts** -> domains, worker, verifier.

`read` methods are pinned to a block that the caller names; `encode_` methods give the call data of a
transaction, for `Sender.send(contract.address, data)`. A contract's refusal is raised as ChainReverted.
"""

from cota.chain.contracts.access import AccessManager, Role
from cota.chain.contracts.base import Contract
from cota.chain.contracts.bounties import Bounty, BountyEscrow, BountyPart, waiting_words
from cota.chain.contracts.council import CouncilArbiter, Panel, Phase, Ruling
from cota.chain.contracts.court import (
    NO_LEAF,
    AppealRequest,
    Audit,
    AuditDesk,
    AuditState,
    BondRates,
    Case,
    GoldOpening,
    Ground,
    LabelledItem,
    Outcome,
    ProofDesk,
    SettlementCourt,
)
from cota.chain.contracts.credentials import CredentialRegistry, Grant
from cota.chain.contracts.deliveries import Delivery, DeliveryDesk, DeliveryState
from cota.chain.contracts.faults import CoordinatorFaults, Demand, DemandState, Fault, Promised
from cota.chain.contracts.ledger import AnnotationLedger, Checkpoint, Proposal, ProposalState
from cota.chain.contracts.market import Duty, License, LicenseMarket, Order, Permit
from cota.chain.contracts.registry import DatasetRegistry, Version
from cota.chain.contracts.shares import DatasetShares, EpochShares, Holder, Pool, ShareClaim
from cota.chain.contracts.successions import Succession, Successions
from cota.chain.contracts.tokens import LocalDollar, Token
from cota.chain.contracts.vault import Membership, MembershipState, PenaltyState, StakeVault

__all__ = [
    "NO_LEAF",
    "AccessManager",
    "AnnotationLedger",
    "AppealRequest",
    "Audit",
    "AuditDesk",
    "AuditState",
    "BondRates",
    "Bounty",
    "BountyEscrow",
    "BountyPart",
    "Case",
    "Checkpoint",
    "Contract",
    "CoordinatorFaults",
    "CouncilArbiter",
    "CredentialRegistry",
    "DatasetRegistry",
    "DatasetShares",
    "Delivery",
    "DeliveryDesk",
    "DeliveryState",
    "Demand",
    "DemandState",
    "Duty",
    "EpochShares",
    "Fault",
    "GoldOpening",
    "Grant",
    "Ground",
    "Holder",
    "LabelledItem",
    "License",
    "LicenseMarket",
    "LocalDollar",
    "Membership",
    "MembershipState",
    "Order",
    "Outcome",
    "Panel",
    "PenaltyState",
    "Permit",
    "Phase",
    "Pool",
    "Promised",
    "ProofDesk",
    "Proposal",
    "ProposalState",
    "Role",
    "Ruling",
    "SettlementCourt",
    "ShareClaim",
    "StakeVault",
    "Succession",
    "Successions",
    "Token",
    "Version",
    "waiting_words",
]
