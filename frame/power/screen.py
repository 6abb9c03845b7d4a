"""The screen as the player knows it: how bright it is to be now, why, and what a person said of it.

A person's word survives a restart of the frame (runtime folder), not a reboot. While the clock cannot be believed night
hours wait: better lit than dark at noon. Never raises.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from frame.power.decide import Decision, Press, Why, decide, still_holds
from frame.power.hours import Place, level_at
from frame.power.panel import Panel
from sync.clock import Clock, zone_of
from sync.settings.hours import Window, needs_place, read_windows
from sync.settings.tree import Settings
from sync.settings.wall import Power

EARLY = timedelta(seconds=20)
"""A panel takes seconds to come up: it is woken so long before night ends."""


class _Said(Struct, frozen=True):
    """The runtime file: a person's word, and what night hours said then."""

    press: Press = Press.AUTO
    planned: int = 100


_SAID = msgspec.json.Decoder(_Said)


class Screen:
    """One a frame."""

    def __init__(self, path: Path, clock: Clock, panel: Panel) -> None:
        self._path = path
        self._clock = clock
        self._panel = panel
        self._said = _read(path)
        self._settings = Power()
        self._windows: tuple[Window, ...] = ()
        self._place = Place(None)
        self._moved_at = clock.monotonic()
        self.problems: dict[str, str] = {}
        self.decision = Decision(100, Why.LIT)

    def use(self, settings: Settings) -> None:
        """New settings."""
        self._settings = power = settings.power
        self._place = Place(zone_of(settings.time_zone), power.latitude, power.longitude)
        self.problems.pop("night", None)
        try:
            self._windows = read_windows(power.night)
        except ValueError as error:
            self._windows, self.problems["night"] = (), f"Night hours are not kept: {error}."
        if needs_place(self._windows) and not self._place.known:
            self.problems["night"] = "Night hours by the sun need power.latitude and power.longitude."

    def press(self, press: Press) -> None:
        """A person says on, off, or as planned."""
        self._say(_Said(press, self._planned()))

    def motion(self) -> None:
        """Somebody moved in front of the wall."""
        self._moved_at = self._clock.monotonic()

    def decide(self) -> Decision:
        """How bright now."""
        planned = self._planned()
        if planned != self._said.planned:
            keeps = still_holds(self._said.press, before=self._said.planned, planned=planned)
            self._say(_Said(self._said.press if keeps else Press.AUTO, planned))
        power = self._settings
        self.decision = decide(
            self._said.press,
            planned=planned,
            brightness=power.brightness,
            still_seconds=self._clock.monotonic() - self._moved_at if power.motion_minutes else None,
            patience_seconds=power.motion_minutes * 60,
        )
        return self.decision

    def drawn_level(self, level: int) -> int:
        """How bright the picture is to be drawn: a panel that dims by itself gets it whole."""
        return 100 if level and self._panel.dims else level

    def keep_panel(self, level: int, display: str) -> None:
        """Have the panel follow; `display` is the open display's name."""
        self._panel.keep_at(level, method=self._settings.method, display=display)

    def facts(self) -> dict[str, Any]:
        """For who asks what is going on."""
        told = self._panel.told
        return {
            "level": self.decision.level,
            "why": self.decision.why.value,
            "said": self._said.press.value,
            "night": self._settings.night,
            "clock_trusted": self._clock.trusted(),
            "way": told.way if told else None,
            "lit": told.lit if told else None,
            "reasons": list(told.reasons) if told else [],
        }

    def all_problems(self) -> list[str]:
        """Sentences that a person should read."""
        told = self._panel.told
        return [*self.problems.values(), *([told.problem] if told and told.problem else [])]

    def close(self) -> None:
        self._panel.close()

    def _planned(self) -> int:
        if not self._windows or not self._clock.trusted():
            return 100
        now = self._clock.now()
        return max(level_at(self._windows, now, self._place), level_at(self._windows, now + EARLY, self._place))

    def _say(self, said: _Said) -> None:
        if said == self._said:
            return
        self._said = said
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            part.write_bytes(msgspec.json.encode(said))
            part.replace(self._path)
        except OSError as error:
            self.problems["screen"] = f"{self._path.parent} cannot be written ({error.strerror})."


def _read(path: Path) -> _Said:
    try:
        return _SAID.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return _Said()
