"""`mantelpiece status`: what is going on. Looks only; starts, checks and changes nothing."""

from __future__ import annotations

from typing import Any

from admin.cli.output import Output, describe_progress, left_out, moment, size
from admin.cli.verb import Call, verb
from admin.network import answers_at
from frame.control import FrameNotRunning, FrameRefused, ask
from sync import files
from sync.counted import counted
from sync.errors import LibraryCorrupt
from sync.home import Home
from sync.jobs import progress
from sync.jobs.follow import serving
from sync.jobs.kinds import describe
from sync.library import albums, held, intents, jobs, memberships, photos, runs
from sync.library.database import Library
from sync.library.jobs import State
from sync.library.reading import reading
from sync.settings.tree import Album, Settings


@verb("status")
def command(call: Call) -> int:
    """What is going on: services, the page's addresses, running jobs, every album, what is held, free space."""
    kept = call.settings()
    told: dict[str, Any] = {
        "home": str(call.home.root),
        "sync": "running" if serving(call.home) else "not running",
        "frame": _frame(call.home),
        "page": answers_at(call.home),
        **_from_library(call.home, kept.settings),
        "free_bytes": files.free_bytes(call.home.root) if call.home.root.exists() else None,
        "settings_problems": [problem.sentence for problem in kept.problems],
    }
    call.output.result(told)
    if not call.output.as_json:
        _tell(call.output, told)
    return 4 if told["held"] else 1 if told["problems"] or told["settings_problems"] else 0


def _frame(home: Home) -> dict[str, Any]:
    try:
        return {"running": True} | ask(home, "now", timeout_seconds=2.0)
    except FrameNotRunning:
        return {"running": False}
    except FrameRefused as error:
        return {"running": True, "problems": [error.sentence]}


def _from_library(home: Home, settings: Settings) -> dict[str, Any]:
    told: dict[str, Any] = {"jobs": [], "albums": [], "held": [], "favourites": [], "last_runs": [],
                            "problems": []}  # fmt: skip
    try:
        with reading(home) as library:
            if library is not None:
                return _told_of(library, home, settings)
            told["albums"] = [
                {"album": album.name, "photos": 0, "state": "not synced yet"} for album in settings.albums
            ]
    except LibraryCorrupt as error:
        told["problems"].append(str(error))
    return told


def _told_of(library: Library, home: Home, settings: Settings) -> dict[str, Any]:
    known = {row.name: row for row in albums.every(library)}
    doing = [
        {"id": job.id, "job": describe(job), "state": job.state.value, "progress": progress.read(home, job.id)}
        for job in jobs.in_state(library, State.RUNNING, State.WAITING, State.PARKED)
    ]
    parked = [entry["job"] for entry in doing if entry["state"] == State.PARKED.value]
    return {
        "jobs": doing,
        "albums": [_album(library, album, known.get(album.name)) for album in settings.albums],
        "held": [
            {"album": row.album, "photos": len(row.photos), "reason": row.reason, "since": row.since}
            for row in held.every(library) if row.decision is None
        ],
        "favourites": [
            {"photo": row.key, "value": row.value, "at": row.at, "problem": row.sentence or None}
            for row in intents.waiting(library)
        ],
        "last_runs": [
            {"job": run.kind, "started_at": run.started_at, "exit_code": run.exit_code, "sentence": run.sentence}
            for run in runs.history(library, limit=3)
        ],
        "problems": [f"{row.name}: {row.problem}" for row in known.values() if row.problem]
        + [f"{job} failed three times and is parked." for job in parked],
    }  # fmt: skip


def _album(library: Library, album: Album, row: albums.AlbumRow | None) -> dict[str, Any]:
    return {
        "album": album.name,
        "photos": memberships.count(library, album.name),
        "left_out": row.left_out if row else {},
        "off_disk": photos.off_disk(library, album.name),
        "listed": row.listed if row else 0,
        "listed_at": row.listed_at if row else None,
        "problem": row.problem if row else None,
        "problem_since": row.problem_since if row else None,
        "state": _state(row, paused=album.paused),
    }


_WAITING = "waiting for Immich: {number} {number:favourite|favourites}."


def _state(row: albums.AlbumRow | None, *, paused: bool) -> str:
    if row is not None and row.problem:
        return row.problem
    if paused:
        return "paused"
    return "ok" if row is not None and row.listed_at else "not synced yet"


def _tell(output: Output, told: dict[str, Any]) -> None:
    frame = told["frame"]
    output.say(f"sync: {told['sync']}")
    if not frame["running"]:
        output.say("wall: not running")
    else:
        showing = frame.get("file_name") or frame.get("key") or frame.get("showing", "")
        paused = " (paused)" if frame.get("paused") else ""
        output.say(f"wall: {showing}{paused} on {frame.get('display') or 'nothing'}")
        for problem in frame.get("problems", []):
            output.problem(f"wall: {problem}")
    output.say(f"page: {', '.join(told['page']) or 'not running'}")
    output.table(
        [(one["album"], one.get("photos", 0), left_out(one),
          moment(one.get("listed_at")), one["state"]) for one in told["albums"]],
        heads=("album", "photos", "left out", "last change (UTC)", "state"),
        empty="No album is set up: mantelpiece album add NAME-OR-ID",
    )  # fmt: skip
    for one in told["jobs"]:
        doing = describe_progress(one["progress"]) if one["progress"] else one["state"]
        output.say(f"job {one['id']}, {one['job']}: {doing}")
    for one in told["held"]:
        sentence = "held in {album}: {number} {number:photo|photos}; see 'mantelpiece held list'"
        output.say(counted(sentence, album=one["album"], number=one["photos"]))
    if told["favourites"]:
        problems = dict.fromkeys(one["problem"] for one in told["favourites"] if one["problem"])
        output.say(" ".join([counted(_WAITING, number=len(told["favourites"])), *problems]))
    if told["free_bytes"] is not None:
        output.say(f"free: {size(told['free_bytes'])} above the reserve")
    for problem in [*told["problems"], *told["settings_problems"]]:
        output.problem(problem)
