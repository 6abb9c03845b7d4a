"""Immich servers: which there are, a new one tried before it is kept, a new key, removal.

The address and key that somebody types are tried by an asked job. Until the trial is over the key lies among the
candidates in the secrets file, under a name of its own, so that it can go nowhere but to the address it came with.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.entrust import entrust
from admin.language import text
from admin.pages.asked import waiting
from sync import secrets
from sync.hosts import with_scheme
from sync.library import servers as rows
from sync.settings.edit import remove_server

pages = Blueprint("servers", __name__, url_prefix="/servers")

PERMISSIONS = (
    "asset.read", "asset.view", "asset.download", "asset.statistics", "album.read", "person.read", "face.read",
    "stack.read", "tag.read", "memory.read", "user.read", "server.about",
)  # fmt: skip
"""What the main job reads with, in the words of Immich's key dialog."""
_LONGEST = 500


@pages.get("")
def overview() -> str:
    here = context()
    known = {}
    try:
        with here.library() as library:
            known = {row.name: row for row in rows.every(library)}
    except ServiceAway:
        pass
    probes = {name: json.loads(row.probe) if row.probe else None for name, row in known.items()}
    return render_template("servers.html", servers=here.settings.servers, known=known, probes=probes)


@pages.get("/new")
def new() -> str:
    again = request.args.get("again", "")
    return _form({}, {"url": again}, request.args.get("name", ""))


@pages.post("/new")
def start_trial() -> Response | tuple[str, int]:
    here = context()
    url, key = with_scheme(request.form.get("url", "").strip()), request.form.get("key", "").strip()
    name = request.form.get("name", "")
    if name not in here.settings.servers:
        name = ""
    problems = _judge(url, key)
    if problems:
        return _form(problems, {"url": url}, name), 422
    with secrets.candidate(here.home.secrets, stays=True, key=key) as candidate:
        number = queue(here, "probe", {"candidate": candidate, "settings": _settings(name, url), "name": name})
    return redirect(url_for("servers.trial", number=number), 303)


@pages.get("/trial/<int:number>")
def trial(number: int) -> str:
    found = answer(context(), number, "probe")
    arguments = found.job.arguments
    url = arguments.get("settings", {}).get("url", "")
    if found.ended is None:
        return waiting(found, text("servers.trying", url=url))
    well = found.ended.outcome == "done"
    return render_template("trial.html", ended=found.ended, well=well, url=url, number=number, arguments=arguments)


@pages.post("/trial/<int:number>/keep")
def keep(number: int) -> Response:
    """What was tried, and nothing else, becomes a server; then its albums are asked for."""
    here = context()
    found = answer(here, number, "probe")
    candidate = found.job.arguments.get("candidate")
    if not candidate or found.ended is None or found.ended.outcome != "done":
        abort(404)
    key = secrets.of_server(here.home.secrets, candidate, section=secrets.CANDIDATES).key
    if not key:
        abort(404)
    name = found.job.arguments.get("name") or _free_name()
    url = found.ended.facts.get("url", found.job.arguments["settings"]["url"])
    entrust(here.home, name, {"url": url}, {"key": key.reveal()})
    secrets.remove(here.home.secrets, secrets.CANDIDATES, candidate)
    return redirect(url_for("choose.offered", number=queue(here, "albums", {"server": name})), 303)


@pages.post("/trial/<int:number>/drop")
def drop(number: int) -> Response:
    """Forget the key of a trial that came to nothing, and let the person type again."""
    arguments = answer(context(), number, "probe", patience_seconds=0).job.arguments
    secrets.remove(context().home.secrets, secrets.CANDIDATES, arguments.get("candidate", ""))
    url = arguments.get("settings", {}).get("url", "")
    return redirect(url_for("servers.new", again=url, name=arguments.get("name") or None), 303)


@pages.post("/test")
def test() -> Response:
    name = _named()
    return redirect(url_for("servers.trial", number=queue(context(), "probe", {"server": name})), 303)


@pages.post("/remove")
def remove() -> Response:
    name = _named()
    remove_server(context().home, name)
    secrets.remove(context().home.secrets, "servers", name)
    return redirect(url_for("servers.overview"), 303)


def _settings(name: str, url: str) -> dict[str, str]:
    """What a trial connects with: the address that was typed, and what is pinned for a server that is there."""
    known = context().settings.servers.get(name)
    pinned = {"ca_file": known.ca_file, "fingerprint": known.fingerprint} if known else {}
    return {"url": url} | {key: value for key, value in pinned.items() if value}


def _named() -> str:
    name = request.form.get("name", "")
    if name not in context().settings.servers:
        abort(404)
    return name


def _judge(url: str, key: str) -> dict[str, str]:
    problems = {}
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound, parts = False, urlsplit("")
    if not sound or len(url) > _LONGEST or not url.isprintable() or " " in url:
        problems["url"] = text("servers.url_wrong")
    elif parts.username or parts.query or parts.fragment:
        problems["url"] = text("servers.url_more")
    if not key or len(key) > _LONGEST or not key.isascii() or not key.isprintable() or " " in key:
        problems["key"] = text("servers.key_wrong")
    return problems


def _free_name() -> str:
    taken = context().settings.servers
    names = ["home", *(f"home{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in taken)


def _form(problems: dict[str, str], typed: dict[str, Any], name: str) -> str:
    known = context().settings.servers.get(name)
    if known is not None and not typed.get("url"):
        typed["url"] = known.url
    name = name if known else ""
    return render_template("server_new.html", problems=problems, typed=typed, name=name, permissions=PERMISSIONS)
