"""What becomes of files that went up: they stay, are moved, or are deleted.

A file is moved or deleted only when every file of its group went through all steps and the server, asked again, names
this very content, read once more from the disk, as an upload that is not in its trash. A file that changed meanwhile
stays, and so does a sidecar of which no copy went along.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sync.errors import BadTransfer, MantelpieceError, NotAvailable, UsageError
from sync.files import disk_errors, fsync_folder, storable_ns
from sync.immich.batches import batches
from sync.immich.upload import Known
from sync.ingest.landing import Beside, publish
from sync.ingest.one_run import Run
from sync.ingest.send import SLICE, forget, read_through, stamp_of
from sync.ingest.sidecars import sidecar_of
from sync.ingest.survey import Todo
from sync.library import ingest as rows
from sync.library.ingest import State
from sync.settings.ingest import After


def let_go(run: Run, todos: Sequence[Todo]) -> None:
    """Move or delete what the server has confirmed. What is wrong with one file leaves it where it is, and is said."""
    leaving = [todo for todo in todos if todo.row.state is State.LEAVING]
    for todo in leaving:
        run.change(todo, problem="", state=State.DONE if run.inbox.after is After.KEEP else State.LEAVING)
    if run.inbox.after is After.KEEP:
        # They were to leave, and now no longer.
        run.write(leaving)
        return
    for chunk in batches(leaving, SLICE):
        read: dict[str, os.stat_result] = {}
        whole = [todo for todo in chunk if _is_as_it_went(run, todo, read)]
        contents = list(dict.fromkeys(run.file(path).sha1 for todo in whole for path in todo.paths))
        known = run.immich.known_uploads(contents)
        confirmed = [todo for todo in whole if _confirmed(run, todo, known)]
        run.write(chunk)
        gone = [todo for todo in confirmed if _gone(run, todo, read)]
        run.write([todo for todo in confirmed if todo not in gone])
        with run.work.library.transaction() as db:
            paths = [path for todo in gone for path in todo.paths]
            rows.gone(db, run.inbox.name, paths=paths, keys=[todo.group.key for todo in gone])


def _is_as_it_went(run: Run, todo: Todo, read: dict[str, os.stat_result]) -> bool:
    """Whether every file still has the bytes that went up; times and lengths can be the same and the picture another.
    One that has not goes up anew."""
    for path in todo.paths:
        run.work.check()
        row = run.file(path)
        try:
            digest, read[path] = read_through(run.found.source / path)
        except NotAvailable as error:
            run.fail(todo, f"{path} was kept: {error.sentence}")
            return False
        now = (read[path].st_size, storable_ns(read[path].st_mtime_ns))
        if row.sha1 not in ("", digest) or now != (row.size, row.modified_ns):
            run.fail(todo, f"{path} was kept: it changed after it was uploaded.")
            forget(run, todo, path)
            run.set_file(path, sha1="")
            return False
        run.set_file(path, sha1=digest)
    return True


def _confirmed(run: Run, todo: Todo, known: dict[str, Known]) -> bool:
    for path in todo.paths:
        row = run.file(path)
        there = known.get(row.sha1)
        if there is None or there.trashed or there.asset_id != row.asset:
            run.fail(todo, f"{path} was kept: Immich does not name an upload of exactly this content.")
            if there is None or not there.trashed:
                run.change(todo, state=State.PENDING)
            return False
    return True


def _gone(run: Run, todo: Todo, read: dict[str, os.stat_result]) -> bool:
    try:
        # The one that stands for the photo last: whatever is left after a power cut is still known as that photo.
        for path in reversed(todo.paths):
            _take_away(run, path, read[path])
    except (MantelpieceError, OSError) as error:
        verb = "moved" if run.inbox.after is After.MOVE else "deleted"
        run.fail(todo, f"{todo.group.key} could not be {verb}: {getattr(error, 'sentence', error)}")
        return False
    return True


def _take_away(run: Run, path: str, read: os.stat_result) -> None:
    file = run.found.source / path
    sidecar = sidecar_of(file)
    stamp = stamp_of(sidecar)
    sent = bool(stamp) and stamp == run.file(path).sent
    linked = False
    if run.inbox.after is After.MOVE:
        _refuse_changed(path, file, read)
        beside, linked = _copied(run, path)
        sent = beside in (Beside.WRITTEN, Beside.THERE) and stamp_of(sidecar) == stamp
    with disk_errors(f"Removing {path}"):
        if not linked:
            _refuse_changed(path, file, read)
        file.unlink()
        run.counts["moved" if run.inbox.after is After.MOVE else "deleted"] += 1
        if sent:
            sidecar.unlink()
        fsync_folder(file.parent)
    if stamp and not sent:
        run.problems.append(f"{path}.xmp was kept: no copy of it went with its photo.")


def _copied(run: Run, path: str) -> tuple[Beside, bool]:
    """Put it where uploaded files go; what became of its sidecar there, and whether it is the very file."""
    source, target = run.found.source, Path(run.inbox.move_to)
    if not target.is_dir():
        raise NotAvailable(f"The folder {target} is not there.")
    done = publish(path, landing=source, library=target, stars=True)
    # The same folder by another way (a mount) has the file already, and it is the only one.
    if (target / done.path).parent.samefile((source / path).parent):
        raise UsageError(f"{target} is the inbox's own folder.")
    if not (target / done.path).is_file():
        raise BadTransfer(f"{path} did not arrive in {target}.")
    return done.sidecar, (target / done.path).samefile(source / path)


def _refuse_changed(path: str, file: Path, read: os.stat_result) -> None:
    """Raise NotAvailable where it is no longer what was read. Programs that set its time back tell by the ctime."""
    if _identity(file.lstat()) != _identity(read):
        raise NotAvailable(f"{path} changed at the last moment.")


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
