"""What to do about the network. Pure.

A frame that never had one opens its own after a minute, one that had but a cable after ten. One that knows a Wi-Fi
waits for it: it says on the wall which one it tries, now and then, and shows photos meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

FIRST_SECONDS = 60.0
SAY_AFTER_SECONDS = 600.0
SAY_EVERY_SECONDS = 6 * 3600.0


@dataclass(frozen=True)
class Facts:
    connected: bool
    """Whether there is a network other than our own."""
    away_seconds: float
    """Since it was last seen in this life of the process."""
    ever: bool
    """Whether this frame was in a network before, in any life."""
    known: bool
    """Whether a Wi-Fi is remembered here, which may come back."""
    open: bool
    """Whether our own network is up."""
    said_seconds: float | None
    """Since the wall last said that the network is gone; None: not yet."""


class Do(Enum):
    NOTHING = "nothing"
    OPEN = "open"
    CLOSE = "close"
    SAY = "say"


def decide(facts: Facts) -> Do:
    """One step."""
    if facts.connected:
        return Do.CLOSE if facts.open else Do.NOTHING
    if facts.open:
        return Do.NOTHING
    if not facts.ever or not facts.known:
        patience = SAY_AFTER_SECONDS if facts.ever else FIRST_SECONDS
        return Do.OPEN if facts.away_seconds >= patience else Do.NOTHING
    due = facts.said_seconds is None or facts.said_seconds >= SAY_EVERY_SECONDS
    return Do.SAY if due and facts.away_seconds >= SAY_AFTER_SECONDS else Do.NOTHING
