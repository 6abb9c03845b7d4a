"""The way by external library: publish files into its folder, have it scanned, wait until Immich lists them.

One scan for a batch, and searches by page: a poll asks what changed in the library since the last look, by the
server's own clock. A file that does not come in time is late: it is named, its group is taken up by the next run, and
holds up nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sync.counted import counted
from sync.errors import DiskError, NotAvailable, UsageError
from sync.files import storable_ns
from sync.immich.arrivals import EVERYWHERE, Arrival
from sync.immich.facts import Visibility
from sync.ingest.group import Role
from sync.ingest.landing import Beside, publish
from sync.ingest.one_run import Run
from sync.ingest.places import folder_of, publishes, server_path, source_of
from sync.ingest.survey import Todo

_OVERLAP = timedelta(seconds=60)
"""What the server writes becomes visible a little later than it says; so much is looked at again."""

_GRACE_SECONDS = 10.0
"""What was late before is waited for no longer than this."""


def take_in(run: Run, todos: Sequence[Todo]) -> Iterator[list[Todo]]:
    """Bring a batch in; gives groups as they become complete. Raises ServerError, DiskError, Cancelled."""
    here = [todo for todo in todos if _published(run, todo)]
    run.write(here)
    ready, missing = _parted(here)
    if ready:
        yield ready
    if not missing:
        return
    run.work.report({"doing": "Having Immich scan", "album": run.inbox.name, "done": 0, "of": len(missing)})
    run.immich.scan_library(run.inbox.library)
    run.counts["scans"] += 1
    yield from _waited(run, missing)


def _published(run: Run, todo: Todo) -> bool:
    """Every file of the group in the library's folder. What is wrong with one file is its group's problem."""
    if not publishes(run.inbox):
        for path in todo.paths:
            run.set_file(path, place=path)
        return True
    try:
        for path in todo.paths:
            done = publish(path, landing=source_of(run.inbox), library=folder_of(run.inbox), stars=run.inbox.stars)
            status = (source_of(run.inbox) / path).stat()
            if done.path != run.file(path).place:
                # Another picture under its old name lies beside the first one: it has no asset yet.
                run.set_file(path, asset="")
                todo.assets.pop(path, None)
            run.set_file(path, place=done.path, changed_ns=storable_ns(status.st_ctime_ns))
            if done.sidecar is Beside.REFUSED:
                run.problems.append(f"{path}: its sidecar was left out: {done.why}")
    except DiskError:
        run.write([todo])
        raise
    except (NotAvailable, UsageError, OSError) as error:
        run.fail(todo, getattr(error, "sentence", "") or f"It could not be taken: {error}.")
        run.write([todo])
        return False
    return True


def _parted(todos: Iterable[Todo]) -> tuple[list[Todo], list[Todo]]:
    ready: list[Todo] = []
    missing: list[Todo] = []
    for todo in todos:
        (ready if todo.complete else missing).append(todo)
    return ready, missing


def _waited(run: Run, missing: list[Todo]) -> Iterator[list[Todo]]:
    clock, limit = run.work.clock, run.inbox.wait_seconds
    begun = clock.monotonic()
    of = len(missing)
    while True:
        look_for(run, missing)
        ready, missing = _parted(missing)
        for todo in ready:
            run.change(todo, late=False, problem="")
        if ready:
            run.write(ready)
            yield ready
        run.work.report({"doing": "Waiting for Immich", "album": run.inbox.name, "done": of - len(missing), "of": of})
        waited = clock.monotonic() - begun
        tired = waited >= _GRACE_SECONDS and all(todo.row.late for todo in missing)
        if not missing or tired or (limit and waited >= limit):
            break
        run.work.check()
        clock.sleep(run.inbox.poll_seconds)
    _too_late(run, missing)


def _too_late(run: Run, missing: list[Todo]) -> None:
    if not missing:
        return
    for todo in missing:
        lacking = ", ".join(path for path in todo.paths if not todo.assets.get(path))
        sentence = f"Immich did not list {lacking} within {run.inbox.wait_seconds:g} s of its scan."
        run.change(todo, late=True, problem=sentence)
    run.write(missing)
    files = sum(not todo.assets.get(path) for todo in missing for path in todo.paths)
    run.counts["late"] += len(missing)
    told = (
        "Immich did not list {files} {files:file|files} of {number} {number:photo|photos} within {seconds} s of the "
        "scan ({name} for one); the next run takes {number:it|them} up. Look at Immich's jobs: a paused or crowded "
        "library or metadata queue ends no scan, and a file that Immich cannot read never comes."
    )
    seconds = f"{run.inbox.wait_seconds:g}"
    run.problems.append(counted(told, files=files, number=len(missing), seconds=seconds, name=missing[0].group.key))


def look_for(run: Run, todos: Sequence[Todo], *, whole: bool = False) -> None:
    """See which files of these groups Immich lists by now. `whole`: look at all of the library, archived ones too."""
    wanted: dict[str, tuple[Todo, str]] = {}
    videos = False
    for todo in todos:
        for member in todo.group.members:
            path = member.found.path
            place = run.file(path).place or path
            wanted[server_path(run.inbox, place)] = (todo, path)
            videos = videos or (member.role is Role.LIVE and not todo.assets.get(path))
    where: Sequence[Visibility] = EVERYWHERE
    if not whole:
        where = (Visibility.TIMELINE, Visibility.HIDDEN) if videos else (Visibility.TIMELINE,)
    since = None
    if not whole and run.cursor is not None:
        # A server whose clock once ran ahead wrote times that are yet to come: nothing new is ever after those.
        since = min(run.cursor, run.work.clock.now()) - _OVERLAP
    newest = run.cursor
    for page in run.immich.arrivals(run.inbox.library, since=since, where=where):
        run.work.check()
        run.counts["pages"] += 1
        for arrival in page:
            newest = arrival.updated_at if newest is None else max(newest, arrival.updated_at)
            if arrival.original_path in wanted:
                _noted(run, *wanted[arrival.original_path], arrival, old=whole)
    run.cursor = newest or datetime.fromtimestamp(0, UTC) + _OVERLAP


def _noted(run: Run, todo: Todo, path: str, arrival: Arrival, *, old: bool) -> None:
    if not todo.assets.get(path) and not old:
        run.counts["files"] += 1
    todo.assets[path] = arrival.id
    todo.live[arrival.id] = arrival.live_photo_video_id
    if old:
        todo.old.add(arrival.id)
    if arrival.is_favorite:
        todo.liked.add(arrival.id)
    run.set_file(path, asset=arrival.id)
