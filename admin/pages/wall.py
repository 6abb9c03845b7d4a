"""How the wall shows: layout, interval, order, transition, rotation, display. A change can be taken back at once."""

from __future__ import annotations

from math import isfinite
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.pages.edited import changed, digest_of, wrong_with
from admin.pages.wall_fields import FIELDS, full_key, groups, values_of
from sync.settings.edit import set_value
from sync.settings.wall import Layout, Rotation, Selection, Transition

pages = Blueprint("wall", __name__, url_prefix="/wall")

INTERVALS = (10, 30, 60, 300, 900, 3600, 86400)


@pages.get("")
def page() -> str:
    return _page({}, {})


@pages.post("/change")
def change() -> Response | tuple[str, int]:
    """Write what differs from what the form showed; remember what it was before in the form that takes it back."""
    here, form = context(), request.form
    before = _values()
    # An unticked box sends nothing; the hidden field before it says no.
    typed = {key: form.getlist(key)[-1].strip() for key in FIELDS if key in form}
    if form.get("seen") != digest_of(values_of(here.settings)):
        return _page({}, typed, clash=True), 409
    wanted = changed(typed, before)
    problems = {key: sentence for key, value in wanted.items() if (sentence := wrong_with(full_key(key), value))}
    if problems:
        return _page(problems, typed), 422
    for key, value in wanted.items():
        set_value(here.home, full_key(key), value)
    undo: dict[str, Any] = {f"was_{key}": before[key] for key in wanted}
    return redirect(url_for("wall.page", **undo), 303)


def _values() -> dict[str, str]:
    return values_of(context().settings)


def _page(problems: dict[str, str], typed: dict[str, str], *, clash: bool = False) -> str:
    values = _values()
    if not clash:
        values |= typed
    undo = {key: request.args[f"was_{key}"] for key in FIELDS if f"was_{key}" in request.args}
    here = context()
    choices = {
        "layout": [each.value for each in Layout],
        "selection": [each.value for each in Selection],
        "transition": [each.value for each in Transition],
        "rotation": [each.value for each in Rotation],
    }
    current = values["interval_seconds"]
    intervals = sorted({*(str(each) for each in INTERVALS), current}, key=_number)
    pinned = {key for key in FIELDS if full_key(key) in here.loaded().pinned}
    return render_template(
        "wall.html", values=values, problems=problems, clash=clash, seen=digest_of(values_of(here.settings)), undo=undo,
        intervals=intervals, groups=groups(), pinned=pinned, now=here.now(), **choices,
    )  # fmt: skip


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if isfinite(number) else 0.0
