"""Moving in from the replaced tools: their file is uploaded or pasted, what was understood is shown line by line, and
only a yes writes anything. Nothing of a file is executed, and none of its keys is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import drafts
from admin.asking import answer, queue
from admin.context import context
from admin.language import say, text
from admin.moving_in import server_for, take_inboxes, take_smart
from admin.pages.asked import failed, waiting
from sync.errors import UsageError
from sync.replaced import ultra_sync
from sync.replaced.lines import Line, text_of
from sync.smart import take_over

pages = Blueprint("moving", __name__, url_prefix="/moving")

TOOLS = ("smart", "writeback", "ingest")
"""By the chore that replaces them."""
_PLACES = ("folder", "landing", "library")
_LONGEST = 1000


@pages.get("")
def page() -> str:
    tool = request.args.get("tool", "")
    return _page({"tool": tool if tool in TOOLS else TOOLS[0]}, {})


@pages.post("/read")
def read() -> Response | tuple[str, int]:
    """Keep the file, and show what is understood of it; nothing else happens."""
    here, form = context(), request.form
    typed = {key: form.get(key, "").strip() for key in ("tool", "flags", *_PLACES)}
    content, name = _brought()
    problems = _judge(typed, content)
    if not problems:
        try:
            draft = drafts.put(here.home, content, _ending(name, content))
            # Not in an address: whoever pastes a whole command line may paste a key.
            flags = drafts.put(here.home, typed["flags"], "flags") if typed["flags"] else None
        except UsageError as error:
            problems["text"] = error.sentence
    if problems:
        return _page(typed, problems), 422
    if typed["tool"] != "ingest":
        return redirect(url_for("moving.understood", tool=typed["tool"], draft=draft, flags=flags), 303)
    asked = {"file": str(drafts.find(here.home, draft))} | {key: typed[key] for key in _PLACES if typed[key]}
    return redirect(url_for("moving.inboxes", number=queue(here, "ingest-import", asked)), 303)


@pages.get("/understood/<tool>/<draft>")
def understood(tool: str, draft: str) -> str | tuple[str, int]:
    try:
        found = _read(tool, draft, request.args.get("flags", ""))
    except UsageError as error:
        return _page({"tool": tool}, {"text": error.sentence}), 422
    return _understood(tool, found.lines, found.url, take=url_for("moving.take", tool=tool, draft=draft))


@pages.post("/take/<tool>/<draft>")
def take(tool: str, draft: str) -> Response:
    """What was shown, and nothing else. A folder of originals is tried out first, on its own page."""
    here = context()
    found = _read(tool, draft, request.form.get("flags", ""))
    settings = here.settings
    server = server_for(settings, found.url, request.form.get("server") or None, certain=tool == "writeback")
    if isinstance(found, take_over.TakenOver):
        take_smart(here.home, settings, found, server, resting=True)
        drafts.forget(here.home, draft)
        return redirect(url_for("smart.page"), 303)
    if not found.folder:
        raise UsageError("Nothing says where the originals lie.", advice=text("moving.folder_missing"))
    asked = {"server": server, "folder": found.folder, "prefix": None, "values": found.values}
    for kept in (draft, request.form.get("flags", "")):
        drafts.forget(here.home, kept)
    return redirect(url_for("writeback_new.probed", number=queue(here, "writeback-probe", asked)), 303)


@pages.get("/inboxes/<int:number>")
def inboxes(number: int) -> str:
    found = answer(context(), number, "ingest-import")
    back = url_for("moving.page", tool="ingest")
    if found.ended is None:
        return waiting(found, text("moving.reading"), tab="more", back=back)
    facts = found.ended.facts
    if "inboxes" not in facts:
        return failed(found.ended, tab="more", back=back)
    lines = [Line(**line) for line in facts["lines"]]
    return _understood("ingest", lines, facts["url"], take=url_for("moving.take_inboxes_of", number=number))


@pages.post("/inboxes/<int:number>")
def take_inboxes_of(number: int) -> Response:
    """They rest until their first preview is confirmed; their landing folders are filled by links meanwhile."""
    here = context()
    found = answer(here, number, "ingest-import", patience_seconds=0)
    if found.ended is None or "inboxes" not in found.ended.facts:
        abort(404)
    facts, settings = found.ended.facts, here.settings
    server = server_for(settings, facts["url"], request.form.get("server") or None)
    entries = [{"paused": True} | entry for entry in facts["inboxes"]]
    for name in take_inboxes(here.home, settings, entries, server):
        queue(here, "ingest-fill", {"inbox": name, "pending": None})
    drafts.forget(here.home, str(found.job.arguments.get("file", "")).rpartition("/")[2])
    return redirect(url_for("ingest.page"), 303)


def _brought() -> tuple[str, str]:
    """What was uploaded or pasted, and the name it had."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return file.stream.read(drafts.MOST_BYTES + 1).decode("utf-8-sig", errors="replace"), file.filename
    return request.form.get("text", "").replace("\r\n", "\n"), ""


def _judge(typed: dict[str, str], content: str) -> dict[str, str]:
    if typed["tool"] not in TOOLS:
        abort(404)
    problems = {}
    if not content.strip() or "\0" in content:
        problems["text"] = text("moving.empty")
    for key in _PLACES[:2]:
        if typed[key] and not (typed[key].startswith("/") and typed[key].isprintable() and len(typed[key]) < _LONGEST):
            problems[key] = text("writeback.folder_wrong")
    return problems


def _ending(name: str, content: str) -> str:
    """By the name it had; a pasted text is judged by how it begins."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in ("py", "json", "env", "ini", "conf", "sh", "yml", "yaml", "txt"):
        return ending
    if content.lstrip().startswith(("{", "[{")):
        return "json"
    return "py" if "SYNC_CONFIGS" in content else "txt"


def _read(tool: str, draft: str, flags: str) -> take_over.TakenOver | ultra_sync.TakenOver:
    """What is kept under these names. Raises UsageError where nothing can be made of it."""
    path = drafts.find(context().home, draft)
    if path is None or tool not in ("smart", "writeback"):
        abort(404)
    if tool == "smart":
        return take_over.read_file(path.name, text_of(path))
    called = drafts.find(context().home, flags)
    return ultra_sync.take_over(name=path.name, text=text_of(path), flags=text_of(called) if called else "")


def _understood(tool: str, lines: Sequence[Line], url: str, *, take: str) -> str:
    settings = context().settings
    try:
        chosen = server_for(settings, url, None, certain=tool == "writeback")
    except UsageError:
        chosen = ""
    told = [(line, say(line.told)) for line in lines]
    return render_template(
        "moving_understood.html", tool=tool, lines=told, take=take, server=chosen, url=url,
        servers=[(name, name) for name in settings.servers], flags=request.args.get("flags", ""),
    )  # fmt: skip


def _page(typed: dict[str, Any], problems: dict[str, str]) -> str:
    return render_template("moving.html", typed=typed, problems=problems, tools=TOOLS)
