"""Chooses, prepares ahead, shows, holds. It never raises and never waits for anything but the next event.

One `tick` does what is due and says for how long nothing will be; decoding and the reading of catalogues happen in the
worker meanwhile. It knows of no sockets, signals or files but those that its parts read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frame.picture import CopyUnusable, Renderer, make_picture
from frame.playlist import Item, Playlist
from frame.stage import RETRY_SECONDS, Stage
from frame.state import State
from frame.watch import Collection, SettingsWatch, Signature, load_catalogue, open_catalogue, signature
from frame.worker import Job, Worker
from sync.clock import Clock
from sync.errors import Cancelled, CatalogueUnreadable, DecoderUnavailable, DisplayLost
from sync.home import Home
from sync.settings import Wall

if TYPE_CHECKING:
    from frame.displays.contract import Display, Prepared

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the files of settings and catalogue are looked at."""
EVENT_SECONDS = 0.1
"""How often a display with keys is asked for them."""
RELOAD_SECONDS = 60.0
"""A catalogue that could not be read is tried again after this long, though its file did not change."""
_MOST_NAMED = 20
RESUMED = "It was on the wall when the frame stopped."


@dataclass(frozen=True)
class Current:
    """What is on the wall."""

    item: Item
    since: float
    """Monotonic seconds."""
    at: int
    """Wall clock, seconds since 1970."""


@dataclass(frozen=True)
class _Cooking:
    job: Job
    item: Item
    way: str


@dataclass(frozen=True)
class _Ready:
    picture: Prepared
    item: Item
    way: str
    """`next`, `back`, or `again` for the current photo after a change of layout or display."""


class Player:
    """The whole wall but its control socket.

    `on_shown` is called with every item that came on the panel; `attend`, when set, often while a picture fades in, to
    answer whoever asks meanwhile.
    """

    def __init__(
        self,
        home: Home,
        *,
        clock: Clock,
        settings: SettingsWatch,
        state: State,
        renderer: Renderer,
        stage: Stage,
        resume: bool = True,
        on_shown: Callable[[Item], None] | None = None,
    ) -> None:
        self._home = home
        self._clock = clock
        self._settings = settings
        self._state = state
        self._renderer = renderer
        self._resume = resume
        self._on_shown = on_shown
        self.attend: Callable[[], None] | None = None
        self.stage = stage
        self.playlist = Playlist(state, clock)
        self.worker = Worker()
        self.wall = Wall()
        self.problems: dict[str, str] = {}
        self.current: Current | None = None
        self.paused = False
        self.ended = False
        self.welcome_lines: tuple[str, ...] = ()
        self.welcome_shown: tuple[str, ...] | None = None
        self._looked_at: float | None = None
        self._catalogue_seen: Signature = None
        self._loading: Job | None = None
        self._loaded_at = clock.monotonic()
        self._load_failed = False
        self._last_key: str | None = None
        self._cooking: _Cooking | None = None
        self._ready: _Ready | None = None
        self._urge: str | None = None
        self._again = False
        self._cook_again_at = clock.monotonic()

    def start(self) -> None:
        """Get the last photo on its way before anything big is read."""
        self._use_settings(first=True)
        self._last_key = self._state.last_key() if self._resume else None
        self.stage.open_if_due(self.wall)
        self._cook()
        self._state.load()
        if self._last_key in self._state.hidden:
            self._last_key = None
        if self._cooking is not None and self._cooking.item.entry.key in self._state.hidden:
            self._cooking = None
        self._load_catalogue()

    def tick(self) -> float:
        """Do what is due; gives the seconds until something is due again, unless something happens."""
        self._look()
        self._collect()
        self._press_keys()
        if self.stage.open_if_due(self.wall):
            self._forget_pictures()
        self._perform()
        self._cook()
        self._welcome_if_nothing()
        self._state.flush_if_due()
        return self._until_next()

    def press(self, verb: str) -> bool:
        """One of next, back, pause, resume, quit; False when there is nothing to go back to."""
        if verb == "pause":
            self.paused = True
        elif verb == "resume":
            if self.paused and self.current is not None:
                self.current = Current(self.current.item, self._clock.monotonic(), self.current.at)
            self.paused = False
        elif verb == "quit":
            self.ended = True
        elif verb == "back" and self.playlist.back() is None:
            return False
        elif verb in ("next", "back"):
            self._urge = verb
        return True

    def hide(self, key: str, hidden: bool) -> None:
        """Take effect at once: what is hidden leaves the wall, what may come again is chosen from again."""
        self.playlist.hide(key, hidden)
        self._drop_what_left()
        if not hidden:
            self._catalogue_seen = None

    def _press_keys(self) -> None:
        for verb in self.stage.events():
            # One key does both: it has no label that could say which.
            self.press("resume" if verb == "pause" and self.paused else verb)

    def _interrupted(self) -> bool:
        """Asked while a picture fades in: whether somebody wants another one already."""
        if self.attend is not None:
            self.attend()
        self._press_keys()
        return self.ended or self._urge is not None

    def all_problems(self) -> list[str]:
        """Every sentence that a person should read."""
        found = [*self.problems.values(), *self._state.problems.values()]
        if self.stage.problem:
            found.append(self.stage.problem)
        if self.playlist.collection is not None and self.playlist.collection.problem:
            found.append(self.playlist.collection.problem)
        refused = [f"{name} is passed over: {why}" for name, why in self.playlist.refused.items()]
        more = [f"{len(refused) - _MOST_NAMED} more are passed over."] if len(refused) > _MOST_NAMED else []
        return found + refused[:_MOST_NAMED] + more

    def nothing_to_show(self) -> bool:
        """Whether it is certain by now that no photo can be shown."""
        waiting = self._loading is not None or self._cooking is not None or self._ready is not None
        return not waiting and (self._load_failed or self.playlist.collection is not None or not self._catalogue_seen)

    def close(self) -> None:
        """End cleanly: what was shown goes to the card, the display back to its owner."""
        self._state.flush()
        self.stage.close()
        self.worker.close()

    # settings and catalogue

    def _look(self) -> None:
        now = self._clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        self._use_settings()
        found = signature(self._home.catalogue)
        again = self._load_failed and now - self._loaded_at >= RELOAD_SECONDS
        if found is not None and (found != self._catalogue_seen or again) and self._loading is None:
            self._load_catalogue()

    def _use_settings(self, *, first: bool = False) -> None:
        loaded = self._settings.load() if first else self._settings.look()
        if loaded is None:
            return
        old, self.wall = self.wall, loaded.settings.wall
        self.problems = {key: text for key, text in self.problems.items() if not key.startswith("settings ")}
        wrong = [problem for problem in loaded.problems if problem.key in ("", "wall") or "wall." in problem.key]
        self.problems |= {f"settings {problem.key}": problem.sentence for problem in wrong}
        self.playlist.set_mode(self.wall.selection)
        if first:
            return
        if (old.display, old.size) != (self.wall.display, self.wall.size):
            self.stage.close()
        if (old.layout, old.rotation) != (self.wall.layout, self.wall.rotation):
            self._forget_pictures()
        if old.selection is not self.wall.selection:
            self._cooking = self._ready = None

    def _forget_pictures(self) -> None:
        """They were made for another panel; what is on the wall is made anew first."""
        self._cooking = self._ready = self.welcome_shown = None
        self._again = self.current is not None

    def _load_catalogue(self) -> None:
        self._loaded_at = self._clock.monotonic()
        self._catalogue_seen = signature(self._home.catalogue)
        path, hidden = self._home.catalogue, frozenset(self._state.hidden)
        fresh = self.playlist.collection is None
        self._loading = self.worker.submit(lambda: load_catalogue(path, hidden, or_previous=fresh))

    def _use_catalogue(self, job: Job) -> None:
        self._loading = None
        self._load_failed = job.error is not None
        if isinstance(job.result, Collection):
            self.problems.pop("catalogue", None)
            self.playlist.use(job.result)
            for key in self._state.hidden:  # hidden while it was being read
                if self.playlist.contains(key):
                    self.playlist.hide(key, True)
            self._drop_what_left()
        elif self._catalogue_seen is not None:
            self.problems["catalogue"] = str(job.error)

    def _drop_what_left(self) -> None:
        """A photo that is gone from the albums or hidden leaves the wall now, not at the end of its time."""
        here = self.playlist.contains
        if self._cooking is not None and not here(self._cooking.item.entry.key):
            self._cooking = None
        if self._ready is not None and not here(self._ready.item.entry.key):
            self._ready = None
        if self._ready is not None and self._ready.way == "next" and self._ready.item.steps_back is None:
            upcoming = self.playlist.next()
            if upcoming is None or upcoming.entry.key != self._ready.item.entry.key:
                self._ready = None  # a newcomer goes before it
        if self.current is not None and not here(self.current.item.entry.key):
            self._urge = "next"
            if not len(self.playlist):
                self.current = None

    # preparing

    def _cook(self) -> None:
        """Have the next picture made, where it is not ready or under way."""
        if self.stage.display is None or self._cooking is not None or self._clock.monotonic() < self._cook_again_at:
            return
        if self._last_key is not None:
            key, self._last_key = self._last_key, None
            if self._cook_last(key):
                return
        if self._again and self.current is not None:
            self._again = False
            self._submit(self.current.item, "again")
            return
        way = self._urge or "next"
        if self._ready is not None and self._ready.way in (way, "again"):
            return
        item = self.playlist.back() if way == "back" else self.playlist.next()
        if item is not None:
            self._ready = None
            self._submit(item, way)
        elif self._loading is None:
            self._urge = None

    def _cook_last(self, key: str) -> bool:
        """The photo that was last on the wall, straight from the catalogue's file."""
        try:
            catalogue = open_catalogue(self._home.catalogue)
            number = catalogue.number_of(key)
            entry = None if number is None else catalogue.photo(number)
            catalogue.close()
        except (CatalogueUnreadable, TypeError, ValueError) as error:
            log.warning("%s", error)
            return False
        if entry is None or not entry.albums:
            return False
        self._submit(Item(entry, RESUMED, 0), "next")
        return True

    def _submit(self, item: Item, way: str) -> None:
        display, on_panel = self.stage.display, self.stage.on_panel
        if display is None:
            return
        if way == "next" and on_panel is not None and self._is_current(item):
            self._ready = _Ready(on_panel[0], item, way)  # the only photo there is
            return
        wall = self.wall
        job = self.worker.submit(lambda: self._make(item, display, wall))
        self._cooking = _Cooking(job, item, way)

    def _make(self, item: Item, display: Display, wall: Wall) -> Prepared:
        """In the worker."""
        picture = make_picture(self._home, self._renderer, item.entry, wall=wall, size=display.size)
        return display.prepare(picture)

    def _is_current(self, item: Item) -> bool:
        return self.current is not None and item.entry.display == self.current.item.entry.display

    def _collect(self) -> None:
        for job in self.worker.finished():
            if job is self._loading:
                self._use_catalogue(job)
            elif self._cooking is not None and job is self._cooking.job:
                cooked, self._cooking = self._cooking, None
                self._take_in(cooked)

    def _take_in(self, cooked: _Cooking) -> None:
        error = cooked.job.error
        if error is None:
            self._ready = _Ready(cooked.job.result, cooked.item, cooked.way)
        elif isinstance(error, DisplayLost):
            self.stage.fail(error)
        elif isinstance(error, Cancelled | DecoderUnavailable):
            self.problems["decoder"] = str(error)
            self._cook_again_at = self._clock.monotonic() + RETRY_SECONDS
            return
        else:
            why = str(error) or type(error).__name__
            log.warning("%s is passed over: %s", cooked.item.entry.file_name or cooked.item.entry.key, why)
            self.playlist.refuse(cooked.item, why, for_good=not isinstance(error, CopyUnusable))
        self.problems.pop("decoder", None)

    # showing

    def _perform(self) -> None:
        ready = self._ready
        if ready is None or not self._is_time(ready):
            return
        self._ready = self._urge = None
        if self.stage.show(ready.picture, self.wall, at_once=ready.way == "again", should_stop=self._interrupted):
            self._note(ready)

    def _welcome_if_nothing(self) -> None:
        if self.current is None and self.stage.display is not None and self.nothing_to_show():
            self._show_welcome()

    def _is_time(self, ready: _Ready) -> bool:
        if self.current is None or ready.way in ("again", self._urge):
            return True
        return ready.way == "next" and not self._urge and self._seconds_left() == 0

    def _seconds_left(self) -> float | None:
        """Until the current photo's time is over; None while it is held."""
        if self.current is None or self.paused:
            return None
        return max(0.0, self.current.since + self.wall.interval_seconds - self._clock.monotonic())

    def _note(self, ready: _Ready) -> None:
        self.welcome_shown = None
        if ready.way == "again":
            return
        self.playlist.shown(ready.item)
        self.current = Current(ready.item, self._clock.monotonic(), int(self._clock.now().timestamp()))
        log.debug("showing %s: %s", ready.item.entry.key, ready.item.why)
        if self._on_shown is not None:
            self._on_shown(ready.item)
        if self.playlist.collection is not None and not self.playlist.contains(ready.item.entry.key):
            self._urge = self._urge or "next"  # hidden while it faded in

    def _show_welcome(self) -> None:
        lines = self.welcome_lines
        if self.welcome_shown == lines or self.stage.display is None:
            return
        from frame.overlays.welcome import draw_welcome

        display = self.stage.display
        try:
            picture = draw_welcome(display.size, rotation=int(self.wall.rotation.value), lines=lines)
            prepared = display.prepare(picture)
        except DisplayLost as error:
            self.stage.fail(error)
            return
        if self.stage.show(prepared, self.wall):
            self.welcome_shown = lines

    def _until_next(self) -> float:
        waits = [LOOK_SECONDS]
        if self.stage.display is not None and self.stage.display.animated:
            waits.append(EVENT_SECONDS)
        if (retry := self.stage.seconds_to_retry()) is not None:
            waits.append(retry)
        if self._ready is not None and (left := self._seconds_left()) is not None:
            waits.append(left)
        if self._urge is not None and self._ready is not None:
            waits.append(0.0)  # pressed while this tick was under way
        return min(waits)
