"""When the wall is dark or dim, how its panel is switched, and what the panel says of itself."""

from __future__ import annotations

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.hours_form import EDGES, MOST, NIGHT, Row, by_sun, more_or_less, rows_of, text_of, typed_rows
from admin.language import text
from admin.pages.edited import changed, digest_of, pinned_in, written, wrong_rows, wrong_with
from sync.settings.edit import set_value
from sync.settings.wall import DAYS, WAYS

pages = Blueprint("night", __name__, url_prefix="/night")

FIELDS = ("brightness", "latitude", "longitude", "motion_minutes", "method")


@pages.get("")
def page() -> str:
    return _page({}, {}, rows_of(context().settings.power.night))


@pages.post("/change")
def change() -> Response | str | tuple[str, int]:
    """Write what differs from what the form showed. One more window, or one less, is another form and nothing else."""
    here, form = context(), request.form
    typed = {key: form[key].strip() for key in FIELDS if key in form}
    power = here.settings.power
    rows = rows_of(power.night) if "night" in pinned_in("power") else typed_rows(form)
    if form.get("seen") != digest_of(power):
        return _page({}, {}, rows_of(power.night), clash=True), 409
    if (asked := more_or_less(form, rows, NIGHT)) is not None:
        return _page({}, typed, asked, unsaved=True)
    before = _values()
    wanted = changed(typed, before)
    problems = {key: sentence for key, value in wanted.items() if (sentence := wrong_with(f"power.{key}", value))}
    problems |= _judge_rows(rows, before | typed)
    if problems:
        return _page(problems, typed, rows), 422
    if rows != rows_of(power.night):
        wanted["night"] = text_of(rows)[0]
    for key, value in wanted.items():
        set_value(here.home, f"power.{key}", value)
    return redirect(url_for("night.page", changed="yes"), 303)


def _judge_rows(rows: tuple[Row, ...], values: dict[str, str]) -> dict[str, str]:
    """A sentence for each window that cannot be, by `w` and its number; and for a place that is missing."""
    problems = wrong_rows(rows)
    if by_sun(rows) and values["latitude"] in ("", "0") and values["longitude"] in ("", "0"):
        problems["latitude"] = text("night.place_missing")
    return problems


def _values() -> dict[str, str]:
    """What is set now, as the form writes it."""
    return {key: written(value) for key, value in msgspec.to_builtins(context().settings.power).items()}


def _page(
    problems: dict[str, str], typed: dict[str, str], rows: tuple[Row, ...], *,
    clash: bool = False, unsaved: bool = False,
) -> str:  # fmt: skip
    here = context()
    pinned = pinned_in("power")
    levels = sorted({*range(0, 100, 10), *(int(row.level) for row in rows if row.level.isdecimal())})
    return render_template(
        "night.html", values=_values() | typed, rows=rows, problems=problems, clash=clash, unsaved=unsaved,
        seen=digest_of(here.settings.power), methods=WAYS, pinned=pinned, days=DAYS, edges=EDGES, levels=levels,
        most_hours=MOST, written=here.settings.power.night, screen=(here.now() or {}).get("screen"),
        changed="changed" in request.args,
    )  # fmt: skip
