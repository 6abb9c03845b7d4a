"""Objects are named by what they hold, whatever they were called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mirror.sniff import EXTENSIONS, extension

HEADS = {
    "jpg": b"\xff\xd8\xff\xe1\x00\x10Exif",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00",
    "avif": b"\x00\x00\x00\x18ftypavif\x00\x00",
    "mov": b"\x00\x00\x00\x14ftypqt  \x00\x00",
    "mp4": b"\x00\x00\x00\x14ftypisom\x00\x00",
    "tif": b"II\x2a\x00\x08\x00\x00\x00",
    "cr2": b"II\x2a\x00\x10\x00\x00\x00CR\x02",
    "bin": b"%!PS-Adobe",
}


@pytest.mark.parametrize(("ext", "head"), HEADS.items(), ids=HEADS)
def test_known_kinds_are_told_by_their_first_bytes(ext: str, head: bytes) -> None:
    assert extension(head) == ext


@given(st.binary(max_size=40))
def test_any_bytes_have_an_extension_that_adoption_looks_for(head: bytes) -> None:
    assert extension(head) in EXTENSIONS
