"""`make down`: stop what `make up` started, and nothing else.

Promise: only the recorded keeper is signalled, and only while it holds its lock, so a number that the system
has given to another process meanwhile is never hit.
"""

import os
import signal
import sys
import time

from scripts.stack.record import is_held, read_running

PATIENCE = 60


def main() -> None:
    if not is_held():
        print("nothing is up")
        return
    running = read_running()
    if running is None:
        sys.exit("the stack is being started or stopped at this moment: try again in a few seconds")
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while is_held():
        if time.monotonic() > deadline:
            sys.exit(f"process {running.pid} does not stop: see var/stack/keeper.log")
        time.sleep(0.1)
    print("stopped")


if __name__ == "__main__":
    main()
