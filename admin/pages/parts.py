"""The pieces of pages that change by themselves: the status line, the wall, work in progress. Each gives a template's
facts; the script asks for them by name, and the pages begin with the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for

from admin.context import Context, ServiceAway, context
from admin.language import counted, say, text
from sync import questions
from sync.jobs import progress
from sync.jobs.kinds import FAVOURITES, NOTICES
from sync.library import held, intents, jobs, servers
from sync.library.database import Library
from sync.library.jobs import Job, State

Facts = dict[str, Any]
QUIET = (FAVOURITES, NOTICES, "names", "thumbs")
"""Over in a moment, and nobody's to cancel."""
_TELLING_SECONDS = 3.0
"""What was done in less says little of the rest."""


def facts_of(name: str) -> Facts:
    """What the template `parts/<name>.html` needs."""
    return PARTS[name]()


def _bar() -> Facts:
    """The one thing that most needs a person, or nothing."""
    here = context()
    notices: list[tuple[str, str, str]] = []
    if not here.service_runs():
        notices.append(("problem", text("bar.service_away"), ""))
    if here.loaded().problems:
        notices.append(("problem", counted("bar.settings_problems", len(here.loaded().problems)), "/device"))
    try:
        with here.library() as library:
            notices += _of_library(here, library)
    except ServiceAway as error:
        if here.service_runs():
            notices.append(("problem", str(error), ""))
    for question in questions.pending(here.home):
        address = url_for("icloudpd.one", name=question.inbox)
        notices.append(("ask", text("icloud.asks", name=question.inbox), address))
    if here.now() is None:
        notices.append(("quiet", text("bar.wall_away"), ""))
    here_already = request.args.get("at", request.path)
    return {"notices": [notice for notice in notices if notice[2] != here_already]}


def _of_library(here: Context, library: Library) -> list[tuple[str, str, str]]:
    notices = []
    waiting = [row for row in held.every(library) if row.decision is None]
    if waiting:
        notices.append(("ask", counted("bar.held", len(waiting)), "/held"))
    known = here.settings.servers
    ill = [row for row in servers.every(library) if row.problem and row.name in known]
    notices += [("problem", text("bar.server", name=row.name, problem=say(row.problem)), "/servers") for row in ill]
    unsent = intents.waiting(library)
    if any(row.sentence for row in unsent):
        notices.append(("quiet", counted("bar.favourites", len(unsent)), "/marked"))
    parked = jobs.in_state(library, State.PARKED)
    if parked:
        notices.append(("problem", counted("bar.parked", len(parked)), "/jobs"))
    return notices


def _wall() -> Facts:
    here = context()
    settings = here.settings
    step = "server" if not settings.servers and not settings.albums else "album" if not settings.albums else "wait"
    return {"wall": here.now(), "step": step}


def _questions() -> Facts:
    """What jobs want to hear from a person."""
    return {"questions": questions.pending(context().home)}


def _work() -> Facts:
    here = context()
    try:
        with here.library() as library:
            known = jobs.in_state(library, State.RUNNING, State.WAITING)
            found = [job for job in known if job.kind not in QUIET]
    except ServiceAway:
        found = []
    return {"work": [{"job": job, **progress_of(here, job)} for job in found]}


def progress_of(here: Context, job: Job) -> Facts:
    """What a running job does, with the share that is done and the seconds left where it says so."""
    told = progress.read(here.home, job.id) if job.state is State.RUNNING else None
    done, of = (told or {}).get("done"), (told or {}).get("of")
    share = None
    if isinstance(done, int | float) and isinstance(of, int | float) and of > 0:
        share = max(0.0, min(1.0, done / of))
    return {"told": told, "share": share, "left": _seconds_left(told, share)}


def _seconds_left(told: Facts | None, share: float | None) -> float | None:
    """How long the rest takes if it goes on as so far: a minute or more, in whole minutes; 0.0 for less; None while
    too little is done to tell."""
    seconds = (told or {}).get("seconds")
    if not share or not isinstance(seconds, int | float) or seconds < _TELLING_SECONDS:
        return None
    return round(seconds * (1 - share) / share / 60) * 60.0


PARTS: dict[str, Callable[[], Facts]] = {"bar": _bar, "questions": _questions, "wall": _wall, "work": _work}
