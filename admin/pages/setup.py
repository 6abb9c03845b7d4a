"""First contact: whoever types the code that the wall shows chooses the password."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.language import language, text
from admin.pages.login import too_many
from admin.security import gate, passwords
from admin.security.throttle import TooManyGuesses
from admin.setup_sign import sign_lines
from frame.control import FrameNotRunning, FrameRefused
from sync.settings.edit import set_value

pages = Blueprint("setup", __name__)

SIGN_SECONDS = 300
"""Less than a code lives."""


@pages.get("/setup")
def page() -> str | Response:
    if context().password_hash():
        return redirect(url_for("now.page"), 303)
    return _form({})


@pages.post("/setup")
def claim() -> Response | tuple[str, int]:
    here = context()
    if here.password_hash():
        return redirect(url_for("now.page"), 303)
    password = request.form.get("password", "")
    problems = _judge(password, request.form.get("again", "")) or _try(request.form.get("code", ""))
    if problems:
        return _form(problems), 422
    here.set_password(password)
    gate.sign_in()
    with suppress(FrameNotRunning, FrameRefused):
        here.frame("sign", lines=[], seconds=0)
    if "language" not in here.loaded().pinned and here.settings.language != language():
        set_value(here.home, "language", language())
    return redirect(url_for("now.page"), 303)


@pages.post("/setup/sign")
def show_sign() -> Response:
    """Have the wall show the code although it has photos. Whoever is in the network may ask, until there is a password;
    the photos come back by themselves."""
    here = context()
    if not here.password_hash():
        here.frame("sign", lines=sign_lines(here), seconds=SIGN_SECONDS)
    return redirect(url_for("setup.page"), 303)


def _judge(password: str, again: str) -> dict[str, str]:
    """Judged before the code, so that a slip in the password costs no try."""
    if len(password) < passwords.SHORTEST:
        return {"password": text("setup.password_short", shortest=passwords.SHORTEST)}
    if len(password) > passwords.LONGEST:
        return {"password": text("setup.password_long", longest=passwords.LONGEST)}
    if password != again:
        return {"again": text("setup.password_differs")}
    return {}


def _try(code: str) -> dict[str, str]:
    try:
        right = gate.guess(lambda: context().code.matches(code))
    except TooManyGuesses as error:
        return {"code": too_many(error)}
    return {} if right else {"code": text("setup.code_wrong")}


def _form(problems: dict[str, str]) -> str:
    now = context().now()
    covered = now is not None and now["showing"] == "photo" and not now["sign_seconds"]
    wall = "away" if now is None else "photo" if covered else "code"
    typed = {} if "code" in problems else {"code": request.form.get("code", "")}
    return render_template("setup.html", problems=problems, wall=wall, typed=typed, shortest=passwords.SHORTEST)
