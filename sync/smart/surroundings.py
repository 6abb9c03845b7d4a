"""What is known around a photo when a rule judges it: the day, whose key it is, and who is in which set."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date

SetKey = tuple[str, str]
"""("tag", id), ("tagged", "") for every tagged photo, ("album", id), ("looks", "100 cat on a sofa")."""


@dataclass(frozen=True)
class Surroundings:
    """Of one moment and one server."""

    today: date
    """Where the device hangs."""
    me: str = ""
    """The user id of the key."""
    sets: Mapping[SetKey, Set[str]] = field(default_factory=dict)
    """Asset ids of what no photo tells of itself."""

    def on(self, day: date) -> Surroundings:
        """The same on another day."""
        return Surroundings(day, self.me, self.sets)
