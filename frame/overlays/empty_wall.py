"""What the wall says while it has no photo to show, in its language: the large line first, then what to do."""

from __future__ import annotations

from frame.overlays.locale import locale_of

COMMANDS = {
    "set_up": ("mantelpiece server add home --url https://photos.example.org", "mantelpiece album add 'Family'"),
    "on_the_way": ("mantelpiece status",),
    "trouble": ("mantelpiece doctor",),
    "left_out": ("mantelpiece settings show choosing",),
}
"""The same in every language."""


def lines_of_empty_wall(language: str, *, albums: bool, troubled: bool, left_out: bool = False) -> tuple[str, ...]:
    """The lines for a wall without a photo: `albums` are set up, or photos are here and cannot be shown (`troubled`),
    or may not be (`left_out`)."""
    kind = "trouble" if troubled else "left_out" if left_out else "on_the_way" if albums else "set_up"
    return (*locale_of(language).empty[kind], *COMMANDS[kind])
