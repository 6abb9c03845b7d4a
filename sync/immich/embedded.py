"""The assets inside an album's answer (1.x and 2.x), read a few hundred at a time out of a body of any length.

Takes the body as pieces of bytes; keeps about two megabytes. Everything is decoded, typed and strict: the head and the
tail of the album together with its last assets, so nothing between the first byte and the last is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from sync.errors import SchemaDrift
from sync.immich.answers import AnyAsset, Embedded27, EmbeddedOld, Shapes, decode, drift

_ASSETS = re.compile(rb'"assets"\s*:\s*\[')
_HEAD_BYTES = 1024 * 1024
_BATCH_BYTES = 1024 * 1024
_ASSET_BYTES = 8 * 1024 * 1024
_MOST_TRIES = 200


def read_embedded(
    pieces: Iterable[bytes], shapes: Shapes, *, what: str
) -> Iterator[AnyAsset | EmbeddedOld | Embedded27]:
    """Every asset in order, then the album itself, whose own `assets` are to be ignored. Raises SchemaDrift."""
    kind = shapes.embedded
    if kind is None:
        raise ValueError("this version embeds no assets")
    source = iter(pieces)
    head, buffer = _read_head(source, what)
    batch = msgspec.json.Decoder(list[shapes.item])  # type: ignore[name-defined]
    for piece in source:
        buffer += piece
        if len(buffer) >= _BATCH_BYTES:
            items, used = _take(buffer, batch, what)
            yield from items
            del buffer[:used]
    album = decode(head + bytes(buffer), kind, what=what)
    yield from album.assets
    yield album


def _read_head(source: Iterator[bytes], what: str) -> tuple[bytes, bytearray]:
    """What stands before the first asset, and what was read behind it."""
    buffer = bytearray()
    for piece in source:
        buffer += piece
        found = _ASSETS.search(buffer)
        if found:
            return bytes(buffer[: found.end()]), buffer[found.end() :]
        if len(buffer) > _HEAD_BYTES:
            raise SchemaDrift(f"The server's answer for {what} has no 'assets'.", field="assets")
    return b"", buffer


def _take(buffer: bytearray, batch: msgspec.json.Decoder[Any], what: str) -> tuple[list[AnyAsset], int]:
    """As many whole assets as the buffer holds, and how many bytes they and their comma took.

    A comma between braces may also stand inside an asset or in a text; then what is before it does not decode,
    because brackets or quotes are left open, and the one before is tried.
    """
    end = len(buffer)
    for _ in range(_MOST_TRIES):
        end = buffer.rfind(b"},{", 0, end + 2)
        if end < 0:
            break
        try:
            return batch.decode(b"[" + buffer[: end + 1] + b"]"), end + 2
        except msgspec.ValidationError as error:
            raise drift(error, what=what) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    if len(buffer) > _ASSET_BYTES:
        raise SchemaDrift(f"The server's answer for {what} has no end of an asset.", field="assets[]")
    return [], 0
