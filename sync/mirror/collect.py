"""Fetches what an album's photos lack, in several threads, and writes the rows: at most 50 or 10 seconds at once.

Rows come only after the bytes and names they speak of are on the disk. One bad photo never stops the others; a server
that does not answer, a refused key or a full disk does, and what was fetched until then is kept. Whether failures in a
row are the server's or its files' is asked of the server: 1.x and 2.x say 500 for an original that their disk lacks.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue

from sync.errors import (
    BadTransfer,
    MantelpieceError,
    NotAvailable,
    PictureRefused,
    SchemaDrift,
    ServerFailure,
)
from sync.library import objects, photos
from sync.library.objects import ObjectRow
from sync.library.photos import PhotoRow
from sync.mirror.fetch import Fetched
from sync.mirror.place import settle
from sync.work import Work

BATCH = 50
BATCH_SECONDS = 10.0
RETRY_HOURS = 24
_FAILURES_IN_A_ROW = 5
"""Then the server is asked whether it is well."""
_LOST_IN_A_ROW = 100
"""Then its storage is away, however well it is, and asking on would only wear both."""
_BEAT_SECONDS = 0.25

Job = tuple[PhotoRow, Callable[[], list[Fetched]]]


@dataclass
class Outcome:
    """What fetching came to."""

    fetched: int = 0
    transferred: int = 0
    """Bytes downloaded."""
    not_there: int = 0
    """Photos that the server lists and did not give: asked for again at the next sync."""
    bad: list[str] = field(default_factory=list)
    """Sentences on photos that failed."""


@dataclass
class _Batch:
    """Results that wait to be written, and when the first of them came."""

    items: list[tuple[PhotoRow, list[Fetched]]] = field(default_factory=list)
    since: float = 0.0

    def names(self) -> list[str]:
        """The objects whose names are still to be settled."""
        return [item.name for _, items in self.items for item in items if item.name is not None]


class Collector:
    """Does jobs and writes to one library. `landed` is told after each batch of rows how many photos it held."""

    def __init__(
        self, work: Work, *, workers: int, landed: Callable[[int], None], album: str, outcome: Outcome,
        look_after: Callable[[], None],
    ) -> None:  # fmt: skip
        """`look_after` asks the server whether it is well, and raises what it does where it is not."""
        self._work = work
        self._look_after = look_after
        self._album = album
        self._workers = workers
        self._landed = landed
        self._batch = _Batch()
        self._settling: tuple[_Batch, Future[None]] | None = None
        self._failures = 0
        self.outcome = outcome

    def run(self, jobs: Iterable[Job], *, room: Callable[[PhotoRow], None], stop: threading.Event) -> None:
        """Do all jobs. `room` raises DiskFull where one has no place; `stop` ends the downloads of every thread."""
        try:
            with ThreadPoolExecutor(self._workers, thread_name_prefix="fetch") as pool:
                try:
                    self._feed(pool, iter(jobs), room)
                except BaseException:
                    stop.set()
                    raise
        finally:
            self._write_settled()
            last, self._batch = self._batch, _Batch()
            settle(self._work.home, last.names())
            self._write(last)

    def _feed(self, pool: ThreadPoolExecutor, jobs: Iterator[Job], room: Callable[[PhotoRow], None]) -> None:
        under_way: dict[Future[list[Fetched]], PhotoRow] = {}
        ended: SimpleQueue[Future[list[Fetched]]] = SimpleQueue()
        more = True
        while more or under_way:
            self._work.check()
            while more and len(under_way) < 2 * self._workers:
                job = next(jobs, None)
                if job is None:
                    more = False
                    break
                room(job[0])
                future = pool.submit(job[1])
                under_way[future] = job[0]
                future.add_done_callback(ended.put)
            try:
                future = ended.get(timeout=_BEAT_SECONDS)
            except Empty:
                pass
            else:
                self._take(under_way.pop(future), future)
            if self._settling is not None and self._settling[1].done():
                self._write_settled()
            if self._settling is None and self._batch.items and self._is_due():
                # In a thread of the pool: a batch has many folders to sync, and the downloads must be fed meanwhile.
                settling, self._batch = self._batch, _Batch()
                self._settling = settling, pool.submit(settle, self._work.home, settling.names())

    def _is_due(self) -> bool:
        first = self.outcome.fetched == 0
        return first or len(self._batch.items) >= BATCH or time.monotonic() - self._batch.since >= BATCH_SECONDS

    def _take(self, photo: PhotoRow, future: Future[list[Fetched]]) -> None:
        try:
            results = future.result()
        except NotAvailable:
            self.outcome.not_there += 1
            return
        except (BadTransfer, PictureRefused, SchemaDrift) as error:
            # Of a file, drift is a checksum that is none: the others of the album have theirs.
            self._failed(photo, error, attempts=photo.attempts + 1, wait=True)
            return
        except ServerFailure as error:
            self._failures += 1
            if self._failures >= _LOST_IN_A_ROW:
                raise
            if self._failures % _FAILURES_IN_A_ROW == 0:
                try:
                    self._look_after()
                except ServerFailure:
                    raise error from None
            self._failed(photo, error, attempts=photo.attempts + 1, wait=photo.attempts >= 2)
            return
        self._failures = 0
        if not self._batch.items:
            self._batch.since = time.monotonic()
        self._batch.items.append((photo, results))

    def _failed(self, photo: PhotoRow, error: MantelpieceError, *, attempts: int, wait: bool) -> None:
        name = photo.asset_facts().file_name
        self.outcome.bad.append(f"{name}: {error.sentence}")
        retry_at = (self._work.clock.now() + timedelta(hours=RETRY_HOURS)).isoformat() if wait else None
        with self._work.library.transaction() as db:
            photos.failed(db, photo.id, problem=error.sentence, attempts=attempts, retry_at=retry_at)

    def _write_settled(self) -> None:
        settling, self._settling = self._settling, None
        if settling is not None:
            settling[1].result()
            self._write(settling[0])

    def _write(self, batch: _Batch) -> None:
        """Write the rows of objects whose bytes and names are on the disk."""
        if not batch.items:
            return
        now = self._work.clock.now().isoformat()
        with self._work.library.transaction() as db:
            for photo, items in batch.items:
                for item in items:
                    _record(db, photo, item, now=now)
                if photo.problem is not None:
                    photos.failed(db, photo.id, problem=None, attempts=0, retry_at=None)
        self.outcome.fetched += len(batch.items)
        self.outcome.transferred += sum(item.transferred for _, items in batch.items for item in items)
        self._work.report({"doing": "Fetching photos", "album": self._album, "done": self.outcome.fetched})
        self._landed(len(batch.items))


def _record(db: sqlite3.Connection, photo: PhotoRow, item: Fetched, *, now: str) -> None:
    if item.name is not None:
        row = ObjectRow(name=item.name, bytes=item.bytes, mtime_ns=item.mtime_ns, proof=item.proof, checked_at=now)
        objects.put(db, row)
    if item.original and item.name is None:
        photos.same_original(db, photo.id, content=photo.content)
    elif item.original:
        photos.set_original(db, photo.id, name=item.name, content=photo.content, proof=item.proof, etag=item.etag)
    elif item.name is None:
        photos.same_display(db, photo.id, content=photo.content)
    else:
        photos.set_display(
            db, photo.id, name=item.name, content=photo.content, size=item.size, proof=item.proof, etag=item.etag
        )
