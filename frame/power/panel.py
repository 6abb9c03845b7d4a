"""The panel's real state: told in a thread of its own, read back, and told again when it disagrees.

A tool that hangs never keeps a picture from the wall. Where one way fails or the panel does not follow, the next one
is tried. Called by screen.py, whose thread is the player's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frame.worker import Job, Worker
from sync.clock import Clock
from sync.errors import PanelRefused

if TYPE_CHECKING:
    from frame.power.ways.contract import Way

log = logging.getLogger(__name__)

AGAIN_SECONDS = 60.0
"""After a panel did not follow."""
LOOK_SECONDS = 600.0
"""Monitors come back by themselves: this often the state is read."""

Find = Callable[[str, str], "tuple[list[Way], list[str]]"]
"""(method, the display's name) to the ways, and why there are no others."""


@dataclass(frozen=True)
class Told:
    """What came of telling the panel. `way` is empty where none was found."""

    level: int
    way: str
    dims: bool
    lit: bool | None
    """What the panel says of itself; None: it cannot be asked."""
    problem: str
    reasons: tuple[str, ...]

    @property
    def followed(self) -> bool:
        return not self.problem


class Panel:
    """Keeps the panel at the last level it was given."""

    def __init__(self, find: Find, clock: Clock) -> None:
        self._find = find
        self._clock = clock
        self._worker: Worker | None = None
        self._job: Job | None = None
        self._asked: tuple[int, str, str] | None = None
        self._ways: tuple[tuple[str, str], list[Way], list[str]] | None = None
        self._told_at = 0.0
        self.told: Told | None = None
        """The last outcome."""

    @property
    def dims(self) -> bool:
        return self.told is not None and self.told.dims

    def keep_at(self, level: int, *, method: str, display: str) -> None:
        """Called with every tick; tells the panel when something changed, or it is time to look again."""
        self._take_in()
        wanted = (level, method, display)
        if self._job is not None or (wanted == self._asked and not self._due()):
            return
        self._asked, self._told_at = wanted, self._clock.monotonic()
        self._worker = self._worker or Worker()
        self._job = self._worker.submit(lambda: self._tell(level, method, display))

    def close(self) -> None:
        """Let the thread go. The panel stays as it is: after an update at night it is to be dark still."""
        if self._worker is not None:
            self._worker.close()

    def _due(self) -> bool:
        pause = LOOK_SECONDS if self.told is None or self.told.followed else AGAIN_SECONDS
        return self._clock.monotonic() - self._told_at >= pause

    def _take_in(self) -> None:
        if self._worker is None:
            return
        for job in self._worker.finished():
            self._job = None
            if job.error is not None:
                log.error("the panel cannot be switched: %s", job.error)
                continue
            before, self.told = self.told, job.result
            if before != self.told and self.told is not None:
                log.info("panel: %s", _in_words(self.told))

    def _tell(self, level: int, method: str, display: str) -> Told:
        """In the thread."""
        if self._ways is None or self._ways[0] != (method, display) or not self._ways[1]:
            self._ways = ((method, display), *self._find(method, display))
        _, ways, reasons = self._ways
        problems = []
        for way in list(ways):
            try:
                way.set(level)
                lit = way.read()
            except PanelRefused as error:
                problems.append(str(error))
                continue
            if lit is None or lit == bool(level):
                return Told(level, way.name, way.dims, lit, "", tuple(reasons + problems))
            verb, state = ("on", "off") if level else ("off", "on")
            problems.append(f"The panel was switched {verb} by {way.name} and says that it is {state}.")
        last = ways[-1] if ways else None
        return Told(
            level, last.name if last else "", bool(last and last.dims), None, problems[-1] if problems else "",
            tuple(reasons + problems),
        )  # fmt: skip


def _in_words(told: Told) -> str:
    wanted = "on" if told.level else "off"
    if not told.way:
        return f"{wanted}, without a way to switch it"
    state = {True: "reads on", False: "reads off", None: "cannot be read back"}[told.lit]
    return f"{wanted} by {told.way}, {state}"
