"""What a buyer is about to pay -> **an intent on disk** -> one transaction, however often it is asked for.

A payment whose answer was lost is the classic way to pay twice. Before a transaction is broadcast its signed
bytes are kept here under the intent's name; asked again, the very same transaction is sent again. A nonce can
be used once, so at most one payment happens, whatever crashed in between. Promises: the file is its owner's
alone; an intent names one payment for ever: another payment under its name is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cota.chain.blocking import BlockingSender
from cota.chain.sender import Receipt as Mined
from cota.chain.sender import Signed
from cota.client.refusals import ClientError
from cota.units import Hash32


class Intent:
    """One payment, by its name; `what` says which. Held by one process at a time."""

    def __init__(self, folder: Path, name: str, what: dict[str, Any]) -> None:
        if not name or name.startswith(".") or not all(one.isalnum() or one in "-_." for one in name):
            raise ClientError("an intent is named by letters, digits, dots, - and _")
        self._folder, self._name, self._what = folder, name, what
        self._path = folder / f"{name}.json"

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self._folder / f".{self._name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check()
        except BlockingIOError:
            os.close(self._lock)
            raise ClientError(f"another process is paying under the intent {self._name!r}") from None
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def pay(self, sender: BlockingSender, to: str, make: Callable[[], bytes]) -> Mined:
        """Sends the payment that `make` encodes, or finds the one that was sent before."""
        signings = self._read()
        if signings:
            mined = sender.resume(signings[-1], [one.tx_hash for one in signings])
            if mined is not None:
                return mined
            self._path.unlink()
        return sender.send(to, make(), on_signed=self._keep)  # type: ignore[arg-type]

    def _check(self) -> None:
        if self._path.exists() and (told := self._load()["what"]) != self._what:
            raise ClientError(f"the intent {self._name!r} is of another payment: {json.dumps(told)}")

    def _load(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return found

    def _read(self) -> list[Signed]:
        if not self._path.exists():
            return []
        return [
            Signed(one["nonce"], bytes.fromhex(one["raw"]), Hash32(bytes.fromhex(one["tx_hash"])))
            for one in self._load()["signings"]
        ]

    def _keep(self, signed: Signed) -> None:
        """On the disk before this returns, whole or as it was. Another nonce: the former one never left."""
        kept = [one for one in self._read() if one.nonce == signed.nonce] + [signed]
        told = [{"nonce": one.nonce, "raw": one.raw.hex(), "tx_hash": one.tx_hash.hex()} for one in kept]
        unfinished = self._folder / f".{self._name}.new"
        with open(
            os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump({"what": self._what, "signings": told}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self._path)
