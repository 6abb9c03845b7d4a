"""Backup, restore and the support bundle, to and from the phone."""

from __future__ import annotations

import io
import tempfile
import zipfile
from typing import BinaryIO, cast

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from admin import drafts
from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.language import text
from admin.pages.asked import failed, waiting
from admin.pages.device import facts
from admin.support import bundle
from sync.backup import archive

pages = Blueprint("backup", __name__, url_prefix="/backup")


@pages.get("")
def page() -> str:
    return render_template("backup.html", problem="")


@pages.get("/file")
def download() -> Response:
    """Without a library there are no ledgers yet, and the settings are worth keeping all the same."""
    here = context()
    whole = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the server once it is sent
    try:
        with here.library() as library:
            archive.make(here.home, library, here.clock, whole)
    except ServiceAway:
        whole.seek(0)
        whole.truncate()
        archive.make(here.home, None, here.clock, whole)
    whole.seek(0)
    return _file(whole, f"mantelpiece-{here.clock.now():%Y-%m-%d}.zip")


@pages.post("/restore")
def restore() -> Response | tuple[str, int]:
    """Sync puts it in place: what it unpacks to may be more than this process may hold."""
    here = context()
    file = request.files.get("file")
    if file is None or not file.filename:
        return render_template("backup.html", problem=text("backup.choose")), 422
    stream = cast("BinaryIO", file.stream)
    if not zipfile.is_zipfile(stream):
        return render_template("backup.html", problem=text("backup.none")), 422
    stream.seek(0)
    kept = drafts.find(here.home, drafts.put_file(here.home, stream, "zip"))
    return redirect(url_for("backup.restored", number=queue(here, "restore", {"file": str(kept)})), 303)


@pages.get("/restored/<int:number>")
def restored(number: int) -> str:
    here = context()
    found = answer(here, number, "restore")
    if found.ended is None:
        return waiting(found, text("backup.restoring"), tab="more", back="/backup")
    name = str(found.job.arguments.get("file", "")).rpartition("/")[2]
    fresh = drafts.find(here.home, name) is not None
    drafts.forget(here.home, name)
    if found.ended.outcome != "done":
        return failed(found.ended, tab="more", back="/backup")
    if fresh:
        queue(here, "sync", {"albums": None})
    return render_template("restored.html", done=found.ended.facts)


@pages.get("/support")
def support() -> Response:
    return _file(io.BytesIO(bundle(context(), facts())), "mantelpiece-support.zip")


def _file(whole: BinaryIO, name: str) -> Response:
    answer = send_file(whole, mimetype="application/zip", as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer
