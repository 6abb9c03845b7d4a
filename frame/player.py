"""Chooses, prepares ahead, shows, holds. It never raises and never waits for anything but the next event.

One `tick` does what is due and says for how long nothing will be; decoding and the reading of catalogues happen in the
worker meanwhile. It knows of no sockets, signals or files but those that its parts read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from frame.ahead import Ahead, Failed, Ready, Way
from frame.crashes import Crashes
from frame.dress import Dress
from frame.hands.obey import Obedience
from frame.hanging import Hanging
from frame.making import Made
from frame.picture import CopyUnusable, Renderer
from frame.playlist import Item, Playlist
from frame.poster import Poster
from frame.power.decide import Press
from frame.power.screen import Screen
from frame.render.layout import viewer_canvas
from frame.selection.why import Why
from frame.sign import Sign
from frame.stage import RETRY_SECONDS, Stage
from frame.state import State
from frame.watch import CatalogueWatch, SettingsWatch, open_catalogue
from frame.wishes import Wishing
from frame.worker import Worker
from sync.clock import Clock
from sync.errors import Cancelled, CatalogueUnreadable, DecoderUnavailable, DisplayLost
from sync.home import Home
from sync.settings_wall import Wall

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the files of settings and catalogue are looked at."""
INFO_SECONDS = 30.0
"""How long the wall tells of a photo; long enough to get a phone out."""
EVENT_SECONDS = 0.1
"""How often a display with keys is asked for them."""
WISH_SECONDS = 30.0
"""So long a photo is waited for that was asked for before it arrived, as one from a phone is."""
_MOST_NAMED = 20


@dataclass(frozen=True)
class Current:
    """What is on the wall."""

    item: Item
    since: float
    """Monotonic seconds."""
    at: int
    """Wall clock, seconds since 1970."""


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
        screen: Screen | None = None,
        crashes: Crashes | None = None,
        resume: bool = True,
        on_shown: Callable[[Item], None] | None = None,
    ) -> None:
        self._home = home
        self._clock = clock
        self._settings = settings
        self._state = state
        self._resume = resume
        self._on_shown = on_shown
        self.attend: Callable[[], None] | None = None
        self.stage = stage
        self.screen = screen
        self.obedience = Obedience(stage, screen, self.press)
        self._crashes = crashes
        self.playlist = Playlist(state, clock)
        self.worker = Worker()
        self.dress = Dress(clock)
        self._hanging = Hanging(stage, self.dress, self.worker, clock)
        self._ahead = Ahead(home, renderer, self.worker)
        self._catalogue = CatalogueWatch(home.catalogue, self.worker, clock)
        self.wall = Wall()
        self._wishing = Wishing()
        self.problems: dict[str, str] = {}
        self.current: Current | None = None
        self.paused = False
        self.ended = self.anew = False
        self.sign = Sign(clock)
        self.poster = Poster(stage, self.sign)
        self._has_albums = False
        self._looked_at: float | None = None
        self._last_key: str | None = None
        self._urge: Way | None = None
        self._wish: tuple[str, float] | None = None
        self._again = False
        self._make_again_at = clock.monotonic()

    def start(self) -> None:
        """Get the last photo on its way; whatever takes longer to read waits until it hangs."""
        self._use_settings(first=True)
        self._last_key = self._state.last_key() if self._resume else None
        self.stage.open_if_due(self.wall)
        self._prepare()

    def tick(self) -> float:
        """Do what is due; gives the seconds until something is due again, unless something happens."""
        self._look()
        self._take_in()
        self._press_keys()
        if self.stage.open_if_due(self.wall):
            self._forget_pictures()
        if self.sign.lines and not self.sign.seconds_left():
            self.put_up_sign((), 0)
        self._follow_screen()
        self._perform()
        if not self._state.loaded and not self._ahead.busy:
            self._state.load()
            self._look(at_once=True)
        self._prepare()
        self._have_panel_follow()
        self._let_it_hang()
        if self.sign.lines or (self.current is None and self.nothing_to_show() and not self.dark):
            self._put_up_poster()
        self._state.flush_if_due()
        if self._crashes is not None:
            self._crashes.lived()
        return self._until_next()

    def press(self, verb: str) -> bool:
        """One of next, back, pause, resume, quit, restart; False when there is nothing to go back to. A sign that is up
        only comes down by next and back."""
        if verb == "pause":
            self.paused = True
        elif verb == "resume":
            if self.paused and self.current is not None:
                self.current = replace(self.current, since=self._clock.monotonic())
            self.paused = False
        elif verb in ("quit", "restart"):
            self.ended, self.anew = True, verb == "restart"
        elif self.dark and self.screen is not None:
            self.screen.press(Press.ON)  # who wants another photo wants to see it
        elif self.sign.lines:
            self.put_up_sign((), 0)
        elif verb == "info":
            self.tell()
        elif verb == "back" and self.playlist.back() is None:
            return False
        else:
            self._urge, self._wish = Way(verb), None
        return True

    def tell(self) -> None:
        """Say for a while all that is known of the photo on the wall, with a code that opens it in Immich."""
        if self.current is None:
            return
        from frame.overlays.telling import telling
        from frame.overlays.tongue import tongue

        settings, now, item = self.dress.settings, self.dress.now(), self.current.item
        today = None if now is None else now.date()
        lines = telling(item.entry, item.partner, item.why, settings, tongue(settings.language), today)
        self.put_up_sign(lines, INFO_SECONDS, over_photo=True)

    def wish(self, key: str) -> bool:
        """Show that photo next, at once or as soon as it arrives; False where it is not here yet."""
        if self.sign.lines:
            self.put_up_sign((), 0)
        self._wish = key, self._clock.monotonic() + WISH_SECONDS
        return self.playlist.contains(key)

    @property
    def dark(self) -> bool:
        return self.stage.level == 0

    def _follow_screen(self) -> None:
        """Draw as bright as is wanted now. A sign is always lit: somebody stands there and asked for it."""
        if self.screen is None:
            return
        level = 100 if self.sign.lines else self.screen.drawn_level(self.screen.decide().level)
        if level == self.stage.level:
            return
        if self.dark and self.current is not None and not self.paused:
            # The night's photo gives way to the next one, which was made ready meanwhile.
            self.current = replace(self.current, since=float("-inf"))
        self.stage.dim(level)
        self.poster.shown = None

    def _have_panel_follow(self) -> None:
        """After the picture: what lights up is this tick's."""
        display = self.stage.display
        if self.screen is None or display is None or display.stand_in:
            return
        if self.current is not None or self.dark or self.poster.shown is not None:  # the first photo waits for no tool
            self.screen.keep_panel(100 if self.sign.lines else self.screen.decision.level, display.name)

    def put_up_sign(self, lines: tuple[str, ...], seconds: float, *, over_photo: bool = False) -> None:
        """Cover the photos for so long (`over_photo`: they shine through), or (without lines) bring the photo back that
        was covered."""
        was_up = bool(self.sign.lines)
        self.sign.put_up(lines, seconds, over_photo=over_photo)
        if was_up and not self.sign.lines:
            self._forget_pictures()
            if self.current is not None:
                self.current = replace(self.current, since=self._clock.monotonic())

    def hide(self, key: str, hidden: bool) -> None:
        """Take effect at once: what is hidden leaves the wall, what may come again is chosen from again."""
        self.playlist.hide(key, hidden)
        self._drop_what_left()
        if not hidden:
            self._catalogue.look_again()

    def _interrupted(self) -> bool:
        """Asked while a picture fades in: whether somebody wants another one already."""
        if self.attend is not None:
            self.attend()
        self._press_keys()
        return self.ended or self._urge is not None

    def all_problems(self) -> list[str]:
        """Every sentence that a person should read."""
        collection = self.playlist.collection
        found = [*self.problems.values(), *self._state.problems.values(), self.stage.problem, self._catalogue.problem]
        found += self.screen.all_problems() if self.screen is not None else []
        found.append(self.obedience.hands.problem if self.obedience.hands is not None else "")
        found.append(collection.problem if collection is not None else "")
        refused = [f"{name} is passed over: {why}" for name, why in self.playlist.refused.items()]
        more = [f"{len(refused) - _MOST_NAMED} more are passed over."] if len(refused) > _MOST_NAMED else []
        return [sentence for sentence in found if sentence] + refused[:_MOST_NAMED] + more

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do for the wall."""
        return self._catalogue.busy or self._ahead.busy

    def nothing_to_show(self) -> bool:
        """Whether it is certain by now that no photo can be shown."""
        known = self._catalogue.failed or self.playlist.collection is not None
        return known and not self.busy and self._ahead.ready is None

    def close(self) -> None:
        """End cleanly: what was shown goes to the card, the display back to its owner."""
        self._state.flush()
        self.stage.close()
        self.worker.close()
        if self.screen is not None:
            self.screen.close()
        if self.obedience.hands is not None:
            self.obedience.hands.close()

    # settings and catalogue

    def _look(self, *, at_once: bool = False) -> None:
        now = self._clock.monotonic()
        if not at_once and self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        self._use_settings()
        self._follow_the_hour()
        if self._state.loaded:
            self._catalogue.look(
                self._state.hidden, or_previous=self.playlist.collection is None, only=self.wall.album
            )

    def _follow_the_hour(self) -> None:
        """What this hour wants; a picture made ahead of another wish is let go."""
        collection, settings = self.playlist.collection, self.dress.settings
        wishes = self._wishing.at(settings, self.dress.now(), collection.catalogue if collection else None)
        mode = self.playlist.wish(settings.wall.selection, settings.choosing, wishes)
        if mode and self._ahead.ready is not None and self._ahead.ready.way is Way.NEXT:
            self._ahead.forget()

    def _use_settings(self, *, first: bool = False) -> None:
        loaded = self._settings.load() if first else self._settings.look()
        if loaded is None:
            return
        old, self.wall = self.wall, loaded.settings.wall
        otherwise = self.dress.use(loaded.settings)
        self._has_albums = bool(loaded.settings.albums)
        self.problems = {key: text for key, text in self.problems.items() if not key.startswith("settings ")}
        wrong = [problem for problem in loaded.problems if problem.key in ("", "wall") or "wall." in problem.key]
        self.problems |= {f"settings {problem.key}": problem.sentence for problem in wrong}
        self._catalogue.leave_out(loaded.settings.choosing)
        if self.screen is not None:
            self.screen.use(loaded.settings)
        if self.obedience.hands is not None:
            self.obedience.hands.use(loaded.settings.hands.pins)
        if first:
            return
        if (old.display, old.size) != (self.wall.display, self.wall.size):
            self.stage.close()
        if otherwise:
            self._forget_pictures()
        if old.album != self.wall.album:
            self._catalogue.look_again()

    def _forget_pictures(self) -> None:
        """They were made for another panel; what is on the wall is made anew first."""
        self._ahead.forget()
        self.poster.shown = None
        self._again = self.current is not None

    def _take_in(self) -> None:
        for job in self.worker.finished():
            collection = self._catalogue.take_in(job)
            if collection is not None:
                self.playlist.use(collection)
                for key in filter(self.playlist.contains, list(self._state.hidden)):
                    self.playlist.hide(key, True)  # hidden while it was being read
                self._drop_what_left()
            failed = self._ahead.take_in(job)
            if failed is not None:
                self._pass_over(failed)

    def _drop_what_left(self) -> None:
        """A photo that is gone from the albums or hidden leaves the wall now, not at the end of its time."""
        is_here = self.playlist.contains
        self._ahead.keep(is_here)
        ready = self._ahead.ready
        if ready is not None and ready.way is Way.NEXT and ready.item.steps_back is None:
            upcoming = self.playlist.next()
            if upcoming is None or upcoming.entry.key != ready.item.entry.key:
                self._ahead.forget()  # a newcomer goes before it
        if self.current is not None and not all(map(is_here, self.current.item.keys)):
            self._urge = Way.NEXT
            if not len(self.playlist):
                self.current = None

    # preparing

    def _prepare(self) -> None:
        """Have the next picture made, where it is not ready or under way."""
        if self.stage.display is None or self._ahead.busy or self._clock.monotonic() < self._make_again_at:
            return
        rotation = int(self.wall.rotation.value)
        self.playlist.canvas = viewer_canvas(self.stage.display.size, rotation) if self.wall.pairs else None
        if self._last_key is not None:
            last, self._last_key = self._find_last(self._last_key), None
            if last is not None:
                self._make(last, Way.NEXT)
                return
        if self._again and self.current is not None:
            self._again = False
            self._make(self.current.item, Way.AGAIN)
            return
        wished = self._wished()
        way = self._urge or Way.NEXT
        if self._ahead.ready is not None and self._ahead.ready.way in (way, Way.AGAIN):
            return
        item = wished or (self.playlist.back() if way is Way.BACK else self.playlist.next())
        if item is not None:
            self._make(item, way)
        elif not self._catalogue.busy:
            self._urge = None

    def _wished(self) -> Item | None:
        """What somebody asked for, once it is here; it is then what is made and shown first."""
        if self._wish is None:
            return None
        key, until = self._wish
        item = self.playlist.wished(key)
        there = self.current is not None and self.current.item.entry.key == key
        if there or (item is None and self._clock.monotonic() >= until):
            self._wish = None
        if item is None or there:
            self._urge = None if self._urge is Way.WISH else self._urge
            return None
        self._urge = Way.WISH
        return item

    def _find_last(self, key: str) -> Item | None:
        """The photo that was last on the wall, straight from the catalogue's file."""
        try:
            catalogue = open_catalogue(self._home.catalogue)
            number = catalogue.number_of(key)
            entry = None if number is None else catalogue.photo(number)
            catalogue.close()
        except (CatalogueUnreadable, TypeError, ValueError) as error:
            log.warning("%s", error)
            return None
        return Item(entry, Why("resumed"), 0) if entry is not None and entry.albums else None

    def _make(self, item: Item, way: Way) -> None:
        display, on_panel = self.stage.display, self.stage.on_panel
        if display is None:
            return
        same = self.current is not None and item.entry.display == self.current.item.entry.display
        if way is Way.NEXT and same and on_panel is not None:
            self._ahead.ready = Ready(Made(on_panel[0], self._hanging.clock), item, way)  # the only photo there is
            return
        if self._is_poison(item):
            return
        self._ahead.make(item, way, display=display, wall=self.wall, manner=self.dress.manner())

    def _is_poison(self, item: Item) -> bool:
        """Whether the frame died over it before; it is passed over then. Else it is noted, should this one die."""
        if self._crashes is None:
            return False
        if item.entry.key in self._crashes.verdict.poison:
            self.playlist.refuse(item, "The frame died over it several times.", for_long=True)
            return True
        self._crashes.making(item.entry.key)
        return False

    def _pass_over(self, failed: Failed) -> None:
        error, entry = failed.error, failed.item.entry
        self.problems.pop("decoder", None)
        if isinstance(error, DisplayLost):
            self.stage.fail(error)
        elif isinstance(error, Cancelled | DecoderUnavailable):
            # It says nothing about the photo.
            self.problems["decoder"] = str(error)
            self._make_again_at = self._clock.monotonic() + RETRY_SECONDS
        else:
            why = str(error) or type(error).__name__
            log.warning("%s is passed over: %s", entry.file_name or entry.key, why)
            self.playlist.refuse(failed.item, why, for_long=not isinstance(error, CopyUnusable))

    # showing

    def _perform(self) -> None:
        ready = self._ahead.ready
        if ready is None or self.sign.lines or self.dark or not self._is_time(ready):
            return
        self._ahead.ready = self._urge = None
        self._hanging.wind(ready.made)
        at_once = ready.way is Way.AGAIN or self._hanging.travels
        if self._crashes is not None:
            self._crashes.making(ready.item.entry.key)
        if self.stage.show(ready.made.picture, self.wall, at_once=at_once, should_stop=self._interrupted):
            self._note(ready)

    def _is_time(self, ready: Ready) -> bool:
        if self.current is None or ready.way in (Way.AGAIN, self._urge):
            return True
        return ready.way is Way.NEXT and self._urge is None and self._seconds_left() == 0

    def _seconds_left(self) -> float | None:
        """Until the current photo's time is over; None while it is held."""
        if self.current is None or self.paused or self.dark:
            return None
        seconds = max(self.wall.interval_seconds, self.stage.least_seconds)
        return max(0.0, self.current.since + seconds - self._clock.monotonic())

    def _let_it_hang(self) -> None:
        """What moves or ticks on the wall goes on, while it is seen."""
        if self.current is None or self.sign.lines or self.dark or self.stage.display is None:
            return
        self._again |= self._hanging.go_on()

    def _note(self, ready: Ready) -> None:
        self.poster.shown = None
        if ready.made.problem:
            self.problems["fonts"] = ready.made.problem
        self._hanging.hang(ready.made)
        self.problems.pop("decoder", None)
        if ready.way is Way.AGAIN:
            return
        self.playlist.shown(ready.item)
        self.current = Current(ready.item, self._clock.monotonic(), int(self._clock.now().timestamp()))
        log.debug("showing %s: %s", ready.item.entry.key, ready.item.why)
        if self._on_shown is not None:
            self._on_shown(ready.item)
        if self.playlist.collection is not None and not self.playlist.contains(ready.item.entry.key):
            self._urge = self._urge or Way.NEXT  # hidden while it faded in

    def _put_up_poster(self) -> None:
        troubled = len(self.playlist) > 0 or bool(self._catalogue.problem)
        self.poster.draw(self.wall, albums=self._has_albums, troubled=troubled, photo=self.current is not None)

    def _press_keys(self) -> None:
        self.obedience.look(self.wall.rotation, paused=lambda: self.paused)

    def _until_next(self) -> float:
        waits = [LOOK_SECONDS]
        listening = self.obedience.hands is not None and self.obedience.hands.listening
        if listening or (self.stage.display is not None and self.stage.display.animated):
            waits.append(EVENT_SECONDS)
        if (retry := self.stage.seconds_to_retry()) is not None:
            waits.append(retry)
        if (moves := self._hanging.seconds()) is not None and not self.dark:
            waits.append(moves)
        if self.sign.lines:
            return min([*waits, self.sign.seconds_left()])
        if self._ahead.ready is not None and (left := self._seconds_left()) is not None:
            waits.append(left)
        if self._urge is not None and self._ahead.ready is not None and not self.dark:
            waits.append(0.0)  # pressed while this tick was under way
        return min(waits)

