"""Backup, restore and the support bundle, to and from the phone."""

from __future__ import annotations

import io
import tempfile
from typing import BinaryIO, cast

from flask import Blueprint, Response, render_template, request, send_file

from admin.asking import queue
from admin.house import ServiceAway, house
from admin.language import text
from admin.pages.device import facts
from admin.support import bundle
from sync import backup
from sync.errors import UsageError

pages = Blueprint("backup", __name__, url_prefix="/backup")


@pages.get("")
def page() -> str:
    return render_template("backup.html", problem="")


@pages.get("/file")
def download() -> Response:
    """Without a library there are no ledgers yet, and the settings are worth keeping all the same."""
    here = house()
    whole = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the server once it is sent
    try:
        with here.library() as library:
            backup.make(here.home, library, here.clock, whole)
    except ServiceAway:
        whole.seek(0)
        whole.truncate()
        backup.make(here.home, None, here.clock, whole)
    whole.seek(0)
    return _file(whole, f"mantelpiece-{here.clock.now():%Y-%m-%d}.zip")


@pages.post("/restore")
def restore() -> str | tuple[str, int]:
    here = house()
    file = request.files.get("file")
    if file is None or not file.filename:
        return render_template("backup.html", problem=text("backup.choose")), 422
    try:
        found = backup.read(cast("BinaryIO", file.stream))
        with here.library() as library:
            done = backup.restore(here.home, library, here.clock, found)
    except UsageError as error:
        return render_template("backup.html", problem=str(error)), 422
    queue(here, "sync", {"albums": None})
    return render_template("restored.html", done=done, made_at=found.manifest.made_at)


@pages.get("/support")
def support() -> Response:
    return _file(io.BytesIO(bundle(house(), facts())), "mantelpiece-support.zip")


def _file(whole: BinaryIO, name: str) -> Response:
    answer = send_file(whole, mimetype="application/zip", as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer
