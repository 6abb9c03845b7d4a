"""Makes what comes on the wall next: a picture that hangs, a panorama that travels, or a photo that is approached.

Runs in the worker; raises what rendering raises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from frame.picture import Renderer, request_for, white_of
from frame.playlist import Item
from frame.render.crop import boxes_on
from frame.render.layout import Size, Subject, heads_on, pair, plan, seams, viewer_canvas
from frame.room import Room
from frame.selection.pool import digest_of
from sync.home import Home
from sync.settings.wall import Layout, Wall
from sync.settings.wall import Motion as Motions

if TYPE_CHECKING:
    from frame.displays.contract import Above, Display, Prepared
    from frame.overlays.afloat import Afloat
    from frame.overlays.clock import Clock
    from frame.overlays.style import Style
    from frame.render.request import RenderRequest, Wording
    from frame.render.tone import Tone
    from frame.transitions.moving import Moving
    from frame.transitions.travel import Travel

_LEAST_SECONDS = 5.0
"""What hangs for a shorter time does not move."""
_UNDER_WAY = 0.85
"""Share of its time that a photo is approached for; then it stands, and there is memory for whatever comes next."""


@dataclass(frozen=True)
class Made:
    """A prepared picture, and what happens to it while it hangs."""

    picture: Prepared
    clock: Clock | None = None
    """On the picture."""
    afloat: Afloat | None = None
    """The clock of a panorama, above all of it."""
    words: Above | None = None
    """The same of its words."""
    travel: Travel | None = None
    """A panorama's way; it begins with `picture`."""
    moving: Moving | None = None
    """A slow approach; its first key picture is `picture`."""
    problem: str = ""
    """What a person should know of it: a script without a font."""


@dataclass(frozen=True)
class Maker:
    """Everything that pictures are made with at the moment."""

    home: Home
    renderer: Renderer
    display: Display
    wall: Wall
    style: Style
    room: Room

    @property
    def rotation(self) -> int:
        return int(self.wall.rotation.value)

    @property
    def _tone(self) -> Tone:
        """Of pictures made now."""
        from frame.render.tone import Tone

        return Tone(self.wall.gamma, white_of(self.wall.white), self.style.warmth)

    def make(self, item: Item) -> Made:
        if (strip := strip_of(item, self.wall, self.display, self.room)) is not None:
            return self._panorama(item, strip)
        zooms = self.wall.motion is Motions.ZOOM and _may_move(item, self.wall, self.display, self.room)
        if zooms and self._fills(item):
            return self._approached(item)
        return self._still(item)

    def _still(self, item: Item) -> Made:
        size, style = self.display.size, self.style.beside(self._heads(item), self._canvas)
        wording = style.wording(item.entry, item.partner, size=size, rotation=self.rotation)
        picture = self.renderer.render(self._request(item, size, wording=wording))
        slow = getattr(self.display, "least_seconds", 0.0) > 60  # a clock would be wrong on it
        clock = None if slow else style.clock(picture, rotation=self.rotation, tone=self._tone)
        return Made(self.display.prepare(picture), clock, problem=style.lacking(wording))

    def _panorama(self, item: Item, strip: tuple[int, int]) -> Made:
        from frame.transitions.moving import veil_of
        from frame.transitions.travel import cut, passing

        panel, style = self.display.size, self.style
        picture = self.renderer.render(self._request(item, strip, layout="fill"))
        wording = style.wording(item.entry, None, size=panel, rotation=self.rotation)
        # Heads pass below the words, wherever those stand.
        request = replace(self._request(item, panel, wording=wording, layout="fill"), faces=())
        veil = veil_of(self.renderer, request, lambda box: passing(picture, panel, box))
        words = None if veil is None else veil.above()
        afloat = style.clock_afloat(picture, panel, rotation=self.rotation, tone=self._tone)
        travel = cut(picture, self.display, rotation=self.rotation, interval_seconds=self.wall.interval_seconds)
        return Made(travel.first, afloat=afloat, words=words, travel=travel, problem=style.lacking(wording))

    def _request(
        self, item: Item, size: Size, *, wording: Wording | None = None, layout: str | None = None
    ) -> RenderRequest:
        """What the renderer is asked for: the photo, or the two of a pair, at that size. Raises CopyUnusable."""
        return request_for(
            self.home, item.entry, wall=self.wall, size=size, partner=item.partner, wording=wording, layout=layout,
            warmth=self.style.warmth,
        )

    @property
    def _canvas(self) -> Size:
        """The wall as its viewer sees it."""
        return viewer_canvas(self.display.size, self.rotation)

    def _heads(self, item: Item, layout: str | None = None) -> list[tuple[int, int, int, int]]:
        """Where heads come to lie on the wall, where a clock could cover them: a picture on a board makes room. It
        stands on no seam of two pictures either."""
        entries = [item.entry] if item.partner is None else [item.entry, item.partner]
        subjects = [Subject((each.display_width, each.display_height), boxes_on(each.faces)) for each in entries]
        if min(min(subject.size) for subject in subjects) <= 0:
            return []
        how, width = layout or self.wall.layout.value, self.wall.mat_width / 100
        if len(subjects) == 1:
            where = plan(subjects[0], self._canvas, layout=how, mat_width=width)
        else:
            where = pair(subjects, self._canvas, layout=how, mat_width=width)
        return [] if where.backdrop == "mat" else [*heads_on(where, subjects), *seams(where)]

    def _fills(self, item: Item) -> bool:
        """Whether it covers the wall, with pixels to come closer to."""
        from frame.transitions.zoom import larger

        size, canvas = _size(item), viewer_canvas(larger(self.display.size), self.rotation)
        if min(size) <= 0:
            return False
        return plan(Subject(size, boxes_on(item.entry.faces)), canvas, layout=self.wall.layout.value).backdrop == "none"

    def _approached(self, item: Item) -> Made:
        from frame.transitions.moving import Moving, veil_of
        from frame.transitions.zoom import larger, passed

        display, aim = self.display, self._aim(item)
        heads = tuple(passed(head, self._canvas, aim) for head in self._heads(item, "fill"))
        style = self.style.beside(heads, self._canvas)
        picture = self.renderer.render(self._request(item, larger(display.size), layout="fill"))
        target = self._on_panel(aim)
        start = Moving(picture, display.size, target, _inwards(item), None, _nothing, 1.0).key(0.0)[0]
        wording = style.wording(item.entry, None, size=display.size, rotation=self.rotation)
        wording = None if wording is None else replace(wording, heads=heads)
        veil = veil_of(self.renderer, self._request(item, display.size, wording=wording), start.crop)
        tone = self._tone
        clock = style.clock(start, rotation=self.rotation, still=False)
        known = clock.verdict if clock is not None else None
        del start, clock  # as large as the panel, and so is what comes
        seconds = max(_LEAST_SECONDS, min(self.wall.interval_seconds * _UNDER_WAY, 90.0))
        moving = Moving(
            picture, display.size, target, _inwards(item), veil,
            lambda made: style.current().clock(made, rotation=self.rotation, tone=tone, verdict=known, still=False),
            seconds,
        )  # fmt: skip
        first, ticking = moving.key(0.0)
        return Made(display.prepare(first), ticking, moving=moving, problem=style.lacking(wording))

    def _aim(self, item: Item) -> tuple[float, float]:
        """What is approached, for who looks at it: where the faces came to lie after the crop; else one of the
        thirds."""
        from frame.transitions.zoom import aim

        size, canvas = _size(item), viewer_canvas(self.display.size, self.rotation)
        faces = boxes_on(item.entry.faces)
        (pane,) = plan(Subject(size, faces), canvas, layout="fill").panes
        left, top, right, bottom = pane.crop
        shown = tuple(
            ((box[0] * size[0] - left) / (right - left), (box[1] * size[1] - top) / (bottom - top),
             (box[2] * size[0] - left) / (right - left), (box[3] * size[1] - top) / (bottom - top))
            for box in faces
        )  # fmt: skip
        corner = digest_of(item.entry.key) % 4
        return aim(shown, ((0.36, 0.64)[corner & 1], (0.4, 0.6)[corner >> 1]))

    def _on_panel(self, aim: tuple[float, float]) -> tuple[float, float]:
        x, y = aim
        return {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[self.rotation]


def strip_of(item: Item, wall: Wall, display: Display, room: Room) -> tuple[int, int] | None:
    """The panel pixels of a panorama that is to travel, or None."""
    if not _may_move(item, wall, display, room):
        return None
    from frame.transitions.travel import strip_size

    rotation = int(wall.rotation.value)
    size = strip_size(_size(item), viewer_canvas(display.size, rotation))
    return None if size is None else viewer_canvas(size, rotation)


def _may_move(item: Item, wall: Wall, display: Display, room: Room) -> bool:
    fitting = wall.layout in (Layout.AUTO, Layout.FILL) and wall.interval_seconds >= _LEAST_SECONDS
    able = display.animated and room.moves(display.size)
    return fitting and able and item.partner is None and not wall.reduce_motion


def _size(item: Item) -> tuple[int, int]:
    return (item.entry.display_width, item.entry.display_height)


def _inwards(item: Item) -> bool:
    """Towards faces always; else half of them the other way, each photo its own."""
    return bool(boxes_on(item.entry.faces)) or bool(digest_of(item.entry.key) & 4)


def _nothing(_picture: object) -> None:
    return None
