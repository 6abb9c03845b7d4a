"""Covers of albums that are not mirrored (yet), for whoever chooses among them: small pictures beside the thumbnails.

A cover whose photo is here is its thumbnail; others are Immich's own, decoded in the bounded child and drawn anew, so
that no stranger's bytes reach the phone. As many as can be had in a few seconds; an album without one is no error.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from pathlib import Path
from tempfile import TemporaryDirectory

from sync.errors import BadTransfer, Cancelled, DiskError, NotAvailable, PictureRefused, ServerError
from sync.immich.reader import Reader
from sync.library import photos
from sync.mirror.rendition import Decoders
from sync.mirror.thumbs import COVER_SECONDS, make, path_of, sweep
from sync.work import Work

MOST = 200
SECONDS = 5.0
"""A person waits for the list; what is not here by then has no cover this time, and is here the next time."""
_AT_ONCE = 4


def covers(work: Work, immich: Reader, assets: Sequence[str]) -> dict[str, str]:
    """For asset ids the names under which the page shows their small pictures, as far as there are any."""
    run = _Run(work, immich)
    wanted = list(dict.fromkeys(assets))[:MOST]
    # The library is this thread's alone.
    displays = {asset: _display(work, immich, asset) for asset in wanted}
    with run.decoders, ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(zip(wanted, pool.map(lambda asset: run.cover(asset, displays[asset]), wanted), strict=True))
    work.check()
    sweep(work)
    return {asset: name for asset, name in found.items() if name is not None}


def _display(work: Work, immich: Reader, asset: str) -> str | None:
    photo = photos.find(work.library, f"{immich.name}:{asset}")
    return photo.display if photo is not None else None


class _Run:
    def __init__(self, work: Work, immich: Reader) -> None:
        self._work, self._immich = work, immich
        self._until = time.monotonic() + SECONDS
        self._stopped = False
        self.decoders = Decoders(deadline_seconds=SECONDS, cancelled=self._ended)

    def cover(self, asset: str, display: str | None) -> str | None:
        """One name, or None; never raises for what a server, a picture or the disk does."""
        digest = sha1(f"{self._immich.name}\n{asset}".encode(), usedforsecurity=False).hexdigest()
        name = display or f"{digest}.jpg"
        path = path_of(self._work.home, name)
        try:
            if _is_here(path, lasting=display is not None):
                return name
            if self._ended():
                return None
            if display is not None:
                make(self._work.home, self._work.home.object_path(display), path, self.decoders)
            else:
                self._fetch(asset, path)
        except (NotAvailable, BadTransfer, PictureRefused, Cancelled, OSError):
            return None
        except (ServerError, DiskError):
            # The key may not, the server is away, the disk is full: so it is for the others.
            self._stopped = True
            return None
        return name

    def _fetch(self, asset: str, path: Path) -> None:
        content = self._immich.thumbnail(asset, cancelled=self._ended)
        # In memory: what Immich sends is drawn anew, and need not see the card.
        with TemporaryDirectory(dir=self._work.home.runtime) as folder:
            source = Path(folder) / "cover"
            source.write_bytes(content)
            make(self._work.home, source, path, self.decoders)

    def _ended(self) -> bool:
        return self._stopped or time.monotonic() > self._until or self._work.cancelled()


def _is_here(path: Path, *, lasting: bool) -> bool:
    try:
        made = path.stat().st_mtime
    except FileNotFoundError:
        return False
    return lasting or abs(time.time() - made) < COVER_SECONDS
