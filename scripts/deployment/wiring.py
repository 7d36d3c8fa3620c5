"""What must be set once the contracts stand: versions, payment token, the float and the bond of who runs the
service.

plan -> contracts on chain -> **wiring** -> deploy sends what is missing, check_deployment reports it.
Promise: each step begins with a read of the chain that says whether it is needed, so that it is sent once and
can be resumed anywhere.
"""

import time
from collections.abc import Mapping

from cota.chain.client import NodeClient
from cota.chain.contracts import AnnotationLedger, DatasetRegistry, LocalDollar, Token, Version
from cota.keys import LOCAL_ROLES, local_key
from cota.settings import Settings
from cota.units import ZERO_ADDRESS, Address
from scripts.deployment.court import juror_steps, rate_step
from scripts.deployment.steps import Step

COTA = 10**18
DOLLAR = 10**6
UNLIMITED = 2**256 - 1

RELAYER_FLOAT = 1_000_000 * COTA
"""What the relayer posts for newcomers; topped up when half of it is gone."""
COORDINATOR_BOND = 100_000 * COTA
"""Prepaid, so that proposals can be bonded and faults be slashed; topped up when half of it is gone."""
PURSE = 10_000_000 * DOLLAR
RECEIPT_KEY_LIFE = 365 * 86_400


def governance_steps(
    client: NodeClient, at: Mapping[str, Address], payment_token: Address, bond_rate: int
) -> list[Step]:
    """Without these no dataset can be created; the deployment is complete when they are done."""
    registry = DatasetRegistry(client, at["DatasetRegistry"])
    wanted = Version(
        at["AnnotationLedger"],
        at["StakeVault"],
        at["LicenseMarket"],
        at["DatasetShares"],
        at["SettlementCourt"],
        at["CoordinatorFaults"],
        at["DeliveryDesk"],
    )

    async def has_version() -> bool:
        latest = await registry.latest_version("latest")
        return latest > 0 and await registry.version(latest, "latest") == wanted

    async def takes_token() -> bool:
        return await registry.is_payment_token(payment_token, "latest")

    return [
        Step(
            "register this version",
            "deployer",
            registry.address,
            registry.encode_add_version(wanted),
            has_version,
            is_restricted=True,
        ),
        Step(
            f"allow payments in {payment_token}",
            "deployer",
            registry.address,
            registry.encode_allow_payment_token(payment_token, True),
            takes_token,
            is_restricted=True,
        ),
        rate_step(client, at, payment_token, bond_rate),
    ]


def operator_steps(client: NodeClient, at: Mapping[str, Address], who: Mapping[str, Address]) -> list[Step]:
    """What the relayer and the coordinator need to work.

    `who`: addresses by role, those whose keys are at hand.
    """
    token = Token(client, at["CotaToken"])
    steps: list[Step] = []
    if "relayer" in who:
        steps += [
            _funds(token, who["relayer"], RELAYER_FLOAT, "relayer"),
            _approval(token, "relayer", who["relayer"], at["StakeVault"], "the vault"),
        ]
    if "coordinator" in who:
        ledger = AnnotationLedger(client, at["AnnotationLedger"])
        steps += _bond(ledger, token, who["coordinator"])
        if "receipt" in who:
            steps.append(_receipt_key(ledger, who["coordinator"], who["receipt"]))
    return steps


def local_steps(client: NodeClient, at: Mapping[str, Address]) -> list[Step]:
    """Play money for those who buy or put bounties aside, and jurors."""
    dollar = LocalDollar(client, at["TestDollar"])
    spending = [role for role in LOCAL_ROLES if "buyer" in role or role == "publisher"]
    purses = [_purse(dollar, local_key(role).address, role) for role in spending]
    return [*purses, *juror_steps(client, at)]


def signers(settings: Settings) -> dict[str, Address]:
    roles = ("deployer", "relayer", "coordinator", "receipt")
    return {role: settings.key(role).address for role in roles if settings.has_key(role)}


def payment_token(settings: Settings, at: Mapping[str, Address]) -> Address:
    return settings.network.payment_token or at.get("TestDollar", ZERO_ADDRESS)


def _funds(token: Token, account: Address, amount: int, role: str) -> Step:
    async def has_enough() -> bool:
        return await token.balance_of(account, "latest") >= amount // 2

    data = token.encode_transfer(account, amount)
    return Step(f"give the {role} {amount // COTA:,} COTA", "deployer", token.address, data, has_enough)


def _approval(token: Token, role: str, owner: Address, spender: Address, name: str) -> Step:
    async def is_approved() -> bool:
        return await token.allowance(owner, spender, "latest") >= UNLIMITED // 2

    data = token.encode_approve(spender, UNLIMITED)
    return Step(f"let {name} take the {role}'s COTA", role, token.address, data, is_approved)


def _bond(ledger: AnnotationLedger, token: Token, coordinator: Address) -> list[Step]:
    async def is_bonded() -> bool:
        return await ledger.bond_balance(coordinator, "latest") >= COORDINATOR_BOND // 2

    async def is_bonded_or_funded() -> bool:
        return await is_bonded() or await token.balance_of(coordinator, "latest") >= COORDINATOR_BOND

    give = token.encode_transfer(coordinator, COORDINATOR_BOND)
    deposit = ledger.encode_deposit_bond(coordinator, COORDINATOR_BOND)
    amount = f"{COORDINATOR_BOND // COTA:,} COTA"
    return [
        Step(f"give the coordinator {amount}", "deployer", token.address, give, is_bonded_or_funded),
        _approval(token, "coordinator", coordinator, ledger.address, "the ledger"),
        Step(f"post the coordinator's bond of {amount}", "coordinator", ledger.address, deposit, is_bonded),
    ]


def _receipt_key(ledger: AnnotationLedger, coordinator: Address, key: Address) -> Step:
    now = int(time.time())

    async def is_valid() -> bool:
        # By the chain's clock, which is the one that the contract goes by.
        head = await ledger.client.head()
        return await ledger.is_receipt_key_valid(coordinator, key, head.timestamp, "latest")

    data = ledger.encode_set_receipt_key(key, now + RECEIPT_KEY_LIFE)
    return Step(f"register the receipt key {key}", "coordinator", ledger.address, data, is_valid)


def _purse(dollar: LocalDollar, account: Address, role: str) -> Step:
    async def has_enough() -> bool:
        return await dollar.balance_of(account, "latest") >= PURSE // 2

    data = dollar.encode_mint(account, PURSE)
    title = f"give the {role.replace('_', ' ')} {PURSE // DOLLAR:,} test dollars"
    return Step(title, "deployer", dollar.address, data, has_enough)
