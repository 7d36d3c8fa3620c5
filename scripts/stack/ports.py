"""Which TCP ports the local stack takes, all on the loopback interface.

Asked before a process starts. Promise: a taken port is one line that says who wanted it, not a stack trace of
a child.
"""

import socket


class PortTaken(Exception):
    """One line for the person at the terminal."""


def free_port() -> int:
    """A port that nobody listens on at this moment. The system hands out high ones, rarely the same twice in
    a row.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, wanted_by: str, option: str) -> int:
    """The port itself, when it can be had. `option` says how to choose another. Raises PortTaken."""
    with socket.socket() as probe:
        # As servers do: a connection of the last run that lingers in TIME_WAIT is no listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as refused:
            raise PortTaken(
                f"port {port} is taken and {wanted_by} wants it: "
                f"stop what listens there, or choose another with {option}"
            ) from refused
    return port


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
