"""What is known around a photo when a rule judges it: the day, whose key it is, and who is in which set."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
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
    sets: Mapping[SetKey, Container[str]] = field(default_factory=dict)
    """Asset ids of what no photo tells of itself."""

    def on(self, day: date) -> Surroundings:
        """The same on another day."""
        return Surroundings(day, self.me, self.sets)

    def granting(self, tags: Iterable[str]) -> Surroundings:
        """The same for photos that are all known to have these tags."""
        granted: dict[SetKey, Container[str]] = {("tag", tag): _Everything() for tag in tags}
        return Surroundings(self.today, self.me, {**self.sets, **granted}) if granted else self


class _Everything(Container[str]):
    def __contains__(self, _asset: object) -> bool:
        return True
