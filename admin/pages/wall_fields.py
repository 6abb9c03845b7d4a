"""What of the wall's settings stands where on its page. Every setting has its place here; a test holds that."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from sync.settings import Wall

FIRST = ("layout", "interval_seconds", "selection", "transition", "transition_seconds", "rotation")
"""What stands open at the top; the template draws these one by one."""
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("photos", ("pairs", "mat_color", "mat_width", "mat_bevel")),
    ("display_more", ("display", "size")),
)
"""Folded groups, as their summary names them, and their settings."""
FIELDS = FIRST + tuple(key for _, keys in GROUPS for key in keys)


class Field(Struct, frozen=True):
    """How one setting is asked for: `choice`, `tick`, `number` or `text`."""

    key: str
    kind: str
    choices: tuple[str, ...] = ()


def field_of(key: str) -> Field:
    """The field for a setting of the wall, by its type."""
    hint: Any = get_type_hints(Wall)[key]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Field(key, "choice", tuple(each.value for each in hint))
    if hint is bool:
        return Field(key, "tick")
    return Field(key, "number" if hint in (int, float) else "text")


def groups() -> list[tuple[str, list[Field]]]:
    return [(name, [field_of(key) for key in keys]) for name, keys in GROUPS]


def values_of(wall: Wall) -> dict[str, str]:
    """What is set, as the form writes it."""
    return {key: _text(value) for key, value in msgspec.to_builtins(wall).items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
