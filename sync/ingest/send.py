"""The way by upload: hash, ask which the server has, send the rest, several at once; and what becomes of the files.

A file is moved or deleted only when every file of its group went through all steps and the server, asked again, names
this very content, read once more from the disk, as an upload that is not in its trash. A file that changed meanwhile
stays, and so does a sidecar of which no copy went along.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

from sync.errors import BadTransfer, MantelpieceError, NotAvailable, ServerError, UsageError
from sync.files import disk_errors, fsync_folder
from sync.immich.batches import batches
from sync.immich.upload import Known, Upload, Uploaded
from sync.ingest.group import Role
from sync.ingest.landing import Beside, publish
from sync.ingest.one_run import Run
from sync.ingest.sidecar_writing import normalised
from sync.ingest.sidecars import SidecarRefused, bytes_of
from sync.ingest.survey import Todo
from sync.library import ingest as rows
from sync.library.ingest import State
from sync.settings_ingest import After

_CHUNK_BYTES = 1 << 20
_SLICE = 32
"""So many groups are hashed, asked for and sent together."""

One = tuple[Todo, str]
"""A group and one of its files."""


def send_up(run: Run, todos: Sequence[Todo]) -> Iterator[list[Todo]]:
    """Upload a batch; gives the groups that are whole on the server. Raises ServerError, Cancelled, DiskError."""
    slices = list(batches(todos, _SLICE))
    # The next files are hashed while these go up.
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(_digests, run, slices[0]) if slices else None
        for number, part in enumerate(slices):
            assert coming is not None
            told = coming.result()
            if number + 1 < len(slices):
                coming = ahead.submit(_digests, run, slices[number + 1])
            _send_part(run, part, told, of=len(todos))
            yield [todo for todo in part if todo.complete and not todo.row.problem]


def _send_part(run: Run, todos: Sequence[Todo], told: dict[str, str | NotAvailable], *, of: int) -> None:
    for todo in todos:
        run.change(todo, problem="")
    wanted = [(todo, path) for todo in todos for path in todo.paths if not todo.assets.get(path)]
    for todo, path in wanted:
        digest = told[path]
        if isinstance(digest, NotAvailable):
            run.fail(todo, digest.sentence)
        else:
            run.set_file(path, sha1=digest)
    wanted = [one for one in wanted if not one[0].row.problem]
    run.write(todos)
    known = run.immich.known_uploads(list(dict.fromkeys(run.file(path).sha1 for _, path in wanted)))
    missing = [one for one in wanted if not _there(run, one, known)]
    _intend(run, [path for _, path in missing])
    run.write(todos)
    # Live videos first: their stills name them.
    for videos in (True, False):
        _send(run, [one for one in missing if _is_live(one) == videos and not one[0].row.problem], of=of)
    run.write(todos)


def _intend(run: Run, paths: Sequence[str]) -> None:
    """Note the sidecars that are about to go up: after a lost answer, nobody could tell. Of files that are the same,
    one goes up."""
    first = {run.file(path).sha1: path for path in reversed(paths)}
    for path in paths:
        try:
            _, stamp = _sidecar(run, run.found.source / path)
        except SidecarRefused as error:
            stamp = ""
            run.problems.append(f"{path}.xmp did not go up: {error.sentence}")
        run.set_file(path, sent=stamp if first[run.file(path).sha1] == path else "")


def _is_live(one: One) -> bool:
    return one[1] in {member.found.path for member in one[0].group.of(Role.LIVE)}


def _digests(run: Run, todos: Sequence[Todo]) -> dict[str, str | NotAvailable]:
    """The SHA-1 of every file that is to go up, or why it cannot be read."""
    found: dict[str, str | NotAvailable] = {}
    for path in [path for todo in todos for path in todo.paths if not todo.assets.get(path)]:
        run.work.check()
        try:
            found[path] = run.file(path).sha1 or _digest(run.found.source / path)
        except NotAvailable as error:
            found[path] = error
    return found


def _digest(path: Path) -> str:
    return _read_through(path)[0]


def _read_through(path: Path) -> tuple[str, os.stat_result]:
    """The SHA-1 of a plain file, and what the disk says of the very file that was read."""
    state = sha1(usedforsecurity=False)
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb", buffering=0) as file:
            while piece := file.read(_CHUNK_BYTES):
                state.update(piece)
            return state.hexdigest(), os.fstat(file.fileno())
    except OSError as error:
        raise NotAvailable(f"{path} cannot be read: {error.strerror}.") from error


def _there(run: Run, one: One, known: dict[str, Known]) -> bool:
    """Whether the server has it, or must not get it."""
    todo, path = one
    found = known.get(run.file(path).sha1)
    if found is None:
        return False
    if found.trashed:
        run.fail(todo, f"{path} lies in Immich's trash. Restore it there, or take the file out of the inbox.")
        return True
    run.counts["there"] += 1
    _noted(run, todo, path, found.asset_id)
    todo.old.add(found.asset_id)
    return True


def _noted(run: Run, todo: Todo, path: str, asset: str) -> None:
    todo.assets[path] = asset
    run.set_file(path, asset=asset)


def _send(run: Run, wanted: Sequence[One], *, of: int) -> None:
    for (todo, path), told in run.each(lambda one: _upload(run, one), wanted):
        if isinstance(told, ServerError):
            run.fail(todo, f"{path} could not be uploaded: {told.sentence}")
            continue
        answer, sidecar = told
        _noted(run, todo, path, answer.id)
        run.counts["there" if answer.duplicate else "uploaded"] += 1
        run.counts["files"] += not answer.duplicate
        run.set_file(path, sent="" if answer.duplicate else sidecar)
        if answer.duplicate:
            todo.old.add(answer.id)
        elif video := _video(todo, path):
            todo.live[answer.id] = video
        run.work.report({"doing": "Uploading", "album": run.inbox.name, "done": run.counts["uploaded"], "of": of})


def _upload(run: Run, one: One) -> tuple[Uploaded, str]:
    """Send it; what came of it, and the stamp of the sidecar that went along."""
    todo, path = one
    row, file = run.file(path), run.found.source / path
    sidecar, stamp = None, ""
    with suppress(SidecarRefused):
        sidecar, stamp = _sidecar(run, file)
    told = run.immich.upload(
        Upload(
            path=file,
            name=file.name,
            size_bytes=row.size,
            sha1=row.sha1,
            modified_at=datetime.fromtimestamp(row.modified_ns / 1e9, UTC),
            sidecar=sidecar,
            live_video_id=_video(todo, path),
        )
    )
    return told, stamp


def _video(todo: Todo, path: str) -> str | None:
    """The live video that an original names when it goes up."""
    live = todo.group.live
    original = path in {member.found.path for member in todo.group.of(Role.ORIGINAL)}
    return todo.assets.get(live.found.path) if live is not None and original and live.found.path != path else None


def _sidecar(run: Run, file: Path) -> tuple[bytes | None, str]:
    """What goes up beside a file, and its stamp. Raises SidecarRefused where it cannot be understood."""
    beside = file.with_name(file.name + ".xmp")
    stamp = _stamp_of(beside)
    data = bytes_of(beside)
    return (None, "") if data is None else (normalised(data, stars=run.inbox.stars), stamp)


def _stamp_of(sidecar: Path) -> str:
    """As the ledger has it."""
    try:
        status = sidecar.lstat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_ctime_ns}"


def let_go(run: Run, todos: Sequence[Todo]) -> None:
    """Move or delete what the server has confirmed. What is wrong with one file leaves it where it is, and is said."""
    leaving = [todo for todo in todos if todo.row.state is State.LEAVING]
    for todo in leaving:
        run.change(todo, problem="", state=State.DONE if run.inbox.after is After.KEEP else State.LEAVING)
    if run.inbox.after is After.KEEP:
        # They were to leave, and now no longer.
        run.write(leaving)
        return
    for chunk in batches(leaving, _SLICE):
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
            digest, read[path] = _read_through(run.found.source / path)
        except NotAvailable as error:
            run.fail(todo, f"{path} was kept: {error.sentence}")
            return False
        if row.sha1 not in ("", digest) or (read[path].st_size, read[path].st_mtime_ns) != (row.size, row.modified_ns):
            run.fail(todo, f"{path} was kept: it changed after it was uploaded.")
            run.set_file(path, asset="", sha1="", sent="")
            run.change(todo, state=State.PENDING, steps="")
            return False
        run.set_file(path, sha1=digest)
    return True


def _confirmed(run: Run, todo: Todo, known: dict[str, Known]) -> bool:
    for path in todo.paths:
        row = run.file(path)
        there = known.get(row.sha1)
        if there is None or there.trashed or there.asset_id != row.asset:
            run.fail(todo, f"{path} was kept: Immich does not name an upload of exactly this content.")
            return False
    return True


def _gone(run: Run, todo: Todo, read: dict[str, os.stat_result]) -> bool:
    try:
        for path in todo.paths:
            _take_away(run, path, read[path])
    except (MantelpieceError, OSError) as error:
        verb = "moved" if run.inbox.after is After.MOVE else "deleted"
        run.fail(todo, f"{todo.group.key} could not be {verb}: {getattr(error, 'sentence', error)}")
        return False
    return True


def _take_away(run: Run, path: str, read: os.stat_result) -> None:
    file = run.found.source / path
    sidecar, stamp = file.with_name(file.name + ".xmp"), _stamp_of(file.with_name(file.name + ".xmp"))
    sent = bool(stamp) and stamp == run.file(path).sent
    if run.inbox.after is After.MOVE:
        sent = _copied(run, path) in (Beside.WRITTEN, Beside.THERE) and _stamp_of(sidecar) == stamp
    with disk_errors(f"Removing {path}"):
        if _identity(file.lstat()) != _identity(read):
            raise NotAvailable(f"{path} changed at the last moment.")
        file.unlink()
        run.counts["moved" if run.inbox.after is After.MOVE else "deleted"] += 1
        if sent:
            sidecar.unlink()
        fsync_folder(file.parent)
    if stamp and not sent:
        run.problems.append(f"{path}.xmp was kept: no copy of it went with its photo.")


def _copied(run: Run, path: str) -> Beside:
    """Put it where uploaded files go; what became of its sidecar there."""
    source, target = run.found.source, Path(run.inbox.move_to)
    if not target.is_dir():
        raise NotAvailable(f"The folder {target} is not there.")
    done = publish(path, landing=source, library=target, stars=True)
    # The same folder by another way (a mount) has the file already, and it is the only one.
    if (target / done.path).parent.samefile((source / path).parent):
        raise UsageError(f"{target} is the inbox's own folder.")
    if not (target / done.path).is_file():
        raise BadTransfer(f"{path} did not arrive in {target}.")
    return done.sidecar


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
