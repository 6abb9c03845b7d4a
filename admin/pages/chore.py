"""The frame of every chore's pages: preview item by item, confirm exactly that plan, run now, cancel, undo.

A chore (smart albums, write-back, ingest) brings a `Chore` and its own form; `install` gives its blueprint the routes
`/preview`, `/previewed/N`, `/confirm/N`, `/run`, `/ran/N`, `/undo` and `/undone/N`. Jobs do all the work; a person
confirms a plan by its number, and the job does that plan or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import Context, ServiceAway, context
from admin.language import text
from admin.pages.asked import failed, waiting
from admin.thumbs import want
from sync.jobs.progress import Ended
from sync.library import photos
from sync.library.database import Library

Arguments = dict[str, Any]
ITEMS_A_PAGE = 60
"""A page of a preview: a phone on a slow network opens it at once, and its pictures load as they are scrolled to."""


@dataclass(frozen=True)
class Chore:
    """What differs between chores. `subject` is what a preview or run is about (a smart album's name), or empty."""

    name: str
    """The first word of its kinds of jobs and of its texts."""
    run_kind: str
    tab: str
    address: Callable[[str], str]
    """Where the subject's page is."""
    preview_of: Callable[[str], Arguments] = lambda _subject: {}
    run_of: Callable[[str, str | None], Arguments] = lambda _subject, plan: {"plan": plan} if plan else {}
    undo_of: Callable[[str, int], Arguments] = lambda _subject, run: {"run": run}
    subject_of: Callable[[Arguments], str] = lambda _arguments: ""
    rule_of: Callable[[str, str], str] = lambda _subject, english: english
    """Says the rule of a preview in the reader's language."""
    rests: Callable[[Context, str], bool] = lambda _context, _subject: False
    """Whether it waits for its first yes: then a plan of nothing can be confirmed too, or it would wait for ever."""
    confirmed: Callable[[Context, str], None] = lambda _context, _subject: None
    """Called when a person said yes to a plan, once it is queued."""


def install(pages: Blueprint, chore: Chore) -> None:
    """Give the blueprint the routes that all chores have."""
    pages.add_url_rule("/preview", "preview", lambda: _ask_preview(pages, chore), methods=["POST"])
    pages.add_url_rule("/previewed/<int:number>", "previewed", lambda number: _previewed(chore, number))
    pages.add_url_rule(
        "/confirm/<int:number>", "confirm", lambda number: _confirm(pages, chore, number), methods=["POST"]
    )
    pages.add_url_rule("/run", "run", lambda: _run_now(pages, chore), methods=["POST"])
    pages.add_url_rule("/ran/<int:number>", "ran", lambda number: _ran(chore, number))
    pages.add_url_rule("/undo", "undo", lambda: _undo(pages, chore), methods=["POST"])
    pages.add_url_rule("/undone/<int:number>", "undone", lambda number: _undone(chore, number))


def outcome_of(chore: Chore) -> Ended | None:
    """What the run that the page was opened for came to; None where it was opened for nothing."""
    number, what = request.args.get("ran", 0, int), request.args.get("what", "run")
    if not number:
        return None
    kind = f"{chore.name}-undo" if what == "undo" else chore.run_kind
    return answer(context(), number, kind, patience_seconds=0).ended


def _ask_preview(pages: Blueprint, chore: Chore) -> Response:
    arguments = chore.preview_of(_subject(chore))
    number = queue(context(), f"{chore.name}-preview", arguments)
    return redirect(url_for(f"{pages.name}.previewed", number=number), 303)


def _previewed(chore: Chore, number: int) -> str:
    found = answer(context(), number, f"{chore.name}-preview")
    subject = chore.subject_of(found.job.arguments)
    if found.ended is None:
        return waiting(found, text(f"{chore.name}.previewing", name=subject), tab=chore.tab)
    if found.ended.outcome != "done":
        return failed(found.ended, again=f"/{chore.name}/preview", values={"name": subject}, tab=chore.tab)
    facts = found.ended.facts
    items: list[dict[str, Any]] = facts.get("items", [])
    first = max(0, request.args.get("from", 0, int))
    shown = items[first : first + ITEMS_A_PAGE]
    rule = chore.rule_of(subject, facts["rule"]) if "rule" in facts else ""
    counts = {word: count for word, count in facts.get("counts", {}).items() if count}
    return render_template(
        "chore_preview.html", chore=chore, subject=subject, back=chore.address(subject), number=number,
        ended=found.ended, facts=facts, counts=counts, items=_pictured(shown), first=first,
        following=first + ITEMS_A_PAGE if len(items) > first + ITEMS_A_PAGE else None,
        before=max(0, first - ITEMS_A_PAGE) if first else None, last=first + len(shown), all=len(items),
        more=facts.get("more", 0), rule=rule,
        rests=chore.rests(context(), subject), kept="plan" in facts,
    )  # fmt: skip


def _confirm(pages: Blueprint, chore: Chore, number: int) -> Response:
    """Exactly the plan that was shown."""
    here = context()
    found = answer(here, number, f"{chore.name}-preview", patience_seconds=0)
    if found.ended is None or found.ended.outcome != "done" or "plan" not in found.ended.facts:
        abort(404)
    subject = chore.subject_of(found.job.arguments)
    job = queue(here, chore.run_kind, chore.run_of(subject, found.ended.facts["plan"]))
    # Only now: the schedule's own run comes behind the confirmed one, which would else find the work done.
    chore.confirmed(here, subject)
    return redirect(url_for(f"{pages.name}.ran", number=job), 303)


def _run_now(pages: Blueprint, chore: Chore) -> Response:
    number = queue(context(), chore.run_kind, chore.run_of(_subject(chore), None))
    return redirect(url_for(f"{pages.name}.ran", number=number), 303)


def _ran(chore: Chore, number: int) -> str | Response:
    return _came_to_an_end(chore, number, chore.run_kind, "run")


def _undo(pages: Blueprint, chore: Chore) -> Response:
    """Asked once more before it is done: it changes what people see."""
    subject, run = _subject(chore), request.form.get("run", 0, int)
    if request.form.get("sure") != "yes":
        address = chore.address(subject)
        return redirect(f"{address}{'&' if '?' in address else '?'}sure={run}#sure", 303)
    number = queue(context(), f"{chore.name}-undo", chore.undo_of(subject, run))
    return redirect(url_for(f"{pages.name}.undone", number=number), 303)


def _undone(chore: Chore, number: int) -> str | Response:
    return _came_to_an_end(chore, number, f"{chore.name}-undo", "undo")


def _came_to_an_end(chore: Chore, number: int, kind: str, what: str) -> str | Response:
    """The page that waits, with what the job does; then the subject's own page says what it came to."""
    found = answer(context(), number, kind)
    subject = chore.subject_of(found.job.arguments)
    address = chore.address(subject)
    if found.ended is None:
        return waiting(found, text(f"kind.{kind}"), tab=chore.tab, back=address)
    if found.ended.outcome != "done":
        return failed(found.ended, tab=chore.tab, back=address)
    return redirect(f"{address}{'&' if '?' in address else '?'}ran={number}&what={what}", 303)


def _subject(chore: Chore) -> str:
    """What the form names; 404 by the chore's own address where there is no such thing."""
    subject = request.form.get("name", "")
    chore.address(subject)
    return subject


def _pictured(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each item with the object of its picture, where the photo is mirrored here."""
    here = context()
    found: list[dict[str, Any]] = []
    try:
        with here.library() as library:
            found = [item | {"object": _object(library, here, item.get("asset"))} for item in items]
    except ServiceAway:
        return items
    want(here, [item["object"] for item in found if item["object"]])
    return found


def _object(library: Library, here: Context, asset: str | None) -> str | None:
    if not asset:
        return None
    # An asset's id is the same on no two servers.
    rows = (photos.find(library, f"{server}:{asset}") for server in here.settings.servers)
    return next((row.display for row in rows if row is not None and row.display), None)
