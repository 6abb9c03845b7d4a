"""Smart albums: each rule as a sentence, how it is, preview and confirm, history, why a photo; pause and remove.

The form is in smart_edit.py, the frame of preview, run and undo in chore.py.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.asking import answer, queue
from admin.context import Context, ServiceAway, context
from admin.known_names import ask_ahead
from admin.language import rule_word, text
from admin.pages.asked import failed, waiting
from admin.pages.chore import Arguments, Chore, install, outcome_of
from admin.pages.parts import facts_of
from sync.errors import RuleError, UsageError
from sync.jobs.progress import Ended
from sync.library import smart as rows
from sync.settings.edit import change_smart, remove_smart
from sync.settings.tree import Smart
from sync.smart.explain import explain, say
from sync.smart.rules import tests_of
from sync.smart.written import rule_of

pages = Blueprint("smart", __name__, url_prefix="/smart")

_LONGEST_NAME = 300


def _subject(arguments: Arguments) -> str:
    return str(arguments["album"] if "album" in arguments else (arguments.get("albums") or [""])[0])


def _rests(here: Context, name: str) -> bool:
    """Whether it waits for its first yes."""
    with here.library() as library:
        ran = rows.get(library, name)
    return named(name).paused and (ran is None or not ran.rule)


def _begin(here: Context, name: str) -> None:
    """A first yes lets a new one keep itself from now on."""
    if _rests(here, name):
        change_smart(here.home, name, {"paused": None})


CHORE = Chore(
    name="smart",
    run_kind="smart-apply",
    tab="albums",
    address=lambda name: url_for("smart.one", name=named(name).name),
    preview_of=lambda name: {"album": name},
    run_of=lambda name, plan: {"albums": [name], "plan": plan},
    undo_of=lambda name, run: {"album": name, "run": run},
    subject_of=_subject,
    rests=_rests,
    confirmed=_begin,
    rule_of=lambda name, english: _rule_said(name, english),
)
install(pages, CHORE)


@pages.get("")
def page() -> str:
    here = context()
    known: dict[str, rows.SmartRow | None] = {}
    try:
        with here.library() as library:
            known = {smart.name: rows.get(library, smart.name) for smart in here.settings.smart}
    except ServiceAway:
        pass
    ask_ahead(here)
    told = [_told(smart, known.get(smart.name)) for smart in here.settings.smart]
    return render_template("smart.html", smart=told, servers=here.settings.servers, **facts_of("work"))


@pages.get("/album")
def one() -> str:
    return one_page({})


def one_page(problems: dict[str, str]) -> str:
    here, smart = context(), named(request.values.get("name", ""))
    row, runs = None, []
    try:
        with here.library() as library:
            row, runs = rows.get(library, smart.name), rows.runs(library, smart.name)
    except ServiceAway:
        pass
    ask_ahead(here)
    return render_template(
        "smart_one.html", chore=CHORE, smart=smart, runs=runs, problems=problems, ended=outcome_of(CHORE),
        **_told(smart, row), **facts_of("work"),
    )  # fmt: skip


@pages.post("/pause")
def pause() -> Response:
    smart = named(request.form.get("name", ""))
    change_smart(context().home, smart.name, {"paused": True if request.form.get("value") == "yes" else None})
    return redirect(url_for("smart.one", name=smart.name), 303)


@pages.post("/remove")
def remove() -> Response:
    """Out of the settings; the album on the server stays as it is."""
    smart = named(request.form.get("name", ""))
    if request.form.get("sure") != "yes":
        return redirect(url_for("smart.one", name=smart.name, leave=1), 303)
    remove_smart(context().home, smart.name)
    return redirect(url_for("smart.page"), 303)


@pages.post("/why")
def ask_why() -> Response | tuple[str, int]:
    smart = named(request.form.get("name", ""))
    # The last part of a photo's address in Immich is its id.
    asset = request.form.get("asset", "").strip().split("?")[0].rstrip("/").rpartition("/")[2]
    if not asset or len(asset) > _LONGEST_NAME:
        return one_page({"asset": text("smart.why_empty")}), 422
    number = queue(context(), "smart-why", {"album": smart.name, "asset": asset})
    return redirect(url_for("smart.told_why", number=number), 303)


@pages.get("/why/<int:number>")
def told_why(number: int) -> str:
    found = answer(context(), number, "smart-why")
    name = str(found.job.arguments.get("album", ""))
    back = url_for("smart.one", name=named(name).name)
    if found.ended is None:
        return waiting(found, text("smart.asking_why"), back=back)
    if found.ended.outcome != "done":
        return failed(found.ended, back=back)
    tests = found.ended.facts.get("tests", [])
    return render_template(
        "smart_why.html", ended=found.ended, name=name, back=back, tests=_said_again(named(name), found.ended, tests)
    )


@pages.post("/offer")
def offer() -> Response:
    """Ask the server for the albums that it could keep."""
    smart = named(request.form.get("name", ""))
    number = queue(context(), "albums", {"server": smart.server})
    return redirect(url_for("smart.offered", number=number, name=smart.name), 303)


@pages.get("/offered/<int:number>")
def offered(number: int) -> str:
    smart = named(request.args.get("name", ""))
    back = url_for("smart.one", name=smart.name)
    found = answer(context(), number, "albums")
    if found.ended is None:
        return waiting(found, text("choose.asking", server=smart.server), back=back)
    if found.ended.outcome != "done":
        return failed(found.ended, back=back)
    return render_template("smart_target.html", smart=smart, albums=found.ended.facts.get("albums", []), back=back)


@pages.post("/keep")
def keep_other() -> Response:
    """Keep another album on the server from now on; what this one put into the old one stays there."""
    smart = named(request.form.get("name", ""))
    wanted = request.form.get("album", "")
    if len(wanted) > _LONGEST_NAME:
        raise UsageError(text("smart.why_empty"))
    change_smart(context().home, smart.name, {"album": wanted or None})
    return redirect(url_for("smart.one", name=smart.name), 303)


def named(name: str) -> Smart:
    """The smart album of that name; 404 where there is none."""
    smart = next((one for one in context().settings.smart if one.name == name), None)
    if smart is None:
        abort(404)
    return smart


def _said_again(smart: Smart, ended: Ended, tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tests of the answer in the reader's language, as long as the rule is still the one that was judged."""
    try:
        rule = rule_of(smart)
    except RuleError:
        return tests
    if explain(rule) != ended.facts.get("rule"):
        return tests
    again = [say(test, rule_word) for test in tests_of(rule)]
    return [told | {"test": test} for told, test in zip(tests, again, strict=False)]


def _rule_said(name: str, english: str) -> str:
    """A rule's sentence in the reader's language; of a rule that is another by now as it was said."""
    try:
        rule = rule_of(named(name))
    except RuleError:
        return english
    return explain(rule, rule_word) if explain(rule) == english else english


def _told(smart: Smart, row: rows.SmartRow | None) -> dict[str, Any]:
    """Its rule in words, or what is wrong with it, and how it is."""
    try:
        sentence, refused = explain(rule_of(smart), rule_word), ""
    except RuleError as error:
        sentence, refused = "", error.sentence
    ran = row is not None and bool(row.rule)
    return {"one": smart, "sentence": sentence[:1].upper() + sentence[1:], "refused": refused, "row": row, "ran": ran}
