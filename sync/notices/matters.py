"""What there is to tell of, read from the library: servers and albums in trouble, failed runs, what is held.

A server's trouble is one matter, however many albums feel it. Nothing is written; called by the daemon, the jobs that
tell, and whoever lists notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sync.jobs.kinds import ICLOUDPD
from sync.library import albums, held, jobs, runs, servers
from sync.library import smart as smart_albums
from sync.library.database import Library
from sync.library.jobs import State
from sync.library.runs import Outcome, Run
from sync.questions import Asks, Question
from sync.settings.tree import Settings

_ROWS_TELL = ("sync", "smart-apply")
"""What is wrong with an album stands in its own row; of these runs only one that did not come to its end counts."""
_ONGOING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Matter:
    """One thing that somebody may want to know."""

    key: str
    what: str
    """Whose: "Server home", "Album 'Holidays'"."""
    sentence: str
    since: datetime
    held: bool = False
    """Waits for a person's yes."""
    advice: str = ""


def matters(library: Library, settings: Settings, asked: Iterable[Question] = ()) -> list[Matter]:
    """Everything that is wrong or waits now, each once; `asked` is what jobs want to hear from a person."""
    found: dict[str, Matter] = {}
    of_rows = (*_servers(library, settings), *_albums(library, settings), *_smart(library, settings),
               *_held(library, settings), *_runs(library, settings), *_parked(library, settings))  # fmt: skip
    for matter in (*_asked(asked), *of_rows):
        found.setdefault(matter.key, matter)
    return list(found.values())


def _asked(asked: Iterable[Question]) -> Iterator[Matter]:
    for question in asked:
        sentence = f"Apple wants somebody to sign in for {question.about}."
        if question.asks is Asks.CODE:
            sentence = f"Apple has sent a code to the devices of {question.about}, and waits for its digits."
        advice = f"Answer on the phone page, or with 'mantelpiece ingest download {question.inbox!r}'."
        yield Matter(
            f"asks {question.about}", f"Inbox {question.inbox!r}", sentence, question.asked_at, held=True, advice=advice
        )


def _servers(library: Library, settings: Settings) -> Iterator[Matter]:
    for row in servers.every(library):
        if row.name in settings.servers and row.problem:
            yield Matter(f"server {row.name}", f"Server {row.name}", row.problem, _time(row.problem_since))


def _troubled(library: Library) -> set[tuple[str, str]]:
    return {(row.name, row.problem) for row in servers.every(library) if row.problem}


def _albums(library: Library, settings: Settings) -> Iterator[Matter]:
    of_server = _troubled(library)
    waiting = {row.album for row in held.every(library)}
    for row in albums.every(library):
        album = settings.album(row.name)
        if album is None or album.paused or not row.problem or row.name in waiting:
            continue
        if (album.server, row.problem) not in of_server:
            yield Matter(f"album {row.name}", f"Album {row.name!r}", row.problem, _time(row.problem_since))


def _smart(library: Library, settings: Settings) -> Iterator[Matter]:
    of_server = _troubled(library)
    for smart in settings.smart:
        row = smart_albums.get(library, smart.name)
        if row is None or smart.paused:
            continue
        what = f"Smart album {smart.name!r}"
        if row.problem and (smart.server, row.problem) not in of_server:
            yield Matter(f"smart {smart.name}", what, row.problem, _time(row.problem_since))
        if row.held:
            advice = f"See 'mantelpiece smart preview {smart.name!r}', and apply the plan that it names."
            yield Matter(f"smart-held {smart.name}", what, row.held, _ONGOING, held=True, advice=advice)


def _held(library: Library, settings: Settings) -> Iterator[Matter]:
    for row in held.every(library):
        if row.decision is None and settings.album(row.album) is not None:
            advice = "Say so on the phone page, or with 'mantelpiece held'. They keep showing until then."
            yield Matter(
                f"held {row.album}", f"Album {row.album!r}", row.reason, _time(row.since), held=True, advice=advice
            )


def _runs(library: Library, settings: Settings) -> Iterator[Matter]:
    for run, since in runs.failing(library):
        if not _concerns(run, settings):
            continue
        said, advice = run.sentence or "It came to no end.", str((run.result or {}).get("advice", ""))
        waits = run.outcome is Outcome.DONE and run.exit_code == 4
        if run.outcome is Outcome.DONE and (run.kind in _ROWS_TELL or run.exit_code not in (3, 4)):
            continue
        # All albums fail for one reason when the disk does.
        error = str((run.result or {}).get("facts", {}).get("error", "")) or run.kind
        if run.kind == ICLOUDPD and run.exit_code == 4:
            continue  # The question itself is a matter.
        yield Matter(f"run {run.kind} {error}", f"Job {run.kind}", said, _time(since), held=waits, advice=advice)


def _concerns(run: Run, settings: Settings) -> bool:
    """Whether what it was about is still set up."""
    named = run.arguments.get("albums") or []
    known = {smart.name for smart in settings.smart} | {album.name for album in settings.albums}
    return all(name in known for name in named)


def _parked(library: Library, settings: Settings) -> Iterator[Matter]:
    for job in jobs.in_state(library, State.PARKED):
        run = runs.last_of(library, job.id)
        if run is None or not _concerns(run, settings):
            continue
        sentence = f"It failed {job.attempts} times and waits until somebody runs it again: {run.sentence or 'no word'}"
        yield Matter(f"parked {job.kind}", f"Job {job.kind}", sentence, _time(run.ended_at or run.started_at))


def _time(text: str | None) -> datetime:
    return _ONGOING if text is None else datetime.fromisoformat(text)
