"""Which Host header the page answers to. A page of the internet whose name was rebound to our address is refused.

IP literals are safe, since no name can be rebound to them by another; names must be our own. Pure, but for the names.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Set
from ipaddress import IPv4Address, IPv6Address

_PORT = re.compile(r"(.*?)(?::(\d{1,5}))?", re.DOTALL)


def own_names(configured: str = "") -> frozenset[str]:
    """Names that mean this machine: its host name, with and without `.local`, localhost, and the configured ones."""
    host = socket.gethostname().casefold()
    return frozenset({"localhost", host, f"{host}.local", *configured.casefold().split()})


def is_allowed(host: str, names: Set[str]) -> bool:
    """Whether a Host header (with or without a port) is an IP literal or one of `names`."""
    match = _PORT.fullmatch(host)
    if match is None or (match[2] is not None and not 1 <= int(match[2]) <= 65535):
        return False
    name = match[1]
    if name.startswith("["):
        return name.endswith("]") and _is_address(name[1:-1], IPv6Address)
    return _is_address(name, IPv4Address) or name.casefold().removesuffix(".") in names


def _is_address(text: str, kind: type[IPv4Address] | type[IPv6Address]) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
