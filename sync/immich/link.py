"""What a shared link leads to. Its password, where it has one, goes over the wire here and nowhere else.

Immich asks for the password at this one question: up to 2.5 in the query, from 2.6 on in the body of a login.
"""

from __future__ import annotations

from sync.errors import NotAvailable
from sync.immich.answers import Link
from sync.immich.facts import Version
from sync.immich.transport import Transport
from sync.secrets import Secret

_LOGIN = Version(2, 6, 0)


def read_link(transport: Transport, version: Version, password: Secret) -> Link:
    """The link. Raises KeyRefused where it expired or wants another password."""
    path, what = "/shared-links/me", "shared link"
    if not password:
        return transport.read("GET", path, Link, what=what)
    if version < _LOGIN:
        return transport.read("GET", path, Link, what=what, query={"password": password.reveal()})
    body = {"password": password.reveal()}
    try:
        return transport.read("POST", "/shared-links/login", Link, what=what, body=body)
    except NotAvailable:
        # Its maker took the password away.
        return transport.read("GET", path, Link, what=what)
