"""Choose what the wall shows: albums of a server, ticked, or another source."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import context
from admin.language import text
from admin.pages.asked import failed, waiting
from sync.errors import UsageError
from sync.settings.edit import add_album
from sync.settings.tree import Source

pages = Blueprint("choose", __name__, url_prefix="/albums")

LONGEST_NAME = 110
_LONGEST_FOLDER = 1000
PLAIN_SOURCES = (Source.FAVOURITES, Source.MEMORIES, Source.ALL)
"""Those that need nothing but a server."""


@pages.get("/add")
def page() -> str:
    return _page("", "")


def _page(folder: str, problem: str) -> str:
    return render_template(
        "choose.html", servers=context().settings.servers, plain=PLAIN_SOURCES, folder=folder, problem=problem
    )


@pages.post("/offer")
def ask() -> Response:
    return redirect(url_for("choose.offered", number=queue(context(), "albums", {"server": _server()})), 303)


@pages.get("/offered/<int:number>")
def offered(number: int) -> str:
    here = context()
    found = answer(here, number, "albums")
    server = found.job.arguments.get("server", "")
    if found.ended is None:
        return waiting(found, text("choose.asking", server=server))
    if found.ended.outcome != "done":
        return failed(found.ended, again=url_for("choose.ask"), values={"server": server})
    have = {album.id for album in here.settings.albums if album.server == server and album.id}
    listed = found.ended.facts.get("albums", [])
    return render_template("offered.html", albums=listed, have=have, server=server, number=number, plain=PLAIN_SOURCES)


@pages.post("/offered/<int:number>")
def take(number: int) -> Response:
    """Add every album that was ticked; what was there already stays."""
    here = context()
    found = answer(here, number, "albums", patience_seconds=0)
    server = found.job.arguments.get("server", "")
    if found.ended is None or server not in here.settings.servers:
        abort(404)
    ticked = set(request.form.getlist("album"))
    have = {album.id for album in here.settings.albums if album.server == server}
    names = []
    for each in found.ended.facts.get("albums", []):
        if each["id"] in ticked - have:
            name = free_name(str(each["name"]))
            add_album(here.home, {"name": name, "source": "album", "server": server, "id": each["id"]})
            names.append(name)
    if names:
        queue(here, "sync", {"albums": names})
    return redirect(url_for("albums.page" if names else "choose.page"), 303)


@pages.post("/add-source")
def add_source() -> Response:
    """Favourites, memories or the whole library of a server."""
    here, server = context(), _server()
    try:
        source = Source(request.form.get("source", ""))
    except ValueError:
        abort(404)
    if source not in PLAIN_SOURCES:
        abort(404)
    name = free_name(text(f"source.{source.value}"))
    limit = {"limit": 2000, "pick": "random"} if source is Source.ALL else {}
    add_album(here.home, {"name": name, "source": source.value, "server": server, **limit})
    queue(here, "sync", {"albums": [name]})
    return redirect(url_for("albums.page"), 303)


@pages.post("/add-folder")
def add_folder() -> Response | tuple[str, int]:
    """A folder on this machine, without any Immich."""
    here = context()
    typed = request.form.get("folder", "").strip()
    folder = Path(typed).expanduser() if typed.isprintable() else Path()
    if not folder.is_absolute() or len(typed) > _LONGEST_FOLDER or not _is_folder(folder):
        return _page(typed, text("choose.folder_wrong")), 422
    if folder.resolve().is_relative_to(here.home.root.resolve()):
        return _page(typed, text("choose.folder_ours")), 422
    name = free_name(folder.name or text("source.folder"))
    add_album(here.home, {"name": name, "source": "folder", "folder": str(folder)})
    queue(here, "sync", {"albums": [name]})
    return redirect(url_for("albums.page"), 303)


def _is_folder(path: Path) -> bool:
    """Whether it is one that can be read."""
    try:
        return path.is_dir() and os.access(path, os.R_OK | os.X_OK)
    except OSError:
        return False


@pages.post("/find-person")
def find_person() -> Response:
    wanted = request.form.get("person", "").strip()
    if not wanted or len(wanted) > 200:
        raise UsageError(text("choose.person_empty"))
    arguments = {"server": _server(), "source": "person", "name": wanted}
    return redirect(url_for("choose.found_person", number=queue(context(), "resolve", arguments)), 303)


@pages.get("/person/<int:number>")
def found_person(number: int) -> str:
    found = answer(context(), number, "resolve")
    arguments: dict[str, Any] = found.job.arguments
    if found.ended is None:
        return waiting(found, text("choose.asking", server=arguments.get("server", "")))
    if found.ended.outcome != "done":
        values = {"server": arguments.get("server", ""), "person": arguments.get("name", "")}
        return failed(found.ended, again=url_for("choose.find_person"), values=values)
    return render_template("person.html", person=found.ended.facts.get("name", ""), number=number)


@pages.post("/person/<int:number>")
def take_person(number: int) -> Response:
    here = context()
    found = answer(here, number, "resolve", patience_seconds=0)
    if found.ended is None or found.ended.outcome != "done" or found.job.arguments.get("source") != "person":
        abort(404)
    facts = found.ended.facts
    name = free_name(facts["name"])
    server = found.job.arguments["server"]
    add_album(here.home, {"name": name, "source": "person", "server": server, "id": facts["id"]})
    queue(here, "sync", {"albums": [name]})
    return redirect(url_for("albums.page"), 303)


def free_name(wanted: str) -> str:
    """The name without what cannot be printed, and with a number behind it where it is taken."""
    wanted = "".join(filter(str.isprintable, wanted)).strip()[:LONGEST_NAME] or text("choose.nameless")
    taken = {album.name.casefold() for album in context().settings.albums}
    names = [wanted, *(f"{wanted} ({number})" for number in range(2, 1000))]
    return next(name for name in names if name.casefold() not in taken)


def _server() -> str:
    server = request.form.get("server", "")
    if server not in context().settings.servers:
        abort(404)
    return server
