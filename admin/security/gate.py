"""What every request passes before its page: host, form, sign-in; in this order, and denied unless allowed.

A page added tomorrow is behind it without a word of its own; only `PUBLIC` is open to those who are not signed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from flask import Response, abort, g, redirect, request, url_for
from werkzeug.exceptions import SecurityError
from werkzeug.http import parse_cookie
from werkzeug.wrappers import Response as AnyResponse

from admin.context import Context, context
from admin.security import forms, hosts
from admin.security.throttle import client_of

COOKIE, VISITOR, DEVICE = "mantelpiece", "mantelpiece-visitor", "mantelpiece-device"
PUBLIC = frozenset({"static", "setup.page", "setup.claim", "login.page", "login.enter", "health.page"})
FRAME = frozenset({"displays.frame", "displays.picture"})
"""The wall's picture, for who has a key of a display."""
SETUP = frozenset({"static", "setup.page", "setup.claim", "setup.show_sign", "health.page"})
"""All that there is before the first password."""
LARGE: Mapping[str, tuple[str, int]] = {
    "upload.take": ("/upload", 51_000_000),
    "backup.restore": ("/backup/restore", 51_000_000),
}
"""Where whoever is signed in may send more than a form: endpoint, its path, most bytes."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_request() -> AnyResponse | None:
    """Before every request, static files included."""
    _check_host()
    claimed = context().look_at_password()
    g.secret = request.cookies.get(COOKIE, "")
    g.signed_in = context().sessions.is_open(g.secret)
    if not g.signed_in:
        g.secret = request.cookies.get(VISITOR, "")
    if g.signed_in and (larger := LARGE.get(request.endpoint or "")):
        request.max_content_length = larger[1]
    if claimed and (_has_api_token() or _has_display_key()):
        return None
    if request.method not in _SAFE:
        _check_form()
    if not claimed:
        return None if request.endpoint in SETUP else _refused(url_for("setup.page"))
    if g.signed_in or request.endpoint in PUBLIC:
        return None
    wanted = request.full_path.rstrip("?")
    return _refused(url_for("login.page") + (f"?next={quote(wanted, safe='')}" if wanted != "/" else ""))


def most_bytes(context: Context) -> Callable[[str, str], int]:
    """For the server, before it reads a body: how much may be sent to a path by whoever has these cookies."""
    of_path = dict(LARGE.values())

    def most(path: str, cookies: str) -> int:
        if path not in of_path or not context.sessions.is_open(parse_cookie(cookies).get(COOKIE, "")):
            return 0
        return of_path[path]

    return most


def form_token() -> str:
    """The token for a form on this page; a visitor who has no cookie yet gets one with the answer."""
    if not g.get("secret"):
        g.secret = g.new_visitor = forms.new_secret()
    return forms.token_of(g.secret)


def put_cookies(response: Response) -> Response:
    """Hand out the cookies that this request brought about."""
    if g.get("new_session"):
        _set(response, COOKIE, g.new_session)
        response.delete_cookie(VISITOR, httponly=True, samesite="Strict")
    elif g.get("new_visitor"):
        _set(response, VISITOR, g.new_visitor)
    if g.get("new_device"):
        _set(response, DEVICE, g.new_device, days=400)
    if g.get("end_session"):
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return response


def sign_in() -> None:
    """Begin a session for this browser under a new secret; what it had before ends."""
    context().sessions.end(request.cookies.get(COOKIE, ""))
    g.new_session = context().sessions.begin()
    if not _is_known_device():
        g.new_device = context().known.begin()


def guess(is_right: Callable[[], bool]) -> bool:
    """Try a password or code, as this client. Raises TooManyGuesses, without having tried."""
    here, known = context(), _is_known_device()
    client = f"device {forms.token_of(request.cookies[DEVICE])}" if known else client_of(request.remote_addr)
    here.throttle.take(client, known=known)
    right = is_right()
    if right:
        here.throttle.succeeded(client, known=known)
    return right


def _is_known_device() -> bool:
    """Whether this browser once signed in here; that opens nothing, but its guesses are its own."""
    return context().known.is_open(request.cookies.get(DEVICE, ""))


def _set(response: Response, name: str, value: str, *, days: int = 30) -> None:
    response.set_cookie(name, value, max_age=days * 86_400, httponly=True, samesite="Strict", path="/")


def _check_host() -> None:
    try:
        host = request.headers.get("Host", "")
    except SecurityError:
        host = ""
    if not hosts.is_allowed(host, context().names()):
        abort(Response("This address is not one of this frame's.\n", status=400, mimetype="text/plain"))


def _has_api_token() -> bool:
    """A program's own key opens the API and nothing else. No foreign page can make a browser send this header."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return request.blueprint == "api" and kind.casefold() == "bearer" and context().tokens.is_known(secret)


def _has_display_key() -> bool:
    """An old tablet can send neither a header nor a form: its key is in the address, and shows one picture."""
    return request.endpoint in FRAME and context().displays.is_known(request.args.get("key", ""))


def _check_form() -> None:
    token = request.headers.get(forms.HEADER) or request.form.get(forms.FIELD, "")
    site = request.headers.get("Sec-Fetch-Site")
    if not forms.is_ours(secret=g.secret, token=token, fetch_site=site):
        abort(403)


def _refused(page: str) -> AnyResponse:
    """A page that somebody opens leads to where it can be opened; all else is a plain no."""
    if request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
        abort(403)
    return redirect(page, 303)
