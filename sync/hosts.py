"""Hosts that nothing of ours is ever sent to: link-local addresses and metadata services, where machines in a cloud
find their keys, multicast, and no address at all. A household's own network and this machine are none of them.

Judged twice: when an address is set, and when its name was resolved, before a byte is sent. Pure.
"""

from __future__ import annotations

import ipaddress
import re
import socket

_METADATA = {"fd00:ec2::254", "100.100.100.200"}
_METADATA_NAMES = {"metadata", "metadata.google.internal", "instance-data"}
_DIGITS = re.compile(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,3}\.?$", re.IGNORECASE)
_AT_HOME = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain", ".fritz.box")
"""What routers name a household's machines by: TLS is rare there."""
_MISTYPED = re.compile(r"https?[:/]", re.IGNORECASE)
"""http:/ or http// is half a scheme and no host."""
_OWN_NAMES = ("localhost", "ip6-localhost")


def is_forbidden(host: str) -> bool:
    """Whether a name or numeric address is one of those."""
    if host.rstrip(".").lower() in _METADATA_NAMES:
        return True
    number = _number(host)
    if number is None:
        return False
    return number.is_link_local or number.is_multicast or number.is_unspecified or str(number) in _METADATA


def with_scheme(address: str) -> str:
    """People type `192.168.1.5:2283` or `photos.example.org`: the first is a machine at home, the second has TLS."""
    if not address or "://" in address or _MISTYPED.match(address):
        return address
    host = address.split("/")[0].split(":")[0].lower()
    at_home = "." not in host or host.endswith(_AT_HOME) or host.replace(".", "").isdigit()
    return ("http://" if at_home else "https://") + address


def is_this_machine(host: str) -> bool:
    """Whether what is sent there leaves this machine by no wire."""
    name = host.strip().rstrip(".").lower()
    if name in _OWN_NAMES or name.endswith(".localhost"):
        return True
    number = _number(name)
    return number is not None and number.is_loopback


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host's digits mean, None for a name: 2852039166 and 0xa9fea9fe are 169.254.169.254."""
    try:
        number = ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        if not _DIGITS.match(host):
            return None
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    return getattr(number, "ipv4_mapped", None) or number
