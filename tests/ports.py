"""Ports for programs that must be told one. It stays free until they listen: the kernel gives those below 32768 to
nobody by itself, and each process of tests looks in a place of its own.
"""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _MANY = 20_000, 10_000
_numbers = itertools.count(os.getpid() * 97)


def free_port() -> int:
    """Of 127.0.0.1; another one each time."""
    for number in itertools.islice(_numbers, _MANY):
        port = _FIRST + number % _MANY
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("This machine has no free port on 127.0.0.1.")
