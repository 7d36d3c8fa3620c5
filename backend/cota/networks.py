"""The chains that Cota knows: what differs between them, in one table.

Read by settings, which picks one; nothing else names a network. A chain not listed here is refused: its
confirmation depth and its windows are decisions, not defaults.
"""

from dataclasses import dataclass

from cota.units import Address

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Windows:
    """Periods in seconds that a publisher's terms take unless told otherwise. Each is a field of `Terms`."""

    challenge_window: int
    settle_period: int
    receipt_period: int
    checkpoint_period: int
    response_period: int
    claim_period: int
    appeal_period: int
    penalty_period: int
    price_delay: int


@dataclass(frozen=True, slots=True)
class Court:
    """What the deployment's council and court are built with; periods in seconds."""

    draw_blocks: int
    """Blocks between asking for a panel and the block whose hash draws it."""
    commit_period: int
    reveal_period: int
    appeal_period: int
    ruling_period: int
    """After it a case ends without a ruling: longer than a draw and the three periods together."""
    juror_fee: int
    """In wei, for each juror who reveals a vote."""


@dataclass(frozen=True, slots=True)
class Network:
    name: str
    chain_id: int
    confirmations: int
    """How deep a block must lie before what it holds counts as final; 1 is the newest block itself."""
    block_seconds: float
    windows: Windows
    cohort_blocks: int
    """Newcomers are drawn for together, every so many blocks."""
    payment_token: Address | None
    """The dollar that licences are paid in. None: the deployment brings its own TestDollar."""
    act_delay: int
    """Seconds between the announcement and the effect of what operator and administrator do."""
    court: Court
    bond_rate: int
    """Base units of COTA that make good 10^18 base units of the payment token, until the operator sets another."""

    @property
    def is_local(self) -> bool:
        return self.name == "local"


# Short enough to watch, and still real: the demo waits for them, it never jumps time.
_LOCAL_WINDOWS = Windows(
    challenge_window=5,
    settle_period=10 * MINUTE,
    receipt_period=MINUTE,
    checkpoint_period=5 * MINUTE,
    response_period=5,
    claim_period=MINUTE,
    appeal_period=5,
    penalty_period=10,
    price_delay=5,
)

_TEST_NET_WINDOWS = Windows(
    challenge_window=HOUR,
    settle_period=2 * DAY,
    receipt_period=6 * HOUR,
    checkpoint_period=DAY,
    response_period=12 * HOUR,
    claim_period=3 * DAY,
    appeal_period=DAY,
    penalty_period=3 * DAY,
    price_delay=HOUR,
)

_LOCAL_COURT = Court(
    draw_blocks=1,
    commit_period=20,
    reveal_period=20,
    appeal_period=10,
    ruling_period=2 * MINUTE,
    juror_fee=10**15,
)

_TEST_NET_COURT = Court(
    draw_blocks=5,
    commit_period=DAY,
    reveal_period=DAY,
    appeal_period=DAY,
    ruling_period=5 * DAY,
    juror_fee=10**15,
)

_ONE_COTA_A_DOLLAR = 10**30
"""For a dollar of six decimals."""

NETWORKS: dict[str, Network] = {
    network.name: network
    for network in (
        Network("local", 31_337, 1, 1.0, _LOCAL_WINDOWS, 1, None, 0, _LOCAL_COURT, _ONE_COTA_A_DOLLAR),
        Network(
            "sepolia",
            11_155_111,
            # Two epochs of Ethereum: past them the chain is final.
            64,
            12.0,
            _TEST_NET_WINDOWS,
            150,
            Address("0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238"),
            2 * DAY,
            _TEST_NET_COURT,
            _ONE_COTA_A_DOLLAR,
        ),
        Network(
            "base-sepolia",
            84_532,
            # A rollup's sequencer does not reorganise by itself; ten blocks ride out its restarts.
            10,
            2.0,
            _TEST_NET_WINDOWS,
            900,
            Address("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
            2 * DAY,
            _TEST_NET_COURT,
            _ONE_COTA_A_DOLLAR,
        ),
    )
}
