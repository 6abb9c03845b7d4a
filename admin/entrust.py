"""A server and its key, written together so that no secret ever goes to an address other than the one it was entered
for: neither a gateway's request headers to a new address, nor a new key, for a moment, to the old one. Called by the
phone page and the command line once a trial went well.
"""

from __future__ import annotations

from typing import Any

from sync import secrets
from sync.errors import MantelpieceError
from sync.home import Home
from sync.settings.edit import put_server
from sync.settings.reading import load


def entrust(home: Home, name: str, values: dict[str, Any], given: dict[str, Any]) -> None:
    """Write the server with `values` (of settings.toml, with its url) and the secrets `given`. Raises UsageError with
    nothing changed."""
    known = load(home.settings).settings.servers.get(name)
    if known is not None and known.url == values["url"]:
        secrets.put(home.secrets, "servers", name, **given)
        put_server(home, name, values)
        return
    before = secrets.of_server(home.secrets, name)
    secrets.remove(home.secrets, "servers", name)
    try:
        put_server(home, name, values)
    except MantelpieceError:
        headers = {header: value.reveal() for header, value in before.headers}
        if before.key:
            secrets.put(home.secrets, "servers", name, key=before.key.reveal(), headers=headers)
        raise
    secrets.put(home.secrets, "servers", name, **given)


def same_server(one: str, other: str) -> bool:
    """Whether two addresses, with or without /api, lead to the same server."""
    return _base(one) == _base(other)


def _base(address: str) -> str:
    return address.strip().rstrip("/").removesuffix("/.well-known/immich").removesuffix("/api").rstrip("/").casefold()
