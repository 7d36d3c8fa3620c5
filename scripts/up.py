"""`make up`: the local stack to play with, in the background. `make down` stops it.

The command starts a detached keeper, shows what it does, and ends with a table of what runs where. Promises:
a second `make up` says that it is up and changes nothing; a stack that cannot start leaves nothing running;
the keeper holds a lock for as long as it lives, so that nobody trusts a stale file.
"""

import argparse
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.stack.files import write_json
from scripts.stack.foundry import ROOT, ToolMissing
from scripts.stack.local import LocalStack, Ports
from scripts.stack.ports import PortTaken
from scripts.stack.processes import ProcessFailed, Stopped
from scripts.stack.record import LOCK, RECORD, Running, is_held, read_running

FOLDER = ROOT / "var" / "stack"


def main() -> None:
    options = argparse.ArgumentParser(prog="make up", description="Start the local stack.")
    options.add_argument("--api-port", type=parse_port, default=8000, metavar="PORT")
    options.add_argument("--rpc-port", type=parse_port, default=8545, metavar="PORT")
    options.add_argument("--keep", action="store_true", help="stay in the foreground")
    wanted = options.parse_args()
    if wanted.api_port == wanted.rpc_port:
        options.error("--api-port and --rpc-port must differ")
    if wanted.keep:
        keep(Ports(wanted.api_port, wanted.rpc_port))
        return
    if is_held():
        print("already up")
    else:
        start_keeper(["--api-port", str(wanted.api_port), "--rpc-port", str(wanted.rpc_port)])
    running = read_running()
    if running is None:
        sys.exit(f"the stack is being started or stopped at this moment: see {FOLDER / 'keeper.log'}")
    print(running.table())


def start_keeper(arguments: Sequence[str]) -> None:
    """Returns when all runs; otherwise exits with what the keeper said. Ctrl-C takes the keeper with it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / "keeper.log"
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "scripts.up", "--keep", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with log.open(encoding="utf-8") as story:
            while read_running() is None:
                code = keeper.poll()
                print(story.read(), end="", flush=True)
                if code is not None:
                    sys.exit(code or 1)
                time.sleep(0.1)
            print(story.read(), end="", flush=True)
    except KeyboardInterrupt:
        keeper.terminate()
        keeper.wait()
        print("stopped; nothing is left running")
        sys.exit(130)


def parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"{text} is not a port, 1 to 65535")
    return int(text)


def keep(ports: Ports) -> None:
    """The keeper itself: starts everything, then waits to be stopped."""
    with hold_lock():
        RECORD.unlink(missing_ok=True)
        try:
            with LocalStack(FOLDER, ports, deployments=ROOT / "deployments") as stack:
                stack.start(tell=lambda line: print(line, flush=True))
                write_json(RECORD, Running.of(stack, os.getpid()).to_json(), mode=0o600)
                stack.watch()
        except (ProcessFailed, PortTaken, ToolMissing) as failure:
            sys.exit(str(failure))
        except (Stopped, KeyboardInterrupt):
            print("stopped", flush=True)
        finally:
            RECORD.unlink(missing_ok=True)


@contextmanager
def hold_lock(path: Path = LOCK) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("another stack is being started")
        yield


if __name__ == "__main__":
    main()
