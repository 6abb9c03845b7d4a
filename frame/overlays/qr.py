"""An address as a QR code on a light card: whole pixels for every module, and the quiet zone that readers ask for."""

from __future__ import annotations

import segno
from PIL import Image, ImageDraw

QUIET_MODULES = 4
FEWEST_PIXELS = 2
"""A module with fewer pixels is not read from across the room."""
_CARD, _MODULE = (250, 246, 238), (17, 21, 29)


def draw_qr(text: str, side: int) -> Image.Image | None:
    """RGBA, a square of at most `side` pixels with clear corners; None where the code would be too fine to read."""
    try:
        code = segno.make_qr(text, error="m")
    except segno.DataOverflowError:
        return None
    rows = [bytes(row) for row in code.matrix]
    across = len(rows) + 2 * QUIET_MODULES
    pixels = side // across
    if pixels < FEWEST_PIXELS:
        return None
    card = Image.new("RGBA", (across * pixels,) * 2, (*_CARD, 0))
    ImageDraw.Draw(card).rounded_rectangle(
        (0, 0, card.width - 1, card.height - 1), radius=QUIET_MODULES * pixels * 0.6, fill=(*_CARD, 255)
    )
    modules = Image.frombytes("L", (len(rows),) * 2, b"".join(rows)).point(lambda dark: 255 * dark)
    modules = modules.resize((len(rows) * pixels,) * 2, Image.Resampling.NEAREST)
    card.paste((*_MODULE, 255), (QUIET_MODULES * pixels,) * 2, modules)
    return card
