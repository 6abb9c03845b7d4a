"""The wall nods when something was done at it: a heart, a pause, the night, for a second and a half and gone again;
while it is held a small mark stays in a corner that nobody uses, and while what somebody asked for is still being made
three dots say that it was heard.

Says what is to be drawn above the pictures; the player has the stage draw it. Used from its thread alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from frame.stage import Stage
from frame.theme import Theme
from sync.clock import Clock
from sync.settings.tree import Settings

if TYPE_CHECKING:
    from frame.displays.contract import Above
    from frame.overlays.marks import Mark
    from frame.render.layout import Size
    from sync.settings.wall import Corner

COMES_SECONDS, STAYS_SECONDS, GOES_SECONDS = 0.18, 1.1, 0.4
FRAME_SECONDS = 1 / 30
WAITS_SECONDS = 0.3
"""A machine that shows the next picture sooner answers with it alone."""
_GROWS_FROM = 0.84
_AT_NIGHT = ("dark", "light")
"""What is said also where the wall is dark; nothing else lights it up."""
_LEAST = 0.5
"""How strong signs are on a wall that is all but dark."""
_CORNERS = ("top-right", "top-left", "bottom-right", "bottom-left")


class Nods:
    """`nod` begins one, in place of any other; `pieces` says what is seen of it and of a wall that is held."""

    def __init__(self, stage: Stage, theme: Theme, clock: Clock) -> None:
        self._stage, self._theme, self._clock = stage, theme, clock
        self._mark: Mark | None = None
        self._began = 0.0
        self._made: dict[str, tuple[object, Above]] = {}
        self._waits_since: float | None = None

    @property
    def up(self) -> bool:
        """Whether one is to be seen just now."""
        return self._mark is not None

    def nod(self, mark: str) -> None:
        """`mark` is a value of marks.Mark."""
        display = self._stage.display
        dark = self._stage.level == 0 and mark not in _AT_NIGHT
        if display is None or not display.animated or dark:
            return
        from frame.overlays.marks import Mark

        self._mark, self._began = Mark(mark), self._clock.monotonic()

    def pieces(self, *, held: bool, waits: bool, clock_at: Corner | None) -> tuple[Above, ...]:
        """What belongs above the picture now, whose clock stands there, while somebody `waits` for another one; the
        same objects for as long as it looks the same."""
        display, now = self._stage.display, self._clock.monotonic()
        if not waits or self._waits_since is None:
            self._waits_since = now if waits else None
        if display is None or not display.animated:
            self._mark = None
            return ()
        found = []
        if self._mark is None and self._waits_since is not None and now - self._waits_since >= WAITS_SECONDS:
            from frame.overlays.marks import Mark

            found.append(self._nodding(Mark.WAITS, display.size, self._strength, 1.0))
        if held:
            found.append(self._staying(display.size, clock_at))
        if self._mark is not None:
            share, grown = self._phase(self._clock.monotonic() - self._began)
            if share > 0:
                found.append(self._nodding(self._mark, display.size, share * self._strength, grown))
            else:
                self._mark = None
        return tuple(found)

    @property
    def _strength(self) -> float:
        """Of signs on a wall as bright as it is."""
        return _LEAST + (1 - _LEAST) * self._stage.level / 100

    def seconds(self) -> float | None:
        """Until it looks otherwise; None where nothing is up."""
        if self._mark is None and self._waits_since is not None:
            left = self._waits_since + WAITS_SECONDS - self._clock.monotonic()
            return left if left > 0 else None
        if self._mark is None:
            return None
        since = self._clock.monotonic() - self._began
        stays = COMES_SECONDS <= since < COMES_SECONDS + STAYS_SECONDS
        return max(FRAME_SECONDS, COMES_SECONDS + STAYS_SECONDS - since) if stays else FRAME_SECONDS

    def _phase(self, since: float) -> tuple[float, float]:
        """How strong it is, and how much of its size it has."""
        if self._theme.settings.wall.reduce_motion:
            return float(since < COMES_SECONDS + STAYS_SECONDS), 1.0
        if since < COMES_SECONDS:
            share = 1 - (1 - max(0.05, since / COMES_SECONDS)) ** 2
            return share, _GROWS_FROM + (1 - _GROWS_FROM) * share
        gone = (since - COMES_SECONDS - STAYS_SECONDS) / GOES_SECONDS
        return (1.0 if gone <= 0 else max(0.0, 1 - gone)), 1.0

    def _nodding(self, mark: Mark, panel: Size, strength: float, grown: float) -> Above:
        from frame.overlays.marks import above, drawn, faded
        from frame.render.layout import viewer_canvas

        settings = self._theme.settings
        look = (mark, panel, settings.wall.rotation, settings.language, strength, grown)
        if (kept := self._made.get("nod")) is not None and kept[0] == look:
            return kept[1]
        rotation = int(settings.wall.rotation.value)
        canvas = viewer_canvas(panel, rotation)
        picture = faded(drawn(mark, canvas, _words(mark, settings)), strength, grown)
        corner = ((canvas[0] - picture.width) // 2, (canvas[1] - picture.height) // 2)
        return self._keep("nod", look, above(picture, corner, canvas, rotation))

    def _staying(self, panel: Size, clock_at: Corner | None) -> Above:
        from frame.overlays.boxes import placed, shrunk
        from frame.overlays.marks import Mark, above, staying
        from frame.overlays.measure import drifted, margin
        from frame.render.layout import viewer_canvas

        settings = self._theme.settings
        rotation, taken = int(settings.wall.rotation.value), (settings.words.position, clock_at)
        canvas = viewer_canvas(panel, rotation)
        # A wall may be held for weeks: this wanders as words do.
        drift = drifted(canvas, self._theme.drift())
        look = (panel, rotation, taken, drift)
        if (kept := self._made.get("held")) is not None and kept[0] == look:
            return kept[1]
        corner = next(each for each in _CORNERS if each not in taken)
        picture = staying(Mark.HELD, canvas)
        place = placed(picture.size, shrunk((0, 0, *canvas), round(margin(canvas) * 0.7)), corner)
        return self._keep("held", look, above(picture, (place[0] + drift[0], place[1] + drift[1]), canvas, rotation))

    def _keep(self, name: str, look: object, made: Above) -> Above:
        self._made[name] = (look, made)
        return made


def _words(mark: Mark, settings: Settings) -> str:
    """Beside a sign that says too little alone, in the wall's language."""
    from frame.overlays.locale import locale_of

    return locale_of(settings.language).nods.get(mark.value, "")
