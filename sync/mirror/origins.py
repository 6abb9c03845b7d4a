"""Opens what an album's photos come from: one Immich a server, one a shared link, or a local folder."""

from __future__ import annotations

from pathlib import Path

from sync import secrets
from sync.connect import open_server
from sync.immich.facts import Asset
from sync.immich.reader import Reader
from sync.library import photos
from sync.mirror.folders import FolderSource
from sync.mirror.sources import key_of
from sync.settings.tree import Album, Source
from sync.work import Work


class Origins:
    """Made once a run: albums of one server share one connection, and its version is asked once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._servers: dict[str, Reader] = {}

    def of(self, album: Album) -> Reader | FolderSource:
        """The album's origin; no request is made yet."""
        if album.source is Source.FOLDER:
            return self._folder(album)
        if album.source is Source.LINK:
            return open_server(self._work, album.server, link=secrets.of_link(self._work.home.secrets, album.name))
        if album.server not in self._servers:
            self._servers[album.server] = open_server(self._work, album.server)
        return self._servers[album.server]

    def _folder(self, album: Album) -> FolderSource:
        def known(asset: str) -> Asset | None:
            photo = photos.find(self._work.library, key_of(album, asset))
            return None if photo is None else photo.asset_facts()

        return FolderSource(Path(album.folder).expanduser(), known=known)


def workers_of(work: Work, album: Album) -> int:
    """How many threads fetch: more than may ask at once, so that the others sync and decode meanwhile."""
    server = work.settings.servers.get(album.server)
    return server.requests + 4 if server is not None else 2
