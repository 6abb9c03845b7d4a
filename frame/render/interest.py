"""Where to crop a picture without faces: what is busy stays, and comes to lie on a third of what is shown.

It looks at the edges in a thumbnail: sky, water and walls have few, what was photographed has many. Called by paint;
runs in the decoding child.
"""

from __future__ import annotations

from math import ceil, floor

from PIL import Image, ImageFilter

from frame.render.crop import Box

_SIDE, _SAMPLED = 64, 360
_STEPS = 12
_TAME = 0.25
"""How much a crop away from the photographer's own middle must gain to be worth it."""


def interest(picture: Image.Image, shown: tuple[float, float]) -> Box:
    """The middle of the best crop, as a box without extent, in fractions. `shown` is the crop's share of each side."""
    # Every few pixels tell as much as all of them, in a tenth of the time.
    step = max(1, min(picture.size) // _SAMPLED)
    sampled = picture.resize((picture.width // step, picture.height // step), Image.Resampling.NEAREST)
    small = sampled.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    edges = small.filter(ImageFilter.FIND_EDGES).crop((1, 1, _SIDE - 1, _SIDE - 1))
    across = _sums(edges.resize((edges.width, 1), Image.Resampling.BOX))
    down = _sums(edges.resize((1, edges.height), Image.Resampling.BOX))
    x, y = _middle(across, shown[0], 0.5), _middle(down, shown[1], 0.44)
    return (x, y, x, y)


def _sums(line: Image.Image) -> list[float]:
    levels = [float(level) for level in line.tobytes()]
    total = sum(levels) or 1.0
    return [level / total for level in levels]


def _middle(sums: list[float], share: float, natural: float) -> float:
    """Of all places for a window of that share: the one that keeps most, most of it near its thirds."""
    slack = 1.0 - share
    if slack <= 0.001:
        return 0.5
    best, found = -1.0, natural
    for step in range(_STEPS + 1):
        start = slack * step / _STEPS
        first = max(0, ceil(start * len(sums) - 0.5))
        worth = 0.0
        for place in range(first, min(len(sums), floor((start + share) * len(sums) - 0.5) + 1)):
            inside = ((place + 0.5) / len(sums) - start) / share
            worth += sums[place] * (1.0 - 0.6 * (abs(inside - 1 / 3) if inside < 0.5 else abs(inside - 2 / 3)))
        away = abs(start + share / 2 - (share / 2 + slack * natural))
        worth -= _TAME * away
        if worth > best:
            best, found = worth, start + share / 2
    return found
