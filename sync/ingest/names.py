"""What a file's name says: icloudpd's naming in all its policies, and what cameras add to a name. Pure.

A name is a hint and no proof: sync/ingest/grouping.py weighs it against content identifiers and times. A trailing
number counts as icloudpd's only where it is the file's own length, so that a date in a name stays a date.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode
from dataclasses import dataclass

RAW = frozenset({
    "3fr", "ari", "arw", "cap", "cin", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "k25", "kdc", "mrw",
    "nef", "nrf", "nrw", "orf", "ori", "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
})  # fmt: skip
HEIF = frozenset({"heic", "heif", "hif"})
JPEG = frozenset({"jpg", "jpeg", "jpe", "jfif"})
OTHER_STILLS = frozenset({"png", "tif", "tiff", "webp", "gif", "bmp", "avif", "jxl", "jp2", "psd"})
VIDEOS = frozenset({
    "3gp", "3gpp", "avi", "flv", "insv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "ts", "vob",
    "webm", "wmv",
})  # fmt: skip
STILLS = RAW | HEIF | JPEG | OTHER_STILLS
MEDIA = STILLS | VIDEOS

_MARKS = re.compile(
    r"(?P<stem>.+?)(?P<live>_HEVC)?(?:-(?P<variant>medium|thumb|adjusted|alternative|original))?"
    r"(?:-(?P<number>[1-9]\d*))?",
    re.DOTALL,
)
_ID7 = re.compile(r"(?P<base>.+)_(?P<id7>[A-Za-z0-9]{7})", re.DOTALL)
_RECORD_NAME = re.compile(rb"[A-Za-z0-9+/=_.-]+")
_EDITS = (
    re.compile(r"(?P<head>IMG_)E(?P<tail>\d{4}.*)", re.DOTALL),
    re.compile(r"(?P<head>.+?)(?P<tail>)(?:[-_ ]edit(?:ed)?|~\d{1,2}| \(edited\))", re.DOTALL | re.IGNORECASE),
)
# Setting an EXIF date into a JPEG that had none makes it this much longer, at most, than its name says.
_GROWN_BYTES = 1 << 16
_SHORTEST_GROWING_BYTES = 10_000


@dataclass(frozen=True)
class Name:
    """A file's name, taken apart."""

    stem: str
    """What all files of one photo share; with name-id7, the id too."""
    extension: str
    """Small letters, without the dot."""
    variant: str = ""
    """medium, thumb, adjusted, alternative, original, or nothing."""
    live: bool = False
    """Marked `_HEVC`: the video of a live photo whose still is a HEIC."""
    number: int | None = None
    """The length in bytes with which icloudpd told two files of one name apart."""

    @property
    def video(self) -> bool:
        return self.extension in VIDEOS


def parse(name: str, size_bytes: int) -> Name:
    """The file name `name` (no folder) of a file of that length."""
    body, dot, ending = name.rpartition(".")
    if not dot or not body:
        return Name(stem=name, extension="")
    extension = ending.lower()
    found = _MARKS.fullmatch(body)
    if found is None:
        return Name(stem=body, extension=extension)
    number = int(found["number"]) if found["number"] and len(found["number"]) < 16 else None
    if found["number"] and not _is_length(number, size_bytes, extension):
        return Name(stem=body, extension=extension)
    live = found["live"] is not None and extension == "mov"
    stem = found["stem"] + (found["live"] or "" if not live else "")
    return Name(stem=stem, extension=extension, variant=found["variant"] or "", live=live, number=number)


def _is_length(number: int | None, size_bytes: int, extension: str) -> bool:
    if number is None:
        return False
    grown = extension in JPEG and number >= _SHORTEST_GROWING_BYTES and 0 < size_bytes - number <= _GROWN_BYTES
    return number == size_bytes or grown


def key_of(stem: str) -> str:
    """The same text for stems that mean the same file to a person: composed letters, no case."""
    return unicodedata.normalize("NFC", stem).casefold()


def without_id7(stem: str) -> str | None:
    """The stem without the seven letters that policy name-id7 adds; None where it ends in no such letters."""
    found = _ID7.fullmatch(stem)
    if found is None:
        return None
    # They begin the base64 of Apple's record name, which is plain ASCII: few words of seven letters are that.
    return found["base"] if _RECORD_NAME.fullmatch(b64decode(found["id7"] + "=")) else None


def stripped(stem: str) -> str:
    """As icloudpd writes it where it keeps no letters beyond ASCII (its `-adjusted` names keep them)."""
    return stem.encode("ascii", "ignore").decode("ascii")


def unedited(stem: str) -> str | None:
    """The stem of the photo that this one is an edit of, as phones and cameras name edits; None for no edit."""
    for pattern in _EDITS:
        if found := pattern.fullmatch(stem):
            return found["head"] + found["tail"]
    return None
