"""The wall's picture for other displays: an old tablet, a camera of Home Assistant. Off until somebody makes a key."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask import redirect as lead
from werkzeug.wrappers import Response as AnyResponse

from admin.house import house
from admin.pages.pictures import send_full
from sync.errors import UsageError

pages = Blueprint("displays", __name__)

_LEAST_SECONDS = 5


@pages.get("/frame")
def frame() -> str:
    """Nothing but the picture, opened again by the browser as often as the wall changes."""
    seconds = max(_LEAST_SECONDS, round(house().settings.wall.interval_seconds))
    return render_template("frame.html", seconds=seconds, key=request.args.get("key", ""))


@pages.get("/frame.jpg")
def picture() -> Response:
    """The display copy of what hangs there now; 304 while it is the same, 404 while there is none."""
    shown = (house().now() or {}).get("object")
    if not shown:
        abort(404)
    answer = send_full(str(shown))
    # The address stays and the picture changes: asked every time, sent only when it is another.
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@pages.get("/displays")
def page() -> str:
    return _page()


@pages.post("/displays/make")
def make() -> str | tuple[str, int]:
    name = request.form.get("name", "").strip()
    try:
        key = house().displays.make(name)
    except UsageError as error:
        return _page(problem=error.sentence, typed=name), 422
    return _page(made=url_for("displays.frame", key=key, _external=True))


@pages.post("/displays/remove")
def remove() -> AnyResponse:
    house().displays.remove(request.form.get("name", ""))
    return lead(url_for("displays.page"), 303)


def _page(*, made: str = "", problem: str = "", typed: str = "") -> str:
    return render_template(
        "displays.html", displays=house().displays.every(), made=made, problem=problem, typed=typed
    )
