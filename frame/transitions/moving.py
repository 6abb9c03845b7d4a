"""A photo that is slowly approached: made once, larger than the panel; its key pictures are cut from it in the worker.

Between two key pictures lies less than a pixel, so the display's blend makes the motion smooth at the price of a
crossfade; a slow machine makes fewer of them. Words stand still above it, on a veil. Used by making.py and hanging.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from time import thread_time
from typing import TYPE_CHECKING

from frame.displays.contract import Above, Display, Prepared
from frame.render.request import RenderRequest, Wording
from frame.transitions.zoom import seen, steps
from frame.worker import Job, Worker

if TYPE_CHECKING:
    from PIL.Image import Image

    from frame.overlays.clock import Clock
    from frame.picture import Renderer

Box = tuple[int, int, int, int]
_AHEAD = 2
_AT_WORK = 0.5
"""Share of a processor that key pictures take at most: a wall that moves all day is no heater."""


@dataclass(frozen=True)
class Veil:
    """Words by themselves: what of a picture comes through, and what they add to it."""

    box: Box
    through: Image
    added: Image

    def lay(self, picture: Image) -> None:
        from PIL import ImageChops

        part = ImageChops.multiply(picture.crop(self.box), self.through)
        picture.paste(ImageChops.add(part, self.added), self.box[:2])

    def above(self) -> Above:
        """The same for a display that lays it over what moves."""
        from PIL import Image as Images
        from PIL import ImageChops

        covers = ImageChops.invert(self.through).getchannel("G")
        return Above(Images.merge("RGBa", (*self.added.split(), covers)).convert("RGBA"), self.box[:2])


def veil_of(renderer: Renderer, request: RenderRequest, under: Callable[[Box], Image]) -> Veil | None:
    """The words of the request; `under` gives what of the picture lies, or will lie, below a box of the panel."""
    from PIL import ImageChops

    from frame.overlays.contrast import extremes, judge

    if not any(request.wording.blocks):
        return None

    def written(ground: str, wording: Wording) -> Image:
        return renderer.render(replace(request, wording=replace(wording, veil=ground)))

    plain = written("black", request.wording).getbbox()
    if plain is None:
        return None
    verdict = judge(*extremes(under(plain)))
    wording = replace(request.wording, dark=verdict.dark, shade=verdict.shade)
    white = written("white", wording)
    shaded = ImageChops.invert(white).getbbox() or plain
    box = (
        min(plain[0], shaded[0]), min(plain[1], shaded[1]), max(plain[2], shaded[2]), max(plain[3], shaded[3]),
    )  # fmt: skip
    # Only what is kept of each is held while the next is made: they are as large as the panel.
    white = white.crop(box)
    black = written("black", wording).crop(box)
    return Veil(box, ImageChops.subtract(white, black), black)


@dataclass(frozen=True)
class Moving:
    """One photo and its way. `finish` draws what lies above everything: the clock."""

    picture: Image
    """Larger than the panel, turned for it."""
    panel: tuple[int, int]
    target: tuple[float, float]
    inwards: bool
    veil: Veil | None
    finish: Callable[[Image], Clock | None]
    seconds: float

    def key(self, share: float) -> tuple[Image, Clock | None]:
        """The panel's picture at that share of the way, and the clock on it."""
        from PIL import Image as Images

        box = seen(self.picture.size, self.panel, self.target, share, inwards=self.inwards)
        made = self.picture.resize(self.panel, Images.Resampling.BICUBIC, box=box)
        if self.veil is not None:
            self.veil.lay(made)
        return made, self.finish(made)


class Motion:
    """Runs one Moving on the panel: keeps two key pictures ahead, and says what to blend."""

    def __init__(
        self, moving: Moving, first: Prepared, clock: Clock | None, *, display: Display, worker: Worker, now: float
    ) -> None:
        """`first` is its first key picture, with that clock on it."""
        self._moving, self._display, self._worker = moving, display, worker
        self._count = steps(moving.picture.size, moving.panel, moving.target)
        self._began = now
        self._keys: list[tuple[int, Prepared, Clock | None]] = [(0, first, clock)]
        self._wanted: tuple[int, Job] | None = None
        self._took = 0.0
        """Seconds of the processor, for the latest key picture."""

    def blend(self, now: float) -> tuple[Prepared, Prepared, float] | None:
        """The two key pictures of this moment and how much of the second; None once it has arrived."""
        at = (now - self._began) / self._moving.seconds * self._count
        self._take(at)
        while len(self._keys) > 2 and self._keys[1][0] <= at:
            self._keys.pop(0)
        if len(self._keys) < 2:
            return (self._keys[0][1], self._keys[0][1], 0.0) if self._keys[0][0] < self._count else None
        (low, one, _), (high, other, _) = self._keys[:2]
        if at >= self._count and high == self._count:
            return None
        return one, other, min(1.0, max(0.0, (at - low) / (high - low)))

    @property
    def last(self) -> Prepared:
        """The nearest whole picture, for whoever shows another one."""
        return self._keys[:2][-1][1]

    @property
    def clock(self) -> Clock | None:
        """The one on that picture."""
        return self._keys[:2][-1][2]

    def _take(self, at: float) -> None:
        if self._wanted is not None:
            number, job = self._wanted
            if job.result is None and job.error is None:
                return
            self._wanted = None
            if job.error is not None:
                self._count = self._keys[-1][0]  # it stands where it is
                return
            picture, clock, self._took = job.result
            self._keys.append((number, picture, clock))
        newest = self._keys[-1][0]
        if newest < self._count and len(self._keys) <= _AHEAD:
            apart = ceil(self._took / _AT_WORK * self._count / self._moving.seconds)
            number = min(self._count, max(newest + max(1, apart), int(at) + 1))
            display, moving, share = self._display, self._moving, number / self._count

            # Without a word of itself: who drops a motion whose next picture is under way drops all of its pictures.
            def make() -> tuple[Prepared, Clock | None, float]:
                began = thread_time()
                picture, clock = moving.key(share)
                return display.prepare(picture), clock, thread_time() - began

            self._wanted = (number, self._worker.submit(make))
