"""Write-back: the folders of originals, what Immich's facts are written into them, preview field by field, and undo.

A folder is tried out before it becomes a root (writeback_new.py); a new root writes nothing until a person asks.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import ServiceAway, context
from admin.language import duration, text
from admin.pages.asked import failed, waiting
from admin.pages.chore import Arguments, Chore, install, outcome_of
from admin.pages.edited import digest_of
from admin.pages.parts import facts_of
from sync.errors import UsageError
from sync.library import known
from sync.library import writeback as rows
from sync.library.database import Library
from sync.settings.edit import change_root, remove_root
from sync.settings.writeback import Module, Owner, Root, Where

pages = Blueprint("writeback", __name__, url_prefix="/writeback")

INTERVALS_HOURS = (1, 6, 24, 168)
_LONGEST = 1000


def _address(name: str) -> str:
    return url_for("writeback.one", name=named(name).name) if name else url_for("writeback.page")


def _chosen(name: str, plan: str | None = None) -> Arguments:
    return {"roots": [name] if name else None} | ({"plan": plan} if plan else {})


CHORE = Chore(
    name="writeback",
    run_kind="writeback-run",
    tab="more",
    address=_address,
    preview_of=_chosen,
    run_of=_chosen,
    subject_of=lambda arguments: str((arguments.get("roots") or [""])[0]),
)
install(pages, CHORE)


@pages.get("")
def page() -> str:
    here = context()
    told: list[dict[str, Any]] = []
    runs: list[rows.RunRow] = []
    try:
        with here.library() as library:
            told = [_told(library, root) for root in here.settings.writeback]
            runs = rows.runs(library)
    except ServiceAway:
        told = [{"root": root, "row": None, "known": 0, "states": {}} for root in here.settings.writeback]
    return render_template(
        "writeback.html", chore=CHORE, roots=told, runs=runs, ended=outcome_of(CHORE), servers=here.settings.servers,
        **facts_of("work"),
    )  # fmt: skip


@pages.get("/root")
def one() -> str:
    return _one({}, {})


def _one(problems: dict[str, str], typed: dict[str, Any], *, clash: bool = False) -> str:
    here, root = context(), named(request.values.get("name", ""))
    told: dict[str, Any] = {"row": None, "known": 0, "states": {}}
    try:
        with here.library() as library:
            told = _told(library, root)
    except ServiceAway:
        pass
    return render_template(
        "writeback_root.html", **told | {"root": root}, chore=CHORE, problems=problems, typed=typed or shown(root),
        clash=clash, seen=digest_of(root), ended=outcome_of(CHORE), **choices(root), **facts_of("work"),
    )  # fmt: skip


def shown(root: Root) -> dict[str, Any]:
    """What the form shows of a root."""
    return {
        "modules": [module.value for module in root.modules], "where": root.where.value if root.where else "",
        "owner": root.owner.value, "backup_gb": f"{root.backup_gb:g}", "backup_folder": root.backup_folder,
        "caption_limit": str(root.caption_limit), "interval_hours": f"{root.interval_hours:g}",
        "keep_mtime": root.keep_mtime, "favourite_as_rating": root.favourite_as_rating, "prefix": root.prefix,
        "folder": root.folder,
    }  # fmt: skip


def choices(root: Root | None = None) -> dict[str, Any]:
    """What the form of a root offers."""
    hours = {*INTERVALS_HOURS, *([root.interval_hours] if root else [])}
    lengths = [(f"{each:g}", duration(each * 3600)) for each in sorted(hours)]
    return {"modules": [module.value for module in Module], "wheres": ["", *(where.value for where in Where)],
            "owners": [owner.value for owner in Owner], "hours": lengths}  # fmt: skip


@pages.post("/edit")
def edit() -> Response | tuple[str, int]:
    here, root = context(), named(request.form.get("name", ""))
    typed = typed_in(shown(root))
    if request.form.get("seen") != digest_of(root):
        return _one({}, {}, clash=True), 409
    values, problems = judge(typed)
    if not problems:
        try:
            change_root(here.home, root.name, values)
        except UsageError as error:
            problems["form"] = error.sentence
    if problems:
        return _one(problems, typed), 422
    return redirect(url_for("writeback.one", name=root.name, saved=1), 303)


def typed_in(before: dict[str, Any]) -> dict[str, Any]:
    """What the form of a root says."""
    form = request.form
    texts = {key: form.get(key, str(before.get(key, ""))).strip() for key in
             ("where", "owner", "backup_gb", "backup_folder", "caption_limit", "interval_hours", "prefix", "folder")}
    ticks = {key: form.get(key) == "yes" for key in ("keep_mtime", "favourite_as_rating")}
    return texts | ticks | {"modules": form.getlist("module")}


def judge(typed: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """TOML-ready values (None: back to the default), and a sentence for each field that is not sound."""
    default, problems = shown(Root(name="x")), dict[str, str]()
    values: dict[str, Any] = {}
    for key, least, most in (("backup_gb", 0, 100_000), ("caption_limit", 1, 60_000), ("interval_hours", 1, 720)):
        try:
            number = float(typed[key].replace(",", "."))
        except ValueError:
            number = -1
        if not least <= number <= most or (key == "caption_limit" and number != int(number)):
            problems[key] = text("form.number", least=least, most=most)
        else:
            values[key] = int(number) if number == int(number) else number
    chosen = [module.value for module in Module if module.value in typed["modules"]]
    if not chosen:
        problems["module"] = text("writeback.no_module")
    values["modules"] = chosen
    values["where"] = typed["where"] if typed["where"] in [where.value for where in Where] else None
    values["owner"] = typed["owner"] if typed["owner"] in [owner.value for owner in Owner] else None
    for key in ("backup_folder", "prefix", "folder"):
        if len(typed[key]) > _LONGEST or not typed[key].isprintable():
            problems[key] = text("choose.folder_wrong")
        values[key] = typed[key] or None
    values |= {key: typed[key] or None for key in ("keep_mtime", "favourite_as_rating")}
    same = {key for key, value in values.items() if key not in ("prefix", "folder") and _same(value, default[key])}
    return {key: None if key in same else value for key, value in values.items()}, problems


def _same(value: Any, default: Any) -> bool:
    return value in (None, default) or str(value) == default


@pages.post("/pause")
def pause() -> Response:
    root = named(request.form.get("name", ""))
    change_root(context().home, root.name, {"paused": True if request.form.get("value") == "yes" else None})
    return redirect(url_for("writeback.one", name=root.name), 303)


@pages.post("/remove")
def remove() -> Response:
    """Out of the settings; what was written stays written."""
    root = named(request.form.get("name", ""))
    if request.form.get("sure") != "yes":
        return redirect(url_for("writeback.one", name=root.name, leave=1), 303)
    remove_root(context().home, root.name)
    return redirect(url_for("writeback.page"), 303)


@pages.post("/take-out")
def take_out() -> Response:
    """Yes to what is held: exactly that is taken out of the files."""
    root = named(request.form.get("name", ""))
    number = queue(context(), CHORE.run_kind, {"roots": [root.name], "take_out": True})
    return redirect(url_for("writeback.ran", number=number), 303)


@pages.post("/explain")
def ask_explain() -> Response:
    """What Immich knows of one file, what the file says, and why it is written or not."""
    file = request.form.get("file", "").strip()
    if not file.startswith("/"):
        # The last part of a photo's address in Immich is its id.
        file = file.split("?")[0].rstrip("/").rpartition("/")[2]
    if not file or len(file) > _LONGEST:
        raise UsageError(text("writeback.explain_empty"))
    return redirect(url_for("writeback.explained", number=queue(context(), "writeback-explain", {"file": file})), 303)


@pages.get("/explained/<int:number>")
def explained(number: int) -> str:
    found = answer(context(), number, "writeback-explain")
    back = url_for("writeback.page")
    if found.ended is None:
        return waiting(found, text("smart.asking_why"), tab="more", back=back)
    if found.ended.outcome != "done":
        return failed(found.ended, tab="more", back=back)
    return render_template("writeback_explained.html", ended=found.ended)


def named(name: str) -> Root:
    """The root of that name; 404 where there is none."""
    root = next((one for one in context().settings.writeback if one.name == name), None)
    if root is None:
        abort(404)
    return root


def _told(library: Library, root: Root) -> dict[str, Any]:
    return {
        "root": root, "row": rows.root(library, root.name), "known": known.count(library, root.server, root.name),
        "states": known.states(library, root.name),
    }  # fmt: skip
