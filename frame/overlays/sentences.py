"""What the wall says while it has no photo to show: the large line first, then what to do."""

from __future__ import annotations

SET_UP = (
    "Your photos will hang here",
    "Tell this frame where your Immich is, and which album to show:",
    "mantelpiece server add home --url https://photos.example.org",
    "mantelpiece album add 'Family'",
)
ON_THE_WAY = (
    "Your photos are on their way",
    "The first one hangs here as soon as it has arrived.",
    "mantelpiece status",
)
TROUBLE = (
    "The photos rest for a moment",
    "They are here, but none of them can be shown just now.",
    "mantelpiece doctor",
)


def of_empty_wall(*, albums: bool, troubled: bool) -> tuple[str, ...]:
    """The lines for a wall without a photo: `albums` are set up, or photos are here and cannot be shown."""
    if troubled:
        return TROUBLE
    return ON_THE_WAY if albums else SET_UP
