"""One Immich account: the only door to sync/immich. Every answer is typed, every fault is an error of sync/errors.py.

Made by jobs, one object a job (not shared between threads that list; downloads may run in as many threads as you
like). Makes no request until asked. Never returns an empty or partial answer in place of an error.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sync.clock import Clock
from sync.immich.facts import AlbumInfo, Asset, Details, Downloaded, Probe, Version, Wanted
from sync.immich.listing import Listing
from sync.secrets import LinkSecrets, ServerSecrets
from sync.settings import Server


class Immich:
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
    ) -> None:
        raise NotImplementedError

    def version(self) -> Version:
        """Which Immich this is; asked once per object."""
        raise NotImplementedError

    def probe(self) -> Probe:
        """Version, whose key, its permissions, and what the main job lacks, in Immich's words."""
        raise NotImplementedError

    def albums(self) -> list[AlbumInfo]:
        """Every album I own or that is shared with me, each once."""
        raise NotImplementedError

    def find_album(self, name_or_id: str) -> AlbumInfo:
        """The album of that id or name. UsageError: unknown (with the nearest names), ambiguous (with the ids)."""
        raise NotImplementedError

    def find_person(self, name_or_id: str) -> tuple[str, str]:
        """Id and name of a person. UsageError as `find_album`."""
        raise NotImplementedError

    def link_album(self) -> AlbumInfo:
        """The album of the shared link. UsageError where it shares single photos."""
        raise NotImplementedError

    def unchanged(self, wanted: Wanted, token: str | None) -> tuple[bool, str | None]:
        """Whether nothing changed since `token`, and a token of now to store after the coming complete listing."""
        raise NotImplementedError

    def listing(self, wanted: Wanted) -> Listing:
        """What the server says is in a source, page by page."""
        raise NotImplementedError

    def details(self, asset: Asset) -> Details:
        """Tags and (with one more request where the asset has people and no boxes) faces."""
        raise NotImplementedError

    def download_original(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None:
        """Write the original into `part`. None: not modified. Raises BadTransfer, NotAvailable, Cancelled."""
        raise NotImplementedError

    def download_display(
        self, asset: Asset, part: BinaryIO, *, etag: str | None = None, cancelled: Callable[[], bool]
    ) -> Downloaded | None:
        """Write Immich's preview (of the edited picture, where there is one) into `part`; NotAvailable without one."""
        raise NotImplementedError
