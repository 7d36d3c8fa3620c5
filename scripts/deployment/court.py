"""What the court needs once its contracts stand: a rate for the payment token, and on `local` jurors.

plan -> contracts on chain -> wiring, **court** -> deploy. Promise: as in wiring, each step first reads whether
it is needed.
"""

from collections.abc import Mapping

from cota.chain.client import NodeClient
from cota.chain.contracts import AccessManager, BondRates, CouncilArbiter, Role
from cota.keys import LOCAL_JURORS, local_key
from cota.units import Address
from scripts.deployment.steps import Step


def rate_step(client: NodeClient, at: Mapping[str, Address], payment_token: Address, rate: int) -> Step:
    """Once: what the operator sets later stays."""
    rates = BondRates(client, at["BondRates"])

    async def has_rate() -> bool:
        return await rates.rate_of(payment_token, "latest") != 0

    return Step(
        f"set what {payment_token} is worth in bonds",
        "deployer",
        rates.address,
        rates.encode_set_rate(payment_token, rate),
        has_rate,
        is_restricted=True,
    )


def juror_grants(client: NodeClient, at: Mapping[str, Address]) -> list[Step]:
    """Three development accounts as jurors, so that disputes can be played. Before duties are given away: who keeps
    the jury may then have to wait."""
    access = AccessManager(client, at["AccessManager"])
    return [_grant(access, local_key(role).address) for role in LOCAL_JURORS]


def juror_steps(client: NodeClient, at: Mapping[str, Address]) -> list[Step]:
    """They enrol by their own hand."""
    council = CouncilArbiter(client, at["CouncilArbiter"])
    return [_enrol(council, role) for role in LOCAL_JURORS]


def _grant(access: AccessManager, account: Address) -> Step:
    async def has_role() -> bool:
        is_juror, _ = await access.has_role(Role.JUROR, account, "latest")
        return is_juror

    data = access.encode_grant_role(Role.JUROR, account, 0)
    return Step(f"make {account} a juror", "deployer", access.address, data, has_role, is_restricted=True)


def _enrol(council: CouncilArbiter, role: str) -> Step:
    async def is_enrolled() -> bool:
        return await council.is_enrolled(local_key(role).address, "latest")

    title = f"enrol the {role.replace('_', ' ')}"
    return Step(title, role, council.address, council.encode_enroll(), is_enrolled)
