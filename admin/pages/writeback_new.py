"""A new root of write-back: its folder is tried out by an asked job, then shown with what it can do and what fits.

What was tried, and nothing else, becomes a root.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import msgspec
from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import context
from admin.language import text
from admin.pages.asked import failed, waiting
from admin.pages.writeback import choices, judge, shown, typed_in
from sync.errors import UsageError
from sync.settings.edit import add_root
from sync.settings.writeback import Root

pages = Blueprint("writeback_new", __name__, url_prefix="/writeback")

_LONGEST_NAME, _LONGEST = 110, 1000


@pages.get("/new")
def page() -> str | Response:
    if not context().settings.servers:
        return redirect(url_for("servers.new"), 303)
    return _page("", "", "")


def _page(folder: str, prefix: str, problem: str) -> str:
    servers = [(name, name) for name in context().settings.servers]
    return render_template("writeback_new.html", servers=servers, folder=folder, prefix=prefix, problem=problem)


@pages.post("/probe")
def probe() -> Response | tuple[str, int]:
    """Have the folder tried out, under the path that Immich has for it where that was given."""
    here, form = context(), request.form
    folder, prefix = form.get("folder", "").strip(), form.get("prefix", "").strip()
    server = form.get("server") or next(iter(here.settings.servers), "")
    if server not in here.settings.servers:
        abort(404)
    if not folder.startswith("/") or len(folder) > _LONGEST or len(prefix) > _LONGEST or not folder.isprintable():
        return _page(folder, prefix, text("writeback.folder_wrong")), 422
    arguments = {"server": server, "folder": folder, "prefix": prefix or None}
    if earlier := form.get("earlier", 0, int):
        # Another mapping of the same folder: what a replaced tool's settings wanted of the root still holds.
        before = answer(here, earlier, "writeback-probe", patience_seconds=0).job.arguments
        arguments |= {"values": before["values"]} if "values" in before else {}
    return redirect(url_for("writeback_new.probed", number=queue(here, "writeback-probe", arguments)), 303)


@pages.get("/probed/<int:number>")
def probed(number: int) -> str:
    found = answer(context(), number, "writeback-probe")
    folder = str(found.job.arguments.get("folder", ""))
    back = url_for("writeback_new.page")
    if found.ended is None:
        return waiting(found, text("writeback.probing", folder=folder), tab="more", back=back)
    if found.ended.outcome != "done":
        return failed(found.ended, tab="more", back=back)
    facts = found.ended.facts
    # A replaced tool's settings come with what its root is to be like.
    like = msgspec.convert({"name": "x"} | found.job.arguments.get("values", {}), Root)
    values = {"name": _free_name(str(facts.get("root_folder", folder)))} | shown(like)
    return _probed(number, found.ended, found.job.arguments, values, {})


@pages.post("/add/<int:number>")
def add(number: int) -> Response | tuple[str, int]:
    here = context()
    found = answer(here, number, "writeback-probe", patience_seconds=0)
    if found.ended is None or found.ended.outcome != "done" or not found.ended.facts.get("prefix"):
        abort(404)
    facts = found.ended.facts
    typed = {"name": request.form.get("name", "").strip()} | typed_in(shown(Root(name="x")))
    values, problems = judge(typed)
    taken = {root.name.casefold() for root in here.settings.writeback}
    name = typed["name"]
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable() or name.casefold() in taken:
        problems["name"] = text("writeback.name_wrong", most=_LONGEST_NAME)
    where = {"name": name, "server": found.job.arguments["server"], "prefix": facts["prefix"],
             "folder": facts["root_folder"]}  # fmt: skip
    if not problems:
        try:
            add_root(here.home, where | {key: value for key, value in values.items()
                                         if value is not None and key not in where})  # fmt: skip
        except UsageError as error:
            problems["form"] = error.sentence
    if problems:
        return _probed(number, found.ended, found.job.arguments, typed, problems), 422
    return redirect(url_for("writeback.one", name=name), 303)


def _probed(number: int, ended: Any, arguments: dict[str, Any], typed: dict[str, Any], problems: dict[str, str]) -> str:
    return render_template(
        "writeback_probed.html", number=number, ended=ended, facts=ended.facts, arguments=arguments, typed=typed,
        problems=problems, **choices(),
    )  # fmt: skip


def _free_name(folder: str) -> str:
    wanted = "".join(filter(str.isprintable, PurePath(folder).name))[:_LONGEST_NAME] or text("writeback.originals")
    taken = {root.name.casefold() for root in context().settings.writeback}
    names = [wanted, *(f"{wanted} ({number})" for number in range(2, 1000))]
    return next(name for name in names if name.casefold() not in taken)
