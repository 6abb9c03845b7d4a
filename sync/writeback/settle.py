"""After a process that died in the middle of a write: whether each file it was at was written, told by its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from sync.library import known
from sync.library import writeback as ledger
from sync.library.writeback import ChangeRow, FileRow
from sync.work import Work
from sync.writeback.write import Written

_WRITTEN = msgspec.msgpack.Decoder(Written)


def settle(work: Work) -> None:
    """Bring the ledger and the journal in line with the files. Nothing to do where no process died."""
    for change in ledger.unsettled(work.library):
        written = _WRITTEN.decode(change.back)
        happened = _is(Path(change.path), written.after.size_bytes, written.after.sha256)
        with work.library.transaction() as db:
            if happened:
                ledger.done(db, change.id)
                ledger.put_file(db, _row(change, written))
            else:
                ledger.forget(db, change.id)
            known.mark_dirty(db, known.numbers(work.library, change.server, [change.asset]))


def _is(path: Path, size_bytes: int, sha256: str) -> bool:
    try:
        if path.stat().st_size != size_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _row(change: ChangeRow, written: Written) -> FileRow:
    return FileRow(
        path=change.path,
        server=change.server,
        asset=change.asset,
        root=change.root,
        role=change.role,
        size_bytes=written.after.size_bytes,
        mtime_ns=written.after.mtime_ns,
        ours=change.ours_after,
    )
