"""Removals that wait for a person: how many of which album, why, what they show; remove or keep, and
what was kept before: to be asked about anew."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.language import text
from admin.pages.asked import failed, waiting
from admin.thumbs import want
from sync.library import held, memberships, photos
from sync.library.database import Library
from sync.library.held import HeldRow

pages = Blueprint("held", __name__, url_prefix="/held")

_MOST_SHOWN = 12
DECISIONS = ("keep", "remove", "ask")


@pages.get("")
def page() -> str:
    waiting: list[dict[str, Any]] = []
    kept: dict[str, int] = {}
    try:
        with context().library() as library:
            waiting = [_shown(library, row) for row in held.every(library)]
            kept = memberships.kept_counts(library)
    except ServiceAway:
        pass
    want(context(), [name for each in waiting for name, _ in each["pictures"]])
    return render_template("held.html", waiting=waiting, kept=kept)


@pages.post("")
def decide() -> Response:
    """What was looked at is what is decided: another plan since then is asked about anew."""
    here, form = context(), request.form
    if form.get("decision") not in DECISIONS:
        abort(400)
    if form["decision"] == "ask":
        arguments = {"album": form.get("album", ""), "decision": "ask"}
        return redirect(url_for("held.decided", number=queue(here, "held", arguments)), 303)
    with here.library() as library:
        row = held.get(library, form.get("album", ""))
    if row is None or row.plan != form.get("plan"):
        return redirect(url_for("held.page", moved=1), 303)
    arguments = {"album": row.album, "decision": form["decision"], "plan": row.plan}
    return redirect(url_for("held.decided", number=queue(here, "held", arguments)), 303)


@pages.get("/decided/<int:number>")
def decided(number: int) -> str | Response:
    found = answer(context(), number, "held")
    if found.ended is None:
        return waiting(found, text("held.deciding"))
    if found.ended.outcome != "done":
        return failed(found.ended)
    return redirect(url_for("held.page", done=1), 303)


def _shown(library: Library, row: HeldRow) -> dict[str, Any]:
    album = context().settings.album(row.album)
    server = (album.server if album else "") or "folder"
    found = [photos.find(library, f"{server}:{asset}") for asset in row.photos[:_MOST_SHOWN]]
    pictures = [(photo.display, photo.asset_facts().file_name) for photo in found if photo and photo.display]
    return {"row": row, "pictures": pictures, "rest": len(row.photos) - len(pictures)}
