"""Text that strangers typed, made fit for a file: nothing in it that XMP, EXIF or IPTC cannot hold or would trim.

What these give is what is read back, so that a second run finds it equal. Pure; used by changes.py.
"""

from __future__ import annotations

import unicodedata

_KEPT_CONTROLS = "\n\t"
_NOT_IN_XML = {0xFFFE, 0xFFFF}


def plain(text: str) -> str:
    """Lines end with \\n; control characters, lone surrogates and what XML forbids are gone, and so are edges."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if _fits(letter)).strip(" \n\t")


def one_line(text: str) -> str:
    """A name: as `plain`, with every run of white space one space."""
    return " ".join(plain(text).split())


def cut_bytes(text: str, most: int) -> str:
    """The longest beginning of `text` with at most `most` bytes of UTF-8, cut between characters."""
    return text.encode()[:most].decode("utf-8", "ignore").rstrip()


def cut_letters(text: str, most: int) -> str:
    """The first `most` characters of `text`, without what a cut leaves at its end."""
    return text[:most].rstrip()


def _fits(letter: str) -> bool:
    if letter in _KEPT_CONTROLS:
        return True
    return unicodedata.category(letter) not in ("Cc", "Cs") and ord(letter) & 0xFFFF not in _NOT_IN_XML
