"""After a write that ended in the middle: whether the file was written, told by its bytes.

What cannot be read now (its disk is away) stays open until it can; a file that others changed since counts as written,
for then our part of it can still be taken back. Called at the beginning of every job, and after a write that failed.
"""

from __future__ import annotations

import errno
from pathlib import Path

import msgspec

from sync.library import known
from sync.library import writeback as ledger
from sync.library.writeback import ChangeRow, FileRow
from sync.work import Work
from sync.writeback.write import Written, print_of

_WRITTEN = msgspec.msgpack.Decoder(Written)


def settle(work: Work) -> None:
    """Bring the ledger and the journal in line with the files. Nothing to do where no process died."""
    for change in ledger.unsettled(work.library):
        settle_one(work, change)


def settle_one(work: Work, change: ChangeRow) -> None:
    """One write of which nobody knows whether it was made."""
    written = _WRITTEN.decode(change.back)
    happened = _happened(written)
    if happened is None:
        return
    with work.library.transaction() as db:
        if happened:
            ledger.done(db, change.id)
            ledger.put_file(db, _row(change, written))
        else:
            ledger.forget(db, change.id)
        known.mark_dirty(db, known.numbers(work.library, change.server, [change.asset]))


def _happened(written: Written) -> bool | None:
    """None: that cannot be told now."""
    try:
        found = print_of(Path(written.path))
    except OSError as error:
        made = written.before is None and error.errno == errno.ENOENT
        # An empty folder may be where a disk is mounted otherwise: the photo must lie beside the missing sidecar.
        return False if made and _has_files(Path(written.path).parent) else None
    return written.before is None or found.sha256 != written.before.sha256


def _has_files(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
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
