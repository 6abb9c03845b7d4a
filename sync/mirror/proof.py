"""The strongest proof there is of downloaded bytes (promise 2): which one admits them, or why they are thrown away.

Immich's checksum where it speaks of the content; else the length and a full decode; else two equal downloads. Called
by fetch.py; take_over.py adopts by the checksum alone.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

from sync.errors import BadTransfer, PictureRefused, SchemaDrift
from sync.immich.facts import Asset, Downloaded
from sync.mirror.rendition import Decoders

CHECKSUM = "checksum"
DECODED = "decoded"
TWICE = "twice"
REWRITTEN = "rewritten"
RENDERED = "rendered"

_UNREADABLE_HERE = frozenset({"no-decoder", "too-large"})
"""Says nothing against the bytes: only that we cannot look into them."""


def expected_sha1(asset: Asset) -> str | None:
    """The hash in hex that the original's bytes should have; None where Immich has none of the content."""
    if asset.library_id is not None:
        return None
    try:
        digest = b64decode(asset.checksum, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 20:
        raise SchemaDrift(f"The checksum of {asset.file_name} is no SHA-1.", field="checksum")
    return digest.hex()


def of_original(
    asset: Asset, first: Downloaded, part: Path, *, again: Callable[[], Downloaded], decoders: Decoders
) -> str:
    """Prove the original that lies in `part`. `again` downloads it once more into the same part.

    Raises BadTransfer (worth another try) or PictureRefused (it is damaged on the server itself).
    """
    expected = expected_sha1(asset)
    if first.sha1 == expected:
        return CHECKSUM
    if expected is None:
        return of_unknown(first, part, again=again, decoders=decoders)[0]
    second = again()
    if second.sha1 == expected:
        return CHECKSUM
    if second.sha1 != first.sha1:
        raise BadTransfer(f"{asset.file_name} arrives with other bytes each time.")
    decoders.check_decodes(part)
    return REWRITTEN


def of_unknown(
    first: Downloaded, part: Path, *, again: Callable[[], Downloaded], decoders: Decoders
) -> tuple[str, tuple[int, int]]:
    """Prove bytes of whose content Immich has no checksum: they lie in `part`. Raises as `of_original`.

    Gives the proof and the picture's width and height as stored, 0 × 0 where no decoder here reads it.
    """
    size = (0, 0)
    try:
        _, *sides = decoders.check_decodes(part)
        size = (sides[0], sides[1])
    except PictureRefused as refused:
        if refused.facts.get("reason") not in _UNREADABLE_HERE:
            raise
    if size != (0, 0) and first.announced == first.bytes:
        return DECODED, size
    if again().sha1 != first.sha1:
        raise BadTransfer("It arrives with other bytes each time.")
    return TWICE, size
