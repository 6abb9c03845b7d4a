"""What every display does, and all that the player knows of one.

A panel picture is an RGB image of exactly `size` pixels, already turned for the panel. `prepare` converts it once to
whatever the hardware wants (16 bit dithered, 32 bit, a surface); `show` and `blend` only copy. A display never keeps
the picture it was given. `prepare` may be called from any thread; all else from the thread that opened the display.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image

from frame.hands.touch import Touch

Prepared = Any
"""A picture in a display's own form; only the display that made it can use it."""


@dataclass(frozen=True, eq=False)
class Above:
    """A small picture that stands still above all others: a sign, or a clock over what moves."""

    picture: Image.Image
    """RGBA, turned for the panel."""
    corner: tuple[int, int]
    """Of the panel, its upper left; all of it lies on the panel."""


class Display(Protocol):
    """A place where pictures appear. Methods raise DisplayLost when the hardware went away or changed its mode."""

    name: str
    """For people: `framebuffer /dev/fb0 1920x1080, 16 bit`."""
    size: tuple[int, int]
    """Physical panel pixels, width and height, before any rotation."""
    stand_in: bool
    """Whether no panel was found and this one only keeps things going: look again now and then."""
    animated: bool
    """Whether a transition makes sense here (not for files, none or e-ink)."""

    def prepare(self, picture: Image.Image) -> Prepared:
        """Convert once, ahead of time."""

    def show(self, picture: Prepared) -> None:
        """Put the whole picture on the panel now."""

    def blend(self, old: Prepared, new: Prepared, fraction: float) -> None:
        """Put a mix on the panel: 0.0 is all old, 1.0 all new. Returns once it is visible or handed to the hardware."""

    def slide(self, old: Prepared, new: Prepared, fraction: float, way: tuple[int, int]) -> None:
        """Put `new` on the panel as far as it has pushed `old` off it: 0.0 is all old, 1.0 all new. `way` is where
        pictures move, as (1, 0) for right or (0, -1) for up."""

    def patch(self, picture: Prepared, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        """Put `part` on a prepared picture, its upper left at `corner` (multiples of 8); when that picture is `shown`,
        on the panel too, at the cost of the part alone."""

    def put_above(self, pieces: Sequence[Above]) -> None:
        """Draw these above whatever is drawn from now on, in place of those before; nothing changes on the panel until
        then. Only where `animated`."""

    def events(self) -> Sequence[str | Touch]:
        """Keys pressed since the last call, as verbs of keys.py, and touches."""

    def close(self) -> None:
        """Give the hardware back as it was found. May be called twice."""
