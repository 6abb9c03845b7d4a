"""The form of a smart album: common tests in fields of their own, the rest as text, judged by the rules' own parser.

A new one rests until its first preview has been confirmed: nothing on the server changes that nobody has seen.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import rule_form
from admin.asking import queue
from admin.context import Context, context
from admin.known_names import known_names
from admin.language import duration, text, words
from admin.pages.edited import digest_of
from admin.pages.smart import named
from admin.rule_form import FIELDS, fields_of, names_in, rule_of
from sync.errors import UsageError
from sync.settings.edit import add_smart, change_smart
from sync.settings.tree import Mode, Smart

pages = Blueprint("smart_edit", __name__, url_prefix="/smart")

INTERVALS = (15, 60, 360, 1440)
COVERS = ("newest", "oldest")
_LONGEST_NAME = 110
_LONGEST_TEXT = 1000
TICKED = ("people", "without", "tags", "viewers", "editors")
"""Fields of names that can be ticked, where the server has said which there are."""
_OTHERS = ("server", "mode", "interval_minutes", "description", "order", "cover", "viewers", "editors")


@pages.get("/new")
def new() -> str | Response:
    if not context().settings.servers:
        return redirect(url_for("servers.new"), 303)
    return _page(None, {}, {})


@pages.get("/edit")
def edit() -> str:
    return _page(named(request.args.get("name", "")), {}, {})


@pages.post("/look")
def look() -> str:
    """The same form with what was typed, once more: by now the server may have told its names."""
    smart, typed = _typed()
    return _page(smart, typed, {})


@pages.post("/save")
def save() -> Response | tuple[str, int]:
    """Write what was typed, then show what it would do."""
    here, form = context(), request.form
    smart, typed = _typed()
    if smart is not None and form.get("seen") != digest_of(smart):
        return _page(smart, {}, {}, clash=True), 409
    values, problems = _judge(here, smart, typed)
    if not problems:
        try:
            _write(here, smart, values)
        except UsageError as error:
            problems["form"] = error.sentence
    if problems:
        return _page(smart, typed, problems), 422
    name = smart.name if smart else str(values["name"])
    return redirect(url_for("smart.previewed", number=queue(here, "smart-preview", {"album": name})), 303)


def _typed() -> tuple[Smart | None, dict[str, str]]:
    """The smart album of the form, None for a new one, and what stands in the form's fields."""
    form = request.form
    smart = named(form["was"]) if form.get("was") else None
    typed = {key: form[key].replace("\r\n", "\n").strip() for key in ("name", *_OTHERS, *FIELDS) if key in form}
    typed["partners"] = "yes" if form.get("partners") == "yes" else ""
    before = _values(smart) if smart else {}
    for key in TICKED:
        typed[key] = _joined(form.getlist(f"{key}_ticked"), typed.get(key, ""), names_in(before.get(key, "")))
    return smart, typed


def _joined(ticked: list[str], typed: str, before: list[str]) -> str:
    """Both, each once; those that stood there before keep their order, so that ticking alone changes no rule."""
    names = list(dict.fromkeys([*ticked, *names_in(typed)]))
    return ", ".join(sorted(names, key=lambda name: before.index(name) if name in before else len(before)))


def _write(here: Context, smart: Smart | None, values: dict[str, Any]) -> None:
    if smart is not None:
        change_smart(here.home, smart.name, values)
    else:
        add_smart(here.home, {key: value for key, value in values.items() if value is not None} | {"paused": True})


def _judge(here: Context, smart: Smart | None, typed: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """TOML-ready values of what is to be set (None: taken out), and a sentence for each field that is not sound."""
    said = rule_of(typed)
    problems = dict(said.problems)
    values: dict[str, Any] = {} if smart else {"name": typed.get("name", "")}
    if not problems and not said.rule and not said.filters:
        problems["people"] = text("smart.no_rule")
    if smart is None or rule_of(_shown(smart)) != said:
        values |= {"rule": said.rule or None, "filters": said.filters or None}
    if smart is None:
        name = values["name"]
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            problems["name"] = text("smart.name_wrong", most=_LONGEST_NAME)
        elif name.casefold() in {one.name.casefold() for one in here.settings.smart}:
            problems["name"] = text("smart.name_taken")
    return values | _others(here, smart, typed, problems), problems


def _others(here: Context, smart: Smart | None, typed: dict[str, str], problems: dict[str, str]) -> dict[str, Any]:
    """All but the name and the rule; what is as it is by default stands in no file."""
    values: dict[str, Any] = {}
    server = typed.get("server") or (smart.server if smart else next(iter(here.settings.servers), ""))
    if server not in here.settings.servers:
        problems["server"] = text("smart.server_gone")
    values["server"] = server
    mode = typed.get("mode", Mode.STEP.value)
    values["mode"] = mode if mode in [one.value for one in Mode if one is not Mode.STEP] else None
    minutes = typed.get("interval_minutes", "60")
    if not re.fullmatch(r"\d{1,5}", minutes) or not 1 <= int(minutes) <= 10_080:
        problems["interval_minutes"] = text("form.number", least=1, most=10_080)
    else:
        values["interval_minutes"] = int(minutes) if int(minutes) != Smart(name="x").interval_minutes else None
    values["partners"] = True if typed["partners"] else None
    values["description"] = typed.get("description", "")[:_LONGEST_TEXT] or None
    values["order"] = typed.get("order") if typed.get("order") in ("asc", "desc") else None
    cover = typed.get("cover", "")
    values["cover"] = cover if cover in (*COVERS, smart.cover if smart else "") and cover else None
    for key in ("viewers", "editors"):
        values[key] = [name.strip() for name in re.split(r"[,\n]", typed.get(key, "")) if name.strip()] or None
    return values


def _shown(smart: Smart) -> dict[str, str]:
    return fields_of(smart.rule, smart.filters)


def _values(smart: Smart) -> dict[str, str]:
    """What the form shows of one that is there."""
    return {
        "name": smart.name, "server": smart.server, "mode": smart.mode.value, "order": smart.order,
        "interval_minutes": f"{smart.interval_minutes:g}", "description": smart.description,
        "cover": smart.cover,
        "partners": "yes" if smart.partners else "", "viewers": ", ".join(smart.viewers),
        "editors": ", ".join(smart.editors),
    } | _shown(smart)  # fmt: skip


def _page(smart: Smart | None, typed: dict[str, str], problems: dict[str, str], *, clash: bool = False) -> str:
    here = context()
    values: dict[str, Any] = {"interval_minutes": "60", "mode": Mode.STEP.value, "when": "", "last_unit": "years"}
    if smart is not None:
        values |= _values(smart)
    if typed:
        values = dict.fromkeys(values, "") | typed
    minutes = {*INTERVALS, int(values["interval_minutes"] if values["interval_minutes"].isdecimal() else 60)}
    intervals = [(str(each), duration(each * 60)) for each in sorted(minutes)]
    covers = words("rule_cover", ["", *COVERS])
    if smart is not None and smart.cover not in ("", *COVERS):
        covers.append((smart.cover, smart.cover))
    servers = [(name, name) for name in here.settings.servers]
    return render_template(
        "smart_edit.html", smart=smart, values=values, problems=problems, clash=clash,
        seen=digest_of(smart) if smart else "", pairs=servers, covers=covers, intervals=intervals,
        modes=[mode.value for mode in Mode], form=rule_form,
        known=known_names(here, values.get("server") or next(iter(here.settings.servers), "")),
    )  # fmt: skip
