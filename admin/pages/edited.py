"""What the pages of plain settings (wall, night, notices, an album's) share: how a form writes a value, what is wrong
with one that was typed, and whether what somebody edits is still what they saw. Two phones, or a phone and an editor,
never overwrite each other unnoticed: a form carries the digest of what it showed, and the page compares before it
writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from admin.context import context
from admin.hours_form import Row, text_of
from admin.language import text
from sync.settings.reading import parse_value


def digest_of(shown: msgspec.Struct | dict[str, str]) -> str:
    """The same for the same values."""
    return sha256(msgspec.json.encode(shown, order="deterministic")).hexdigest()[:16]


def written(value: Any) -> str:
    """A value as a form writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def changed(typed: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """What differs from what there was."""
    return {key: value for key, value in typed.items() if value != before[key]}


def wrong_with(full_key: str, value: str) -> str:
    """A sentence for a value that cannot be set; empty for one that can."""
    if full_key in context().loaded().pinned:
        return text("wall.pinned")
    try:
        parse_value(full_key, value)
    except ValueError as error:
        return str(error)
    return ""


def wrong_rows(rows: tuple[Row, ...]) -> dict[str, str]:
    """A sentence for each window of hours that cannot be, by `w` and its number."""
    return {f"w{number}": text(f"window.wrong_{what}") for number, what in text_of(rows)[1].items()}


def pinned_in(section: str) -> set[str]:
    """Keys of a section, without it, that the environment decides."""
    return {key.removeprefix(f"{section}.") for key in context().loaded().pinned if key.startswith(f"{section}.")}
