"""Addresses of this machine that a phone can reach, read from the kernel, and where the page is. Nothing is sent."""

from __future__ import annotations

import fcntl
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import IPv4Address, ip_address
from pathlib import Path

from sync.errors import Busy
from sync.files import holder_of, locked
from sync.home import Home

_SIOCGIFADDR = 0x8915
_INTERFACES = Path("/sys/class/net")
_LOCK = "page"
_VIRTUAL = ("docker", "br-", "veth", "virbr", "tun", "wg")


def addresses() -> list[str]:
    """IPv4 addresses, real networks first; neither loopback nor self-assigned ones."""
    found: list[tuple[bool, str]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Their names from a folder: socket.if_nameindex asks by netlink, which the service's sandbox refuses.
        for name in sorted(path.name for path in _INTERFACES.glob("*")):
            try:
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue
            address = IPv4Address(answer[20:24])
            if not (address.is_loopback or address.is_link_local):
                found.append((name.startswith(_VIRTUAL), str(address)))
    return [address for _, address in sorted(found)]


def page_address(port: int, host: str = "") -> str:
    """What to type into the phone; `host` is the one address that the page listens on, where it is bound to one."""
    return page_addresses(port, host)[0]


def page_addresses(port: int, host: str = "") -> list[str]:
    """Every address that opens the page; never none."""
    bound = bool(host) and not _is_unspecified(host)
    hosts = [host] if bound else addresses() or [f"{socket.gethostname()}.local"]
    written = (f"[{each}]" if ":" in each and not each.startswith("[") else each for each in hosts)
    return [f"http://{each}" + ("" if port == 80 else f":{port}") for each in written]


def _is_unspecified(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


@contextmanager
def answering(home: Home, port: int, host: str) -> Iterator[None]:
    """For as long as the page answers, others can ask where (`answers_at`)."""
    with ExitStack() as held:
        # A page that cannot say where it is answers all the same.
        with suppress(Busy, OSError):
            held.enter_context(locked(home.locks / _LOCK, f"{port} {host}"))
        yield


def answers_at(home: Home) -> list[str]:
    """The addresses that open the page of this home; none where it does not run."""
    port, _, host = (holder_of(home.locks / _LOCK) or "").partition(" ")
    return page_addresses(int(port), host) if port.isdecimal() else []
