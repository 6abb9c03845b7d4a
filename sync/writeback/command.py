"""The exiftool command that makes a new file with the decided changes in it, and nothing else in it changed. Pure.

Lists are changed by what goes and what comes, so that others' items keep their bytes. IPTC is declared UTF-8; where
it was not, all of it is written anew in UTF-8, for a mere declaration would turn the rest into gibberish.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path

from sync.writeback.changes import Change
from sync.writeback.exiftool import assignment
from sync.writeback.found import Found, items
from sync.writeback.mapping import LISTS
from sync.writeback.tags import CODED, IPTC_DIGEST

UTF8 = "\x1b%G"
_LANGUAGES = {"XMP-dc:Description", "XMP-iptcExt:Event"}
"""Written without a language these would lose all others."""


def arguments(found: Found, changes: Iterable[Change], scratch: Path, *, source: str = "") -> list[str]:
    """For `ExifTool.run`: `found`, which may be told of by another name, with `changes` into `scratch`, which must not
    exist."""
    changes = tuple(changes)
    command = ["-E", "-n", "-api", "LargeFileSupport=1"]
    iptc = any(change.tag.startswith("IPTC:") for change in changes)
    declare = iptc and found.tags.get(CODED) != UTF8
    anew = declare and IPTC_DIGEST in found.tags
    if anew:
        kept = [f"--{change.tag}" for change in changes if change.tag.startswith("IPTC:")]
        charset = ["-charset", "iptc=UTF8"] if found.iptc_utf8 else []
        command += [*charset, "-tagsFromFile", "@", "-IPTC:all", *kept]
    if declare:
        command += [assignment(CODED, UTF8)]
    for change in changes:
        command += _one(change, whole=anew and change.tag.startswith("IPTC:"))
    command += ["-o", str(scratch)]
    return [*command, source or found.path] if found.exists else command


def _one(change: Change, *, whole: bool) -> list[str]:
    tag = f"{change.tag}-x-default" if change.tag in _LANGUAGES and change.new is not None else change.tag
    if change.new is None:
        return [f"-{tag}="]
    if change.tag not in LISTS:
        return [assignment(tag, change.new)]
    if whole:
        return [assignment(tag, item) for item in items(change.new)]
    old, new = items(change.old), items(change.new)
    stays, has = set(new), set(old)
    going = [assignment(tag, item, sign="-=") for item in old if item not in stays]
    return going + [assignment(tag, item, sign="+=") for item in new if item not in has]


def why(err: str) -> str:
    """What went wrong, of all that exiftool says. With -E it escapes its own words; after its errors comes a path."""
    lines = [html.unescape(line) for line in err.splitlines()]
    errors = [line.removeprefix("Error: ").partition(" - /")[0] for line in lines if line.startswith("Error: ")]
    return " ".join(" ".join(errors or lines).split())[:300]
