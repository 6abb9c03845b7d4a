"""One file or two to one panel picture: decode, lay out, scale, colour, compose, in the order that takes least memory.

Colour comes after scaling: there are fewer pixels then. Called by the decoding child.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from PIL import Image

from frame.render.colour import to_srgb
from frame.render.compose import compose, turned
from frame.render.crop import window
from frame.render.decode import OpenPicture
from frame.render.interest import interest
from frame.render.layout import NOTHING, Clear, Pane, Plan, Size, Subject, heads_on, pair, plan, viewer_canvas
from frame.render.request import Part, RenderRequest
from frame.render.tone import Tone, toned

if TYPE_CHECKING:
    from frame.overlays.fonts import Fonts
    from frame.overlays.labels import Label


_WIDE, _COLUMNS = 1280, 512
_SQUARE = 1.65
_HARDLY = 1.25
"""Below that a picture is not so much shrunk as drawn anew, where Lanczos keeps it sharpest."""


def decode_limit_bytes(panel: Size) -> int:
    """What the decoding alone may take: enough for any display copy, and with the rest still within promise 15. A
    panorama's strip takes much itself."""
    return 24_000_000 + round(8 * min(panel[0] * panel[1], (_SQUARE * min(panel)) ** 2))


def paint(request: RenderRequest) -> Image.Image:
    """The panel's pixels, RGB. Raises PictureRefused, or anything that decoders raise on hostile bytes."""
    canvas = viewer_canvas(request.size, request.rotation)
    subjects = [Subject(_size(part), part.faces) for part in request.parts]
    lay_out = partial(_laid_out, subjects, canvas, request)
    where = lay_out()
    if request.wording.veil:
        return turned(_veil(subjects, where, request), request.rotation)
    written: list[Label] = []
    if any(request.wording.blocks) or request.wording.clock is not None:
        # A wall without words loads no fonts for its first photo.
        from frame.overlays.settling import settled

        where, written = settled(lay_out, request.wording, _fonts(), subjects)
    limit = decode_limit_bytes(request.size)
    pictures = [_shown(part, pane, limit) for part, pane in zip(request.parts, where.panes, strict=True)]
    hung = compose(pictures, where, request.mat)
    del pictures
    if written:
        from frame.overlays.labels import write

        write(hung, written)
    return turned(toned(hung, _tone(request)), request.rotation)


def _veil(subjects: list[Subject], where: Plan, request: RenderRequest) -> Image.Image:
    """Words alone, for a picture that fills the wall and moves below them."""
    from frame.overlays.contrast import Verdict, put
    from frame.overlays.labels import labels

    wording, tone = request.wording, _tone(request)
    ground = Image.new("RGB", where.canvas, wording.veil)
    for label in labels(where, wording, _fonts(), wording.heads or heads_on(where, subjects)):
        put(ground, label.ink, label.corner, Verdict(wording.dark, wording.shade), tone=tone)
    return ground


def _tone(request: RenderRequest) -> Tone:
    return Tone(request.gamma, request.white, request.warmth)


@cache
def _fonts() -> Fonts:
    from frame.overlays.fonts import Fonts

    return Fonts()


def _laid_out(subjects: list[Subject], canvas: Size, request: RenderRequest, clear: Clear = NOTHING) -> Plan:
    if len(subjects) == 1:
        return plan(subjects[0], canvas, layout=request.layout, mat_width=request.mat.width, clear=clear)
    return pair(subjects, canvas, layout=request.layout, mat_width=request.mat.width, clear=clear)


def _size(part: Part) -> Size:
    with OpenPicture(part.path) as opened:
        return opened.size


def _shown(part: Part, pane: Pane, limit: int) -> Image.Image:
    """What the plan shows of one picture, at the size of its place, in sRGB."""
    with OpenPicture(part.path) as opened:
        upright = opened.load(pane.need, limit_bytes=limit)
        crop = pane.crop
        size = (crop[2] - crop[0], crop[3] - crop[1])
        if not part.faces and (size[0] < opened.size[0] - 1 or size[1] < opened.size[1] - 1):
            seen = (size[0] / opened.size[0], size[1] / opened.size[1])
            crop = window(opened.size, size, (), interest(upright, seen))
        scaled = _scaled(upright, opened.size, crop, (pane.place[2], pane.place[3]))
        scaled.info = upright.info
        del upright
    return to_srgb(scaled)


def _scaled(upright: Image.Image, size: Size, crop: tuple[float, float, float, float], target: Size) -> Image.Image:
    """The decoder may have shrunk the picture already."""
    across, down = upright.width / size[0], upright.height / size[1]
    left, top, right, bottom = crop
    box = (left * across, top * down, min(right * across, upright.width), min(bottom * down, upright.height))
    if target == upright.size and box == (0, 0, *upright.size):
        return upright
    # Between half and whole size nobody tells them apart (> 45 dB), and this one takes half the time: two a pair.
    shrinks = _HARDLY < min((box[2] - box[0]) / target[0], (box[3] - box[1]) / target[1]) < 2
    filter_ = Image.Resampling.HAMMING if shrinks else Image.Resampling.LANCZOS
    if target[0] <= _WIDE:
        return upright.resize(target, filter_, box=box, reducing_gap=3.0)
    made = Image.new(upright.mode, target)
    step = (box[2] - box[0]) / target[0]
    # In columns: what Pillow keeps between its two passes is as high as the picture that was decoded.
    for at in range(0, target[0], _COLUMNS):
        until = min(target[0], at + _COLUMNS)
        part = (box[0] + at * step, box[1], min(box[0] + until * step, box[2]), box[3])
        made.paste(upright.resize((until - at, target[1]), filter_, box=part, reducing_gap=3.0), (at, 0))
    return made
