"""Pictures of the mirror and its trash, by the name of their object: a small one where there is one, else the display
copy."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

from admin.context import context

pages = Blueprint("pictures", __name__)

_NAME = re.compile(r"[0-9a-f]{40}\.[a-z0-9]{1,8}")
_KINDS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}
"""Only what a browser shows as a picture and never as a page."""


@pages.get("/picture/<name>")
def full(name: str) -> Response:
    return _send(_object(name))


@pages.get("/thumb/<name>")
def small(name: str) -> Response:
    path = _object(name)
    thumb = context().home.thumbs / f"{path.stem}.jpg"
    if thumb.is_file():
        return _send(thumb)
    answer = _send(path)
    # The small one is on its way.
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def send_full(name: str) -> Response:
    """The display copy of that name; 404 where it is none that a browser shows."""
    return _send(_object(name))


def _object(name: str) -> Path:
    if not _NAME.fullmatch(name) or name.rpartition(".")[2] not in _KINDS:
        abort(404)
    path = context().home.object_path(name)
    return path if path.exists() else context().home.trash / name


def _send(path: Path) -> Response:
    etag = f"{path.parent.name}-{path.stem}"
    try:
        answer = send_file(path, mimetype=_KINDS[path.suffix[1:]], etag=etag, conditional=True)
    except OSError:
        abort(404)
    # Named by its content, so it never changes; no proxy may keep it.
    answer.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return answer
