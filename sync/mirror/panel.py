"""How large display copies must be for the panel that is set: Immich's previews do, or our own rendering has to.

When the panel is set to another size, the copies that it concerns are made anew; the old ones show until then. Sync
knows the panel from the settings alone. Called by synchronise.py.
"""

from __future__ import annotations

from sync.library import meta, photos
from sync.library.database import Library
from sync.mirror.rendition import LONG_SIDE, SHORT_SIDE
from sync.settings.tree import Settings

_KEY = "copies_for"


def larger_than_preview(settings: Settings) -> tuple[int, int] | None:
    """The most (short side, long side) of display copies where previews are too small for the panel, else None."""
    if not settings.wall.size:
        return None
    short, long = sorted(int(side) for side in settings.wall.size.split("x"))
    return (short, max(long, LONG_SIDE)) if short > SHORT_SIDE else None


def follow_panel(library: Library, settings: Settings, *, restored: bool) -> None:
    """Mark the display copies that were made for another panel. After a rebuilt library what is here is taken as
    right: nothing is downloaded again for it."""
    sides = larger_than_preview(settings)
    wanted = "" if sides is None else f"{sides[0]}x{sides[1]}"
    if meta.get(library, _KEY) == wanted:
        return
    with library.transaction() as db:
        if not restored:
            photos.outdate_displays(db, short_side=SHORT_SIDE)
        meta.put(db, _KEY, wanted)
