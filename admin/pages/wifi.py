"""The Wi-Fi: what is heard here, and joining one. The phone may be in the frame's own network, which ends by that."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.language import text
from admin.wifi.manager import Network, NetworkTrouble
from admin.wifi.wishes import is_name, is_password

pages = Blueprint("wifi", __name__, url_prefix="/wifi")


@pages.get("")
def page() -> str:
    return _page("")


@pages.post("/join")
def join() -> Response | tuple[str, int]:
    name = request.form.get("other", "").strip() or request.form.get("name", "").strip()
    password = request.form.get("password", "")
    watch = context().wifi
    if watch is None or not watch.manager.device():
        return _page(text("wifi.none")), 422
    if not is_name(name):
        return _page(text("wifi.bad_name")), 422
    if not is_password(password):
        return _page(text("wifi.bad_password")), 422
    watch.wish(name, password)
    return redirect(url_for("wifi.page", joining=name), 303)


def _page(problem: str) -> str:
    watch = context().wifi
    heard: list[Network] = []
    there = watch is not None and bool(watch.manager.device())
    if watch is not None and there:
        try:
            heard = watch.networks()
        except NetworkTrouble as error:
            problem = problem or error.sentence
    return render_template(
        "wifi.html", networks=heard, there=there, problem=problem or (watch.trouble if watch else ""),
        joining=request.args.get("joining", ""),
    )  # fmt: skip
