"""The job `sync`: makes the disk equal to what the servers list, album by album.

Of one album: `unchanged(token)` proves that nothing happened → done; else listing → stage → plan → guard → apply.
Then of all albums: display copies, so that everything shows soon, then originals; rows in batches; publish; retire
what left (trash); tags and faces. One album's trouble never stops the others; a listing that fails changes nothing.
The job runner holds the mirror's lock: two processes never mix.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync.counted import counted
from sync.errors import (
    DiskFull,
    Incomplete,
    MarkerMissing,
    NotAvailable,
    PermissionMissing,
    RuleError,
    SchemaDrift,
    ServerError,
    ServerFailure,
    UsageError,
)
from sync.files import sweep_parts
from sync.library import albums, memberships, photos, servers
from sync.library.photos import PhotoRow
from sync.library.servers import ServerRow
from sync.mirror import retire, trash
from sync.mirror.budget import Room, keep_budget
from sync.mirror.collect import Collector, Job, Outcome
from sync.mirror.compare import Compared, compare
from sync.mirror.details import fetch_details
from sync.mirror.fetch import Fetcher
from sync.mirror.moment import Moment, moment
from sync.mirror.origins import Origins, workers_of
from sync.mirror.panel import follow_panel, larger_than_preview
from sync.mirror.publish import Publisher
from sync.mirror.rendition import Decoders
from sync.mirror.restore import restore
from sync.mirror.show_views import out_of_date, show_views
from sync.settings.tree import Album, Keep, Source, chosen_of
from sync.today import today
from sync.work import Result, Work, most_serious

log = logging.getLogger(__name__)

_OF_ONE_ALBUM = (Incomplete, NotAvailable, PermissionMissing, RuleError, SchemaDrift, ServerFailure)
"""Says nothing of the server's other albums."""


@dataclass
class AlbumRun:
    """One album in one run, and what it came to."""

    album: Album
    compared: Compared = field(default_factory=Compared)
    outcome: Outcome = field(default_factory=Outcome)
    codes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sentence: str | None = None
    """Why the album cannot be brought up to date; the wall and the phone show it."""
    stopped: bool = False
    """Nothing more is fetched for it in this run."""
    drifted: bool = False
    """The server answers in a form that we do not know."""

    def trouble(self, error: ServerError | UsageError | DiskFull) -> None:
        self.stopped = True
        self.drifted = isinstance(error, SchemaDrift)
        self.codes.append(error.exit_code)
        self.problems.append(str(error))
        self.sentence = error.sentence


def synchronise(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"albums": [names] | None}`. Facts: {"albums": {name: {added, replaced, removed, kept, held, off_disk, bytes,
    problems, left_out, complete}}}; `bytes` are those downloaded, `complete` is whether the source said all that is in
    it. Raises UsageError, MarkerMissing, DiskError, Cancelled."""
    chosen = chosen_of(work.settings.albums, arguments.get("albums"), work.settings.need_album)
    runs = [AlbumRun(album) for album in chosen]
    origins, publisher = Origins(work), Publisher(work)
    mirror(work, runs, origins, publisher)
    fetch_details(work, [run.album for run in runs if not run.stopped], origins)
    publisher.finish()
    if publisher.published or out_of_date(work):
        show_views(work)
    return _result(work, runs)


def mirror(work: Work, runs: list[AlbumRun], origins: Origins, publisher: Publisher) -> None:
    """All but the last touch: rows, objects and catalogue are as the servers list them when this returns."""
    _begin(work)
    now = moment(work.clock)
    try:
        retire.let_go(work, now)
        _compare_all(work, runs, origins, now)
        publisher.finish()
        _fetch_all(work, runs, origins, publisher)
    finally:
        _note_problems(work, runs, now)
        publisher.finish()
    confirmed = {run.album.name for run in runs if run.compared.complete}
    retire.retire(work, confirmed=confirmed, now=now)


def _begin(work: Work) -> None:
    if not work.home.marker.exists():
        raise MarkerMissing(f"{work.home.root} has lost its marker file.", folder=str(work.home.root))
    sweep_parts(work.home.parts)
    sweep_parts(work.home.published)
    trash.reconcile(work.library, work.home)
    restored = restore(work.library, work.home)
    if restored:
        log.warning("the library was rebuilt from the published catalogue: %d photos", restored)
    follow_panel(work.library, work.settings, restored=bool(restored))


def _compare_all(work: Work, runs: list[AlbumRun], origins: Origins, now: Moment) -> None:
    silent: dict[tuple[str, str], ServerError | UsageError] = {}
    for run in runs:
        work.check()
        # A link has a key of its own: that it expired says nothing of the server's other albums.
        name = (run.album.server, run.album.name if run.album.source is Source.LINK else "")
        work.report({"doing": "Listing", "album": run.album.name})
        try:
            if name in silent:
                raise silent[name]
            run.compared = compare(work, run.album, origins.of(run.album), now=now, today=today(work))
        except (ServerError, UsageError) as error:
            run.trouble(error)
            if not isinstance(error, _OF_ONE_ALBUM):
                # A refused key, a silent server or a wrong address: no hammering for every further album.
                silent[name] = error
                _note_server(work, run.album, error, now)
            continue
        _note_server(work, run.album, None, now)
        run.codes += run.compared.codes
        run.problems += run.compared.problems
        run.sentence = run.compared.sentence


def _fetch_all(work: Work, runs: list[AlbumRun], origins: Origins, publisher: Publisher) -> None:
    if work.settings.mirror.budget_gb or photos.any_off_disk(work.library):
        keep_budget(work)
    stop = threading.Event()
    room = Room(work)
    with Decoders(cancelled=stop.is_set) as decoders:
        for originals in (False, True):
            for run in runs:
                if run.stopped or (originals and run.album.kept is not Keep.ORIGINAL):
                    continue
                _fetch(work, run, origins, publisher, decoders, room, stop=stop, originals=originals)


def _note_server(work: Work, album: Album, error: ServerError | UsageError | None, now: Moment) -> None:
    """Remember that a whole server is silent or refuses, or that it is well again; a shared link says neither."""
    server = work.settings.servers.get(album.server)
    if server is None or album.source is Source.LINK:
        return
    known = ServerRow(name=album.server, url=server.url)
    sentence = None if error is None else error.sentence
    servers.problem(work.library, known, sentence=sentence, now=now.wall.isoformat(timespec="seconds"))


def _fetch(
    work: Work, run: AlbumRun, origins: Origins, publisher: Publisher, decoders: Decoders, room: Room, *,
    stop: threading.Event, originals: bool,
) -> None:  # fmt: skip
    panel = larger_than_preview(work.settings)
    origin = origins.of(run.album)
    fetcher = Fetcher(work.home, origin, decoders, stop.is_set, panel)
    name, workers = run.album.name, workers_of(work, run.album)
    collector = Collector(
        work, workers=workers, landed=publisher.landed, album=name, outcome=run.outcome, look_after=origin.look_after
    )
    try:
        jobs = _jobs(work, run.album, fetcher, originals=originals)
        collector.run(jobs, room=lambda photo: room.for_photo(photo, original=originals), stop=stop)
    except (ServerError, DiskFull) as error:
        run.trouble(error)
        if isinstance(error, ServerError) and not isinstance(error, _OF_ONE_ALBUM):
            _note_server(work, run.album, error, moment(work.clock))
    finally:
        stop.clear()


def _jobs(work: Work, album: Album, fetcher: Fetcher, *, originals: bool) -> Iterator[Job]:
    keep = album.kept is Keep.ORIGINAL
    now = work.clock.now().isoformat()
    for photo in photos.missing(work.library, album.name, originals=originals, now=now):
        yield photo, _bound(fetcher, photo, originals=originals, keep=keep)


def _bound(fetcher: Fetcher, photo: PhotoRow, *, originals: bool, keep: bool) -> Any:
    if originals:
        return lambda: fetcher.original(photo)
    return lambda: fetcher.display(photo, keep_original=keep)


def _note_problems(work: Work, runs: list[AlbumRun], now: Moment) -> None:
    for run in runs:
        if run.drifted and not _long_unlisted(work, run.album.name, now):
            # Answers in an unknown form leave the library as it was, to the byte; the run says what they are.
            continue
        name, sentence = run.album.name, run.sentence
        albums.problem(work.library, name, sentence=sentence, now=now.wall, trusted=now.trusted)


def _long_unlisted(work: Work, name: str, now: Moment) -> bool:
    row = albums.get(work.library, name)
    listed = None if row is None or row.listed_at is None else datetime.fromisoformat(row.listed_at)
    return listed is not None and now.trusted and now.wall - listed >= albums.LASTING


def _result(work: Work, runs: list[AlbumRun]) -> Result:
    facts = {run.album.name: _facts(work, run) for run in runs}
    codes = [code for run in runs for code in run.codes]
    codes += [1 for run in runs if run.outcome.bad]
    added = sum(fact["added"] for fact in facts.values())
    removed = sum(fact["removed"] for fact in facts.values())
    problems = [f"{run.album.name}: {problem}" for run in runs for problem in [*run.problems, *run.outcome.bad]]
    sentence = "{number} {number:album|albums}: {added} {added:photo|photos} added, {removed} removed."
    sentence = counted(sentence, number=len(runs), added=added, removed=removed) if runs else "Nothing was due."
    return Result({"albums": facts}, sentence, exit_code=most_serious(codes), problems=problems)


def _facts(work: Work, run: AlbumRun) -> dict[str, Any]:
    name, plan = run.album.name, run.compared.plan
    rewritten = photos.rewritten(work.library, name)
    changed = "{number} {number:photo has|photos have} changed on the server since upload."
    notes = [counted(changed, number=rewritten)] if rewritten else []
    if run.outcome.not_there:
        notes.append(f"{run.outcome.not_there} listed and not given; asked for again at the next sync.")
    return {
        "added": len(plan.add) + len(plan.returning),
        "replaced": len(plan.replace),
        "removed": run.compared.removed,
        "kept": memberships.count(work.library, name) - len(plan.add) - len(plan.returning),
        "held": run.compared.held,
        "off_disk": photos.off_disk(work.library, name),
        "bytes": run.outcome.transferred,
        "left_out": run.compared.left_out,
        "complete": run.compared.plan.complete,
        "problems": [*run.problems, *run.outcome.bad, *notes],
    }
