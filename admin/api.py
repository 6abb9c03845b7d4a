"""What programs may ask and do, under /api/v1, with a token of their own (`Authorization: Bearer …`) or signed in.

admin/openapi.py describes it; a test holds the description to these routes.
"""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, abort, jsonify, request

from admin.asking import queue
from admin.context import ServiceAway, context
from admin.openapi import BUTTONS, description
from sync.library import albums, held, memberships, runs

pages = Blueprint("api", __name__, url_prefix="/api/v1")

_MOST_RUNS = 100


@pages.get("/openapi.json")
def openapi() -> Response:
    return jsonify(description())


@pages.get("/state")
def state() -> Response:
    """The wall, every album with its numbers, and what is held."""
    here = context()
    answer: dict[str, Any] = {"service": here.service_runs(), "wall": here.now(), "albums": [], "held": []}
    try:
        with here.library() as library:
            known = {row.name: row for row in albums.every(library)}
            answer["albums"] = [
                {
                    "name": album.name,
                    "source": album.source.value,
                    "paused": album.paused,
                    "photos": memberships.count(library, album.name),
                    "listed": known[album.name].listed if album.name in known else 0,
                    "listed_at": known[album.name].listed_at if album.name in known else None,
                    "problem": known[album.name].problem if album.name in known else None,
                }
                for album in here.settings.albums
            ]
            answer["held"] = [
                {"album": row.album, "photos": len(row.photos), "reason": row.reason, "since": row.since}
                for row in held.every(library)
            ]
    except ServiceAway:
        pass
    return jsonify(answer)


@pages.get("/runs")
def history() -> Response:
    """What ran, the newest first."""
    with context().library() as library:
        found = runs.history(library, limit=_MOST_RUNS)
    return Response(msgspec.json.encode(found), mimetype="application/json")


@pages.post("/wall/<button>")
def press(button: str) -> Response:
    """next, back, pause or resume."""
    if button not in BUTTONS:
        abort(404)
    context().frame(button)
    return jsonify(pressed=button)


@pages.post("/sync")
def sync() -> Response:
    """Bring all albums, or those in {"albums": [names]}, up to date now; gives the job's number."""
    here = context()
    asked = request.get_json(silent=True) if request.is_json else None
    names = asked.get("albums") if isinstance(asked, dict) else None
    if names is not None and not (
        isinstance(names, list) and all(isinstance(name, str) and here.settings.album(name) for name in names)
    ):
        abort(400)
    return jsonify(job=queue(here, "sync", {"albums": names}))
