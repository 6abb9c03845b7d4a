"""Says what sync and the wall said, in the language of whoever reads. `words/sentences/<language>.toml` holds the
sentences, English to that language, with blanks in braces; what is not there stays English, whole. A blank stays as it
is but for those of TOLD and LISTED, which are said too; those of NUMBERS, and those that count as sync/counted.py has
it (`{files:file|files}`), are filled by numbers alone.
`words/rules/<language>.toml` holds the words of which a rule is told.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Set
from functools import cache
from pathlib import Path

from sync.counted import counted

FOLDER = Path(__file__).parent / "sentences"
RULES = Path(__file__).parent / "rules"
TOLD = frozenset({"told", "photos", "live", "why"})
"""Blanks that hold words of ours; all others hold names, which could read like one of our sentences."""
LISTED = "each"
"""The blank that holds several, with commas or semicolons between them."""
LONGEST = 2000
"""Longer ones are not looked for: names from a server could be made to match at great length."""
NUMBERS = frozenset({"number", "count"})
_BLANK = re.compile(r"\{(\w+)\}")
_COUNTS = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")


Shapes = tuple[tuple[re.Pattern[str], str], ...]


def said(language: str, sentence: str) -> str:
    """The sentence, or the English that it was; several in a row are said one by one."""
    known, shapes = _catalogue(language)
    return _said(sentence, known, shapes) if known and 0 < len(sentence) <= LONGEST else sentence


def _said(sentence: str, known: dict[str, str], shapes: Shapes) -> str:
    if (whole := _one(sentence, known, shapes)) is not None:
        return whole
    parts = re.split(r"(?<=\.) (?=[A-Z\d])", sentence)
    told = [_one(part, known, shapes) for part in parts]
    if None not in told:
        return " ".join(each for each in told if each is not None)
    # `Holidays: …`: what a problem is of stands before it.
    name, colon, rest = sentence.partition(": ")
    return f"{name}{colon}{_said(rest, known, shapes)}" if rest else sentence


def _one(sentence: str, known: dict[str, str], shapes: Shapes) -> str | None:
    if sentence in known:
        return known[sentence]
    for shape, text in shapes:
        found = shape.fullmatch(sentence)
        if found is not None:
            filled = {name: _filled(name, value, known, shapes) for name, value in found.groupdict().items()}
            return counted(text, **filled)
    return None


def _filled(name: str, value: str, known: dict[str, str], shapes: Shapes) -> str:
    if name == LISTED:
        return "".join(_said(part, known, shapes) for part in re.split(r"([,;] )", value))
    return _said(value, known, shapes) if name in TOLD else value


@cache
def _catalogue(language: str) -> tuple[dict[str, str], Shapes]:
    """What is said word by word, and the shapes of what has blanks: those with more words of their own first."""
    known = read(language)
    blank = sorted((english for english in known if _BLANK.search(english)), key=_fixed, reverse=True)
    return known, tuple((_shape(english), known[english]) for english in blank)


def _fixed(english: str) -> int:
    return len(_BLANK.sub("", _COUNTS.sub("", english)))


@cache
def rule_words(language: str) -> dict[str, str]:
    """The words of rules, English to that language; none for one without a file."""
    return read(language, RULES)


def read(language: str, folder: Path = FOLDER) -> dict[str, str]:
    """English to that language; none for one without a file."""
    path = folder / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _shape(english: str) -> re.Pattern[str]:
    numbers = NUMBERS | {counts[1] for counts in _COUNTS.finditer(english)}
    pieces = re.split(r"(\{[^{}]*\})", english)
    return re.compile("".join(_hole(piece, numbers) for piece in pieces))


def _hole(piece: str, numbers: Set[str]) -> str:
    """What may stand for a piece of a shape."""
    if counts := _COUNTS.fullmatch(piece):
        return f"(?:{re.escape(counts[2])}|{re.escape(counts[3])})"
    if not (blank := _BLANK.fullmatch(piece)):
        return re.escape(piece)
    name = blank[1]
    if name == LISTED:
        return rf"(?P<{name}>(?:(?!\. ).)*?)"
    return rf"(?P<{name}>-?[\d.,]+)" if name in numbers else f"(?P<{name}>.*?)"
