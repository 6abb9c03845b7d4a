"""Says what sync and the wall said, in the language of whoever reads. `words/sentences/<language>.toml` holds the
commonest sentences, English to that language, with blanks in braces; what is not there stays English, whole.
`words/rules/<language>.toml` holds the words of which a rule is told.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "sentences"
RULES = Path(__file__).parent / "rules"
_BLANK = re.compile(r"\{(\w+)\}")


def said(language: str, sentence: str) -> str:
    """The sentence, or the English that it was; several in a row are said one by one."""
    known, shapes = _catalogue(language)
    if not known or not sentence:
        return sentence
    if (whole := _one(sentence, known, shapes)) is not None:
        return whole
    parts = re.split(r"(?<=\.) (?=[A-Z])", sentence)
    told = [_one(part, known, shapes) for part in parts]
    return " ".join(each for each in told if each is not None) if None not in told else sentence


def _one(sentence: str, known: dict[str, str], shapes: tuple[tuple[re.Pattern[str], str], ...]) -> str | None:
    if sentence in known:
        return known[sentence]
    for shape, text in shapes:
        found = shape.fullmatch(sentence)
        if found is not None:
            return _BLANK.sub(lambda blank, found=found: found[blank[1]], text)  # type: ignore[misc]
    return None


@cache
def _catalogue(language: str) -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    known = read(language)
    shapes = tuple((_shape(english), text) for english, text in known.items() if _BLANK.search(english))
    return known, shapes


@cache
def rule_words(language: str) -> dict[str, str]:
    """The words of rules, English to that language; none for one without a file."""
    return read(language, RULES)


def read(language: str, folder: Path = FOLDER) -> dict[str, str]:
    """English to that language; none for one without a file."""
    path = folder / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _shape(english: str) -> re.Pattern[str]:
    pieces = _BLANK.split(english)
    return re.compile("".join(f"(?P<{piece}>.*?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces)))
