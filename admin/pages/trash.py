"""What was removed in the last weeks, and its way back."""

from __future__ import annotations

import base64

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.language import text
from admin.pages.asked import failed, waiting
from admin.thumbs import want
from sync.library import trash

pages = Blueprint("trash", __name__, url_prefix="/trash")

MOST_SHOWN = 200


@pages.get("")
def page() -> str:
    entries: list[trash.TrashRow] = []
    try:
        with context().library() as library:
            entries = list(reversed(trash.entries(library)))
    except ServiceAway:
        pass
    total = sum(entry.bytes for entry in entries)
    days = context().settings.mirror.trash_days
    shown = entries[:MOST_SHOWN]
    names = {entry.id: _file_name(entry) for entry in shown}
    want(context(), [str(entry.photo["display"]) for entry in shown if entry.photo.get("display")])
    return render_template("trash.html", entries=shown, names=names, count=len(entries), total=total, days=days)


@pages.post("/restore")
def restore() -> Response:
    number = request.form.get("id", "", type=str)
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return redirect(url_for("trash.page"), 303)
    return redirect(url_for("trash.restored", number=queue(context(), "trash-restore", {"id": int(number)})), 303)


@pages.get("/restored/<int:number>")
def restored(number: int) -> str | Response:
    found = answer(context(), number, "trash-restore")
    if found.ended is None:
        return waiting(found, text("trash.restoring"))
    if found.ended.outcome != "done":
        return failed(found.ended)
    return redirect(url_for("trash.page", done=1), 303)


def _file_name(entry: trash.TrashRow) -> str:
    """As the server named it; empty where its facts cannot be read."""
    try:
        return str(msgspec.msgpack.decode(base64.b64decode(entry.photo["facts"]))["file_name"])
    except (KeyError, TypeError, ValueError, msgspec.DecodeError):
        return ""
