"""Which picture comes next, made ahead of its time; and what becomes of it when albums or criteria change meanwhile.

A photo that cannot be shown is passed over with the reason. Used by the player and its parts, from its thread.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from frame.ahead import Ahead, Failed, Ready, Way
from frame.crashes import Crashes
from frame.hanging import Hanging
from frame.making import strip_of
from frame.picture import CopyUnusable
from frame.playlist import Item, Playlist
from frame.render.layout import viewer_canvas
from frame.room import Room
from frame.selection.why import Why
from frame.stage import RETRY_SECONDS
from frame.theme import Theme
from frame.turn import Turn
from frame.watch import find_photo
from frame.worker import Job
from sync.clock import Clock
from sync.errors import Cancelled, DecoderStarved, DecoderUnavailable
from sync.home import Home

if TYPE_CHECKING:
    from frame.displays.contract import Display

log = logging.getLogger(__name__)

SOON_SECONDS = 3.0
"""What is to hang within so long is not made anew for another choice: that would come late on a slow machine."""


class Upcoming:
    """`prepare` with each tick has the next picture made; `take` hands it over to be shown."""

    def __init__(
        self,
        home: Home,
        *,
        ahead: Ahead,
        playlist: Playlist,
        turn: Turn,
        hanging: Hanging,
        theme: Theme,
        clock: Clock,
        crashes: Crashes | None,
        room: Room,
    ) -> None:
        self._room = room
        self._catalogue = home.catalogue
        self._ahead, self._playlist, self._turn = ahead, playlist, turn
        self._hanging, self._theme, self._clock, self._crashes = hanging, theme, clock, crashes
        self._resume: str | None = None
        self._again = self._waits = False
        self._not_before = clock.monotonic()
        self.problem = ""
        """Why no picture can be made at all, as a sentence."""

    @property
    def busy(self) -> bool:
        return self._ahead.busy

    @property
    def ready(self) -> Ready | None:
        """What can be shown at once."""
        return self._ahead.ready

    def resume(self, key: str | None) -> None:
        """Begin with the photo of that key, which was on the wall last."""
        self._resume = key

    def prepare(self, display: Display, *, expecting: bool) -> None:
        """Have the next picture made for this display, where it is not ready or under way; `expecting` says that more
        photos are about to be known."""
        if self._ahead.busy or self._clock.monotonic() < self._not_before or self._must_wait():
            return
        wall, turn = self._theme.settings.wall, self._turn
        self._playlist.canvas = viewer_canvas(display.size, int(wall.rotation.value)) if wall.pairs else None
        if (last := self._take_last()) is not None:
            self._make(last, Way.NEXT, display)
            return
        if self._again and turn.current is not None:
            self._again = False
            self._make(turn.current.item, Way.AGAIN, display)
            return
        wished = turn.wished(self._playlist)
        way = turn.urge or Way.NEXT
        if self._ahead.ready is not None and self._ahead.ready.way in (way, Way.AGAIN):
            return
        item = wished or (self._playlist.back() if way is Way.BACK else self._playlist.next())
        if item is not None:
            self._make(item, way, display)
        elif not expecting:
            turn.urge = None

    def take(self) -> Ready | None:
        """What is ready, to be shown now; it is no longer upcoming."""
        ready, self._ahead.ready = self._ahead.ready, None
        self.problem = ""
        if ready is not None and self._crashes is not None:
            self._crashes.making(ready.item.entry.key)
        return ready

    def take_in(self, job: Job) -> Failed | None:
        """A job of the worker ended; if it was ours and failed, why."""
        return self._ahead.take_in(job)

    def pass_over(self, failed: Failed) -> None:
        """That photo cannot be shown, or no photo can for the moment."""
        error, entry = failed.error, failed.item.entry
        if isinstance(error, Cancelled | DecoderUnavailable):
            # It says nothing about the photo.
            self.problem = str(error)
            self._not_before = self._clock.monotonic() + RETRY_SECONDS
            return
        self.problem = ""
        why = str(error) or type(error).__name__
        log.warning("%s is passed over: %s", entry.file_name or entry.key, why)
        self._playlist.refuse(failed.item, why, for_long=not isinstance(error, CopyUnusable | DecoderStarved))

    def make_again(self) -> None:
        """What was made is of no use: it was for another panel, or looks otherwise by now. What hangs comes first."""
        self._ahead.forget()
        self._again = self._turn.current is not None

    def freshen(self) -> None:
        """What hangs is made again when there is time; what is ready may come first."""
        self._again = True

    def choose_again(self) -> None:
        """Others are wanted by now than the one that was made ahead."""
        if self._ahead.ready is not None and self._ahead.ready.way is Way.NEXT and not self._is_soon():
            self._ahead.forget()

    def drop_what_left(self) -> None:
        """A photo that is gone from the albums or hidden leaves the wall now, not at the end of its time."""
        is_here, turn = self._playlist.contains, self._turn
        self._ahead.keep(is_here)
        ready = self._ahead.ready
        if ready is not None and ready.way is Way.NEXT and ready.item.steps_back is None and not self._is_soon():
            upcoming = self._playlist.next()
            if upcoming is None or upcoming.entry.key != ready.item.entry.key:
                self._ahead.forget()  # a newcomer goes before it
        if turn.current is not None and not all(map(is_here, turn.current.item.keys)):
            turn.leave(others=len(self._playlist) > 0)

    def _is_soon(self) -> bool:
        left = self._turn.seconds_left(self._theme.settings.wall.interval_seconds)
        return left is not None and left < SOON_SECONDS

    def _must_wait(self) -> bool:
        """A panorama is several panels large: while one travels nothing is made, and none while anything moves. Who
        presses a key waits for no panorama's end."""
        hanging = self._hanging
        self._waits = hanging.moves and (self._waits or hanging.travels) and self._turn.urge is None and not self._again
        return self._waits

    def _take_last(self) -> Item | None:
        key, self._resume = self._resume, None
        entry = None if key is None else find_photo(self._catalogue, key)
        return Item(entry, Why("resumed"), 0) if entry is not None and entry.albums else None

    def _make(self, item: Item, way: Way, display: Display) -> None:
        current = self._turn.current
        same = current is not None and item.entry.display == current.item.entry.display
        if way is Way.NEXT and same and (made := self._hanging.as_it_hangs()) is not None:
            self._ahead.ready = Ready(made, item, way)  # the only photo there is
            return
        wall = self._theme.settings.wall
        if self._hanging.moves and strip_of(item, wall, display, self._room) is not None:
            if way is Way.NEXT:
                self._waits = True
                return
            self._hanging.stand()
        if not self._is_poison(item):
            self._ahead.make(item, way, display=display, wall=wall, style=self._theme.style())

    def _is_poison(self, item: Item) -> bool:
        """Whether the frame died over it before; it is passed over then. Else it is noted, should this one die."""
        if self._crashes is None:
            return False
        if item.entry.key in self._crashes.verdict.poison:
            self._playlist.refuse(item, "The frame died over it several times.", for_long=True)
            return True
        self._crashes.making(item.entry.key)
        return False
