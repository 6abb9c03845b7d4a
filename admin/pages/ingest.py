"""Ingest: folders whose new photos go into Immich, how each is, preview group by group, run, history and undo.

The form is in ingest_edit.py, the frame of preview, run and undo in chore.py.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import Context, ServiceAway, context
from admin.pages.chore import Arguments, Chore, install, outcome_of
from admin.pages.parts import facts_of
from sync.library import ingest as rows
from sync.library.database import Library
from sync.settings.edit import change_inbox, remove_inbox
from sync.settings.ingest import Inbox

pages = Blueprint("ingest", __name__, url_prefix="/ingest")

_MOST_PROBLEMS = 50


def _subject(arguments: Arguments) -> str:
    return str(arguments["inbox"] if "inbox" in arguments else (arguments.get("inboxes") or [""])[0])


def _rests(here: Context, name: str) -> bool:
    """Whether it waits for its first yes."""
    with here.library() as library:
        return named(name).paused and not rows.inbox(library, name).ran_at


def _begin(here: Context, name: str) -> None:
    """A first yes lets a new one go on by itself."""
    if _rests(here, name):
        change_inbox(here.home, name, {"paused": None})


CHORE = Chore(
    name="ingest",
    run_kind="ingest-run",
    tab="more",
    address=lambda name: url_for("ingest.one", name=named(name).name),
    preview_of=lambda name: {"inbox": name},
    run_of=lambda name, plan: {"inboxes": [name]} | ({"plan": plan} if plan else {}),
    undo_of=lambda name, run: {"inbox": name, "run": run},
    subject_of=_subject,
    rests=_rests,
    confirmed=_begin,
)
install(pages, CHORE)


@pages.get("")
def page() -> str:
    here = context()
    told: list[dict[str, Any]] = []
    try:
        with here.library() as library:
            told = [_told(library, inbox) for inbox in here.settings.inboxes]
    except ServiceAway:
        told = [_unknown(inbox) for inbox in here.settings.inboxes]
    return render_template("ingest.html", inboxes=told, servers=here.settings.servers, **facts_of("work"))


@pages.get("/inbox")
def one() -> str:
    here, inbox = context(), named(request.args.get("name", ""))
    told, runs, problems = _unknown(inbox), list[rows.RunRow](), list[tuple[str, str]]()
    try:
        with here.library() as library:
            told, runs = _told(library, inbox), rows.runs(library, inbox.name)
            problems = rows.problems(library, inbox.name)
    except ServiceAway:
        pass
    return render_template(
        "ingest_inbox.html", **told, chore=CHORE, runs=runs, problems=problems[:_MOST_PROBLEMS],
        further=max(0, len(problems) - _MOST_PROBLEMS), ended=outcome_of(CHORE), **facts_of("work"),
    )  # fmt: skip


@pages.post("/pause")
def pause() -> Response:
    inbox = named(request.form.get("name", ""))
    change_inbox(context().home, inbox.name, {"paused": True if request.form.get("value") == "yes" else None})
    return redirect(url_for("ingest.one", name=inbox.name), 303)


@pages.post("/remove")
def remove() -> Response:
    """Out of the settings; what it took in stays in Immich."""
    inbox = named(request.form.get("name", ""))
    if request.form.get("sure") != "yes":
        return redirect(url_for("ingest.one", name=inbox.name, leave=1), 303)
    remove_inbox(context().home, inbox.name)
    return redirect(url_for("ingest.page"), 303)


def named(name: str) -> Inbox:
    """The inbox of that name; 404 where there is none."""
    inbox = next((one for one in context().settings.inboxes if one.name == name), None)
    if inbox is None:
        abort(404)
    return inbox


def _told(library: Library, inbox: Inbox) -> dict[str, Any]:
    row = rows.inbox(library, inbox.name)
    counts = {state.value: count for state, count in rows.counts(library, inbox.name).items() if count}
    return {"inbox": inbox, "row": row, "counts": counts, "ran": bool(row.ran_at)}


def _unknown(inbox: Inbox) -> dict[str, Any]:
    return {"inbox": inbox, "row": None, "counts": {}, "ran": False}
