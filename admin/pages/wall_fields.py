"""What of the wall's settings stands where on its page. Every setting has its place here; a test holds that.

A key is one of the wall's own settings, or has its section before a dot.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from admin.pages.edited import written
from sync.settings.tree import Settings

FIRST = ("layout", "interval_seconds", "selection", "transition", "transition_seconds", "rotation")
"""What stands open at the top; the template draws these one by one."""
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("photos", ("pairs", "motion", "reduce_motion", "mat_color", "mat_width", "mat_bevel")),
    (
        "choosing",
        (
            "album", "choosing.favourites", "choosing.recent", "choosing.recent_days", "choosing.rest_hours",
            "choosing.bursts",
            "choosing.birthdays", "choosing.around_days", "choosing.story_photos", "choosing.people_out",
            "choosing.albums_out", "choosing.tags_out",
        ),
    ),
    (
        "words",
        (
            "words.caption", "words.people", "words.place", "words.taken", "words.album", "words.camera",
            "words.position", "words.clock", "words.date", "words.clock_position", "words.hours", "words.size",
            "words.font",
        ),
    ),
    ("colour", ("gamma", "white", "warmth")),
    ("display_more", ("display", "size")),
)
"""Folded groups, as their summary names them, and their settings."""
FIELDS = FIRST + tuple(key for _, keys in GROUPS for key in keys)


class Field(Struct, frozen=True):
    """How one setting is asked for: `choice`, `tick`, `number` or `text`."""

    key: str
    kind: str
    choices: tuple[str, ...] = ()
    words: str = ""
    """Where the texts of its choices lie."""


def field_of(key: str) -> Field:
    """The field for a setting of the wall, by its type."""
    section, _, name = full_key(key).partition(".")
    hint: Any = get_type_hints(get_type_hints(Settings)[section])[name]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Field(key, "choice", tuple(each.value for each in hint), hint.__name__.lower())
    if hint is bool:
        return Field(key, "tick")
    return Field(key, "number" if hint in (int, float) else "text")


def groups() -> list[tuple[str, list[Field]]]:
    return [(name, [field_of(key) for key in keys]) for name, keys in GROUPS]


def full_key(key: str) -> str:
    """`wall.layout` for `layout`; a key with a section stays."""
    return key if "." in key else f"wall.{key}"


def values_of(settings: Settings) -> dict[str, str]:
    """What is set, as the form writes it."""
    tree = msgspec.to_builtins(settings)
    return {key: written(_at(tree, full_key(key))) for key in FIELDS}


def _at(tree: Any, key: str) -> Any:
    for name in key.split("."):
        tree = tree[name]
    return tree
