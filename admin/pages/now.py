"""What hangs on the wall now, the buttons for it, what hung there before; and the one small answer that the script
polls, `now?since=N&parts=…`: pieces of the page, or 304 when nothing moved.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import context
from admin.pages.parts import PARTS, facts_of
from admin.security.redirects import safe_path
from admin.thumbs import want
from frame.control import FrameNotRunning

pages = Blueprint("now", __name__)

_BUTTONS: dict[str, tuple[str, dict[str, object]]] = {
    "next": ("next", {}),
    "back": ("back", {}),
    "pause": ("pause", {}),
    "resume": ("resume", {}),
    "favourite": ("favourite", {"value": True}),
    "unfavourite": ("favourite", {"value": False}),
    "hide": ("hide", {"value": True}),
    "unhide": ("hide", {"value": False}),
    "show": ("show", {}),
    "screen-on": ("screen", {"set": "on"}),
    "screen-off": ("screen", {"set": "off"}),
    "screen-auto": ("screen", {"set": "auto"}),
}
_BEFORE_SCROLLING = 24


@pages.get("/")
def page() -> str:
    shown = _shown()
    want(context(), [line["object"] for line in shown])
    first, more = shown[:_BEFORE_SCROLLING], shown[_BEFORE_SCROLLING:]
    return render_template("now.html", shown=first, more=more, **facts_of("wall"))


@pages.get("/now")
def live() -> Response | tuple[str, int]:
    names = request.args.get("parts", "bar").split()
    if not set(names) <= PARTS.keys():
        abort(404)
    parts = {name: render_template(f"parts/{name}.html", **facts_of(name)) for name in names}
    since = sha256("\0".join(parts.values()).encode()).hexdigest()[:16]
    if since == request.args.get("since"):
        return "", 304
    return jsonify(since=since, parts=parts)


@pages.post("/wall/<button>")
def press(button: str) -> Response:
    if button not in _BUTTONS:
        abort(404)
    verb, values = _BUTTONS[button]
    key = request.form.get("key", "")
    if key and verb in ("favourite", "hide", "show"):
        values = values | {"key": key}
    context().frame(verb, **values)
    return redirect(safe_path(request.form.get("next"), url_for("now.page")), 303)


def _shown() -> list[dict[str, Any]]:
    """What hung on the wall before, the newest first, each photo once."""
    try:
        lines = context().frame("shown")["shown"]
    except FrameNotRunning:
        return []
    current = (context().now() or {}).get("key")
    once = {line["key"]: line for line in reversed(lines) if "object" in line and line["key"] != current}
    return sorted(once.values(), key=lambda line: -line["at"])
