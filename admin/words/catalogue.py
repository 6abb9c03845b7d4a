"""Looks texts up: `now.title` in the language of whoever asks, with `{names}` filled in. A missing text is its key.

A language is a TOML file here. Numbers choose `.one` or `.other` below their key, or a word within the text by the
marks of sync/counted.py, `{number:file|files}`. Values are filled in as plain text; the templates escape the result.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FALLBACK = "en"
_COUNTS = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")


class Texts:
    """All languages there are."""

    def __init__(self) -> None:
        self.languages = sorted(path.stem for path in FOLDER.glob("*.toml"))

    def look_up(self, language: str, key: str, **values: object) -> str:
        """The text, or its English, or its key."""
        text = read(language).get(key) or read(FALLBACK).get(key)
        if text is None:
            return key
        if "{" not in text:
            return text
        worded = _COUNTS.sub(lambda found: found[2 if str(values.get(found[1])) == "1" else 3], text)
        return worded.format_map(_Filled(values))

    def counted(self, language: str, key: str, number: int, **values: object) -> str:
        """The text for that many; `{number}` is grouped the way the language does it."""
        form = f"{key}.one" if number == 1 else f"{key}.other"
        return self.look_up(language, form, number=self.number(language, number), **values)

    def number(self, language: str, number: float, digits: int = 0) -> str:
        """1,234.5 or 1.234,5."""
        text = f"{number:,.{digits}f}"
        marks = read(language).get("format.thousands", ","), read(language).get("format.decimal", ".")
        return "".join({",": marks[0], ".": marks[1]}.get(character, character) for character in text)


class _Filled(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


@cache
def read(language: str) -> dict[str, str]:
    """All texts of a language by dotted key; none for one that is not there."""
    path = FOLDER / f"{language}.toml"
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), "")) if path.exists() else {}


def _flat(tree: dict[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((prefix + name, value))
    return found
