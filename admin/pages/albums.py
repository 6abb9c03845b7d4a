"""What the wall shows: every album with what is here of it, what is wrong and what waits for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin.asking import queue
from admin.context import ServiceAway, context
from admin.pages.parts import facts_of
from admin.thumbs import want
from sync.library import albums as rows
from sync.library import held, memberships, objects, runs, trash

pages = Blueprint("albums", __name__)


@pages.get("/albums")
def page() -> str:
    here = context()
    facts: dict[str, Any] = {"known": {}, "covers": {}, "here": {}, "held": {}, "bytes": 0, "trash": 0, "in_step": {}}
    try:
        with here.library() as library:
            facts["known"] = {row.name: row for row in rows.every(library)}
            synced = runs.synced_at(library)
            facts["in_step"] = {name: in_step(row, synced) for name, row in facts["known"].items()}
            facts["here"] = {album.name: memberships.count(library, album.name) for album in here.settings.albums}
            facts["held"] = {row.album: len(row.photos) for row in held.every(library) if row.decision is None}
            facts["bytes"] = objects.bytes_on_disk(library)
            facts["covers"] = {
                name: count.cover for name, count in objects.album_counts(library).items() if count.cover
            }
            facts["trash"] = len(trash.entries(library))
    except ServiceAway:
        pass
    want(here, facts["covers"].values())
    return render_template("albums.html", albums=here.settings.albums, **facts, **facts_of("work"))


def in_step(row: rows.AlbumRow, synced: dict[str, str]) -> str | None:
    """When it was last as its source is: a sync without news writes only that it ran. None where it never was."""
    if row.listed_at is None or row.problem:
        return row.listed_at
    return max(row.listed_at, synced.get(row.name, row.listed_at), key=datetime.fromisoformat)


@pages.post("/albums/sync")
def sync_all() -> Response:
    queue(context(), "sync", {"albums": None})
    return redirect(url_for("albums.page"), 303)
