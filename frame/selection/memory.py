"""What selection remembers from picture to picture and over restarts; kept on the card by frame/state.py."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct

from sync.settings.wall import Selection


class Position(Struct, frozen=True, kw_only=True):
    """How far an ordered selection came."""

    at: int
    """Digest of the photo that was taken last."""
    value: int
    """Where it stood: its place in album order, or its rank in time."""
    following: int
    """Digest of the photo that was to come after it."""
    front: int
    """The rank of the photo that stood first then: what ranks before it is new."""


@dataclass
class Memory:
    """Grows with the photos of one round at most."""

    seed: int
    now: float = 0.0
    """Virtual time of the shuffle; a photo of weight 1 has one turn in each whole number of it."""
    marks: dict[int, float] = field(default_factory=dict)
    """Digest to the virtual time of the latest turn that was used."""
    last: int | None = None
    """Digest of the photo that was shown last, whatever the selection."""
    positions: dict[Selection, Position] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    """Digest to when it was on the wall last, in seconds since 1970; as right as the clock was."""
