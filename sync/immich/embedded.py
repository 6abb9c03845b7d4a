"""The assets inside an album's answer (1.x and 2.x), out of a body of any length.

Everything is decoded, typed and strict: the head and the tail of the album together with its last assets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sync.errors import SchemaDrift
from sync.immich.answers import AnyAsset, Embedded27, EmbeddedOld
from sync.immich.arrays import read_elements
from sync.immich.decoding import decode
from sync.immich.shapes import Shapes

_ASSETS = re.compile(rb'"assets"\s*:\s*\[')
_HEAD_BYTES = 1024 * 1024

Part = AnyAsset | EmbeddedOld | Embedded27


def read_embedded(pieces: Iterable[bytes], shapes: Shapes, *, what: str) -> Iterator[Part]:
    """Every asset in order, then the album itself, whose own `assets` are to be ignored. Raises SchemaDrift."""
    if shapes.embedded is None:
        raise ValueError("this version embeds no assets")
    source = iter(pieces)
    head, buffer = read_head(source, what)
    yield from read_elements(source, buffer, shapes.item, what=what)
    album = decode(head + bytes(buffer), shapes.embedded, what=what)
    yield from album.assets
    yield album


def read_head(source: Iterator[bytes], what: str) -> tuple[bytes, bytearray]:
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
