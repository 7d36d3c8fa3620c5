"""Cota: an annotation network whose labellers own the dataset's revenue."""

import sys


def _limit_recursion() -> None:
    """eth_account brings py_ecc, which raises Python's limit of recursion to 100,000 as it is imported. JSON that
    nests so deep then ends the process, wherever it comes from: here it is imported before all else, and the limit
    that Python starts with is put back.
    """
    import py_ecc  # noqa: F401

    if sys.getrecursionlimit() >= 100_000:
        sys.setrecursionlimit(1_000)


_limit_recursion()
