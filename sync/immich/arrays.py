"""Reading a JSON array of any length a few hundred elements at a time, typed and strict.

Takes pieces of bytes, keeps about two megabytes of them. Whatever follows the array's last batch is left to the caller
to decode, so that nothing between the first byte and the last goes unread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from sync.errors import SchemaDrift
from sync.immich.decoding import decode, decode_dated, decoder, drift

_BATCH_BYTES = 1024 * 1024
_ELEMENT_BYTES = 8 * 1024 * 1024
_MOST_TRIES = 200


def read_list(pieces: Iterable[bytes], element: Any, *, what: str) -> Iterator[Any]:
    """The elements of a body that is one array, never held whole. Raises SchemaDrift."""
    source, buffer = iter(pieces), bytearray()
    buffer += next(source, b"").lstrip()
    if buffer[:1] != b"[":
        raise SchemaDrift(f"The server's answer for {what} is no list.", field="$")
    del buffer[:1]
    yield from read_elements(source, buffer, element, what=what)
    yield from decode(b"[" + bytes(buffer), list[element], what=what)


def read_elements(pieces: Iterator[bytes], buffer: bytearray, element: Any, *, what: str) -> Iterator[Any]:
    """The elements behind `[`, objects all of them; `buffer` begins with the first and keeps what is not given out."""
    batch: msgspec.json.Decoder[list[Any]] = decoder(list[element])
    for piece in pieces:
        buffer += piece
        if len(buffer) >= _BATCH_BYTES:
            items, used = _take(buffer, batch, what)
            yield from items
            del buffer[:used]


def _take(buffer: bytearray, batch: msgspec.json.Decoder[list[Any]], what: str) -> tuple[list[Any], int]:
    """As many whole elements as the buffer holds, and how many bytes they and their comma took.

    A comma between braces may also stand inside an element or in a text; then what is before it does not decode,
    because brackets or quotes are left open, and the one before is tried.
    """
    end = len(buffer)
    for _ in range(_MOST_TRIES):
        end = buffer.rfind(b"},{", 0, end + 2)
        if end < 0:
            break
        try:
            return decode_dated(batch, b"[" + buffer[: end + 1] + b"]"), end + 2
        except msgspec.ValidationError as error:
            raise drift(error, what=what) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        except RecursionError:
            raise SchemaDrift(f"The server's answer for {what} is not JSON.", field="[]") from None
    if len(buffer) > _ELEMENT_BYTES:
        raise SchemaDrift(f"The server's answer for {what} has an element without end.", field="[]")
    return [], 0
