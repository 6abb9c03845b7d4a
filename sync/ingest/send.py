"""The way by upload: hash, ask which the server has, send the rest, several at once.

What went up earlier is asked for too: a server that came back from an older backup has it no more. What becomes of the
files is let_go.py's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

from sync.errors import NotAvailable, ServerError
from sync.immich.batches import batches
from sync.immich.upload import Known, Upload, Uploaded
from sync.ingest.group import Role
from sync.ingest.one_run import Run
from sync.ingest.sidecar_writing import normalised
from sync.ingest.sidecars import SidecarRefused, bytes_of, sidecar_of
from sync.ingest.survey import Todo
from sync.library.ingest import State

_CHUNK_BYTES = 1 << 20
SLICE = 32
"""So many groups are hashed, asked for and sent together."""

One = tuple[Todo, str]
"""A group and one of its files."""


def send_up(run: Run, todos: Sequence[Todo]) -> Iterator[list[Todo]]:
    """Upload a batch; gives the groups that are whole on the server. Raises ServerError, Cancelled, DiskError."""
    slices = list(batches(todos, SLICE))
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
    wanted = [(todo, path) for todo in todos for path in todo.paths]
    for todo, path in wanted:
        digest = told[path]
        if isinstance(digest, NotAvailable):
            run.fail(todo, digest.sentence)
        else:
            run.set_file(path, sha1=digest)
    wanted = [one for one in wanted if not one[0].row.problem]
    run.write(todos)
    known = run.immich.known_uploads(list(dict.fromkeys(run.file(path).sha1 for _, path in wanted)))
    # Also of what went up earlier: a server that came back from its backup has lost it.
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
    """The SHA-1 of every file, or why it cannot be read."""
    found: dict[str, str | NotAvailable] = {}
    for path in [path for todo in todos for path in todo.paths]:
        run.work.check()
        try:
            found[path] = run.file(path).sha1 or read_through(run.found.source / path)[0]
        except NotAvailable as error:
            found[path] = error
    return found


def read_through(path: Path) -> tuple[str, os.stat_result]:
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
    found, before = known.get(run.file(path).sha1), todo.assets.get(path)
    if before and (found is None or found.asset_id != before):
        forget(run, todo, path)
    if found is None:
        return False
    if found.asset_id == before:
        return True
    if found.trashed:
        run.fail(todo, f"{path} lies in Immich's trash. Restore it there, or take the file out of the inbox.")
        return True
    run.counts["there"] += 1
    _noted(run, todo, path, found.asset_id)
    todo.old.add(found.asset_id)
    return True


def forget(run: Run, todo: Todo, path: str) -> None:
    """It goes up anew, and everything is done with it anew."""
    todo.assets.pop(path, None)
    run.set_file(path, asset="", sent="")
    run.change(todo, state=State.PENDING, steps="")


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
    beside = sidecar_of(file)
    stamp = stamp_of(beside)
    data = bytes_of(beside)
    return (None, "") if data is None else (normalised(data, stars=run.inbox.stars), stamp)


def stamp_of(sidecar: Path) -> str:
    """As the ledger has it."""
    try:
        status = sidecar.lstat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_ctime_ns}"
