"""The brushes the sample pictures are painted with: gradients, noise, ridges, glows, grain.

A canvas is a float32 array (height, width, 3) of sRGB values 0…1; x and y run 0…1 from the top left. Everything
is a function of its seed. Grain is added before rounding, which is what keeps wide gradients free of bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Plane = npt.NDArray[np.floating[Any]]
Colour = tuple[int, int, int]


def colour(value: Colour | str) -> Plane:
    """`#rrggbb` or a triple of bytes, as floats."""
    if isinstance(value, str):
        value = (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16))
    return np.array(value, np.float32) / 255


def axes(size: tuple[int, int]) -> tuple[Plane, Plane]:
    """x as a row and y as a column, ready to broadcast."""
    width, height = size
    x = (np.arange(width, dtype=np.float32) + 0.5) / width
    y = (np.arange(height, dtype=np.float32) + 0.5) / height
    return x[None, :], y[:, None]


def smooth(edge0: float, edge1: float, value: Plane) -> Plane:
    """0 below edge0, 1 above edge1, an S-curve between."""
    t: Plane = np.clip((value - edge0) / (edge1 - edge0), 0, 1)
    return t * t * (3 - 2 * t)


def ramp(position: Plane, stops: Sequence[tuple[float, str]]) -> Plane:
    """Colours along a position 0…1, eased between the stops."""
    places = [place for place, _ in stops]
    colours = np.stack([colour(name) for _, name in stops])
    channels = [np.interp(position, places, colours[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def sky(size: tuple[int, int], stops: Sequence[tuple[float, str]]) -> Plane:
    """A canvas filled from top to bottom."""
    _, y = axes(size)
    column = ramp(y[:, 0], stops)
    return np.repeat(column[:, None, :], size[0], axis=1)


def cloud(
    size: tuple[int, int], seed: int, *, cells: tuple[float, float] = (4, 3), octaves: int = 6, gain: float = 0.5
) -> Plane:
    """Fractal noise, mostly within 0…1: `cells` is how many bumps lie across and down in the coarsest octave."""
    chance = np.random.default_rng(seed)
    total = np.zeros((size[1], size[0]), np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        across, down = (max(2, round(c * 2**octave) + 3) for c in cells)
        if across > size[0] or down > size[1]:
            break
        rough = Image.fromarray(chance.random((down, across), np.float32))
        margin = (1.0, 1.0, across - 1.0, down - 1.0)
        total += weight * np.asarray(rough.resize(size, Image.Resampling.BICUBIC, box=margin))
        norm, weight = norm + weight, weight * gain
    return (total / norm - 0.5) * 1.6 + 0.5


def ridge(width: int, seed: int, *, bumps: float = 3, octaves: int = 8, gain: float = 0.48) -> Plane:
    """A skyline: heights -1…1 along x, craggier with more gain."""
    line = cloud((width, 8), seed, cells=(bumps, 0.01), octaves=octaves, gain=gain)[4]
    heights: Plane = (line - line.mean()) * 2
    return heights.astype(np.float32)


def glow(size: tuple[int, int], centre: tuple[float, float], radius: float, *, power: float = 2.0) -> Plane:
    """Light round a point, 1 at the centre; radius in heights of the picture."""
    x, y = axes(size)
    aspect = size[0] / size[1]
    distance = np.sqrt(((x - centre[0]) * aspect) ** 2 + (y - centre[1]) ** 2) / radius
    return np.exp(-(distance**power)).astype(np.float32)


def disc(size: tuple[int, int], centre: tuple[float, float], radius: float, *, soft: float = 1.5) -> Plane:
    """A filled circle with an edge `soft` pixels wide; radius in heights of the picture."""
    x, y = axes(size)
    aspect = size[0] / size[1]
    distance = np.sqrt(((x - centre[0]) * aspect) ** 2 + (y - centre[1]) ** 2)
    return 1 - smooth(radius - soft / size[1], radius + soft / size[1], distance)


def mix(canvas: Plane, paint: Plane | str, amount: Plane | float) -> Plane:
    """Paint over the canvas, as thick as `amount` says."""
    layer = colour(paint) if isinstance(paint, str) else paint
    thickness = amount[..., None] if isinstance(amount, np.ndarray) else np.float32(amount)
    return canvas + (layer - canvas) * thickness


def screen(canvas: Plane, light: str, amount: Plane) -> Plane:
    """Add light the way it adds in the eye: never past white."""
    return 1 - (1 - canvas) * (1 - colour(light) * amount[..., None])


def mirror(canvas: Plane, horizon: float, *, seed: int, ripple: float, dim: float = 0.8) -> Plane:
    """Everything above the horizon again below it, drawn apart by ripples that grow towards the viewer."""
    height, width = canvas.shape[:2]
    line = int(horizon * height)
    depth = np.arange(height - line, dtype=np.float32)[:, None]
    near = depth / max(1, height - line)
    waves = cloud((width, height - line), seed, cells=(5, 60), octaves=3) - 0.5
    down = depth + waves * ripple * height * (0.15 + near)
    rows = np.clip(line - 1 - np.abs(down), 0, line - 1).astype(np.intp)
    columns = np.broadcast_to(np.arange(width), rows.shape)
    out = canvas.copy()
    out[line:] = canvas[rows, columns] * dim
    return out


def blur(canvas: Plane, radius: float) -> Plane:
    """A cheap wide blur: shrunk and enlarged again."""
    height, width = canvas.shape[:2]
    factor = max(1, round(radius))
    small = (max(2, width // factor), max(2, height // factor))
    planes = np.atleast_3d(canvas)
    blurred = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(planes[..., c]))
            .resize(small, Image.Resampling.BOX)
            .resize((width, height), Image.Resampling.BICUBIC)
        )
        for c in range(planes.shape[2])
    ]
    out = np.stack(blurred, axis=-1)
    return out if canvas.ndim == 3 else out[..., 0]


def develop(canvas: Plane, seed: int, *, grain: float = 0.012, vignette: float = 0.18) -> Image.Image:
    """The finished photograph: a darker rim, grain, rounding to bytes."""
    height, width = canvas.shape[:2]
    x, y = axes((width, height))
    rim = ((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2
    canvas = canvas * (1 - vignette * rim[..., None] ** 1.5)
    chance = np.random.default_rng(seed)
    noise = chance.standard_normal((height, width, 1), np.float32) * grain
    dither = chance.random((height, width, 3), np.float32) - 0.5
    return Image.fromarray(np.clip((canvas + noise) * 255 + dither + 0.5, 0, 255).astype(np.uint8))
