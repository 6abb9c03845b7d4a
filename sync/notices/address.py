"""The address of a webhook, judged: by the page and the command line when it is set, by sync whenever it is used.
No sentence repeats it, for it may hold a key. Pure.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sync.errors import UsageError
from sync.hosts import is_forbidden

_LONGEST = 500


def host_of(address: str) -> str:
    """Where a webhook's address leads. Raises UsageError where it is none, or leads to a host of sync/hosts.py."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    sound = parts.scheme in ("http", "https") and host and port != 0
    if not sound or not host or not address.isprintable() or " " in address or len(address) > _LONGEST:
        raise UsageError("The webhook's address is none.", advice="It looks like https://hooks.example.org/…")
    if parts.username is not None or parts.password is not None:
        raise UsageError("The webhook's address must not hold a name or password.", advice="Use a request header.")
    if is_forbidden(host):
        raise forbidden()
    return host


def forbidden() -> UsageError:
    """A household's own network is fine; what only machines in a cloud have is not."""
    return UsageError(
        "No webhook is there: nothing is ever sent to link-local addresses, metadata services or multicast.",
        advice="Give an address in your own network, or on the internet.",
    )
