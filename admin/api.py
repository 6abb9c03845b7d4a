"""What a program may ask, under /api/v1: the state of the frame as JSON, for those who are signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from admin.house import ServiceAway, house
from sync.library import albums, held, memberships

pages = Blueprint("api", __name__, url_prefix="/api/v1")


@pages.get("/state")
def state() -> Response:
    """The wall, every album with its numbers, and what is held."""
    here = house()
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
