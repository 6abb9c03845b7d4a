"""Pictures with a sky, a horizon, a sun and a marked top left corner, drawn here: what a golden image is made of."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from tests.frame.render.profiles import display_p3

_SKY, _HORIZON, _LAND, _SUN, _MARK = (60, 110, 180), (230, 190, 150), (50, 90, 50), (250, 220, 90), (200, 40, 40)


def scene(size: tuple[int, int]) -> Image.Image:
    """Drawn at four times the size where that is small enough, so that its edges are smooth."""
    width, height = size
    grow = 4 if width * height < 400_000 else 1
    whole = Image.new("RGB", (width * grow, height * grow))
    draw = ImageDraw.Draw(whole)
    line = round(whole.height * 0.62)
    for y in range(line):
        share = y / line
        colour = tuple(round(a + (b - a) * share) for a, b in zip(_SKY, _HORIZON, strict=True))
        draw.line((0, y, whole.width, y), fill=colour)
    draw.rectangle((0, line, whole.width, whole.height), fill=_LAND)
    side = min(whole.size)
    draw.ellipse((whole.width - side * 0.45, side * 0.12, whole.width - side * 0.15, side * 0.42), fill=_SUN)
    draw.rectangle((0, 0, side * 0.12, side * 0.12), fill=_MARK)
    for step in range(6):
        left = whole.width * (0.08 + 0.14 * step)
        draw.polygon(
            [(left, line), (left + side * 0.06, line - side * 0.2), (left + side * 0.12, line)], fill=(30, 60, 40)
        )
    return whole.resize(size, Image.Resampling.LANCZOS)


def encoded(name: str, *, grown: int = 1) -> bytes:
    """The file of a scene: portrait, landscape, panorama, tiny, slim or p3; so many times as large."""
    sizes = {
        "portrait": (600, 900),
        "landscape": (960, 640),
        "panorama": (2000, 360),
        "tiny": (60, 40),
        "p3": (600, 900),
        "slim": (540, 960),
    }
    options = {"icc_profile": display_p3()} if name == "p3" else {}
    file = BytesIO()
    width, height = sizes[name]
    picture = scene((width * grown, height * grown))
    if grown == 1:
        picture.save(file, "PNG", **options)
    else:
        picture.save(file, "JPEG", quality=95, subsampling=0, **options)
    return file.getvalue()
