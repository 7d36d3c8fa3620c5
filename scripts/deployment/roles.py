"""Who may do what, after which delay: plan -> contracts on chain -> **roles** -> deploy, check_deployment.

Before this is done the deployer administers everything; after it, each act belongs to a role (cota.chain.contracts
names them) and, on public networks, to a delay within which everybody can see it coming. The guardian has no
delay: it can only shut entrances, for a week.
"""

from collections.abc import Mapping, Sequence

from cota.chain.client import NodeClient
from cota.chain.contracts import (
    AccessManager,
    BondRates,
    Contract,
    CredentialRegistry,
    DatasetRegistry,
    LicenseMarket,
    Role,
)
from cota.units import Address
from scripts.deployment.steps import Step

_FUNCTIONS: Sequence[tuple[type[Contract], Role, tuple[str, ...]]] = (
    (DatasetRegistry, Role.OPERATOR, ("addVersion", "allowPaymentToken")),
    (DatasetRegistry, Role.GUARDIAN, ("pauseCreation", "pauseJoining")),
    (LicenseMarket, Role.GUARDIAN, ("pauseSales",)),
    (CredentialRegistry, Role.OPERATOR, ("defineCredential",)),
    (BondRates, Role.OPERATOR, ("setRate",)),
)
_ADMINS = {Role.ISSUER: Role.OPERATOR, Role.JUROR: Role.JURY_KEEPER}
_DEPLOYERS = (Role.OPERATOR, Role.GUARDIAN, Role.JURY_KEEPER, Role.ADMIN)
"""What the deployer holds until it gives it away. ADMIN last: from then on its acts are delayed too."""


def duty_steps(client: NodeClient, at: Mapping[str, Address]) -> list[Step]:
    """Which role may call what, and which admits whom."""
    access = AccessManager(client, at["AccessManager"])
    functions = [
        _function_step(access, at[contract.name], contract, role, names)
        for contract, role, names in _FUNCTIONS
    ]
    return functions + [_admin_step(access, role, admin) for role, admin in _ADMINS.items()]


def grant_steps(client: NodeClient, at: Mapping[str, Address], deployer: Address, delay: int) -> list[Step]:
    """`delay`: seconds before an act of operator, jury keeper and administrator."""
    access = AccessManager(client, at["AccessManager"])
    return [_grant_step(access, role, deployer, 0 if role is Role.GUARDIAN else delay) for role in _DEPLOYERS]


def _function_step(
    access: AccessManager, target: Address, contract: type[Contract], role: Role, functions: Sequence[str]
) -> Step:
    selectors = [contract.abi().function(name).selector for name in functions]

    async def is_set() -> bool:
        roles = [await access.role_of(target, selector, "latest") for selector in selectors]
        return all(found == role for found in roles)

    data = access.encode_set_function_role(target, selectors, role)
    title = f"leave {' and '.join(functions)} of {contract.name} to the {_name(role)}"
    return Step(title, "deployer", access.address, data, is_set, is_restricted=True)


def _admin_step(access: AccessManager, role: Role, admin: Role) -> Step:
    async def is_set() -> bool:
        return await access.role_admin(role, "latest") == admin

    data = access.encode_set_role_admin(role, admin)
    title = f"let the {_name(admin)} admit each {_name(role)}"
    return Step(title, "deployer", access.address, data, is_set, is_restricted=True)


def _grant_step(access: AccessManager, role: Role, account: Address, delay: int) -> Step:
    async def is_granted() -> bool:
        """What was given away later is not taken back: somebody else holds it now."""
        is_admin, admins_delay = await access.has_role(Role.ADMIN, account, "latest")
        if not is_admin or admins_delay:
            return True
        is_member, found = await access.has_role(role, account, "latest")
        return bool(is_member and found >= delay) if role is Role.ADMIN else bool(is_member)

    data = access.encode_grant_role(role, account, delay)
    after = f", its acts after {delay:,} s" if delay else ""
    title = f"make the deployer {_name(role)}{after}"
    return Step(title, "deployer", access.address, data, is_granted, is_restricted=True)


def _name(role: Role) -> str:
    return str(role.name).lower().replace("_", " ")
