"""Holds a listing apart until it has ended well: nothing of it touches the library or the objects before.

100,000 assets take about 15 MB of memory; full facts are kept only of new and changed ones, in a part file that is
swept like a download. Used by compare.py and preview.py, inside a `with`.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType

from sync.immich.facts import Asset
from sync.immich.listing import Listing
from sync.immich.stacks import UNKNOWN
from sync.library import photos
from sync.library.database import Library
from sync.mirror.plan import Staged
from sync.mirror.sources import NO_MATCH, STACKED, content_of, facts_of, fingerprint_of, key_of, left_out, position_of
from sync.settings.tree import Album

_PAGE = 500


class Stage:
    """One listing, read to its end by `fill`."""

    def __init__(self, folder: Path) -> None:
        self._part = folder / f"listing-{uuid.uuid4().hex}.part"
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.execute("PRAGMA temp_store = MEMORY")
        self._db.execute("ATTACH ? AS apart", (str(self._part),))
        # The part is thrown away unless it is read to the end by this process.
        self._db.execute("PRAGMA apart.journal_mode = OFF")
        self._db.execute("PRAGMA apart.synchronous = OFF")
        self._db.execute(
            """CREATE TABLE listed (asset TEXT PRIMARY KEY, fingerprint BLOB, content BLOB, position INTEGER,
               favourite INTEGER, left_out TEXT, stack TEXT) WITHOUT ROWID"""
        )
        self._db.execute("BEGIN")
        self._facts_there = False
        self.count = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()
        self._part.unlink(missing_ok=True)

    def fill(
        self,
        listing: Listing,
        *,
        library: Library,
        album: Album,
        me: str | None,
        check: Callable[[], None],
    ) -> None:
        """Read the whole listing. Whatever its iteration raises passes through, and then the stage is worth nothing."""
        assets = iter(listing)
        while page := list(islice(assets, _PAGE)):
            check()
            self._take(page, library, album, me, listing.left_out)
        if listing.complete:
            self._db.execute(
                """UPDATE listed SET left_out = NULL WHERE left_out = ? AND stack <> ?
                   AND stack NOT IN (SELECT asset FROM listed)""",
                (STACKED, UNKNOWN),
            )
        self.count = listing.count

    def _take(
        self, page: list[Asset], library: Library, album: Album, me: str | None, by_rule: Mapping[str, str]
    ) -> None:
        known = photos.fingerprints(library, album.name, [key_of(album, asset.id) for asset in page])
        rows, news = [], []
        for asset in page:
            facts = facts_of(asset)
            fingerprint = fingerprint_of(facts)
            why = left_out(asset, album, me=me) or by_rule.get(asset.id)
            if why == NO_MATCH and key_of(album, asset.id) in known:
                # As if it were not listed: whether it may leave is for the guard to say.
                continue
            content = content_of(asset)
            stack = asset.stack_primary_id
            rows.append((asset.id, fingerprint, content, position_of(asset), asset.favourite, why, stack))
            if why in (None, STACKED) and known.get(key_of(album, asset.id)) != fingerprint:
                news.append((asset.id, facts))
        self._db.executemany("INSERT OR REPLACE INTO listed VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        if news:
            self._keep_facts(news)

    def _keep_facts(self, news: list[tuple[str, bytes]]) -> None:
        if not self._facts_there:
            # Made only now: a listing that brings no news writes nothing at all.
            self._db.execute("CREATE TABLE apart.facts (asset TEXT PRIMARY KEY, facts BLOB) WITHOUT ROWID")
            self._facts_there = True
        self._db.executemany("INSERT OR REPLACE INTO apart.facts VALUES (?, ?)", news)

    def staged(self) -> Iterator[Staged]:
        """What was listed, sorted by asset id."""
        sql = "SELECT asset, fingerprint, content, position, favourite, left_out FROM listed ORDER BY asset"
        for asset, fingerprint, content, position, favourite, why in self._db.execute(sql):
            yield Staged(asset, fingerprint, content, position, bool(favourite), why)

    def one(self, asset: str) -> tuple[Staged, bytes]:
        """A new or changed asset, and its facts as the library keeps them."""
        row = self._db.execute(
            """SELECT l.asset, l.fingerprint, l.content, l.position, l.favourite, l.left_out, f.facts
               FROM listed l JOIN apart.facts f ON f.asset = l.asset WHERE l.asset = ?""",
            (asset,),
        ).fetchone()
        listed, fingerprint, content, position, favourite, why, facts = row
        return Staged(listed, fingerprint, content, position, bool(favourite), why), facts
