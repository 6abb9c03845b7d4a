"""Sign in and out."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.language import duration, text
from admin.network import page_address
from admin.security import gate, passwords
from admin.security.redirects import safe_path
from admin.security.throttle import TooManyGuesses

pages = Blueprint("login", __name__)


@pages.get("/login")
def page() -> str | Response:
    if g.signed_in:
        return redirect(_wanted(), 303)
    return render_template("login.html", next=_wanted(), problem="")


@pages.post("/login")
def enter() -> Response | tuple[str, int]:
    here, typed = context(), request.form.get("password", "")
    try:
        right = gate.guess(lambda: passwords.matches(typed, here.password_hash()))
    except TooManyGuesses as error:
        return _again(too_many(error), 429)
    if not right:
        return _again(text("login.wrong"), 422)
    gate.sign_in()
    return redirect(_wanted(), 303)


@pages.post("/logout")
def leave() -> Response:
    context().sessions.end(g.secret)
    g.end_session = True
    return redirect(url_for("login.page"), 303)


def too_many(error: TooManyGuesses) -> str:
    """How long to wait, and whose fault it is."""
    wait = duration(float(str(error.facts["seconds"])))
    if error.facts["crowd"] and error.facts["ipv6"]:
        here = context()
        return text("login.crowd_ipv6", wait=wait, address=page_address(here.port, here.settings.admin.host))
    return text("login.crowd", wait=wait) if error.facts["crowd"] else text("login.wait", wait=wait)


def _again(problem: str, status: int) -> tuple[str, int]:
    return render_template("login.html", next=_wanted(), problem=problem), status


def _wanted() -> str:
    return safe_path(request.values.get("next"), url_for("now.page"))
