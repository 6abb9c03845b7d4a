"""The job `details`: tags, and in 3.x where the faces are, asked once for each photo and again when its facts change.

Also the last step of `sync`, when everything that can be shown is shown already. A key that may not read them is no
failure: the photos stay, and the probe names the permission.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import msgspec

from sync.counted import counted
from sync.errors import NotAvailable, PermissionMissing, SchemaDrift, ServerError
from sync.immich.facts import Details
from sync.immich.reader import Reader
from sync.library import photos
from sync.library.photos import PhotoRow
from sync.mirror.folders import FolderSource
from sync.mirror.origins import Origins, workers_of
from sync.mirror.publish import Publisher
from sync.mirror.sources import fingerprint_of
from sync.settings.tree import Album, Source
from sync.work import Result, Work

_AT_ONCE = 50


def details(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"albums": [names] | None}`: ask for what is missing, then publish. Facts: {"asked": count}."""
    names = arguments.get("albums")
    albums = [album for album in work.settings.albums if names is None or album.name in names]
    asked = fetch_details(work, albums, Origins(work))
    Publisher(work).finish()
    return Result({"asked": asked}, counted("Tags and faces of {number} {number:photo|photos} are here.", number=asked))


def fetch_details(work: Work, albums: Iterable[Album], origins: Origins) -> int:
    """Ask for the tags and faces of photos that miss them; gives of how many. Faults of a server end it quietly."""
    asked = 0
    for album in albums:
        if album.source in (Source.FOLDER, Source.LINK):
            continue
        try:
            asked += _of_album(work, album, origins.of(album))
        except (PermissionMissing, SchemaDrift, ServerError):
            continue
    return asked


def _of_album(work: Work, album: Album, server: Reader | FolderSource) -> int:
    asked = 0
    missing = photos.without_details(work.library, album.name)
    with ThreadPoolExecutor(workers_of(work, album), thread_name_prefix="details") as pool:
        while chunk := list(islice(missing, _AT_ONCE)):
            work.check()
            work.report({"doing": "Reading tags and faces", "album": album.name, "done": asked})
            found = list(pool.map(lambda photo: _ask(server, photo), chunk))
            with work.library.transaction() as db:
                for photo, given in zip(chunk, found, strict=True):
                    if given is not None:
                        packed = msgspec.msgpack.encode(given)
                        photos.set_details(db, photo.id, details=packed, details_for=fingerprint_of(photo.facts))
            asked += len(chunk)
    return asked


def _ask(server: Reader | FolderSource, photo: PhotoRow) -> Details | None:
    try:
        return server.details(photo.asset_facts())
    except NotAvailable:
        return None
