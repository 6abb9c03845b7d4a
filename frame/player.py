"""Chooses, prepares ahead, shows, holds. It never raises and never waits for anything but the next event.

One `tick` does what is due and says for how long nothing will be; decoding and the reading of catalogues happen in the
worker meanwhile. News come from the files, orders from people; what is upcoming is made ahead, and takes its turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from frame.ahead import Ahead, Ready, Way
from frame.crashes import Crashes
from frame.curtain import Curtain
from frame.hands.handler import InputHandler
from frame.hanging import Hanging
from frame.news import LOOK_SECONDS, Change, News
from frame.nods import Nods
from frame.orders import Orders
from frame.picture import Renderer
from frame.playlist import Item, Playlist
from frame.power.screen import Screen
from frame.room import Room
from frame.stage import Stage
from frame.state import State
from frame.theme import Theme
from frame.turn import Turn
from frame.upcoming import Upcoming
from frame.watch import CatalogueWatch, SettingsWatch
from frame.worker import Worker
from sync.clock import Clock
from sync.counted import counted
from sync.errors import DisplayLost
from sync.home import Home
from sync.settings.wall import Motion, Wall

log = logging.getLogger(__name__)

EVENT_SECONDS = 0.1
"""How often a display with keys is asked for them."""
_MOST_NAMED = 20


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
        room: Room | None = None,
    ) -> None:
        self._room = room or Room()
        self._state, self._crashes, self._resume, self._on_shown = state, crashes, resume, on_shown
        self.attend: Callable[[], None] | None = None
        self.problems: dict[str, str] = {}
        self.stage, self.screen = stage, screen
        self.worker = Worker()
        self.playlist, self.turn = Playlist(state, clock), Turn(clock)
        self.curtain = Curtain(stage, screen, clock)
        self._theme = Theme(clock)
        self._hanging = Hanging(stage, self._theme, self.worker, clock)
        self.nods = Nods(stage, self._theme, clock)
        self._news = News(
            settings, CatalogueWatch(home.catalogue, self.worker, clock), playlist=self.playlist, theme=self._theme,
            state=state, clock=clock,
        )  # fmt: skip
        self._upcoming = Upcoming(
            home, ahead=Ahead(home, renderer, self.worker, self._room), playlist=self.playlist, turn=self.turn,
            hanging=self._hanging, theme=self._theme, clock=clock, crashes=crashes, room=self._room,
        )  # fmt: skip
        self.orders = Orders(
            turn=self.turn, playlist=self.playlist, upcoming=self._upcoming, curtain=self.curtain, news=self._news,
            theme=self._theme, nods=self.nods,
        )  # fmt: skip
        self.input = InputHandler(stage, screen, self.orders.press, self.nods)

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do for the wall."""
        return self._news.busy or self._upcoming.busy

    def start(self) -> None:
        """Get the last photo on its way; whatever takes longer to read waits until it hangs."""
        self._follow(self._news.begin())
        self._upcoming.resume(self._state.last_key() if self._resume else None)
        self.stage.open_if_due(self._wall)
        self._prepare()

    def tick(self) -> float:
        """Do what is due; gives the seconds until something is due again, unless something happens."""
        self._follow(self._news.look())
        self._take_in()
        self._press_keys()
        if self.stage.open_if_due(self._wall):
            self._make_again()
        if not self.curtain.seconds_left():
            self.orders.take_down_sign()
        if self.curtain.follow_screen():
            self.turn.give_way()  # the night's photo; the next one was made ready meanwhile
        self._perform()
        if not self._state.loaded and not self._upcoming.busy:
            self._state.load()
            self._follow(self._news.look(at_once=True))
        self._prepare()
        if not (self.curtain.dark and self.nods.up):  # switched off at once, a panel would hide the sign that says so
            self.curtain.keep_panel(photo=self.turn.current is not None)
        self._let_it_hang()
        self._put_up_words()
        self._put_above(moves=self._hanging.moves and self.curtain.open)
        self._state.flush_if_due()
        if self._crashes is not None:
            self._crashes.lived()
        return self._until_next()

    def all_problems(self) -> list[str]:
        """Every sentence that a person should read."""
        found = [*self.problems.values(), self._upcoming.problem, *self._state.problems.values(), self.stage.problem]
        found += self._news.all_problems()
        found += self.screen.all_problems() if self.screen is not None else []
        found.append(self._stands_still())
        found.append(self.input.hands.problem if self.input.hands is not None else "")
        refused = [f"{name} is passed over: {why}" for name, why in self.playlist.refused.items()]
        unnamed = len(refused) - _MOST_NAMED
        more = [counted("{number} more {number:is|are} passed over.", number=unnamed)] if unnamed > 0 else []
        return [sentence for sentence in found if sentence] + refused[:_MOST_NAMED] + more

    def close(self) -> None:
        """End cleanly: what was shown goes to the card, the display back to its owner."""
        self._state.flush()
        self.stage.close()
        self.worker.close()
        if self.screen is not None:
            self.screen.close()
        if self.input.hands is not None:
            self.input.hands.close()

    def _stands_still(self) -> str:
        """Why no photo is approached where that is wanted."""
        display = self.stage.display
        wanted = self._wall.motion is Motion.ZOOM and not self._wall.reduce_motion
        return self._room.problem(display.size) if wanted and display is not None and display.animated else ""

    @property
    def _wall(self) -> Wall:
        return self._theme.settings.wall

    def _follow(self, change: Change) -> None:
        """What new settings and a new hour mean for the panel, its pictures and those who listen to settings."""
        if change.settings is not None:
            if self.screen is not None:
                self.screen.use(change.settings)
            if self.input.hands is not None:
                self.input.hands.use(change.settings.hands.pins)
        if change.display:
            self.stage.close()
        if change.looks:
            self._make_again()
        if change.choice:
            self._upcoming.choose_again()

    def _make_again(self) -> None:
        """All that is drawn was made for another panel, or looks otherwise by now."""
        self.curtain.draw_anew()
        self._upcoming.make_again()

    def _take_in(self) -> None:
        for job in self.worker.finished():
            if self._news.take_in(job):
                self._upcoming.drop_what_left()
            failed = self._upcoming.take_in(job)
            if failed is not None and isinstance(failed.error, DisplayLost):
                self.stage.fail(failed.error)
            elif failed is not None:
                self._upcoming.pass_over(failed)

    def _press_keys(self) -> None:
        self.input.look(self._wall.rotation, paused=lambda: self.turn.paused)

    def _prepare(self) -> None:
        if self.stage.display is not None:
            self._upcoming.prepare(self.stage.display, expecting=self._news.busy)

    def _perform(self) -> None:
        """Show what is ready, when its time has come and it would be seen."""
        ready = self._upcoming.ready
        if ready is None or not self.curtain.open or not self.turn.is_due(ready.way, self._seconds_each):
            return
        self._upcoming.take()
        self.turn.urge = None
        at_once = ready.way is Way.AGAIN or self._hanging.travels
        self._hanging.wind(ready.made)
        if self.stage.show(ready.made.picture, self._wall, at_once=at_once, should_stop=self._interrupted):
            self._note(ready)

    def _interrupted(self) -> bool:
        """Asked while a picture fades in: whether somebody wants another one already."""
        if self.attend is not None:
            self.attend()
        self._press_keys()
        self._put_above(moves=True)
        return self.orders.ended or self.turn.urge is not None

    def _note(self, ready: Ready) -> None:
        """It is on the panel."""
        self.curtain.draw_anew()
        if ready.made.problem:
            self.problems["fonts"] = ready.made.problem
        self._hanging.hang(ready.made)
        if ready.way is Way.AGAIN:
            return
        self.playlist.shown(ready.item)
        self.turn.begin(ready.item)
        log.debug("showing %s: %s", ready.item.entry.key, ready.item.why)
        if self._on_shown is not None:
            self._on_shown(ready.item)
        if self.playlist.collection is not None and not all(map(self.playlist.contains, ready.item.keys)):
            self.turn.urge = self.turn.urge or Way.NEXT  # hidden while it faded in

    def _let_it_hang(self) -> None:
        """What moves or ticks on the wall goes on, while it is seen."""
        seen = self.turn.current is not None and self.curtain.open and self.stage.display is not None
        if seen and self._hanging.go_on():
            self._upcoming.freshen()

    def _put_up_words(self) -> None:
        """A sign, or the welcome of a wall on which no photo can be shown, as is certain by now."""
        empty = self.turn.current is None and self._news.certain and not self._upcoming.busy
        if self.curtain.sign or (empty and self._upcoming.ready is None and not self.curtain.dark):
            troubled = len(self.playlist) > 0 or self._news.troubled
            settings, left_out, photo = self._theme.settings, self.playlist.left_out, self.turn.current is not None
            self.curtain.draw(settings, troubled=troubled, left_out=left_out, photo=photo)

    def _put_above(self, *, moves: bool) -> None:
        """The signs above whatever is on the panel."""
        seen = self.turn.current is not None and self.curtain.open
        below = self._hanging.above if self.curtain.open else ()
        waits = seen and self.turn.urge is not None
        nods = self.nods.pieces(held=self.turn.paused and seen, waits=waits, clock_at=self._hanging.clock_at)
        self.stage.put_above((*below, *nods), moves=moves)

    @property
    def _seconds_each(self) -> float:
        """How long each photo hangs; longer on panels that wear."""
        return max(self._wall.interval_seconds, self.stage.least_seconds)

    def _until_next(self) -> float:
        waits = [LOOK_SECONDS]
        listening = self.input.hands is not None and self.input.hands.listening
        if listening or (self.stage.display is not None and self.stage.display.animated):
            waits.append(EVENT_SECONDS)
        if (retry := self.stage.seconds_to_retry()) is not None:
            waits.append(retry)
        if (moves := self._hanging.seconds()) is not None and not self.curtain.dark:
            waits.append(moves)
        if (nods := self.nods.seconds()) is not None:
            waits.append(nods)
        if self.curtain.sign:
            return min([*waits, self.curtain.seconds_left()])
        if self._upcoming.ready is not None and not self.curtain.dark:
            if (left := self.turn.seconds_left(self._seconds_each)) is not None:
                waits.append(left)
            if self.turn.urge is not None:
                waits.append(0.0)  # pressed while this tick was under way
        return min(waits)
