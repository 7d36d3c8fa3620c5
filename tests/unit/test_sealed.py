"""A unit test has no way out."""

import socket

import pytest

from tests.fixtures.sealed import SocketRefused


def test_unit_test__opening_a_connection__is_refused() -> None:
    with socket.socket() as one, pytest.raises(SocketRefused):
        one.connect(("127.0.0.1", 9))
