"""What a person sees when something went wrong: a sentence and what to do, never a traceback or a value."""

from __future__ import annotations

import logging
import sqlite3
from urllib.parse import urlencode

from flask import Flask, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from admin.language import say, text
from admin.security.redirects import safe_path
from sync.errors import Busy, MantelpieceError, UsageError

log = logging.getLogger(__name__)
_KNOWN = (400, 403, 404, 405, 413, 429)


def install(app: Flask) -> None:
    """Handle everything that a page raises."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(MantelpieceError, _ours)
    app.register_error_handler(Exception, _defect)


def show_error(sentence: str, advice: str, status: int, *, passes: bool = False) -> tuple[str | Response, int]:
    """The error page, or for the script the same as JSON. One that `passes` looks again by itself."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(sentence=say(sentence), advice=say(advice)), status
    again = passes and request.method == "GET"
    page = render_template("error.html", sentence=sentence, advice=advice, status=status, again=again, back=_back())
    return page, status


def _back() -> str:
    """Where the person came from, as far as a browser that tells no address lets us know: the page asked for once
    more, or the one whose form was sent."""
    if request.method == "GET":
        return safe_path(request.full_path.rstrip("?"), "/")
    section = "/" + request.path.split("/")[1]
    if section == "/album" and "name" in request.form:
        return f"/album?{urlencode({'name': request.form['name']})}"
    try:
        current_app.url_map.bind("").match(section, "GET")
    except HTTPException:
        return "/"
    return section


def _http(error: HTTPException) -> tuple[str | Response, int] | Response:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response()
    key = str(status) if status in _KNOWN else "other"
    return show_error(text(f"error.{key}.title"), text(f"error.{key}.advice"), status)


def _ours(error: MantelpieceError) -> tuple[str | Response, int]:
    status = 400 if isinstance(error, UsageError) else 409 if isinstance(error, Busy) else 503
    return show_error(error.sentence, error.advice, status)


def _defect(error: Exception) -> tuple[str | Response, int]:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return show_error(text("error.busy.title"), text("error.busy.advice"), 503, passes=True)
    log.exception("a page failed")
    return show_error(text("error.defect.title"), text("error.defect.advice"), 500)
