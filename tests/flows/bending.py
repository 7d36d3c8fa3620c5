"""A node that tells one thing otherwise: logs and views of the chain -> **bent** -> verifier.

Each function gives what the shim's `after` takes. Of logs one is changed, the newest of its event; all else is as
the chain has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cota.chain.abi import committed_abis
from cota.chain.events import Argument, EventSpec, Kind, committed_catalogue

Log = dict[str, Any]
After = Callable[[str, list[Any], Any], Any]
_WORD = 32


def bend(contract: str, event: str, argument: str, by: int = 1) -> After:
    """The newest log of an event says `by` more; of what is no number, the last byte is another."""
    spec = committed_catalogue().spec(contract, event)
    chosen = next(found for found in spec.arguments if found.column == argument)
    return _newest(spec, lambda log: _bent(log, spec, chosen, by))


def withhold(contract: str, event: str) -> After:
    """The newest log of an event is not told."""
    return _newest(committed_catalogue().spec(contract, event), lambda _log: None)


def cut(contract: str, event: str) -> After:
    """The newest log of an event lacks its last byte."""
    spec = committed_catalogue().spec(contract, event)
    return _newest(spec, lambda log: {**log, "data": log["data"][:-2]})


def bend_view(contract: str, function: str, by: int = 1) -> After:
    """Every call of a function that gives one number is answered with `by` more."""
    selector = "0x" + committed_abis()[contract].function(function).selector.hex()

    def after(method: str, params: list[Any], result: Any) -> Any:
        is_asked = method == "eth_call" and params[0]["data"].startswith(selector)
        return f"0x{int(result, 16) + by:064x}" if is_asked else result

    return after


def _newest(spec: EventSpec, change: Callable[[Log], Log | None]) -> After:
    def after(method: str, _params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        places = [_place(log) for log in result if log["topics"][0] == spec.topic]
        told = ((change(log) if _place(log) == max(places, default=None) else log) for log in result)
        return [log for log in told if log is not None]

    return after


def _place(log: Log) -> tuple[int, int]:
    return int(log["blockNumber"], 16), int(log["logIndex"], 16)


def _bent(log: Log, spec: EventSpec, argument: Argument, by: int) -> Log:
    is_number = argument.kind in (Kind.SMALL, Kind.AMOUNT)

    def alter(word: int) -> int:
        return word + by if is_number else word ^ 1

    at = [found for found in spec.arguments if found.indexed == argument.indexed].index(argument)
    if argument.indexed:
        topics = list(log["topics"])
        topics[at + 1] = f"0x{alter(int(topics[at + 1], 16)):064x}"
        return {**log, "topics": topics}
    data = bytearray.fromhex(log["data"][2:])
    word = slice(at * _WORD, (at + 1) * _WORD)
    data[word] = alter(int.from_bytes(data[word], "big")).to_bytes(_WORD, "big")
    return {**log, "data": "0x" + data.hex()}
