"""From the bytes of an answer to its type in answers.py; what does not fit is SchemaDrift, which names the key."""

from __future__ import annotations

import re
import threading
from typing import Any, TypeVar

import msgspec

from sync.errors import SchemaDrift

T = TypeVar("T")
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_PATH = re.compile(r" - at `\$\.?([^`]*)`")


def decode(body: bytes, kind: type[T], *, what: str) -> T:
    """The answer as `kind`. Raises SchemaDrift, which names the key, and for what is no JSON at all too."""
    try:
        return decode_dated(decoder(kind), body)
    except msgspec.ValidationError as error:
        raise drift(error, what=what) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SchemaDrift(f"The server's answer for {what} is not JSON.", field="$") from None


_BEYOND = re.compile(rb'"([+-]\d{6}|0000)-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"')


def decode_dated(found: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode; times before the year 1 or after 9999 become the first or last that there is.

    Programs write 0001:01:01 for no date at all, which in many zones is a time of the year before: one such photo
    must not hide its whole album. Raises what the decoder does.
    """
    try:
        return found.decode(body)
    except msgspec.ValidationError as error:
        if "RFC3339" not in str(error):
            raise
        return found.decode(_BEYOND.sub(_nearest, body))


def _nearest(time: re.Match[bytes]) -> bytes:
    return b'"9999-12-31T00:00:00Z"' if time[1].startswith(b"+") else b'"0001-01-02T00:00:00Z"'


_building = threading.Lock()
_built: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """The decoder of a type, built once; the only way to get one."""
    # msgspec crashes the process when two threads show it a new type at once.
    with _building:
        if kind not in _built:
            _built[kind] = msgspec.json.Decoder(kind)
        return _built[kind]


def drift(error: msgspec.ValidationError, *, what: str) -> SchemaDrift:
    """SchemaDrift from msgspec's complaint, without the value that it may quote."""
    text = str(error)
    path, missing = _PATH.search(text), _MISSING.search(text)
    parts = [path.group(1) if path else "", missing.group(1) if missing else ""]
    field = ".".join(part for part in parts if part) or "$"
    return SchemaDrift(f"The server's answer for {what} has no usable {field!r}.", field=field)
