"""The address of a server: from what a person types to `scheme://host[:port][/prefix]/api`, or one clear sentence.

Accepts it with and without /api, with a trailing slash or /.well-known/immich. Refuses everything that is no plain web
address, and hosts that no Immich lives on but secrets do (link-local, metadata services, multicast). What a browser
shows may lead elsewhere than it says: `elsewhere` is what to try next while a server is set up.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct

from sync.errors import ForeignRedirect, NotImmich, ServerError, UsageError
from sync.hosts import is_forbidden

_TAIL = re.compile(r"(/\.well-known/immich|/api)?/*$")
_SLASHES = re.compile(r"/{2,}")
_PORTS = {"http": 80, "https": 443}


class Address(Struct, frozen=True, kw_only=True):
    """Where a server's API begins; `origin` is what a key may be sent to."""

    scheme: str
    host: str
    port: int
    prefix: str
    """Path before /api, empty or beginning with a slash."""

    @property
    def origin(self) -> str:
        """`https://photos.example:2283`, always with the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def plain(self) -> str:
        """The origin without the scheme's own port, as a browser shows it."""
        return self.origin.removesuffix(f":{_PORTS[self.scheme]}")

    @property
    def api(self) -> str:
        """What every path is put behind; without the scheme's own port, as gateways expect."""
        return f"{self.plain}{self.prefix}/api"


def parse_address(text: str) -> Address:
    """Read what a person typed. Raises UsageError; its sentence never repeats what stands before an @."""
    text = text.strip()
    if not text or any(character.isspace() or ord(character) < 32 for character in text):
        raise _wrong("it is empty or has spaces in it")
    if "\\" in text:
        raise _wrong("it has a backslash in it")
    try:
        parts = urlsplit(text if "//" in text else f"http://{text}")
        port = parts.port
    except ValueError:
        raise _wrong("its host or port cannot be read") from None
    if parts.scheme not in _PORTS:
        raise _wrong("it must begin with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise _wrong("it must not hold a user name or password")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise _wrong("it must end before any ? or #")
    if not parts.hostname or port == 0:
        raise _wrong("it has no host" if not parts.hostname else "a port is 1 to 65535")
    refuse_host(parts.hostname)
    prefix = _TAIL.sub("", _SLASHES.sub("/", parts.path))
    return Address(scheme=parts.scheme, host=parts.hostname, port=port or _PORTS[parts.scheme], prefix=prefix)


def elsewhere(typed: str, answered: ServerError) -> str:
    """Another address that was most likely meant, by how the typed one answered; empty where there is none.

    The same host by TLS, where it redirects there; and without the path, for people copy what stands above Immich's
    pages (`/photos`). Never another host.
    """
    here = parse_address(typed)
    if isinstance(answered, ForeignRedirect):
        to = str(answered.facts.get("to", ""))
        by_tls = here.scheme == "http" and urlsplit(to).scheme == "https" and urlsplit(to).hostname == here.host
        return f"{to}{here.prefix}" if by_tls else ""
    return here.plain if isinstance(answered, NotImmich) and here.prefix else ""


def refuse_host(host: str) -> None:
    """Raise UsageError for a name or numeric address that no Immich can have. Names are judged again once resolved."""
    if is_forbidden(host):
        raise _wrong(f"{host} is not an address that an Immich server has")


def _wrong(why: str) -> UsageError:
    return UsageError(
        f"This is not a server's address: {why}.", advice="Write it as in a browser, such as http://192.168.1.10:2283."
    )
