"""What the wall says while it has no photo to show, in its language: the large line first, then what to do."""

from __future__ import annotations

from frame.overlays.locale import locale_of

COMMANDS = {
    "set_up": ("mantelpiece server add home --url https://photos.example.org", "mantelpiece album add 'Family'"),
    "on_the_way": ("mantelpiece status",),
    "trouble": ("mantelpiece doctor",),
}
"""The same in every language."""


def lines_of_empty_wall(language: str, *, albums: bool, troubled: bool) -> tuple[str, ...]:
    """The lines for a wall without a photo: `albums` are set up, or photos are here and cannot be shown."""
    kind = "trouble" if troubled else "on_the_way" if albums else "set_up"
    return (*locale_of(language).empty[kind], *COMMANDS[kind])
