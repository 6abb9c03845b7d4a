"""Sea and shore: a sun path on waves, sailing boats, a calm blue hour, an aurora over a fjord."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from tests.fakes.immich import brush
from tests.fakes.immich.brush import Plane

Size = tuple[int, int]
_EVENING = ((0, "#29406b"), (0.2, "#5c6d97"), (0.36, "#c78f92"), (0.46, "#f4b071"), (0.52, "#ffdf9e"), (1, "#ffdf9e"))
_BLUE = ((0, "#101d42"), (0.22, "#26427a"), (0.4, "#5f7fb0"), (0.5, "#c2a9ae"), (0.54, "#eec6a0"), (1, "#eec6a0"))


def _waves(size: Size, seed: int, horizon: float) -> Plane:
    """The lie of the water, about -1…1: fine and flat far off, broad close by."""
    height, width = size[1], size[0]
    line = int(horizon * height)
    depth = (np.arange(height - line, dtype=np.float32) + 1) / (height - line)
    swell = np.zeros((height - line, width), np.float32)
    for octave, (across, down, weight) in enumerate(((16, 150, 0.9), (44, 330, 0.8), (110, 560, 0.7))):
        flat = brush.cloud((width, 1200), seed + octave, cells=(across, down), octaves=2) - 0.5
        # Perspective: towards the horizon a row of the picture steps over ever more rows of the sea.
        rows = np.clip(1199 * (1 - 1 / (1 + 0.28 / depth)) * 1.0, 0, 1199)
        swell += flat[rows.astype(np.intp)] * weight
    out = np.zeros((height, width), np.float32)
    out[line:] = swell * (0.45 + 0.55 * depth[:, None])
    return out


def _sea(
    size: Size, seed: int, stops: tuple[tuple[float, str], ...], sun: tuple[float, float], horizon: float
) -> Plane:
    """Sky, sun, and water that mirrors both."""
    x, y = brush.axes(size)
    canvas = brush.sky(size, stops)
    veil = brush.smooth(0.5, 0.9, brush.cloud(size, seed + 1, cells=(2.2, 11), octaves=7, gain=0.55))
    canvas = brush.mix(canvas, "#ffe2b8", veil * 0.45 * (y < horizon))
    banks = brush.smooth(0.55, 0.8, brush.cloud(size, seed + 2, cells=(2, 16), octaves=6))
    canvas = brush.mix(canvas, "#6a5b7e", banks * 0.35 * (y < horizon))
    canvas = brush.screen(canvas, "#ffdca6", brush.glow(size, sun, 0.42, power=1.1) * 0.75)
    canvas = brush.mix(canvas, "#fff6df", brush.disc(size, sun, 0.038, soft=3))
    water = brush.mirror(canvas, horizon, seed=seed, ripple=0.02, dim=0.72)
    waves = _waves(size, seed + 20, horizon)
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1)
    deep = brush.ramp(np.clip(depth + 0 * x, 0, 1), ((0, "#d79b86"), (0.25, "#75718f"), (1, "#14284a")))
    water = brush.mix(water, deep, (0.25 + 0.5 * depth + 0 * x).astype(np.float32))
    water = water * (1 + 0.24 * waves[..., None])
    spread = 0.012 + 0.16 * depth**1.1
    path = np.exp(-(((x - sun[0]) / spread) ** 2))
    sparkle = brush.smooth(0.02, 0.45, waves + 0.30 * path - 0.08)
    water = brush.screen(water.astype(np.float32), "#ffdf9f", (path * sparkle * 0.95).astype(np.float32))
    mask = brush.smooth(-0.8 / size[1], 0.8 / size[1], y - horizon + 0 * x)
    canvas = brush.mix(canvas, water, mask.astype(np.float32))
    haze = np.exp(-(((y - horizon) / 0.012) ** 2)) * 0.5 + 0 * x
    return brush.mix(canvas, "#ffd9a8", haze.astype(np.float32))


def sun_path(size: Size, seed: int) -> Image.Image:
    return brush.develop(_sea(size, seed, _EVENING, (0.58, 0.43), 0.53), seed)


def sailing(size: Size, seed: int) -> Image.Image:
    """Three boats before the evening sun."""
    canvas = _sea(size, seed, _EVENING, (0.36, 0.40), 0.56)
    for at, height in (((0.62, 0.585), 0.26), ((0.79, 0.568), 0.11), ((0.22, 0.562), 0.07)):
        canvas = _boat(canvas, size, at, height)
    return brush.develop(canvas, seed)


def _boat(canvas: Plane, size: Size, at: tuple[float, float], height: float) -> Plane:
    scale = 2
    picture = Image.new("L", (size[0] * scale, size[1] * scale))
    pencil = ImageDraw.Draw(picture)
    unit = height * size[1] * scale
    cx, cy = at[0] * size[0] * scale, at[1] * size[1] * scale

    def shape(points: list[tuple[float, float]], fill: int) -> None:
        pencil.polygon([(cx + px * unit, cy + py * unit) for px, py in points], fill=fill)

    main = [(0.0, -1.0)] + [(0.40 * t**0.8, -1.0 + 0.93 * t) for t in np.linspace(0.05, 1, 14)] + [(0.0, -0.07)]
    jib = [(-0.02, -0.9)] + [(-0.30 * t**1.2, -0.9 + 0.82 * t) for t in np.linspace(0.05, 1, 14)] + [(-0.03, -0.10)]
    shape(main, 235)
    shape(jib, 205)
    shape([(-0.36, -0.045), (0.44, -0.045), (0.36, 0.03), (-0.25, 0.03)], 255)
    shape([(-0.012, -1.03), (0.006, -1.03), (0.008, 0), (-0.012, 0)], 255)
    level = np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32) / 255
    canvas = brush.mix(canvas, "#2a2036", level)
    line = int((at[1] + 0.03 * height) * size[1])
    reach = min(int(0.5 * height * size[1]), size[1] - line)
    shadow = np.zeros_like(level)
    rows = np.clip(line - 1 - (np.arange(reach) * 2.0).astype(np.intp), 0, size[1] - 1)
    shift = (np.sin(np.arange(reach) * 0.55) * np.linspace(1, 9, reach)).astype(np.intp)
    for row, (source, move) in enumerate(zip(rows, shift, strict=True)):
        shadow[line + row] = np.roll(level[source], move) * (0.6 - 0.5 * row / reach)
    return brush.mix(canvas, "#2a2036", shadow)


def blue_hour(size: Size, seed: int) -> Image.Image:
    """Still water after sunset, a headland, a lighthouse."""
    horizon = 0.58
    canvas = brush.sky(size, _BLUE)
    x, y = brush.axes(size)
    veil = brush.smooth(0.45, 0.95, brush.cloud(size, seed, cells=(1.6, 9), octaves=7, gain=0.55))
    canvas = brush.mix(canvas, "#e7b7ae", veil * 0.42)
    canvas = brush.screen(canvas, "#ffcf9a", brush.glow(size, (0.3, 0.58), 0.5, power=1.2) * 0.55)
    land = (
        horizon
        - np.clip(0.16 * (x[0] - 0.52), 0, 0.055)
        - 0.012 * np.clip(brush.ridge(size[0], seed + 4, bumps=5), 0, 1)
    )
    land = np.where(x[0] > 0.52, land, 2.0)
    canvas = brush.mix(canvas, "#1b2138", brush.smooth(-1 / size[1], 1 / size[1], y - land[None, :].astype(np.float32)))
    foot = (0.755, horizon - 0.045)
    tower = (
        (np.abs(x - foot[0]) < 0.0062 * (1 + 4.5 * (y - foot[1] + 0.13))) & (y < foot[1] + 0.02) & (y > foot[1] - 0.125)
    )
    canvas = brush.mix(canvas, "#c9bfc4", tower.astype(np.float32))
    head = (np.abs(x - foot[0]) < 0.0075) & (y < foot[1] - 0.122) & (y > foot[1] - 0.145)
    canvas = brush.mix(canvas, "#3a3346", head.astype(np.float32))
    lamp = (foot[0], foot[1] - 0.134)
    canvas = brush.screen(
        canvas, "#ffe9b0", np.clip(brush.glow(size, lamp, 0.018) + 0.5 * brush.glow(size, lamp, 0.1, power=1), 0, 1)
    )
    canvas = brush.mirror(canvas, horizon, seed=seed, ripple=0.018, dim=0.86)
    depth = np.clip((y - horizon) / (1 - horizon), 0, 1) + 0 * x
    canvas = brush.mix(canvas, "#0f1a38", (depth * 0.45).astype(np.float32))
    return brush.develop(canvas, seed, grain=0.012)


def aurora(size: Size, seed: int) -> Image.Image:
    """Curtains of green over a fjord, stars, dark mountains."""
    horizon = 0.66
    _, y = brush.axes(size)
    canvas = brush.sky(size, ((0, "#060b20"), (0.3, "#0c1a38"), (0.62, "#1a3a52"), (1, "#1a3a52")))
    canvas = stars(canvas, size, seed, 1500, until=0.62)
    for band in range(2):
        wander = 0.44 - 0.11 * band + 0.16 * brush.ridge(size[0], seed + 60 + band, bumps=2.4, octaves=3)
        above = wander[None, :] - y
        rays = brush.cloud((size[0], 16), seed + 80 + band, cells=(12, 0.01), octaves=5)[8][None, :]
        fall = np.where(
            above > 0, np.exp(-above / (0.05 + 0.24 * np.clip(rays, 0, 1) ** 2)), np.exp(-((above / 0.014) ** 2))
        )
        body = (fall * (0.3 + 0.8 * np.clip(rays, 0, 1)) * (0.85 - 0.2 * band)).astype(np.float32)
        canvas = brush.screen(canvas, "#48f0a0", np.clip(body, 0, 1) * 0.8)
        canvas = brush.screen(canvas, "#a45be0", np.clip(brush.smooth(0.06, 0.3, above + 0 * body) * body, 0, 1) * 0.75)
    for layer, (rise, tone, lit) in enumerate(((0.15, "#1b4050", "#2f6a6c"), (0.06, "#091523", "#12303a"))):
        crest = horizon - rise - 0.5 * rise * brush.ridge(size[0], seed + 5 + layer, bumps=3 + 2 * layer, gain=0.5)
        below = y - crest[None, :]
        rock = brush.ramp(np.clip(below / rise, 0, 1), ((0, lit), (1, tone)))
        canvas = brush.mix(canvas, rock, brush.smooth(-1 / size[1], 1 / size[1], below))
    canvas = brush.mirror(canvas, horizon, seed=seed, ripple=0.03, dim=0.7)
    return brush.develop(canvas, seed, grain=0.016)


def stars(canvas: Plane, size: Size, seed: int, count: int, *, until: float) -> Plane:
    """Stars of all magnitudes, a few with a halo; they thin out towards the horizon."""
    chance = np.random.default_rng(seed + 999)
    layer = np.zeros_like(canvas)
    tints = np.stack([brush.colour(c) for c in ("#ffffff", "#cfe0ff", "#fff0d8", "#ffd9b8")])
    for _ in range(count):
        px, py = int(chance.uniform(1, size[0] - 2)), int(chance.beta(1, 1.5) * until * (size[1] - 2)) + 1
        light = float(chance.pareto(2.2)) * 0.24 + 0.16
        tint = tints[chance.integers(4)]
        layer[py, px] += tint * min(light, 1.0)
        if light > 0.5:
            halo = tint * min(light, 1.6) * 0.35
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                layer[py + dy, px + dx] += halo
    return 1 - (1 - canvas) * (1 - np.clip(layer, 0, 1))
