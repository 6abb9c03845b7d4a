"""Sync and the page in what their units leave them of the network: sockets of other families are refused to them, by
the kernel's own filter, as systemd would. A running systemd, with all of the sandbox, is tests/systemd/test_debian.py.
"""

from __future__ import annotations

import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from sync.home import Home
from sync.settings.edit import set_value
from tests.ports import free_port

UNITS = Path(__file__).parents[2] / "systemd" / "units"
_SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 97
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06

CONFINED = """
import ctypes, os, sys
rules = bytes.fromhex(sys.argv[1])
room = ctypes.create_string_buffer(rules, len(rules))
class Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("rules", ctypes.c_void_p)]
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Program(len(rules) // 8, ctypes.addressof(room)))) == 0
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


def families(name: str) -> list[int]:
    lines = (UNITS / f"mantelpiece-{name}.service").read_text().splitlines()
    allowed = next(line.partition("=")[2] for line in lines if line.startswith("RestrictAddressFamilies="))
    return [getattr(socket, family) for family in allowed.split()]


def only(allowed: list[int]) -> str:
    """A filter for seccomp: socket() with another family fails, everything else goes on."""
    call = _SOCKET_CALL[platform.machine()]
    count = len(allowed)
    rules = [(_LOAD, 0, 0, 0), (_EQUAL, 0, count + 2, call), (_LOAD, 0, 0, 16)]
    rules += [(_EQUAL, count - number, 0, family) for number, family in enumerate(allowed)]
    rules += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *rule) for rule in rules).hex()


def confined(name: str, *words: str) -> list[str]:
    if platform.machine() not in _SOCKET_CALL:
        pytest.skip("needs the number of the call socket()")
    return [sys.executable, "-c", CONFINED, only(families(name)), *words]


@pytest.mark.parametrize("name", ["sync", "admin"])
def test_the_filter_refuses_what_the_unit_refuses(name: str) -> None:
    code = "from socket import *; socket(); socket(AF_INET6); socket(AF_UNIX); print('these'); socket(AF_NETLINK)"
    done = subprocess.run(confined(name, "-c", code), capture_output=True, text=True, check=False)
    assert done.stdout == "these\n"
    assert done.stderr.splitlines()[-1] == "OSError: [Errno 97] Address family not supported by protocol"


def test_the_page_answers_within_what_its_unit_leaves_it(home: Home) -> None:
    port = free_port()
    set_value(home, "admin.port", str(port))
    environ = os.environ | {"MANTELPIECE_HOME": str(home.root), "XDG_RUNTIME_DIR": str(home.root.parent)}
    page = subprocess.Popen(confined("admin", "-m", "admin"), env=environ, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 300
        while not _answers(port):
            assert page.poll() is None, page.stderr and page.stderr.read()
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        page.send_signal(signal.SIGTERM)
        page.communicate()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
