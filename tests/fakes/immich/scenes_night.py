"""Night: the Milky Way over hills, a city at the blue hour."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from tests.fakes.immich import brush
from tests.fakes.immich.brush import Plane
from tests.fakes.immich.scenes_water import stars

Size = tuple[int, int]


def milky_way(size: Size, seed: int) -> Image.Image:
    x, y = brush.axes(size)
    canvas = brush.sky(size, ((0, "#070b1d"), (0.4, "#0d1733"), (0.75, "#2a3a5c"), (0.88, "#6a5f6e"), (1, "#a07c62")))
    aspect = size[0] / size[1]
    # The band runs from the lower left to the upper right; `off` is the distance from its middle.
    bend = 0.06 * np.sin(3 * x + 1)
    off = ((x - 0.56) * aspect * 0.80 + (y - 0.42) * 0.62 + bend).astype(np.float32)
    along = ((x - 0.56) * aspect * -0.62 + (y - 0.42) * 0.80).astype(np.float32)
    mottle = brush.cloud(size, seed, cells=(7, 6), octaves=8, gain=0.58)
    fine = brush.cloud(size, seed + 1, cells=(22, 18), octaves=6, gain=0.6)
    core = np.exp(-((off / 0.17) ** 2)) * np.clip(0.35 + 0.9 * mottle, 0, 1.2)
    bulge = np.exp(-((off / 0.13) ** 2) - ((along - 0.22) / 0.34) ** 2)
    rift = np.exp(-(((off - 0.03 + 0.10 * (mottle - 0.5)) / 0.045) ** 2)) * brush.smooth(0.38, 0.66, fine)
    canvas = brush.screen(canvas, "#8fa3d6", np.clip(core * 0.46, 0, 1).astype(np.float32))
    canvas = brush.screen(canvas, "#f2cfa2", np.clip(bulge * (0.35 + 0.5 * mottle) * 0.6, 0, 1).astype(np.float32))
    canvas = brush.screen(
        canvas, "#d66f8a", np.clip(core * brush.smooth(0.7, 1.1, fine) * 0.22, 0, 1).astype(np.float32)
    )
    canvas = canvas * (1 - 0.6 * np.clip(rift, 0, 1)[..., None])
    canvas = stars(canvas.astype(np.float32), size, seed, int(size[0] * size[1] / 420), until=0.96)
    dust = np.random.default_rng(seed).random((size[1], size[0]), np.float32)
    canvas = brush.screen(
        canvas, "#ffffff", (dust > 0.9965).astype(np.float32) * np.clip(core, 0, 1).astype(np.float32) * 0.65
    )
    for layer, (base, tone) in enumerate(((0.86, "#1c2233"), (0.93, "#090c15"))):
        line = base - 0.05 * brush.ridge(size[0], seed + 11 + layer, bumps=3 + layer, gain=0.5)
        canvas = brush.mix(canvas, tone, brush.smooth(-1 / size[1], 1 / size[1], y - line[None, :]))
    return brush.develop(canvas, seed, grain=0.015)


def skyline(size: Size, seed: int) -> Image.Image:
    """Towers with lit windows, and all of it again in the river."""
    horizon = 0.64
    chance = np.random.default_rng(seed)
    stops = ((0, "#0f1c42"), (0.25, "#27407a"), (0.45, "#6a6ea3"), (0.58, "#d79a94"), (0.64, "#f5c093"), (1, "#f5c093"))
    canvas = brush.sky(size, stops)
    veil = brush.smooth(0.5, 0.95, brush.cloud(size, seed, cells=(2, 10), octaves=7, gain=0.55))
    canvas = brush.mix(canvas, "#f0b7a4", veil * 0.4)
    for row, (tone, tall, count, lit) in enumerate(
        (("#5c5f8a", 0.24, 30, 0.0), ("#343a63", 0.33, 26, 0.14), ("#151a34", 0.30, 22, 0.34))
    ):
        canvas = _towers(canvas, size, chance, horizon, (tone, tall, count, lit, row))
    warm = brush.blur(canvas, 40) * (np.arange(size[1])[:, None, None] / size[1] > 0.3)
    canvas = 1 - (1 - canvas) * (1 - np.clip(warm - 0.45, 0, 1) * 0.35)
    canvas = brush.mirror(canvas.astype(np.float32), horizon, seed=seed, ripple=0.045, dim=0.74)
    _, y = brush.axes(size)
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1) * np.ones((1, size[0]), np.float32)
    canvas = brush.mix(canvas, "#0d1530", (depth * 0.5).astype(np.float32))
    bank = np.exp(-(((y - horizon) / 0.006) ** 2)) * np.ones((1, size[0]), np.float32)
    return brush.develop(brush.mix(canvas, "#0b1024", bank.astype(np.float32) * 0.9), seed)


def _towers(
    canvas: Plane, size: Size, chance: np.random.Generator, horizon: float, row: tuple[str, float, int, float, int]
) -> Plane:
    tone, tall, count, lit, _ = row
    picture = Image.fromarray((np.clip(canvas, 0, 1) * 255).astype(np.uint8))
    pencil = ImageDraw.Draw(picture)
    body = tuple(int(c * 255) for c in brush.colour(tone))
    foot = int(horizon * size[1])
    for place in np.sort(chance.uniform(-0.02, 1.0, count)):
        middle = np.exp(-(((place - 0.55) / 0.28) ** 2))
        wide = int(size[0] * chance.uniform(0.024, 0.052))
        high = int(size[1] * tall * (0.25 + chance.uniform(0.1, 0.75) * (0.35 + 0.8 * middle)))
        left, top = int(place * size[0]), foot - high
        pencil.rectangle((left, top, left + wide, foot), fill=body)
        if chance.random() < 0.3:
            pencil.rectangle((left + wide * 0.3, top - high * 0.08, left + wide * 0.7, top), fill=body)
        if chance.random() < 0.22:
            pencil.line(
                (left + wide / 2, top - high * 0.3, left + wide / 2, top), fill=body, width=max(1, size[0] // 900)
            )
        if lit:
            _windows(pencil, chance, (left, top, wide, foot), lit, size[0] / 1920)
    return np.asarray(picture, np.float32) / 255


def _windows(
    pencil: ImageDraw.ImageDraw, chance: np.random.Generator, box: tuple[int, int, int, int], lit: float, scale: float
) -> None:
    left, top, wide, foot = box
    step_x, step_y = max(4, round(8 * scale)), max(5, round(11 * scale))
    tints = ((255, 214, 140), (255, 190, 110), (255, 232, 184), (196, 216, 255))
    for py in range(top + step_y, foot - step_y, step_y):
        dark_floor = chance.random() < 0.25
        for px in range(left + step_x // 2, left + wide - step_x // 2, step_x):
            if chance.random() < lit * (0.3 if dark_floor else 1):
                tint = tints[chance.choice(4, p=[0.45, 0.3, 0.18, 0.07])]
                dim = chance.uniform(0.45, 1)
                fill = tuple(int(c * dim) for c in tint)
                pencil.rectangle((px, py, px + step_x * 0.5, py + step_y * 0.5), fill=fill)
