"""The picture that comes next, made before its time: at most one under way in the worker, and one ready.

What was asked for in vain (somebody pressed another key, the photo was hidden) is dropped when it comes out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from frame.making import Made, Maker
from frame.picture import Renderer
from frame.playlist import Item
from frame.room import Room
from frame.worker import Job, Worker
from sync.home import Home
from sync.settings.wall import Wall

if TYPE_CHECKING:
    from frame.displays.contract import Display
    from frame.overlays.style import Style


class Way(Enum):
    """What a picture is made for."""

    NEXT = "next"
    BACK = "back"
    AGAIN = "again"
    """The photo that is on the wall, after a change of layout or display."""
    WISH = "wish"
    """A photo that somebody asked for by its key."""


@dataclass(frozen=True)
class Ready:
    made: Made
    item: Item
    way: Way


@dataclass(frozen=True)
class Failed:
    error: Exception
    item: Item


@dataclass(frozen=True)
class _UnderWay:
    job: Job
    item: Item
    way: Way


class Ahead:
    """Used by the player alone, from its thread."""

    def __init__(self, home: Home, renderer: Renderer, worker: Worker, room: Room) -> None:
        self._home, self._room = home, room
        self._renderer = renderer
        self._worker = worker
        self._under_way: _UnderWay | None = None
        self.ready: Ready | None = None

    @property
    def busy(self) -> bool:
        return self._under_way is not None

    def make(self, item: Item, way: Way, *, display: Display, wall: Wall, style: Style) -> None:
        """Have the worker make this picture; what was ready is dropped."""
        maker = Maker(self._home, self._renderer, display, wall, style, self._room)
        self.ready = None
        self._under_way = _UnderWay(self._worker.submit(lambda: maker.make(item)), item, way)

    def take_in(self, job: Job) -> Failed | None:
        """A job of the worker ended; if it was ours the picture is ready, or why it is not comes back."""
        if self._under_way is None or job is not self._under_way.job:
            return None
        done, self._under_way = self._under_way, None
        if job.error is not None:
            return Failed(job.error, done.item)
        self.ready = Ready(job.result, done.item, done.way)
        return None

    def forget(self) -> None:
        """Nothing of this is wanted any more."""
        self._under_way = self.ready = None

    def keep(self, is_wanted: Callable[[str], bool]) -> None:
        """Forget the pictures of photos whose key is no longer wanted."""
        if self._under_way is not None and not all(map(is_wanted, self._under_way.item.keys)):
            self._under_way = None
        if self.ready is not None and not all(map(is_wanted, self.ready.item.keys)):
            self.ready = None
