"""Where Foundry's tools are.

Used by the local stack, the compiler and `make`. Promise: always the native binary. The launchers that npm
puts into node_modules/.bin exit 0 on failing tests and on compile errors, so nothing here ever touches them.
"""

import os
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class ToolMissing(Exception):
    """Names the tool and how to get it."""


def find_tool(name: str) -> Path:
    """`name`: forge, anvil or cast. The variable of the same name in capitals points at an own copy. Raises
    ToolMissing.
    """
    own = os.environ.get(name.upper())
    if own:
        return Path(own)
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine().lower())
    binary = ROOT / "node_modules" / "@foundry-rs" / f"{name}-{system}-{machine}" / "bin" / name
    if not binary.exists():
        own = f"set {name.upper()} to your own"
        raise ToolMissing(f"{name} is missing for {system}-{machine}: run make setup, or {own}")
    return binary


if __name__ == "__main__":
    try:
        print(find_tool(sys.argv[1]))
    except ToolMissing as missing:
        sys.exit(str(missing))
