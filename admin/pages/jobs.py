"""Jobs: what runs and waits, with its progress; what failed too often; what ran, with its numbers; export."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from admin.asking import cancel, queue
from admin.context import ServiceAway, context
from admin.history import as_csv
from admin.pages.parts import facts_of
from admin.security.redirects import safe_path
from sync.jobs.wake import ring
from sync.library import jobs as rows
from sync.library import runs
from sync.library.jobs import State

pages = Blueprint("jobs", __name__, url_prefix="/jobs")

MOST_SHOWN = 60
UNTOLD = ("names", "thumbs")
"""Kinds that a page itself asks for, all the time: nobody wants to read that they went well."""


@pages.get("")
def page() -> str:
    history: list[runs.Run] = []
    parked: list[rows.Job] = []
    try:
        with context().library() as library:
            history = runs.history(library, limit=MOST_SHOWN, unless_well=UNTOLD)
            parked = rows.in_state(library, State.PARKED)
    except ServiceAway:
        pass
    return render_template("jobs.html", history=history, parked=parked, **facts_of("work"))


@pages.post("/verify")
def verify() -> AnyResponse:
    queue(context(), "verify", {"repair": True})
    return redirect(url_for("jobs.page"), 303)


@pages.post("/<int:number>/cancel")
def end(number: int) -> AnyResponse:
    cancel(context(), number)
    return redirect(safe_path(request.form.get("next"), url_for("jobs.page")), 303)


@pages.post("/<int:number>/release")
def release(number: int) -> AnyResponse:
    """Let a job that failed too often try again."""
    with context().library() as library:
        rows.release(library, number)
    ring(context().home)
    return redirect(url_for("jobs.page"), 303)


@pages.get("/history.<form>")
def export(form: str) -> Response:
    """All runs that are remembered, as JSON or CSV."""
    with context().library() as library:
        history = runs.history(library)
    if form == "json":
        return _file(msgspec.json.format(msgspec.json.encode(history)).decode(), "application/json", form)
    if form == "csv":
        return _file(as_csv(history), "text/csv; charset=utf-8", form)
    return Response(status=404)


def _file(content: str, kind: str, form: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="mantelpiece-runs.{form}"'
    return answer
