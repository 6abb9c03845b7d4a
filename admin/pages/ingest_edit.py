"""The form of an inbox: what was typed is tried out by an asked job, and what was tried becomes, or changes, the inbox.

A new one rests until its first preview has been confirmed: nothing goes to Immich that nobody has seen.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.album_names import ENDS, EXAMPLES, OWN, AlbumRow, row_of, rows_of, template_of
from admin.asking import answer, queue
from admin.context import context
from admin.language import duration, text, words
from admin.pages.asked import failed, waiting
from admin.pages.edited import digest_of
from admin.pages.ingest import named
from sync.errors import UsageError
from sync.settings.edit import add_inbox, change_inbox
from sync.settings.ingest import After, Inbox, Size, Way

pages = Blueprint("ingest_edit", __name__, url_prefix="/ingest")

INTERVALS = (5, 15, 60, 1440)
TEXTS = ("name", "server", "way", "folder", "landing", "server_folder", "after", "move_to",
         "favourite_rating", "interval_minutes")  # fmt: skip
FORM_SIZES = tuple(size.value for size in Size)
_OPTIONAL = ("way", "landing", "server_folder", "after", "move_to", "stack", "albums", "stars", "favourite_rating",
             "interval_minutes")  # fmt: skip
_LONGEST_NAME, _LONGEST, _LONGEST_ALBUM, _MOST_ALBUMS = 110, 1000, 250, 30


@pages.get("/new")
def new() -> str | Response:
    if not context().settings.servers:
        return redirect(url_for("servers.new"), 303)
    return _page(None, _shown(Inbox(name="")), {})


@pages.get("/edit")
def edit() -> str:
    inbox = named(request.args.get("name", ""))
    return _page(inbox, _shown(inbox), {})


@pages.post("/try")
def attempt() -> Response | str | tuple[str, int]:
    """Have sync try out what was typed; nothing is written yet."""
    here, form = context(), request.form
    inbox = named(form["was"]) if form.get("was") else None
    typed: dict[str, Any] = {key: form.get(key, "").strip() for key in TEXTS} | {"stars": form.get("stars", "")}
    typed["albums"] = rows_of(form.getlist("album_name")[:_MOST_ALBUMS], form.getlist("album_by"))
    typed["stack"] = _stack(inbox, form.get("stack_top", ""), form.getlist("stack_behind"))
    if "more" in form:
        return _page(inbox, typed, {}, spare=2)
    values, problems = _judge(inbox, typed)
    if problems:
        return _page(inbox, typed, problems), 422
    if inbox is not None and inbox.library:
        values["library"] = inbox.library
    arguments = {"values": values, "was": inbox.name if inbox else "", "seen": digest_of(inbox) if inbox else ""}
    return redirect(url_for("ingest_edit.tried", number=queue(here, "ingest-check", arguments)), 303)


@pages.post("/library/<int:number>")
def choose_library(number: int) -> Response:
    """Try the same once more, with that library of Immich."""
    arguments = answer(context(), number, "ingest-check", patience_seconds=0).job.arguments
    if "values" not in arguments:
        abort(404)
    library = request.form.get("library", "")[:100]
    again = arguments | {"values": arguments["values"] | {"library": library}}
    return redirect(url_for("ingest_edit.tried", number=queue(context(), "ingest-check", again)), 303)


@pages.get("/tried/<int:number>")
def tried(number: int) -> str:
    found = answer(context(), number, "ingest-check")
    arguments = found.job.arguments
    back = url_for("ingest_edit.edit", name=arguments["was"]) if arguments.get("was") else url_for("ingest_edit.new")
    if found.ended is None:
        return waiting(found, text("ingest.trying"), tab="more", back=back)
    if found.ended.outcome != "done":
        return failed(found.ended, tab="more", back=back)
    return render_template(
        "ingest_tried.html", ended=found.ended, facts=found.ended.facts, values=arguments.get("values", {}),
        number=number, was=arguments.get("was", ""), back=back,
    )  # fmt: skip


@pages.post("/keep/<int:number>")
def keep(number: int) -> Response:
    """What was tried, and nothing else, is written."""
    here = context()
    found = answer(here, number, "ingest-check", patience_seconds=0)
    values, was = found.job.arguments.get("values"), found.job.arguments.get("was", "")
    if values is None or found.ended is None or not found.ended.facts.get("ok"):
        abort(404)
    if was:
        if digest_of(named(was)) != found.job.arguments.get("seen"):
            raise UsageError(text("form.clash"))
        default = dict.fromkeys(_OPTIONAL)
        change_inbox(here.home, was, default | values)
    else:
        add_inbox(here.home, {"name": values["name"]} | values | {"paused": True})
    return redirect(url_for("ingest.one", name=values["name"]), 303)


def _stack(inbox: Inbox | None, top: str, behind: list[str]) -> list[str]:
    """The one on top first; the others as they were where they are the same ones, else as icloudpd names them."""
    if top not in FORM_SIZES:
        return []
    chosen = [top, *(size for size in FORM_SIZES if size in behind and size != top)]
    before = [size.value for size in inbox.stack] if inbox else []
    return before if before[:1] == [top] and set(before) == set(chosen) else chosen


def _judge(inbox: Inbox | None, typed: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """TOML-ready values of what is not as by default, and a sentence for each field that is not sound."""
    here, problems = context(), dict[str, str]()
    default = Inbox(name="x")
    name = inbox.name if inbox else typed["name"]
    others = {one.name.casefold() for one in here.settings.inboxes if one is not inbox}
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or (not inbox and name.casefold() in others):
        problems["name"] = text("writeback.name_wrong", most=_LONGEST_NAME)
    server = typed["server"] or (inbox.server if inbox else next(iter(here.settings.servers), ""))
    if server not in here.settings.servers:
        problems["server"] = text("smart.server_gone")
    for key in ("folder", "landing", "move_to"):
        whole = typed[key].startswith("/") and typed[key].isprintable() and len(typed[key]) <= _LONGEST
        if typed[key] and not whole:
            problems[key] = text("writeback.folder_wrong")
    if not typed["folder"]:
        problems["folder"] = text("writeback.folder_wrong")
    minutes, rating = typed["interval_minutes"] or "15", typed["favourite_rating"] or "5"
    if not re.fullmatch(r"\d{1,5}", minutes) or not 1 <= int(minutes) <= 10_080:
        problems["interval_minutes"] = text("form.number", least=1, most=10_080)
        minutes = "15"
    if len(typed["stack"]) == 1:
        problems["stack"] = text("ingest.stack_wrong")
    albums = [template_of(row) for row in typed["albums"]]
    if any(len(album) > _LONGEST_ALBUM or not album.isprintable() for album in albums):
        problems["albums"] = text("ingest.album_wrong", most=_LONGEST_ALBUM)
    values: dict[str, Any] = {
        "way": typed["way"] if typed["way"] in [way.value for way in Way] else default.way.value,
        "after": typed["after"] if typed["after"] in [after.value for after in After] else default.after.value,
        "landing": typed["landing"], "server_folder": typed["server_folder"], "move_to": typed["move_to"],
        "stack": typed["stack"], "albums": albums,
        "favourite_rating": int(rating) if rating in "012345" else 5, "stars": typed["stars"] == "yes",
        "interval_minutes": int(minutes),
    }  # fmt: skip
    told = {key: value for key, value in values.items() if value != _plain(getattr(default, key))}
    return {"name": name, "server": server, "folder": typed["folder"]} | told, problems


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else getattr(value, "value", value)


def _shown(inbox: Inbox) -> dict[str, Any]:
    return {
        "name": inbox.name, "server": inbox.server, "way": inbox.way.value, "folder": inbox.folder,
        "landing": inbox.landing, "server_folder": inbox.server_folder, "after": inbox.after.value,
        "move_to": inbox.move_to, "stack": [size.value for size in inbox.stack],
        "albums": [row_of(template) for template in inbox.albums], "favourite_rating": str(inbox.favourite_rating),
        "interval_minutes": f"{inbox.interval_minutes:g}", "stars": "yes" if inbox.stars else "",
    }  # fmt: skip


def _page(inbox: Inbox | None, typed: dict[str, Any], problems: dict[str, str], *, spare: int = 1) -> str:
    minutes = {*INTERVALS, int(typed["interval_minutes"]) if typed["interval_minutes"].isdecimal() else 15}
    return render_template(
        "ingest_edit.html", inbox=inbox, typed=typed, problems=problems,
        servers=[(name, name) for name in context().settings.servers],
        ways=words("way", [way.value for way in Way]), afters=words("after", [after.value for after in After]),
        ratings=words("favourite_rating", ["5", "4", "3", "2", "1", "0"]),
        intervals=[(str(each), duration(each * 60)) for each in sorted(minutes)], own=OWN, examples=EXAMPLES,
        rows=[*typed["albums"], *[AlbumRow()] * spare][:_MOST_ALBUMS], ends=[*ENDS, OWN], sizes=FORM_SIZES,
        open=bool(spare > 1 or typed["albums"] or typed["stack"] or problems.keys() & {"stack", "albums"}),
    )  # fmt: skip
