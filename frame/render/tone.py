"""The last step to a panel: its gamma, its white, and an evening's warmth, as one table for each colour.

Pure but for the picture. Called by paint; runs in the decoding child.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

_CANDLE = (1.0, 0.80, 0.56)
"""What white becomes at full warmth, in light: about that of a candle-lit lamp."""


@dataclass(frozen=True)
class Tone:
    """`gamma` above 1 darkens the middle; `white` is what the panel must be told for a neutral white, 0 to 1 each."""

    gamma: float = 1.0
    white: tuple[float, float, float] = (1.0, 1.0, 1.0)
    warmth: float = 0.0
    """0 is daylight, 1 as warm as it gets."""


DAYLIGHT = Tone()


def toned_colour(colour: tuple[int, int, int], tone: Tone) -> tuple[int, int, int]:
    """One colour as this panel shows it rightly."""
    table = _table(tone)
    return (table[colour[0]], table[256 + colour[1]], table[512 + colour[2]])


def toned(picture: Image.Image, tone: Tone) -> Image.Image:
    """The RGB picture as this panel shows it rightly."""
    return picture if tone == Tone() else picture.point(_table(tone))


@lru_cache(maxsize=4)
def _table(tone: Tone) -> list[int]:
    table: list[int] = []
    for white, candle in zip(tone.white, _CANDLE, strict=True):
        light = white * (1 - tone.warmth * (1 - candle))
        # Light is mixed as light, not as the levels that stand for it.
        gain = light ** (1 / 2.2)
        table += [round(255 * min(1.0, gain * (level / 255) ** tone.gamma)) for level in range(256)]
    return table
