"""iCloud for one inbox: what icloudpd downloads, as typed fields; download now; and what Apple wants to hear.

Its free command line is in the settings file alone: no form reaches it, nor the program that is run. Answers go to
the waiting job and are kept nowhere.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import queue
from admin.context import Context, ServiceAway, context
from admin.language import duration, text
from admin.pages.edited import digest_of
from admin.pages.ingest import named
from admin.pages.parts import facts_of
from sync import questions
from sync.jobs.kinds import ICLOUDPD
from sync.library import runs
from sync.library.runs import Run
from sync.settings.edit import change_inbox
from sync.settings.ingest import Icloudpd, Inbox, Size

pages = Blueprint("icloudpd", __name__, url_prefix="/ingest/icloud")

INTERVALS = (1, 3, 6, 12, 24)
STRUCTURES = {"{:%Y/%m/%d}": "2026/11/21", "{:%Y/%m}": "2026/11", "{:%Y}": "2026", "none": ""}
"""As icloudpd writes them, and what they make of a day."""
TYPED = ("account", "album", "interval_hours", "recent_days", "live", "videos", "folder_structure")
_PHOTO = "IMG_0001.HEIC"
_ACCOUNT = re.compile(r"[^\s@-][^\s@]*@[^\s@]+")
_LONGEST, _MOST_ALBUMS, _MOST_DAYS = 200, 50, 36_500


@pages.get("")
def one() -> str:
    inbox = named(request.args.get("name", ""))
    return _page(inbox, _shown(inbox.icloudpd), {})


@pages.post("/fields")
def fields() -> Response | tuple[str, int]:
    """What was typed becomes the inbox's; options that no form has stay as they are."""
    inbox = named(request.form.get("name", ""))
    typed = {key: request.form.get(key, "").replace("\r\n", "\n").strip() for key in TYPED}
    typed["sizes"] = " ".join(size.value for size in Size if request.form.get(f"size-{size.value}"))
    problems = _judge(inbox, typed)
    if digest_of(inbox) != request.form.get("seen"):
        problems["form"] = text("form.clash")
    if problems:
        return _page(inbox, typed, problems), 422
    default = _plain(Icloudpd())
    whole = _plain(inbox.icloudpd) | {
        "account": typed["account"].lower(), "album": _lines(typed["album"]),
        "folder_structure": typed["folder_structure"] or inbox.icloudpd.folder_structure,
        "sizes": typed["sizes"].split(), "live": typed["live"] == "yes", "videos": typed["videos"] == "yes",
        "interval_hours": float(typed["interval_hours"]), "recent_days": int(typed["recent_days"] or 0),
    }  # fmt: skip
    values = {key: value for key, value in whole.items() if value != default[key]}
    change_inbox(context().home, inbox.name, {"icloudpd": values or None})
    return redirect(url_for("icloudpd.one", name=inbox.name, saved=1), 303)


@pages.post("/download")
def download() -> Response:
    """Download now: what Apple wants to know is asked on this page."""
    inbox = named(request.form.get("name", ""))
    if not inbox.icloudpd.account:
        abort(404)
    queue(context(), ICLOUDPD, {"inbox": inbox.name})
    return redirect(url_for("icloudpd.one", name=inbox.name), 303)


@pages.post("/answer")
def answer() -> Response:
    """Give the waiting job its answer."""
    about = request.form.get("about", "")
    found = next((one for one in questions.pending(context().home) if one.about == about), None)
    if found is None:
        abort(404)
    questions.answer(context().home, about, request.form.get("text", "")[:_LONGEST])
    return redirect(url_for("icloudpd.one", name=found.inbox), 303)


def _judge(inbox: Inbox, typed: dict[str, str]) -> dict[str, str]:
    """A sentence for each field that is not sound."""
    problems: dict[str, str] = {}
    if typed["account"] and not (_ACCOUNT.fullmatch(typed["account"]) and len(typed["account"]) <= _LONGEST):
        problems["account"] = text("icloud.account_wrong")
    if not typed["sizes"]:
        problems["sizes"] = text("icloud.sizes_wrong")
    albums = _lines(typed["album"])
    plain = all(album.isprintable() and not album.startswith("-") and len(album) <= _LONGEST for album in albums)
    if len(albums) > _MOST_ALBUMS or not plain:
        problems["album"] = text("icloud.album_wrong")
    if typed["folder_structure"] and typed["folder_structure"] not in _structures(inbox):
        problems["folder_structure"] = text("icloud.structure_wrong")
    hours = typed["interval_hours"]
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", hours) or not 1 <= float(hours) <= 168:
        problems["interval_hours"] = text("form.number", least=1, most=168)
    if not re.fullmatch(r"\d{0,5}", typed["recent_days"]) or int(typed["recent_days"] or 0) > _MOST_DAYS:
        problems["recent_days"] = text("form.number", least=0, most=_MOST_DAYS)
    return problems


def _structures(inbox: Inbox) -> dict[str, str]:
    """Ways to lay files into folders, each with where a photo of a day would lie; what is set is one of them."""
    known = {form: f"{day}/{_PHOTO}".lstrip("/") for form, day in STRUCTURES.items()}
    return known | {inbox.icloudpd.folder_structure: known.get(inbox.icloudpd.folder_structure, "")}


def _plain(wanted: Icloudpd) -> dict[str, Any]:
    """Its values as TOML has them."""
    told: dict[str, Any] = msgspec.to_builtins(wanted)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in told.items()}


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.split("\n") if line.strip()]


def _shown(wanted: Icloudpd) -> dict[str, str]:
    return {
        "account": wanted.account, "album": "\n".join(wanted.album), "sizes": " ".join(wanted.sizes),
        "interval_hours": f"{wanted.interval_hours:g}", "recent_days": str(wanted.recent_days or ""),
        "folder_structure": wanted.folder_structure,
        "live": "yes" if wanted.live else "", "videos": "yes" if wanted.videos else "",
    }  # fmt: skip


def _page(inbox: Inbox, typed: dict[str, str], problems: dict[str, str]) -> str:
    here = context()
    hours = {*INTERVALS, inbox.icloudpd.interval_hours}
    return render_template(
        "icloudpd.html", inbox=inbox, typed=typed, problems=problems, seen=digest_of(inbox),
        structures=[(form, example or form) for form, example in _structures(inbox).items()],
        sizes=[(size.value, text(f"size.{size.value}")) for size in Size], run=_last(here, inbox),
        intervals=[(f"{each:g}", duration(each * 3600)) for each in sorted(hours)], **facts_of("questions"),
        **facts_of("work"),
    )  # fmt: skip


def _last(here: Context, inbox: Inbox) -> Run | None:
    """What the last download of this inbox came to, with what icloudpd said."""
    try:
        with here.library() as library:
            known = runs.history(library, kind=ICLOUDPD)
            return next((run for run in known if run.arguments.get("inbox") == inbox.name), None)
    except ServiceAway:
        return None
