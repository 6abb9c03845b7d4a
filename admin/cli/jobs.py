"""`mantelpiece jobs`: what ran, runs and will run."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.output import describe_progress, moment, written
from admin.cli.verb import Call, prepared, verb
from admin.history import as_csv
from sync.errors import UsageError
from sync.jobs import progress
from sync.jobs.follow import cancel as cancel_job
from sync.jobs.follow import open_library
from sync.jobs.kinds import KINDS, describe, kind_of
from sync.jobs.progress import Ended
from sync.jobs.wake import ring
from sync.library import jobs, runs
from sync.library.jobs import Job, State
from sync.library.reading import reading
from sync.library.runs import Run

_PLAIN = [kind for kind in KINDS if kind in ("sync", "scrub", "verify", "details")]


@click.group("jobs", cls=Verbs)
def command() -> None:
    """What ran, runs and will run: list, run, cancel, history, export."""


@verb("list")
def list_jobs(call: Call) -> int:
    """Jobs that wait, run, or were parked because they failed three times."""
    with reading(call.home) as library:
        found = jobs.in_state(library, State.RUNNING, State.WAITING, State.PARKED) if library else []
    told = [(job, progress.read(call.home, job.id)) for job in found]
    call.output.result({"jobs": [msgspec.to_builtins(job) | {"progress": now} for job, now in told]})
    call.output.table(
        [(job.id, describe(job), job.state.value, job.asked_by, describe_progress(now) if now else "")
         for job, now in told],
        heads=("id", "job", "state", "asked by", "doing"), empty="Nothing waits or runs.",
    )  # fmt: skip
    return 0


@verb("run")
@click.argument("what", metavar="KIND|ID")
@click.argument("albums", nargs=-1, metavar="[ALBUM]...")
def run(call: Call, *, what: str, albums: tuple[str, ...]) -> int:
    """Run a kind of job now (sync, scrub, verify, details), or let a parked one try again by its id.

    \b
    Examples:
      mantelpiece jobs run scrub
      mantelpiece jobs run 17
    """
    if what.isdigit():
        return _release(call, int(what))
    kind_of(what)
    if what not in _PLAIN:
        advice = f"Here: {', '.join(_PLAIN)}; others by a verb or page of their own."
        raise UsageError(f"{what!r} is not run from here.", advice=advice)
    if albums and what not in ("sync", "details"):
        raise UsageError(f"{what} concerns the whole mirror; it takes no album.")
    names = call.album_names(albums)
    arguments: dict[str, Any] = {"albums": names or None} if what in ("sync", "details") else {}
    return _tell(call, prepared(call).do(what, arguments))


@verb("cancel")
@click.argument("number", metavar="ID", type=int)
def cancel(call: Call, *, number: int) -> int:
    """End a job within two seconds; what it fetched so far is kept."""
    job = _known(call, number)
    if job.state is State.ENDED:
        raise UsageError(f"Job {number} has ended already.")
    library = open_library(call.home)
    try:
        cancel_job(call.home, library, number)
    finally:
        library.close()
    call.output.result({"cancelled": number})
    call.output.say(f"Job {number} ({describe(job)}) is cancelled.")
    return 0


@verb("history")
@click.option("--limit", type=click.IntRange(min=1), default=20, help="So many runs (20).")
@click.option("--kind", help="Only this kind of job.")
def history(call: Call, *, limit: int, kind: str | None) -> int:
    """What ran lately, the newest first, and what it came to."""
    if kind is not None:
        kind_of(kind)
    found = _history(call, limit=limit, kind=kind)
    call.output.result({"runs": [msgspec.to_builtins(run) for run in found]})
    call.output.table(
        [(moment(one.started_at), one.kind, one.outcome.value if one.outcome else "running",
          "" if one.exit_code is None else one.exit_code, "" if one.seconds is None else f"{one.seconds:.1f} s",
          one.sentence or "") for one in found],
        heads=("started (UTC)", "job", "outcome", "code", "took", "came to"), empty="Nothing ran yet.",
    )  # fmt: skip
    return 0


@verb("export")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), help="JSON lines (as without it), or CSV.")
@click.option("--limit", type=click.IntRange(min=1), default=runs.KEPT, help="So many runs (all that are kept).")
def export(call: Call, *, form: str | None, limit: int) -> int:
    """Write the history to standard output, a run a line, the newest first; with --json as one value."""
    if form and call.output.as_json:
        raise UsageError("--json is one JSON value, --format a run a line: give one of them.")
    found = _history(call, limit=limit, kind=None)
    if form == "csv":
        click.echo(as_csv(found), nl=False)
    elif call.output.as_json:
        call.output.result({"runs": [msgspec.to_builtins(run) for run in found]})
    else:
        for run in found:
            click.echo(written(msgspec.to_builtins(run)))
    return 0


def _history(call: Call, *, limit: int, kind: str | None) -> list[Run]:
    with reading(call.home) as library:
        return runs.history(library, limit=limit, kind=kind) if library else []


def _release(call: Call, number: int) -> int:
    job = _known(call, number)
    if job.state is not State.PARKED:
        raise UsageError(f"Job {number} is not parked; it is {job.state.value}.")
    library = open_library(call.home)
    try:
        jobs.release(library, number)
        progress.forget_ended(call.home, number)
        ring(call.home)
        return _tell(call, call.follow(library, number))
    finally:
        library.close()


def _tell(call: Call, ended: Ended) -> int:
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


def _known(call: Call, number: int) -> Job:
    with reading(call.home) as library:
        job = jobs.get(library, number) if library else None
    if job is None:
        raise UsageError(f"There is no job {number}.", advice="'mantelpiece jobs list' shows them.")
    return job


for _verb in (list_jobs, run, cancel, history, export):
    command.add_command(_verb)
