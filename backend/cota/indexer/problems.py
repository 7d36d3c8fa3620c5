"""What can stop the indexer, and whether it passes by itself.

`Retry` and its kin pass: look again in a moment. The others need a person, and say what to do.
"""


class Retry(Exception):
    """Nothing was written; asking again soon will do."""


class NodeBehind(Retry):
    """The node knows of a block that it cannot show yet."""


class ChainMoved(Retry):
    """The chain changed between two questions; their answers do not fit together."""


class RangeRefused(Exception):
    """The node will not answer for this many blocks at once (or could not in time): ask for fewer."""


class ChainReset(Exception):
    """The node serves another chain (other genesis) than the one mirrored."""


class ReorganisationTooDeep(Retry):
    """More blocks would be taken back than this network's depth allows: nothing is deleted. Look at the node;
    if it is right, start with --accept-rollback."""


class MirrorMismatch(Exception):
    """The mirror in this database is of another chain or other contracts; it is left as it is."""


class MirrorTaken(Retry):
    """Someone else changed the cursor: this process is no longer the only writer."""
