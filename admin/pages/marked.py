"""What people did to single photos: favourites that Immich does not have yet, with the reason, and what is hidden."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin.asking import queue
from admin.context import ServiceAway, context
from admin.thumbs import want
from frame.control import FrameNotRunning, FrameRefused
from sync.jobs.kinds import FAVOURITES
from sync.library import intents, photos
from sync.library.database import Library

pages = Blueprint("marked", __name__, url_prefix="/marked")

_MOST_SHOWN = 100


@pages.get("")
def page() -> str:
    waiting: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    hidden: list[dict[str, Any]] = []
    count = 0
    try:
        with context().library() as library:
            waiting = [_told(library, row.key) | {"row": row} for row in intents.waiting(library)[:_MOST_SHOWN]]
            gone = [_told(library, row.key) | {"row": row} for row in intents.given_up(library)]
            count, keys = _hidden(library)
            hidden = [_told(library, key) for key in keys[:_MOST_SHOWN]]
    except ServiceAway:
        pass
    want(context(), [each["object"] for each in [*hidden, *waiting, *gone] if each["object"]])
    return render_template("marked.html", waiting=waiting, gone=gone, hidden=hidden, count=count)


@pages.post("/send")
def send() -> Response:
    queue(context(), FAVOURITES, {})
    return redirect(url_for("marked.page", sent=1), 303)


def _hidden(library: Library) -> tuple[int, list[str]]:
    """How many are hidden, and their keys, the last one first. The wall knows best; sync's notes stand in for it."""
    noted = intents.hidden(library)
    try:
        answer = context().frame("hidden")
    except (FrameNotRunning, FrameRefused):
        return len(noted), noted
    there = set(answer["hidden"])
    return answer["count"], [key for key in noted if key in there] + sorted(there.difference(noted))


def _told(library: Library, key: str) -> dict[str, Any]:
    photo = photos.find(library, key)
    if photo is None:
        return {"key": key, "object": None, "name": key.partition(":")[2]}
    return {"key": key, "object": photo.display, "name": photo.asset_facts().file_name}
