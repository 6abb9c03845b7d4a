"""What comes on the wall, beyond the settings' form: leaving out a person, an album or a tag with one tap, taking that
back, and the page that proves that every photo has its turn.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.security.redirects import safe_path
from frame.control import FrameNotRunning, FrameRefused
from sync.settings.edit import set_value

pages = Blueprint("choosing", __name__, url_prefix="/wall")

KINDS = ("people", "albums", "tags")


@pages.post("/leave-out")
def leave_out() -> Response:
    """Add a name to those that never come, or take it from them."""
    kind, name = request.form.get("kind", ""), " ".join(request.form.get("name", "").split())
    if kind not in KINDS or not name:
        abort(400)
    key = f"choosing.{kind}_out"
    names = _names(getattr(context().settings.choosing, f"{kind}_out"))
    others = [each for each in names if each.casefold() != name.casefold()]
    if request.form.get("value") != "no":
        # A semicolon separates names; in a name it would make two of one.
        others.append(name.replace(";", " "))
    set_value(context().home, key, "; ".join(others))
    return redirect(safe_path(request.form.get("next"), url_for("choosing.turns")), 303)


@pages.get("/turns")
def turns() -> str:
    """Of each album how many of its photos were on the wall, and who is left out."""
    albums: list[dict[str, Any]] = []
    away = False
    try:
        albums = context().frame("fairness")["albums"]
    except (FrameNotRunning, FrameRefused):
        away = True
    out = {kind: _names(getattr(context().settings.choosing, f"{kind}_out")) for kind in KINDS}
    return render_template("turns.html", albums=albums, away=away, out=out)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(";") if name.strip()]
