"""One thing by what a person typed: an id, or a name. Pure; says what is near, or which ones it could be."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

from sync.counted import counted
from sync.errors import UsageError

_SHOWN = 10


def folded(text: str) -> str:
    """The same for texts that differ in letter case alone, or in how their letters are composed: names of files that
    come from a Mac have an umlaut in two pieces, and no keyboard types it so."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def choose(typed: str, known: Sequence[tuple[str, str]], *, what: str) -> tuple[str, str]:
    """The (id, name) whose id or name was typed; letter case matters only where it must decide.

    UsageError: unknown (with the nearest names) or ambiguous (with the ids).
    """
    by_id = [entry for entry in known if entry[0] == typed.strip().lower()]
    exact = [entry for entry in known if entry[1] == typed]
    alike = [entry for entry in known if folded(entry[1]) == folded(typed.strip())]
    for found in (by_id, exact, alike):
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(entry[0] for entry in found[:_SHOWN])
            advice = f"Give its id: {ids}."
            raise UsageError(f"{len(found)} {what}s are named {typed!r}.", advice=advice, ids=[e[0] for e in found])
    names = list(dict.fromkeys(name for _, name in known if name))
    near = difflib.get_close_matches(typed, names, n=3, cutoff=0.5)
    many = counted("There {number:is|are} {number} {kind}{number:|s}.", number=len(names), kind=what)
    advice = f"Did you mean {' or '.join(repr(name) for name in near)}?" if near else many
    raise UsageError(f"There is no {what} {typed!r} for this key.", advice=advice, nearest=near)
