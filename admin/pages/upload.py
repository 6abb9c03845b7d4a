"""A photo from the phone straight to the wall: send it, see what became of it, take it down again."""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO, cast

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import uploads
from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.language import counted, text
from admin.pages.asked import failed, waiting
from admin.pages.choose import free_name
from admin.pages.parts import facts_of
from frame.control import FrameNotRunning, FrameRefused
from sync.errors import UsageError
from sync.library import memberships, photos
from sync.library.photos import PhotoRow
from sync.settings.edit import add_album

pages = Blueprint("upload", __name__, url_prefix="/upload")

_MOST_SHOWN = 24


@pages.get("")
def page() -> str:
    return _page([])


@pages.post("")
def take() -> Response | tuple[str, int]:
    """Keep every file that is sound; the job opens them."""
    here = context()
    files = [each for each in request.files.getlist("photo") if each.filename]
    if not files or len(files) > uploads.MOST_AT_ONCE:
        return _page([text("upload.choose", most=uploads.MOST_AT_ONCE)]), 422
    problems, kept = [], []
    for file in files:
        try:
            kept.append(uploads.put(here.home, cast("BinaryIO", file.stream), file.filename or ""))
        except UsageError as error:
            problems.append(error.sentence)
    if not kept:
        return _page(problems), 422
    if uploads.album_of(here.settings, here.home) is None:
        name = free_name(text("upload.album"))
        add_album(here.home, {"name": name, "source": "folder", "folder": str(here.home.uploads)})
    album = uploads.album_of(here.settings, here.home)
    if album is None:
        abort(409)
    number = queue(here, "upload", {"album": album.name})
    with suppress(FrameNotRunning, FrameRefused):
        # Next on the wall, as soon as it has been opened and hangs there.
        here.frame("show", key=uploads.key_of(here.home, kept[0]))
    return redirect(url_for("upload.came", number=number, lost=len(problems) or None), 303)


@pages.get("/<int:number>")
def came(number: int) -> str:
    """What became of them."""
    found = answer(context(), number, "upload")
    if found.ended is None:
        return waiting(found, text("upload.opening"))
    if found.ended.outcome != "done":
        return failed(found.ended)
    lost = request.args.get("lost", 0, int)
    refused = [counted("upload.lost", lost)] if 0 < lost < uploads.MOST_AT_ONCE else []
    refused += [f"{each['name']}: {each['sentence']}" for each in found.ended.facts.get("refused", [])]
    return _page(refused, hung=len(found.ended.facts.get("kept", [])))


@pages.post("/remove")
def remove() -> Response:
    here = context()
    album = uploads.album_of(here.settings, here.home)
    if album is None:
        abort(404)
    number = queue(here, "upload-remove", {"album": album.name, "asset": request.form.get("asset", "")})
    return redirect(url_for("upload.removed", number=number), 303)


@pages.get("/removed/<int:number>")
def removed(number: int) -> str | Response:
    found = answer(context(), number, "upload-remove")
    if found.ended is None:
        return waiting(found, text("upload.removing"))
    if found.ended.outcome != "done":
        return failed(found.ended)
    return redirect(url_for("upload.page"), 303)


def _page(problems: list[str], *, hung: int = 0) -> str:
    shown, rest = _shown()
    return render_template(
        "upload.html", problems=problems, hung=hung, shown=shown, rest=rest, most=uploads.MOST_AT_ONCE,
        most_bytes=uploads.MOST_BYTES, endings=",".join(uploads.ENDINGS), **facts_of("work"),
    )  # fmt: skip


def _shown() -> tuple[list[PhotoRow], int]:
    """The newest photos from phones that hang here, and how many more there are."""
    here = context()
    album = uploads.album_of(here.settings, here.home)
    if album is None:
        return [], 0
    try:
        with here.library() as library:
            members = [each.photo for each in memberships.members(library, album.name) if not each.gone]
            found = [photos.get(library, number) for number in sorted(members, reverse=True)[:_MOST_SHOWN]]
    except ServiceAway:
        return [], 0
    rows = [row for row in found if row is not None and row.display]
    return rows, len(members) - len(rows)
