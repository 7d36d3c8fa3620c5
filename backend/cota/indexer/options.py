"""How an indexer behaves on a network: settings, command line -> **options** -> run."""

from dataclasses import dataclass, field

from cota.indexer.follow import FollowOptions
from cota.networks import Network
from cota.store.mirror_names import SCHEMA

# A public chain that takes back more than this much has a story to it that a person should read first.
_DEEPEST_ROLLBACK = 1_000


@dataclass(frozen=True, slots=True)
class IndexerOptions:
    """`is_local`: a development chain is reset and redeployed at will, the mirror follows. `rebuild`: empty
    a mirror of another chain or of other contracts, once. `up_to`: a block not to pass.
    `subscribes`: nodes announce new blocks, besides being asked."""

    until_head: bool = False
    up_to: int | None = None
    is_local: bool = False
    rebuild: bool = False
    poll_seconds: float = 0.5
    subscribes: bool = True
    stale_seconds: float = 120.0
    schema: str = SCHEMA
    follow: FollowOptions = field(default_factory=FollowOptions)

    @classmethod
    def of_network(
        cls,
        network: Network,
        *,
        until_head: bool = False,
        rebuild: bool = False,
        accept_rollback: bool = False,
        schema: str = SCHEMA,
    ) -> "IndexerOptions":
        """On the local chain everything may happen; elsewhere a person must ask for it."""
        local = network.is_local
        return cls(
            until_head=until_head,
            is_local=local,
            rebuild=rebuild,
            schema=schema,
            poll_seconds=min(2.0, network.block_seconds / 5),
            stale_seconds=max(60.0, 10 * network.block_seconds),
            follow=FollowOptions(
                max_rollback=None if local or accept_rollback else _DEEPEST_ROLLBACK,
                trusts_lower_head=local,
            ),
        )
