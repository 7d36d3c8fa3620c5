"""Environment or key file -> **wallet** -> client. Whose key signs, and how it gets here.

Promises: a key comes from COTA_KEY, the file that COTA_KEY_FILE names, or an encrypted key file (Web3 Secret
Storage), and never from the command line; two of them at once are refused rather than one picked; no error
shows any part of a key or a password; keys that everybody knows sign on the local network only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from eth_account import Account

from cota.cli.asking import ask_hidden
from cota.cli.failures import Failed
from cota.client.session import Wallet
from cota.keys import SigningKey, development_addresses
from cota.settings import Settings

LARGEST_FILE = 2**16


def find_wallet(settings: Settings, keystore: Path | None, password_file: Path | None) -> Wallet:
    """The caller's account. Where its password is to be typed: how to get it, so that nobody is asked for a password
    before it is known that there is something to sign. Raises Failed, SettingsError."""
    is_typed = keystore is not None and password_file is None and sys.stdin.isatty()
    if is_typed and not settings.has_key("account"):
        return lambda: find_key(settings, keystore, None).account()
    return find_key(settings, keystore, password_file).account()


def find_key(settings: Settings, keystore: Path | None, password_file: Path | None) -> SigningKey:
    """The caller's key. Raises Failed, SettingsError."""
    if keystore is None:
        if not settings.has_key("account"):
            raise Failed(
                "COTA_KEY is not set: put your key there, name a file that holds it in COTA_KEY_FILE, "
                "or give --keystore"
            )
        return settings.key("account")
    if settings.has_key("account"):
        raise Failed("COTA_KEY and --keystore both name a key: keep one")
    key = _open(keystore, password_file)
    if not settings.network.is_local and key.address in development_addresses():
        raise Failed(f"{keystore} holds a development account whose key everybody knows: local network only")
    return key


def _open(keystore: Path, password_file: Path | None) -> SigningKey:
    content = _read(keystore, "the key file")
    if password_file is not None:
        password = _read(password_file, "the password file").removesuffix("\n").removesuffix("\r")
    else:
        password = ask_hidden(f"Password of {keystore.name}", "give --password-file")
    try:
        secret = Account.decrypt(json.loads(content), password)
    except ValueError as error:
        # eth_account raises ValueError for both; its words hold neither password nor key.
        reason = "the password is wrong" if "MAC" in str(error) else "it is not an encrypted key file"
        raise Failed(f"{keystore} cannot be opened: {reason}") from None
    except (TypeError, KeyError, NotImplementedError, AttributeError, RecursionError):
        raise Failed(f"{keystore} cannot be opened: it is not an encrypted key file") from None
    return SigningKey("0x" + bytes(secret).hex())


def _read(path: Path, what: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE).decode()
    except OSError as error:
        raise Failed(f"{what} {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failed(f"{what} {path} is not a text file") from None
