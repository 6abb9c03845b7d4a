"""A wall to test: the real player, renderer, state and files, on a panel in memory and a clock set by hand."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from PIL import Image

from frame.answers import Answers
from frame.displays.contract import Above
from frame.picture import Renderer
from frame.player import Player
from frame.power.screen import Screen
from frame.room import Room
from frame.stage import Stage
from frame.state import State
from frame.watch import SettingsWatch
from sync.errors import DisplayLost
from sync.home import Home, prepare
from tests.manual_clock import ManualClock
from tests.sample_catalogues import colour_of

_HUNG_SECONDS = 60


@dataclass
class MemoryDisplay:
    """Remembers what it showed; `lost` makes it fail as a pulled cable does."""

    size: tuple[int, int] = (320, 240)
    animated: bool = False
    stand_in: bool = False
    name: str = "memory"
    lost: bool = False
    shown: list[Image.Image] = field(default_factory=list)
    blended: int = 0
    mixed: Image.Image | None = None
    """What was blended last."""
    patched: int = 0
    slid: list[float] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    closed: int = 0
    above: Sequence[Above] = ()

    def prepare(self, picture: Image.Image) -> Image.Image:
        assert picture.mode == "RGB"
        assert picture.size == self.size
        return picture.copy()

    def show(self, picture: Image.Image) -> None:
        self._check()
        self.shown.append(picture)

    def blend(self, old: Image.Image, new: Image.Image, fraction: float) -> None:
        self._check()
        self.blended += 1
        self.mixed = Image.blend(old, new, fraction)

    def slide(self, old: Image.Image, new: Image.Image, fraction: float, way: tuple[int, int]) -> None:
        self._check()
        self.slid.append(fraction)

    def patch(self, picture: Image.Image, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        self._check()
        picture.paste(part, corner)
        self.patched += shown

    def put_above(self, pieces: Sequence[Above]) -> None:
        self._check()
        self.above = pieces

    def events(self) -> list[str]:
        self._check()
        keys, self.keys = self.keys, []
        return keys

    def close(self) -> None:
        self.closed += 1

    def _check(self) -> None:
        if self.lost:
            raise DisplayLost("The cable is out.")


def number_on(picture: Image.Image, most: int = 60) -> int | None:
    """Which sample photo fills the middle of the picture, or None."""
    pixel = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    for number in range(most):
        if all(abs(one - other) <= 3 for one, other in zip(pixel, colour_of(number), strict=True)):
            return number
    return None


@dataclass
class Rig:
    home: Home
    clock: ManualClock
    display: MemoryDisplay
    player: Player
    state: State
    answers: Answers

    def settle(self) -> float:
        """Tick until nothing more is under way; gives the seconds until something is due."""
        while True:
            seconds = self.player.tick()
            if self.player.busy:
                ready, _, _ = select.select([self.player.worker.fileno()], [], [], _HUNG_SECONDS)
                assert ready, "the worker hangs"
            elif seconds > 0:
                return seconds

    def pass_time(self, seconds: float) -> None:
        """So much time passes, with everything that falls due in it."""
        until = self.clock.monotonic() + seconds
        while (left := until - self.clock.monotonic()) > 0:
            self.clock.advance(min(self.settle(), left))
        self.settle()

    def numbers(self) -> list[int | None]:
        """Which sample photos were on the panel so far."""
        return [number_on(picture) for picture in self.display.shown]

    def ask(self, verb: str, **values: object) -> dict[str, object]:
        answer = self.answers({"verb": verb, **values})
        self.settle()
        return answer


def make_home(folder: Path) -> Home:
    home = Home(root=folder / "home", runtime=folder / "run")
    home.runtime.mkdir(parents=True, exist_ok=True)
    prepare(home)
    return home


def set_wall(home: Home, **values: object) -> None:
    """Write the settings of the wall, with a signature that differs from the one before."""
    lines = [f"{key} = {value!r}" for key, value in values.items()]
    part = home.settings.with_name("part")
    part.write_text("[wall]\n" + "\n".join(lines) + "\n")
    os.replace(part, home.settings)  # noqa: PTH105


@contextmanager
def rig(
    home: Home,
    renderer: Renderer,
    *,
    clock: ManualClock | None = None,
    display: MemoryDisplay | None = None,
    screen: Screen | None = None,
    resume: bool = True,
    seed: int = 1,
    room: Room | None = None,
) -> Iterator[Rig]:
    """One run of a frame at `home`; leaving it is a clean stop."""
    clock, display = clock or ManualClock(), display or MemoryDisplay()
    panel = display

    def open_display(_spec: str, _size: str) -> tuple[MemoryDisplay, list[str]]:
        panel._check()
        return panel, []

    state = State(home.frame / "shown.jsonl", home.runtime / "frame.json", clock=clock, random=Random(seed))
    player = Player(
        home,
        clock=clock,
        settings=SettingsWatch(home.settings),
        state=state,
        renderer=renderer,
        stage=Stage(open_display, clock),  # type: ignore[arg-type]
        screen=screen,
        resume=resume,
        room=room,
    )
    player.start()
    try:
        yield Rig(home, clock, display, player, state, Answers(player, state, home, clock))
    finally:
        player.close()
