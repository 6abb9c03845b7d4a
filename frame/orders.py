"""What a person may tell the wall, by hand, phone or broker: another photo, to hold on, a sign, light, to hide a photo.

Everything takes effect with the next tick. Called by hands, the control socket's answers and signals.
"""

from __future__ import annotations

from frame.ahead import Way
from frame.curtain import Curtain
from frame.news import News
from frame.nods import Nods
from frame.playlist import Playlist
from frame.theme import Theme
from frame.turn import Turn
from frame.upcoming import Upcoming

INFO_SECONDS = 30.0
"""How long the wall tells of a photo; long enough to get a phone out."""


class Orders:
    """`ended` once somebody wants the frame to end, `anew` if it is to come back."""

    def __init__(
        self, *, turn: Turn, playlist: Playlist, upcoming: Upcoming, curtain: Curtain, news: News, theme: Theme,
        nods: Nods,
    ) -> None:  # fmt: skip
        self._turn, self._playlist, self._upcoming = turn, playlist, upcoming
        self._curtain, self._news, self._theme, self._nods = curtain, news, theme, nods
        self.ended = self.anew = False

    def press(self, verb: str) -> bool:
        """One of next, back, pause, resume, info, quit, restart; False when there is nothing to go back to. A sign that
        is up only comes down by next and back."""
        if verb == "pause":
            self._nods.nod("held")
            self._turn.pause()
        elif verb == "resume":
            self._nods.nod("goes-on")
            self._turn.resume()
        elif verb in ("quit", "restart"):
            self.ended, self.anew = True, verb == "restart"
        elif self._curtain.dark:
            self._curtain.light()
        elif self._curtain.sign:
            self.take_down_sign()
        elif verb == "info":
            self.tell()
        elif verb == "back" and self._playlist.back() is None:
            self._nods.nod("first")
            return False
        else:
            self._turn.press(Way(verb))
        return True

    def wish(self, key: str) -> bool:
        """Show that photo next, at once or as soon as it arrives; False where it is not here yet."""
        self.take_down_sign()
        self._turn.wish(key)
        return self._playlist.contains(key)

    def hide(self, key: str, hidden: bool) -> None:
        """What is hidden leaves the wall, what may come again is chosen from again."""
        self._playlist.hide(key, hidden)
        self._upcoming.drop_what_left()
        if not hidden:
            self._news.look_again()

    def tell(self) -> None:
        """Say for a while all that is known of the photo on the wall, with a code that opens it in Immich."""
        current = self._turn.current
        if current is None:
            return
        from frame.overlays.details import details
        from frame.overlays.locale import locale_of

        settings, now, item = self._theme.settings, self._theme.now(), current.item
        today = None if now is None else now.date()
        lines = details(item.entry, item.partner, item.why, settings, locale_of(settings.language), today)
        self.put_up_sign(lines, INFO_SECONDS, over_photo=True)

    def put_up_sign(self, lines: tuple[str, ...], seconds: float, *, over_photo: bool = False) -> None:
        """Cover the photos for so long (`over_photo`: they shine through), or (without lines) bring the photo back that
        was covered."""
        if self._curtain.put_up(lines, seconds, over_photo=over_photo):
            self._curtain.draw_anew()
            self._upcoming.make_again()
            self._turn.begin_again()

    def take_down_sign(self) -> None:
        """Where one is up."""
        self.put_up_sign((), 0)
