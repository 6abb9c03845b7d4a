"""When what returns is due: rhythms on the monotonic clock, days on the wall clock and only while it is believed.

A step of the wall clock, in either direction and however far, moves no rhythm: it can make a daily thing due once.
After a restart the time since the last run is taken from the same boot's monotonic clock, else from believed wall
clocks; where neither can tell, the thing is due, once. Pure: the daemon asks, runs and tells it what came of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sync.clock import Clock
from sync.library.schedule import Remembered

FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0


@dataclass(frozen=True)
class Entry:
    """Something that returns."""

    name: str
    kind: str
    arguments: dict[str, Any]
    every_seconds: float
    identity: str
    """A digest of the settings that it depends on: due at once when they change."""
    daily: bool = False
    """Also due once on every new day."""


@dataclass
class _State:
    entry: Entry
    last: float | None = None
    """Monotonic time of its last end, possibly negative; None: it never ran under these settings, or nobody knows."""
    day: date | None = None
    """The local day of its last end, where the clock was believed."""
    failures: int = 0
    running: bool = False


@dataclass
class Schedule:
    """All entries and when they last ended."""

    clock: Clock
    zone: tzinfo
    boot: str
    _states: dict[str, _State] = field(default_factory=dict, init=False)

    def plan(self, entries: Iterable[Entry], remembered: Mapping[str, Remembered]) -> list[str]:
        """Take over new settings; gives the names of entries that are no longer wanted or known."""
        fresh: dict[str, _State] = {}
        for entry in entries:
            state = self._states.get(entry.name)
            if state is None:
                state = self._recalled(entry, remembered.get(entry.name))
            elif state.entry.identity != entry.identity:
                state = _State(entry, running=state.running)
            state.entry = entry
            fresh[entry.name] = state
        gone = [name for name in {*self._states, *remembered} if name not in fresh]
        self._states = fresh
        return gone

    def due(self) -> list[Entry]:
        """What should run now, the longest overdue first; what runs already is not due."""
        waits = {name: self._wait(state) for name, state in self._states.items() if not state.running}
        names = sorted((name for name, wait in waits.items() if wait <= 0), key=lambda name: waits[name])
        return [self._states[name].entry for name in names]

    def seconds_to_next(self) -> float:
        """How long until something is due; infinite when nothing will be."""
        waits = [self._wait(state) for state in self._states.values() if not state.running]
        return max(0.0, min(waits, default=float("inf")))

    def identity(self, name: str) -> str:
        """The settings that it would run under now; empty where it is unknown."""
        state = self._states.get(name)
        return "" if state is None else state.entry.identity

    def started(self, name: str) -> None:
        """It waits or runs: it is not due again before it ended."""
        if name in self._states:
            self._states[name].running = True

    def hurry(self, names: Iterable[str]) -> None:
        """Whichever of them failed the last time is due now; what went well keeps its rhythm."""
        for name in names:
            state = self._states.get(name)
            if state is not None and state.failures and not state.running:
                state.last = None

    def ended(self, name: str, *, well: bool, identity: str | None = None) -> Remembered | None:
        """It ended now. Gives what to remember; None where it is unknown, or ran under other settings than these."""
        state = self._states.get(name)
        if state is None:
            return None
        state.running = False
        if identity is not None and identity != state.entry.identity:
            return None
        trusted = self.clock.trusted()
        state.last = self.clock.monotonic()
        state.day = self._today() if trusted else None
        state.failures = 0 if well else state.failures + 1
        return Remembered(
            name=name,
            identity=state.entry.identity,
            last_run=self.clock.now() if trusted else None,
            boot=self.boot,
            monotonic=state.last,
            failures=state.failures,
        )

    def _recalled(self, entry: Entry, known: Remembered | None) -> _State:
        if known is None or known.identity != entry.identity:
            return _State(entry)
        now, trusted = self.clock.now(), self.clock.trusted()
        elapsed = None
        if known.boot == self.boot and known.monotonic <= self.clock.monotonic():
            elapsed = self.clock.monotonic() - known.monotonic
        elif trusted and known.last_run is not None and known.last_run <= now:
            elapsed = (now - known.last_run).total_seconds()
        last = None if elapsed is None else self.clock.monotonic() - elapsed
        day = None if known.last_run is None else self._day(known.last_run)
        return _State(entry, last=last, day=day, failures=known.failures)

    def _wait(self, state: _State) -> float:
        """Seconds until it is due, negative when overdue."""
        if state.last is None:
            return float("-inf")
        if state.entry.daily and not state.failures and self.clock.trusted() and state.day != self._today():
            return 0.0
        every = state.entry.every_seconds
        if state.failures:
            # At most one failing try an hour, however long it goes on; the exponent is bounded so as not to overflow.
            retry: float = FIRST_RETRY_SECONDS * 2 ** min(state.failures - 1, 10)
            every = min(every, retry, LONGEST_RETRY_SECONDS)
        return state.last + every - self.clock.monotonic()

    def _today(self) -> date:
        return self._day(self.clock.now())

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()
