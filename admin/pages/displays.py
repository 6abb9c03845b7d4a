"""The wall's picture for other displays: an old tablet, a camera of Home Assistant. Off until somebody makes a key."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request, url_for

from admin.context import context
from admin.pages.keys import Keys, install
from admin.pages.pictures import send_full

pages = Blueprint("displays", __name__)

DISPLAYS = Keys(
    "displays", lambda context: context.displays, lambda secret: url_for("displays.frame", key=secret, _external=True)
)
install(pages, DISPLAYS)

_LEAST_SECONDS = 5


@pages.get("/frame")
def frame() -> str:
    """Nothing but the picture, opened again by the browser as often as the wall changes."""
    seconds = max(_LEAST_SECONDS, round(context().settings.wall.interval_seconds))
    return render_template("frame.html", seconds=seconds, key=request.args.get("key", ""))


@pages.get("/frame.jpg")
def picture() -> Response:
    """The display copy of what hangs there now; 304 while it is the same, 404 while there is none."""
    shown = (context().now() or {}).get("object")
    if not shown:
        abort(404)
    answer = send_full(str(shown))
    # The address stays and the picture changes: asked every time, sent only when it is another.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
