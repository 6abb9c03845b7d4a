"""Tokens of the JSON API: which there are, a new one shown once, removal."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.house import house
from sync.errors import UsageError

pages = Blueprint("tokens", __name__, url_prefix="/tokens")


@pages.get("")
def page() -> str:
    return _page()


@pages.post("/make")
def make() -> str | tuple[str, int]:
    """The one page that ever shows it; not a redirect, for the secret must stand in no address."""
    name = request.form.get("name", "").strip()
    try:
        made = house().tokens.make(name)
    except UsageError as error:
        return _page(problem=error.sentence, typed=name), 422
    return _page(made=made)


@pages.post("/remove")
def remove() -> Response:
    house().tokens.remove(request.form.get("name", ""))
    return redirect(url_for("tokens.page"), 303)


def _page(*, made: str = "", problem: str = "", typed: str = "") -> str:
    tokens = house().tokens.every()
    return render_template("tokens.html", tokens=tokens, made=made, problem=problem, typed=typed)
