"""A shared link instead of a key: tried by an asked job, shown by its name, then taken."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import context
from admin.language import text
from admin.pages.asked import waiting
from admin.pages.choose import free_name
from sync import secrets
from sync.errors import UsageError
from sync.settings.edit import add_album, put_server
from sync.settings.tree import Source

pages = Blueprint("link", __name__, url_prefix="/link")

_LINK = re.compile(r"(https?://[^\s/?#@]+(?:/[^\s/?#@]+)*?)/share/([^\s/?#]{8,200})/?")


@pages.get("")
def page() -> str:
    return render_template("link.html", problems={}, typed={})


@pages.post("")
def ask() -> Response | tuple[str, int]:
    here = context()
    link, password = request.form.get("link", "").strip(), request.form.get("password", "")
    found = _LINK.fullmatch(link) if len(link) < 500 and link.isprintable() else None
    if found is None:
        return render_template("link.html", problems={"link": text("link.wrong")}, typed={"link": link}), 422
    given = {"key": found[2]} | ({"password": password} if password else {})
    with secrets.candidate(here.home.secrets, stays=True, **given) as candidate:
        arguments = {"candidate": candidate, "settings": {"url": found[1]}, "source": "link", "link": candidate}
        number = queue(here, "resolve", arguments)
    return redirect(url_for("link.found", number=number), 303)


@pages.get("/<int:number>")
def found(number: int) -> str:
    told = answer(context(), number, "resolve")
    url = told.job.arguments.get("settings", {}).get("url", "")
    if told.ended is None:
        return waiting(told, text("servers.trying", url=url))
    well = told.ended.outcome == "done"
    return render_template("link_found.html", ended=told.ended, well=well, url=url, number=number)


@pages.post("/<int:number>")
def take(number: int) -> Response:
    """What was tried, and nothing else, becomes an album."""
    here = context()
    told = answer(here, number, "resolve", patience_seconds=0)
    candidate, ended = told.job.arguments.get("candidate"), told.ended
    if not candidate or ended is None or ended.outcome != "done":
        abort(404)
    given = secrets.of_link(here.home.secrets, candidate, section=secrets.CANDIDATES)
    if not given.key:
        abort(404)
    server, name = _server(told.job.arguments["settings"]["url"]), free_name(str(ended.facts["name"]))
    password = {"password": given.password.reveal()} if given.password else {}
    secrets.remove(here.home.secrets, "links", name)
    secrets.put(here.home.secrets, "links", name, key=given.key.reveal(), **password)
    try:
        add_album(here.home, {"name": name, "source": Source.LINK.value, "server": server, "id": ended.facts["id"]})
    except UsageError:
        secrets.remove(here.home.secrets, "links", name)
        raise
    secrets.remove(here.home.secrets, secrets.CANDIDATES, candidate)
    queue(here, "sync", {"albums": [name]})
    return redirect(url_for("albums.page"), 303)


@pages.post("/<int:number>/drop")
def drop(number: int) -> Response:
    """Forget a link that came to nothing."""
    arguments = answer(context(), number, "resolve", patience_seconds=0).job.arguments
    secrets.remove(context().home.secrets, secrets.CANDIDATES, arguments.get("candidate", ""))
    return redirect(url_for("link.page"), 303)


def _server(url: str) -> str:
    """The name of the server that the link leads to; one without a key is made where there is none."""
    known = context().settings.servers
    for name, server in known.items():
        if server.url.rstrip("/").removesuffix("/api").casefold() == url.casefold():
            return name
    base = re.sub(r"[^A-Za-z0-9]+", "-", urlsplit(url).netloc).strip("-")[:30] or "link"
    taken = {name.casefold() for name in known}
    name = next(each for each in (base, *(f"{base}-{n}" for n in range(2, 1000))) if each.casefold() not in taken)
    put_server(context().home, name, {"url": url})
    return name
