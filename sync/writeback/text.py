"""Text that strangers typed, made fit for a file: nothing in it that XMP, EXIF or IPTC cannot hold or would trim.

What these give is what is read back, so that a second run finds it equal. Pure; used by changes.py.
"""

from __future__ import annotations

import re

_NO_CHARACTERS = "".join(map(chr, (plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF))))
_UNFIT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_NO_CHARACTERS}]")


def plain(text: str) -> str:
    """Lines end with \\n; control characters, lone surrogates and what XML forbids are gone, and so are edges."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("", lines).strip(" \n\t")


def one_line(text: str) -> str:
    """A name: as `plain`, with every run of white space one space."""
    return " ".join(plain(text).split())


def cut_bytes(text: str, most: int) -> str:
    """The longest beginning of `text` with at most `most` bytes of UTF-8, cut between characters."""
    return text.encode()[:most].decode("utf-8", "ignore").rstrip()


def cut_letters(text: str, most: int) -> str:
    """The first `most` characters of `text`, without what a cut leaves at its end."""
    return text[:most].rstrip()
