"""Names for the readable view: what a stranger called a file, made safe for every shell, disk and program.

Pure. A name here holds no slash, control or direction character, starts with nothing that a program takes for an
option, fits 255 bytes with room for a number, and differs from its neighbours even where upper and lower case or
composed and decomposed letters are one. Called by view.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from hashlib import sha1

MOST_BYTES = 255
SUMS = "SHA1SUMS"

_ROOM_FOR_NUMBER_AND_ENDING = 20
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LEADING = "-.#~ "
_SAME = {"jpeg": "jpg", "jpe": "jpg", "tiff": "tif", "heif": "heic"}


def safe(name: str, *, otherwise: str = "photo") -> str:
    """`name` with nothing in it that could mislead a person or a program; `otherwise` when nothing is left."""
    text = "".join("_" if char == "/" or unicodedata.category(char) in _UNSAFE else char for char in name)
    text = unicodedata.normalize("NFC", text).rstrip(" .")
    body = text.lstrip(_LEADING)
    if not body.strip("_"):
        return otherwise
    text = "_" * (len(text) != len(body)) + body
    stem, dot, ending = text.rpartition(".")
    if not stem or len(_bytes(ending)) > 16:
        stem, dot, ending = text, "", ""
    room = MOST_BYTES - _ROOM_FOR_NUMBER_AND_ENDING - len(_bytes(dot + ending))
    return _cut(stem, room).rstrip(" .") + dot + ending


def folder_name(album: str) -> str:
    """The folder of an album: its name where that is safe, else a safe one that no other album's name gives."""
    name = safe(album, otherwise="album")
    return name if name == album else f"{name} ~{sha1(_bytes(album)).hexdigest()[:6]}"  # noqa: S324 - tells names apart


def assign(entries: Iterable[tuple[str, str]], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """A unique safe name for each (file name, object name), mapped to the object; the same for every order of entries.

    The ending follows the object, since a display copy of IMG_1.HEIC is a JPEG. `taken` names are not used.
    """
    used = {_folded(name) for name in (SUMS, *taken)}
    numbers: dict[str, int] = {}
    assigned: dict[str, str] = {}
    for wanted, item in sorted((_with_ending(safe(name), item), item) for name, item in entries):
        name, key = wanted, _folded(wanted)
        stem, dot, ending = wanted.rpartition(".")
        while _folded(name) in used:
            numbers[key] = numbers.get(key, 1) + 1
            name = f"{stem} ({numbers[key]}){dot}{ending}"
        used.add(_folded(name))
        assigned[name] = item
    return assigned


def sums(assigned: dict[str, str]) -> bytes:
    """The content of SHA1SUMS for `assigned`, as `sha1sum -c` reads it."""
    return b"".join(_line(name, item) for name, item in sorted(assigned.items()))


def read_sums(content: bytes) -> dict[str, str]:
    """Name to SHA-1 of a SHA1SUMS of ours; lines that are none are passed over."""
    found = {}
    for line in content.decode("utf-8", "replace").split("\n"):
        digest, gap, name = line.lstrip("\\").partition("  ")
        # A name of ours has no slash: what lies in other folders is not spoken of here.
        if gap and len(digest) == 40 and "/" not in name:
            found[name.replace("\\\\", "\\") if line.startswith("\\") else name] = digest
    return found


def _line(name: str, item: str) -> bytes:
    # A line that starts with a backslash says that backslashes in its name are doubled.
    escaped = name.replace("\\", "\\\\")
    mark = "\\" if escaped != name else ""
    return _bytes(f"{mark}{item.partition('.')[0]}  {escaped}\n")


def _with_ending(name: str, item: str) -> str:
    ending = item.partition(".")[2]
    stem, _, present = name.rpartition(".")
    if stem and _SAME.get(present.lower(), present.lower()) == _SAME.get(ending, ending):
        return name
    known = stem and present.isalnum() and len(present) <= 5
    return f"{stem if known else name}.{ending}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _cut(text: str, most_bytes: int) -> str:
    return _bytes(text)[:most_bytes].decode("utf-8", "ignore")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
