"""Other people's programs, each in an environment of its own below var/peers: they pin what we do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.stack.foundry import ROOT


def environment(name: str, *packages: str) -> Path:
    """The `bin` folder of an environment that holds exactly these packages; built once."""
    folder = ROOT / "var" / "peers" / name
    stamp = folder / ".stamp"
    wanted = "\n".join(packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        uv = str(Path(sys.executable).with_name("uv"))
        python = str(folder / "bin" / "python")
        subprocess.run([uv, "venv", "--quiet", "--clear", str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *packages], check=True)
        stamp.write_text(wanted)
    return folder / "bin"
