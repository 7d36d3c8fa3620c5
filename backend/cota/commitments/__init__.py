"""Digests and trees that bind records to the chain: the same bytes as the contracts make."""
