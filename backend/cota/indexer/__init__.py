"""The mirror's writer: window -> logs -> decode -> apply -> checkpoint, and back again when the chain
reorganises.

chain -> **indexer** -> store. Run as `python -m cota.indexer`. Promise P8: after any disturbance the mirror
equals what a fresh index of the canonical chain would give; rows and cursor move in one transaction; an
answer that may be wrong (a node that is behind, a chain that moved meanwhile) is never written.
"""
