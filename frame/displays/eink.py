"""E-ink: Inky panels by their library, Waveshare's by a module of theirs that is on this machine (`epd:epd7in3f`).

A picture is dithered here, against the colours that the panel really shows, and handed over in the pure ones that its
driver knows. Nothing is animated; a refresh takes half a minute, so it runs beside the player, and one that is asked
for too soon waits for the next picture. Opened by probe.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from threading import Thread
from typing import Any

from PIL import Image

from frame.displays.contract import Above
from frame.displays.inks import Colour, seen_in
from sync.errors import DisplayLost

LEAST_SECONDS = 180.0
"""Between two refreshes: panels wear, and their makers ask for this much."""
_PURE: tuple[Colour, ...] = ((0, 0, 0), (255, 255, 255))
_NAMES = ("BLACK", "WHITE", "GREEN", "BLUE", "RED", "YELLOW", "ORANGE")
"""Constants of Waveshare's modules."""


def dithered(picture: Image.Image, seen: Sequence[Colour], pure: Sequence[Colour]) -> Image.Image:
    """A palette picture in the `pure` colours, which on the panel look like the ones in `seen`, in the same order."""
    black, white = min(seen, key=sum), max(seen, key=min)
    # What is brighter than the panel's white would leave no dots there, and faces would become paper; and since the eye
    # takes that white for white, whatever its tint, no dots of other colours correct it.
    levels = [
        round(low + level * (high - low) / 255) for low, high in zip(black, white, strict=True) for level in range(256)
    ]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in seen for level in colour])
    made = picture.point(levels).quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    made.putpalette([level for colour in pure for level in colour])
    return made


class EinkDisplay:
    """One panel; `draw` is given a palette picture and returns when it is on the panel."""

    animated = False
    stand_in = False
    least_seconds = LEAST_SECONDS

    def __init__(
        self, name: str, size: tuple[int, int], seen: Sequence[Colour], pure: Sequence[Colour], draw: Any
    ) -> None:
        self.name = f"e-ink {name} {size[0]}x{size[1]}"
        self.size = size
        self._seen, self._pure, self._draw = tuple(seen), tuple(pure), draw
        self._drawing: Thread | None = None
        self._problem: Exception | None = None

    def prepare(self, picture: Image.Image) -> Image.Image:
        return dithered(picture, self._seen, self._pure)

    def show(self, picture: Image.Image) -> None:
        if self._drawing is not None:
            self._drawing.join()
        if self._problem is not None:
            problem, self._problem = self._problem, None
            raise DisplayLost(f"{self.name} cannot be drawn on: {problem}.")
        self._drawing = Thread(target=self._refresh, args=(picture,), name="e-ink", daemon=True)
        self._drawing.start()

    def _refresh(self, picture: Image.Image) -> None:
        try:
            self._draw(picture)
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the next picture tells
            self._problem = error

    def blend(self, old: Image.Image, new: Image.Image, fraction: float) -> None:
        return None

    def slide(self, old: Image.Image, new: Image.Image, fraction: float, way: tuple[int, int]) -> None:
        return None

    def patch(self, picture: Image.Image, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        """A part alone cannot be refreshed; it comes with the next picture."""

    def put_above(self, pieces: Sequence[Above]) -> None:
        """Nothing is seen here as it happens."""

    def events(self) -> list[str]:
        return []

    def close(self) -> None:
        if self._drawing is not None:
            self._drawing.join()
            self._drawing = None


def inky() -> EinkDisplay:
    """The Inky panel that says what it is. Raises DisplayLost."""
    try:
        panel = import_module("inky.auto").auto()
    except ImportError as error:
        sentence = "The library for Inky panels is not installed."
        raise DisplayLost(sentence, advice="Install mantelpiece[eink].") from error
    except Exception as error:  # the library raises whatever its buses do
        raise DisplayLost(f"No Inky panel answers: {error}.") from error
    return of_inky(panel)


def of_inky(panel: Any) -> EinkDisplay:
    """With the colours that the library has measured for this kind of panel, where it has them."""
    pure = [_colour(each) for each in getattr(panel, "DESATURATED_PALETTE", ())]
    # White again at the end of a palette is the panel's cleaning, no paint.
    pure = list(dict.fromkeys(pure)) or _of_two_or_three(getattr(panel, "colour", ""))
    seen = [_colour(each) for each in getattr(panel, "SATURATED_PALETTE", ()) or pure][: len(pure)]

    def draw(picture: Image.Image) -> None:
        panel.set_image(picture)
        panel.show()

    return EinkDisplay(type(panel).__name__, (panel.width, panel.height), seen, pure, draw)


def _colour(levels: Sequence[int]) -> Colour:
    red, green, blue = levels
    return (red, green, blue)


def _of_two_or_three(colour: str) -> list[Colour]:
    """Of the library's older panels, in its order: white comes first."""
    return [*reversed(_PURE), *{"red": [(255, 0, 0)], "yellow": [(255, 255, 0)]}.get(colour, [])]


def waveshare(module: str) -> EinkDisplay:
    """By a module of Waveshare's shape: `EPD()` with init, getbuffer, display, sleep. Raises DisplayLost."""
    try:
        panel = import_module(module).EPD()
    except ImportError as error:
        raise DisplayLost(f"There is no module {module!r} for an e-ink panel.") from error
    except Exception as error:
        raise DisplayLost(f"The e-ink panel of {module!r} does not answer: {error}.") from error
    return of_waveshare(module, panel)


def of_waveshare(name: str, panel: Any) -> EinkDisplay:
    """Colours are those of its constants, black and white where it has none; as they are seen, where a panel of these
    colours was measured."""
    names = tuple(each for each in _NAMES if isinstance(getattr(panel, each, None), int))
    codes = [getattr(panel, each) for each in names]
    pure = [(code & 255, code >> 8 & 255, code >> 16 & 255) for code in codes]
    # Small numbers are levels of grey, or places in a palette of the driver.
    colours = pure if max(codes, default=0) > 0xFFFF and len(pure) > len(_PURE) else list(_PURE)
    measured = seen_in(names) if colours is pure else {}
    seen = [measured.get(each, own) for each, own in zip(names, pure, strict=True)] if measured else colours

    def draw(picture: Image.Image) -> None:
        panel.init()
        panel.display(panel.getbuffer(picture.convert("RGB")))
        panel.sleep()

    return EinkDisplay(name, (panel.width, panel.height), seen, colours, draw)
