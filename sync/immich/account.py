"""One Immich account, or (with `link`) a shared link and no key at all: who we are there, and how that server answers.

Makes no request until asked. reader.py asks on it, server.py changes on it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sync.clock import Clock
from sync.errors import PermissionMissing, UsageError
from sync.immich.address import parse_address
from sync.immich.answers import Me, ServerVersion
from sync.immich.deadline import Patience
from sync.immich.facts import Probe, Version
from sync.immich.link import read_link
from sync.immich.probe import probe_key, probe_link
from sync.immich.sender import Sender
from sync.immich.shapes import Shapes, shapes_of
from sync.immich.slots import Slots
from sync.immich.transport import Transport
from sync.secrets import LinkSecrets, Secret, ServerSecrets
from sync.settings.tree import Server


def _never() -> bool:
    return False


class Account:
    """A named server with its key, or (with `link`) a shared link and no key at all."""

    def __init__(
        self,
        name: str,
        server: Server,
        secrets: ServerSecrets,
        *,
        locks: Path,
        clock: Clock,
        link: LinkSecrets | None = None,
        patience: Patience | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> None:
        """UsageError where the address or the key cannot be used. `cancelled` ends every request but downloads, which
        are given their own."""
        self.name = name
        address = parse_address(server.url)
        slots = Slots(locks, address.origin, server.requests)
        self._clock = clock
        self._by_link = link is not None
        self._password = link.password if link else Secret("")
        patience = patience or Patience()
        sender = Sender(address, server, secrets, link, clock=clock, patience=patience)
        self._transport = Transport(sender, slots=slots, clock=clock, patience=patience, cancelled=cancelled)
        self._version: Version | None = None
        self._me: Me | None = None
        self._link_id = ""

    def version(self) -> Version:
        """Which Immich this is; asked once per object."""
        if self._version is None:
            found = self._transport.read("GET", "/server/version", ServerVersion, what="version")
            self._version = Version(found.major, found.minor, found.patch)
        return self._version

    def probe(self) -> Probe:
        """Version, whose key, its permissions, and what the main job lacks, in Immich's words."""
        version = self.version()
        if self._by_link:
            return probe_link(read_link(self._transport, version, self._password), version)
        return probe_key(self._transport, version)

    def look_after(self) -> None:
        """Ask for the least that needs the server's database. Raises what a server does that is not well."""
        if self._by_link:
            read_link(self._transport, self.version(), self._password)
            return
        with suppress(PermissionMissing):
            self._transport.read("GET", "/users/me", Me, what="user")

    def me(self) -> str:
        """The user id of the key."""
        if self._me is None:
            self._me = self._transport.read("GET", "/users/me", Me, what="user")
        return self._me.id

    def _shapes(self) -> Shapes:
        return shapes_of(self.version())

    def _linked_id(self) -> str:
        if self._link_id:
            return self._link_id
        link = read_link(self._transport, self.version(), self._password)
        if link.album is None:
            raise UsageError(
                "This link shares single photos, not an album.", advice="Share an album by link in Immich."
            )
        self._link_id = link.album.id
        return self._link_id
