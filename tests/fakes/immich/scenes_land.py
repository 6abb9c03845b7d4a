"""Landscapes: ridges in haze, a lake, dunes, forests, lavender, balloons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from tests.fakes.immich import brush
from tests.fakes.immich.brush import Plane

Size = tuple[int, int]


@dataclass(frozen=True)
class Light:
    """The colours of one hour: sky from top to horizon, haze far off, the nearest ground, the sun."""

    sky: Sequence[tuple[float, str]]
    haze: str
    near: str
    sun: str
    sun_at: tuple[float, float]


DUSK = Light(
    ((0, "#2b3a67"), (0.28, "#6b6a9c"), (0.45, "#d98b8b"), (0.58, "#f6b97c"), (0.7, "#fbd9a0"), (1, "#fbd9a0")),
    "#eeb489", "#17152b", "#fff1cf", (0.63, 0.36),
)  # fmt: skip
MORNING = Light(
    ((0, "#7fa8c9"), (0.3, "#b9d0d8"), (0.5, "#f0dfcd"), (0.62, "#fbe3c4"), (1, "#fbe3c4")),
    "#e9dccb", "#1d3a3f", "#fffaf0", (0.3, 0.42),
)  # fmt: skip
VIOLET = Light(
    ((0, "#1b1f45"), (0.3, "#4b3d7c"), (0.5, "#a85c93"), (0.66, "#f29a8e"), (1, "#f7c39b")),
    "#c27a97", "#120f26", "#ffe3c9", (0.36, 0.6),
)  # fmt: skip
MOON = Light(
    ((0, "#0b1533"), (0.35, "#1d3460"), (0.6, "#47628c"), (0.75, "#7f93ad"), (1, "#7f93ad")),
    "#6d84a3", "#060b1a", "#f7f3e4", (0.68, 0.26),
)  # fmt: skip


def ridges(size: Size, seed: int, light: Light, *, layers: int = 7, first: float = 0.5, craggy: float = 0.5) -> Plane:
    """Mountains behind mountains, each layer further from the colour of the haze and sinking into mist."""
    _, y = brush.axes(size)
    canvas = _lit_sky(size, seed, light)
    far, near = brush.colour(light.haze), brush.colour(light.near)
    for layer in range(layers):
        depth = layer / max(1, layers - 1)
        base = first + (0.98 - first) * depth**1.25
        rise = 0.10 + 0.05 * depth
        line = base - rise * brush.ridge(size[0], seed + 31 * layer, bumps=2.2 + 1.4 * layer, gain=craggy)
        below = y - line[None, :]
        mask = brush.smooth(-0.8 / size[1], 0.8 / size[1], below)
        tone = far + (near - far) * (0.12 + 0.88 * depth**0.85)
        relief = brush.cloud(size, seed + 7 * layer, cells=(14 + 8 * layer, 10), octaves=4) - 0.5
        shaded = tone * (1 + 0.22 * depth * relief[..., None])
        mist = np.exp(-((np.clip(0.20 + 0.04 * layer - below, 0, 1) / 0.14) ** 2)) * (1 - depth) * 0.75
        canvas = brush.mix(canvas, brush.mix(shaded.astype(np.float32), light.haze, mist.astype(np.float32)), mask)
    lift = brush.glow(size, (light.sun_at[0], light.sun_at[1] + 0.06), 0.42) * 0.28
    return brush.screen(canvas, light.sun, lift)


def _lit_sky(size: Size, seed: int, light: Light) -> Plane:
    canvas = brush.sky(size, light.sky)
    _, y = brush.axes(size)
    veil = brush.cloud(size, seed + 900, cells=(2.5, 14), octaves=6, gain=0.55)
    streaks = brush.smooth(0.52, 0.85, veil) * (1 - brush.smooth(0.35, 0.7, y + 0 * veil))
    canvas = brush.mix(canvas, light.sun, streaks * 0.38)
    canvas = brush.screen(canvas, light.sun, brush.glow(size, light.sun_at, 0.5, power=1.1) * 0.55)
    return brush.mix(canvas, light.sun, brush.disc(size, light.sun_at, 0.032, soft=2.5))


def dusk_ridges(size: Size, seed: int) -> Image.Image:
    return brush.develop(ridges(size, seed, DUSK), seed)


def morning_valley(size: Size, seed: int) -> Image.Image:
    return brush.develop(ridges(size, seed, MORNING, layers=8, first=0.42, craggy=0.42), seed)


def moonrise(size: Size, seed: int) -> Image.Image:
    return brush.develop(ridges(size, seed, MOON, layers=5, first=0.55, craggy=0.4), seed, grain=0.016)


def lake(size: Size, seed: int) -> Image.Image:
    """Violet mountains and their reflection."""
    upper = ridges(size, seed, VIOLET, layers=4, first=0.36, craggy=0.55)
    squeezed = np.asarray(upper)[: int(size[1] * 0.9)]
    canvas = brush.sky(size, VIOLET.sky)
    line = int(size[1] * 0.6)
    rows = np.linspace(0, squeezed.shape[0] - 1, line).astype(np.intp)
    canvas[:line] = squeezed[rows]
    canvas = brush.mirror(canvas, 0.6, seed=seed, ripple=0.035, dim=0.82)
    _, y = brush.axes(size)
    shore = np.exp(-(((y - 0.6) / 0.004) ** 2)) * np.ones((1, size[0]), np.float32)
    return brush.develop(brush.mix(canvas, "#f3c6b4", shore.astype(np.float32) * 0.5), seed)


def dunes(size: Size, seed: int) -> Image.Image:
    """Sand in low sun: each dune has a lit side, a shadow side and a sharp crest."""
    x, y = brush.axes(size)
    canvas = brush.sky(size, ((0, "#3f6f9f"), (0.3, "#8fb3c4"), (0.46, "#f3d9b8"), (1, "#f3d9b8")))
    canvas = brush.screen(canvas, "#fff0d0", brush.glow(size, (0.16, 0.3), 0.55, power=1.3) * 0.5)
    grains = brush.cloud(size, seed + 5, cells=(40, 90), octaves=4) - 0.5
    for layer in range(6):
        depth = layer / 5
        base = 0.40 + 0.50 * depth**1.3
        crest = base - (0.05 + 0.10 * depth) * brush.ridge(size[0], seed + 13 * layer, bumps=1.6, octaves=2)
        below = y - crest[None, :]
        mask = brush.smooth(-0.9 / size[1], 0.9 / size[1], below)
        slope = np.gradient(crest, 1 / size[0])
        # The shadow of a crest drifts sideways as it runs down the dune.
        from_where = (x - np.clip(below, 0, 1) * 0.55) * size[0]
        facing = -slope[np.clip(from_where, 0, size[0] - 1).astype(np.intp)]
        edge = 0.05 + 0.5 * np.clip(below, 0, 1)
        facing = np.clip((facing + 0.12 + edge) / (2 * edge), 0, 1)
        facing = (facing * facing * (3 - 2 * facing)).astype(np.float32)
        lit = brush.ramp(np.clip(below * 2.2, 0, 1), ((0, "#f7c98b"), (0.4, "#e39a5b"), (1, "#b5652f")))
        dark = brush.ramp(np.clip(below * 2.2, 0, 1), ((0, "#8a4a3a"), (0.5, "#6a3a3c"), (1, "#3d2433")))
        sand = dark + (lit - dark) * facing[..., None]
        ripples = np.sin(below * (170 - 90 * depth) + x * 14 + grains * 5) * 0.022 * depth
        sand = sand * (1 + ripples[..., None] + 0.07 * grains[..., None])
        sand = brush.mix(sand.astype(np.float32), "#f0cfae", 0.55 * (1 - depth) ** 1.5)
        canvas = brush.mix(canvas, sand, mask)
    return brush.develop(canvas, seed, grain=0.014)


def _firs(size: Size, seed: int, base: float, height: float, count: int) -> Plane:
    """A row of conifers as a mask, drawn at twice the size for clean edges."""
    chance = np.random.default_rng(seed)
    scale = 2 if size[0] <= 2400 else 1
    width, tall = size[0] * scale, size[1] * scale
    picture = Image.new("L", (width, tall))
    pencil = ImageDraw.Draw(picture)
    ground = base - 0.04 * brush.ridge(size[0], seed, bumps=2, octaves=3)
    for place in chance.uniform(-0.02, 1.02, count):
        foot = float(ground[int(np.clip(place, 0, 0.999) * size[0])]) + 0.02
        h = height * float(chance.uniform(0.55, 1.15))
        half = h * float(chance.uniform(0.16, 0.23)) * size[1] / size[0]
        points = [(place, foot - h)]
        tiers = 11
        for side in (1, -1):
            steps = range(1, tiers + 1) if side == 1 else range(tiers, 0, -1)
            for tier in steps:
                part = tier / tiers
                wide = half * part**0.85 * float(chance.uniform(0.75, 1.15))
                level = foot - h * (1 - part)
                edge, notch = (place + side * wide, level), (place + side * wide * 0.45, level - h * 0.012)
                points += [edge, notch] if side == 1 else [notch, edge]
        pencil.polygon([(px * width, py * tall) for px, py in points], fill=255)
    row = np.asarray(picture.resize(size, Image.Resampling.BOX), np.float32) / 255
    _, y = brush.axes(size)
    return np.maximum(row, brush.smooth(-1 / size[1], 1 / size[1], y - ground[None, :]))


def forest_fog(size: Size, seed: int) -> Image.Image:
    """Firs row behind row, each paler, fog lying between them."""
    canvas = brush.sky(size, ((0, "#aebfc4"), (0.4, "#d7dedb"), (0.75, "#e8e6dc"), (1, "#cfd4cc")))
    canvas = brush.screen(canvas, "#fff3d8", brush.glow(size, (0.7, 0.2), 0.6, power=1.4) * 0.6)
    _, y = brush.axes(size)
    for layer in range(6):
        depth = layer / 5
        base = 0.46 + 0.56 * depth**1.1
        mask = _firs(size, seed + 17 * layer, base, 0.20 + 0.34 * depth, int(60 - 38 * depth))
        tone = brush.colour("#c3cfcc") + (brush.colour("#14241f") - brush.colour("#c3cfcc")) * depth**0.9
        canvas = brush.mix(canvas, tone.astype(np.float32), mask)
        bank = brush.cloud(size, seed + 50 + layer, cells=(3, 5), octaves=5)
        low = np.exp(-(((y - base - 0.05) / (0.07 + 0.05 * depth)) ** 2))
        canvas = brush.mix(canvas, "#e9e9e1", np.clip(low * bank * (1.25 - 0.95 * depth), 0, 1).astype(np.float32))
    return brush.develop(canvas, seed)


def lavender(size: Size, seed: int) -> Image.Image:
    """Rows running to a tree on the horizon, under an evening sky."""
    x, y = brush.axes(size)
    horizon = 0.42
    stops = ((0, "#5d78b5"), (0.2, "#a7a9d0"), (0.36, "#f3c6b6"), (0.43, "#fce0b4"), (1, "#fce0b4"))
    canvas = brush.sky(size, stops)
    veil = brush.smooth(0.5, 0.9, brush.cloud(size, seed, cells=(3, 9), octaves=6))
    canvas = brush.mix(canvas, "#fff0dc", veil * 0.45)
    canvas = brush.screen(canvas, "#ffdca0", brush.glow(size, (0.74, 0.40), 0.45, power=1.2) * 0.7)
    hills = horizon - 0.02 - 0.035 * brush.ridge(size[0], seed + 3, bumps=3, octaves=4)
    canvas = brush.mix(canvas, "#8a86ad", brush.smooth(-1 / size[1], 1 / size[1], y - hills[None, :]))
    depth = np.clip((y - horizon) / (1 - horizon), 1e-4, 1)
    across = (x - 0.46) / (depth + 0.015)
    bushy = brush.cloud(size, seed + 9, cells=(30, 40), octaves=5) - 0.5
    rows = 0.5 + 0.5 * np.cos(across * 13 + bushy * 1.4)
    bloom = brush.cloud(size, seed + 10, cells=(90, 120), octaves=3)
    tone = brush.ramp(np.clip(rows, 0, 1), ((0, "#2f3a24"), (0.3, "#4a3d5e"), (0.6, "#7b5bb0"), (1, "#b592e0")))
    tone = tone * (0.72 + 0.56 * bloom[..., None] * (0.4 + 0.6 * depth[..., None]))
    tone = brush.mix(tone.astype(np.float32), "#c9a8cc", ((1 - depth) ** 5 * 0.8 + 0 * x).astype(np.float32))
    field = brush.smooth(-1 / size[1], 1 / size[1], y - horizon + 0 * x)
    canvas = brush.mix(canvas, tone, field.astype(np.float32))
    canvas = _tree(canvas, size, (0.33, horizon + 0.012), 0.13, seed)
    return brush.develop(brush.screen(canvas, "#ffd79a", brush.glow(size, (0.74, 0.44), 0.6) * 0.22), seed)


def _tree(canvas: Plane, size: Size, foot: tuple[float, float], height: float, seed: int) -> Plane:
    """A round tree against the light."""
    x, y = brush.axes(size)
    dx, dy = (x - foot[0]) * size[0] / size[1] / height, (y - foot[1] + height * 0.66) / height
    shape = np.exp(-((dx / 0.52) ** 2) - (dy / 0.36) ** 2)
    clumps = brush.cloud(size, seed + 77, cells=(60, 45), octaves=4, gain=0.7)
    crown = brush.smooth(0.44, 0.5, (shape * (0.62 + 0.5 * clumps)).astype(np.float32))
    trunk = (np.abs(dx + 0.04 * dy) < 0.035) & (dy > 0) & (dy < 0.66)
    light = brush.ramp(np.clip(0.5 - dy - 0.4 * dx + 0.4 * (clumps - 0.5), 0, 1), ((0, "#1f1d22"), (1, "#6a5a48")))
    canvas = brush.mix(canvas, "#221d1d", trunk.astype(np.float32))
    return brush.mix(canvas, light, crown)


def balloons(size: Size, seed: int) -> Image.Image:
    """Hot-air balloons over a misty valley."""
    canvas = ridges(size, seed, MORNING, layers=5, first=0.66, craggy=0.4)
    chance = np.random.default_rng(seed)
    palettes = (("#c8443a", "#f2d6a2"), ("#2f5d8a", "#f0b64a"), ("#e58a2f", "#7b2d3b"), ("#3f7f73", "#f3e3c3"))
    places = ((0.60, 0.30, 0.13), (0.28, 0.44, 0.062), (0.82, 0.50, 0.045), (0.43, 0.56, 0.03), (0.14, 0.22, 0.036))
    for index, (px, py, radius) in enumerate(places):
        canvas = _balloon(canvas, size, (px, py), radius, palettes[index % 4], float(chance.uniform(0, 3)))
    return brush.develop(canvas, seed)


def _balloon(
    canvas: Plane, size: Size, at: tuple[float, float], radius: float, colours: tuple[str, str], turn: float
) -> Plane:
    x, y = brush.axes(size)
    dx, dy = (x - at[0]) * size[0] / size[1] / radius, (y - at[1]) / radius
    taper = np.where(dy > 0, 1 - 0.52 * np.clip(dy / 1.32, 0, 1) ** 1.7, 1.0)
    across = dx / taper
    dome = np.where(dy > 0, (dy / 1.36) ** 2 * 0.86, dy**2)
    inside = across**2 + dome
    pixel = 2.2 / (radius * size[1])
    mask = (1 - brush.smooth(1 - pixel, 1 + pixel, inside.astype(np.float32))) * (dy < 1.3)
    bulge = np.arcsin(np.clip(across, -1, 1))
    stripes = brush.smooth(-0.12, 0.12, np.sin(bulge * 8 + turn).astype(np.float32))
    base = brush.colour(colours[0]) + (brush.colour(colours[1]) - brush.colour(colours[0])) * stripes[..., None]
    light = 0.62 + 0.5 * np.clip(-across * 0.75 - dy * 0.35 + 0.25, -0.6, 0.8)
    painted = brush.mix(canvas, np.clip(base * light[..., None], 0, 1).astype(np.float32), mask.astype(np.float32))
    basket = (np.abs(dx) < 0.13) & (dy > 1.62) & (dy < 1.84)
    ropes = (np.abs(np.abs(dx) - (0.46 - 0.33 * (dy - 1.3) / 0.34)) < 0.018) & (dy > 1.28) & (dy < 1.64)
    painted = brush.mix(painted, "#3b2a20", basket.astype(np.float32))
    return brush.mix(painted, "#3b2a20", ropes.astype(np.float32) * 0.6)
