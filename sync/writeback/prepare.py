"""What comes before files are looked at: which roots, whether their folders can be written now, which files others
have changed. An unchanged root costs one look at each file's size and time, and no write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import msgspec

from sync.files import storable_ns
from sync.library import known
from sync.library import writeback as ledger
from sync.library.writeback import RootRow
from sync.settings.writeback import Root
from sync.work import Work
from sync.writeback.roots import Probed, probe, trouble

_PROBED = msgspec.json.Decoder(Probed)
_WRITTEN = ("modules", "where", "owner", "caption_limit", "favourite_as_rating")
"""Settings that say what is written: another value has every file looked at again."""


def ready(work: Work, root: Root) -> tuple[Probed, str]:
    """What the root's folder can do, and why nothing may be done there now (empty: it may)."""
    row = ledger.root(work.library, root.name)
    identity = msgspec.json.encode((root.server, root.prefix, root.folder)).decode()
    told = wishes(root)
    sample = [path for path, *_ in islice(ledger.files(work.library, root.name), 50)]
    problem = trouble(Path(root.folder), sample if row.identity == identity else ())
    probed = _PROBED.decode(row.found) if row.found and row.identity == identity else None
    if not problem and (probed is None or probed.problem):
        probed = probe(Path(root.folder))
        problem = probed.problem
    fresh = msgspec.structs.replace(
        row,
        identity=identity if probed else row.identity,
        told=told if probed else row.told,
        found=msgspec.json.encode(probed).decode() if probed else row.found,
        problem=problem or None,
        problem_since=_since(work, row, problem),
    )
    if fresh != row:
        with work.library.transaction() as db:
            ledger.put_root(db, fresh)
            if row.identity and fresh.identity != row.identity:
                ledger.move_files(db, root.name, before=msgspec.json.decode(row.identity)[2], after=root.folder)
            if (fresh.told, fresh.identity) != (row.told, row.identity):
                known.mark_root_dirty(db, root.name)
    return probed or Probed(problem=problem), problem


def wishes(root: Root) -> str:
    """A digest of the settings that say what is written."""
    return _digest(*(getattr(root, name) for name in _WRITTEN))


def _since(work: Work, row: RootRow, problem: str) -> str | None:
    if not problem:
        return None
    return row.problem_since if row.problem else work.clock.now().isoformat(timespec="seconds")


def sweep(work: Work, root: Root) -> int:
    """Mark the files that are not as we left them; gives how many those are."""
    moved = list(_moved(work, root))
    if moved:
        with work.library.transaction() as db:
            known.mark_dirty(db, known.numbers(work.library, root.server, moved))
    return len(moved)


def _moved(work: Work, root: Root) -> Iterator[str]:
    for number, (path, asset, size_bytes, mtime_ns) in enumerate(ledger.files(work.library, root.name)):
        if number % 5000 == 0:
            work.check()
            work.report({"doing": "Looking at files", "album": root.name, "done": number})
        if not _unchanged(path, size_bytes, mtime_ns):
            yield asset


def _digest(*things: object) -> str:
    return sha256(msgspec.json.encode(things, enc_hook=str)).hexdigest()[:16]


def _unchanged(path: str, size_bytes: int, mtime_ns: int) -> bool:
    """Whether a file is as the ledger has it."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a hundred thousand times, and Path.stat is three times slower
    except OSError:
        return False
    return (found.st_size, storable_ns(found.st_mtime_ns)) == (size_bytes, mtime_ns)
