"""What a status that is not success means, as one of our errors. Pure: status, kind of body, message in; error out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from sync.errors import (
    KeyRefused,
    NotAvailable,
    NotImmich,
    PermissionMissing,
    ServerError,
    ServerFailure,
    TooManyRequests,
)

_PERMISSION = re.compile(r"Missing required permission: ([A-Za-z.]+)")
_MAX_RETRY_AFTER_SECONDS = 3600.0
_TOO_LARGE_ADVICE = "Let it pass larger requests: client_max_body_size of nginx, for example. Immich has no such limit."


def from_status(status: int, *, content_type: str, message: str, what: str, retry_after: float | None) -> ServerError:
    """The error of a refusing answer; `what` names what was asked for, such as `album 838a…`."""
    if status == 429:
        return TooManyRequests("The server asks for fewer requests.", retry_after_seconds=retry_after)
    if status == 413:
        # Immich has no limit; what stands before it often lets one megabyte pass.
        sentence = f"Something before the server refuses {what}: it is too large."
        return NotAvailable(sentence, advice=_TOO_LARGE_ADVICE, status=status)
    if status >= 500:
        sentence = f"The server failed ({status}) at {what}{_said(message)}."
        return ServerFailure(sentence, status=status, retry_after_seconds=retry_after)
    if not is_json(content_type):
        return not_immich(content_type, status)
    if status == 401:
        return KeyRefused(f"The server does not accept the key{_said(message)}.", status=status, message=message)
    if status == 403:
        found = _PERMISSION.search(message)
        permission = found.group(1) if found else ""
        named = f"the permission {permission}" if permission else f"a permission{_said(message)}"
        return PermissionMissing(f"The key lacks {named} for {what}.", permission=permission, message=message)
    if status in (400, 404):
        route = status == 404 and message.startswith("Cannot ")
        why = _said(message)
        gone = f"The album is not there for us{why}: it was deleted, or is no longer shared with us."
        sentence = gone if what.startswith("album ") and not route else f"The server has no {what} for us{why}."
        return NotAvailable(sentence, status=status, no_such_route=route)
    return NotImmich(f"Something answered {status} where Immich never does.", status=status)


def not_immich(content_type: str, status: int) -> NotImmich:
    """A page or worse, where Immich gives JSON or a picture."""
    kind = "a web page" if "html" in content_type else content_type.split(";")[0] or f"nothing but its {status}"
    gateway = " If a gateway asks for a login first, give its request headers to the server." if status != 200 else ""
    advice = NotImmich.default_advice + gateway
    return NotImmich(f"Not Immich's API: it answered with {kind}.", advice=advice, status=status)


def is_json(content_type: str) -> bool:
    """Whether an answer says that it is JSON."""
    return content_type.split(";")[0].strip().lower() == "application/json"


def message_of(body: bytes) -> str:
    """Immich's message, one line of at most 200 characters: text or a list of texts in v1 and v2, text in v3, which
    tells apart from it which field was wrong."""
    try:
        tree: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    said = tree.get("message", "") if isinstance(tree, dict) else ""
    parts = [str(part) for part in said] if isinstance(said, list) else [str(said)]
    errors = tree.get("errors") if isinstance(tree, dict) else None
    parts += [_field_error(error) for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return " ".join("; ".join(parts).split())[:200]


def _field_error(error: dict[str, Any]) -> str:
    path = error.get("path")
    named = ".".join(str(step) for step in path) if isinstance(path, list) else ""
    return f"{named}: {error.get('message', '')}" if named else str(error.get("message", ""))


def seconds_to_wait(header: str | None, now: datetime) -> float | None:
    """Retry-After in seconds, at most an hour; None where there is none that can be read."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header).astimezone(UTC) - now).total_seconds()
        except ValueError:
            return None
    # In this order, for "nan" compares with nothing.
    return min(max(0.0, seconds), _MAX_RETRY_AFTER_SECONDS)


def _said(message: str) -> str:
    return f" ({message})" if message else ""
