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


def juror_steps(client: NodeClient, at: Mapping[str, Address]) -> list[Step]:
    """Three development accounts as jurors, so that disputes can be played."""
    access, council = AccessManager(client, at["AccessManager"]), CouncilArbiter(client, at["CouncilArbiter"])
    return [step for role in LOCAL_JURORS for step in _seat(access, council, role)]


def _seat(access: AccessManager, council: CouncilArbiter, role: str) -> list[Step]:
    account, name = local_key(role).address, role.replace("_", " ")

    async def has_role() -> bool:
        is_juror, _ = await access.has_role(Role.JUROR, account, "latest")
        return is_juror

    async def is_enrolled() -> bool:
        return await council.is_enrolled(account, "latest")

    return [
        Step(
            f"make {account} a juror",
            "deployer",
            access.address,
            access.encode_grant_role(Role.JUROR, account, 0),
            has_role,
        ),
        Step(f"enrol the {name}", role, council.address, council.encode_enroll(), is_enrolled),
    ]
