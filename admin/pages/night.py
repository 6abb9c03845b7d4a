"""When the wall is dark or dim, how its panel is switched, and what the panel says of itself."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.house import house
from admin.language import text
from admin.pages.edited import digest_of
from sync.errors import UsageError
from sync.settings_edit import set_value
from sync.settings_reading import parse_value
from sync.settings_wall import WAYS

pages = Blueprint("night", __name__, url_prefix="/night")

FIELDS = ("night", "brightness", "latitude", "longitude", "motion_minutes", "method")


@pages.get("")
def page() -> str:
    return _page({}, {})


@pages.post("/change")
def change() -> Response | tuple[str, int]:
    """Write what differs from what the form showed."""
    here, form = house(), request.form
    typed = {key: form[key].strip() for key in FIELDS if key in form}
    if form.get("seen") != digest_of(here.settings.power):
        return _page({}, typed, clash=True), 409
    before = _values()
    wanted = {key: value for key, value in typed.items() if value != before[key]}
    problems = {key: sentence for key, value in wanted.items() if (sentence := _judge(key, value))}
    if problems:
        return _page(problems, typed), 422
    for key, value in wanted.items():
        set_value(here.home, f"power.{key}", value)
    return redirect(url_for("night.page", changed="yes"), 303)


def _judge(key: str, value: str) -> str:
    if f"power.{key}" in house().loaded().pinned:
        return text("wall.pinned")
    try:
        parse_value(f"power.{key}", value)
    except (ValueError, UsageError):
        return text("night.hours_wrong") if key == "night" else text("night.number_wrong", example=_values()[key])
    return ""


def _values() -> dict[str, str]:
    """What is set now, as the form writes it."""
    tree: dict[str, Any] = msgspec.to_builtins(house().settings.power)
    return {key: f"{value:g}" if isinstance(value, float) else str(value) for key, value in tree.items()}


def _page(problems: dict[str, str], typed: dict[str, str], *, clash: bool = False) -> str:
    here = house()
    values = _values() | ({} if clash else typed)
    pinned = {key.removeprefix("power.") for key in here.loaded().pinned if key.startswith("power.")}
    return render_template(
        "night.html", values=values, problems=problems, clash=clash, seen=digest_of(here.settings.power),
        methods=WAYS, pinned=pinned, screen=(here.now() or {}).get("screen"), changed="changed" in request.args,
    )  # fmt: skip
