"""Quiet pictures: fruit on a table, a botanical sheet, hills cut from paper."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.fakes.immich import brush
from tests.fakes.immich.brush import Plane

Size = tuple[int, int]


def oranges(size: Size, seed: int) -> Image.Image:
    """Five oranges in window light, with soft shadows on the cloth."""
    x, y = brush.axes(size)
    wall = brush.sky(size, ((0, "#2c3b3c"), (0.6, "#4d5a54"), (1, "#4d5a54")))
    patches = brush.cloud(size, seed, cells=(5, 4), octaves=7, gain=0.55)
    wall = wall * (0.80 + 0.4 * patches[..., None])
    wall = brush.screen(wall, "#e8d6b0", brush.glow(size, (0.12, 0.18), 0.75, power=1.3) * 0.5)
    cloth = brush.ramp(np.clip((y - 0.6) / 0.4 + 0 * x, 0, 1), ((0, "#8f8068"), (0.3, "#b9a684"), (1, "#8d7a60")))
    weave = brush.cloud(size, seed + 2, cells=(240, 200), octaves=2) - 0.5
    folds = brush.cloud(size, seed + 3, cells=(3, 6), octaves=3) - 0.5
    cloth = cloth * (1 + 0.09 * weave[..., None] + 0.16 * folds[..., None])
    edge = brush.smooth(-0.004, 0.004, y - 0.62 - 0.012 * folds)
    canvas = brush.mix(wall.astype(np.float32), cloth.astype(np.float32), edge)
    fruit = ((0.40, 0.56, 0.135), (0.62, 0.575, 0.125), (0.27, 0.665, 0.115), (0.51, 0.70, 0.13), (0.76, 0.70, 0.112))
    aspect = size[0] / size[1]
    for px, py, radius in fruit:
        shade = brush.glow(size, (px + 0.35 * radius, py + 0.72 * radius), radius * 1.05, power=2.4)
        canvas = canvas * (1 - 0.68 * shade[..., None] * edge[..., None])
    for index, (px, py, radius) in enumerate(fruit):
        dx, dy = (x - px) * aspect / radius, (y - py) / radius
        canvas = _orange(canvas, dx, dy, (size, radius, seed + index))
    return brush.develop(canvas.astype(np.float32), seed, grain=0.014, vignette=0.3)


def _orange(canvas: Plane, dx: Plane, dy: Plane, how: tuple[Size, float, int]) -> Plane:
    size, radius, seed = how
    square = dx**2 + dy**2
    depth = np.sqrt(np.clip(1 - square, 0, 1))
    pores = brush.cloud(size, seed, cells=(170, 120), octaves=2) - 0.5
    nx, ny = dx + 0.07 * pores, dy + 0.05 * pores
    light = np.clip(-0.62 * nx - 0.52 * ny + 0.59 * depth, 0, 1)
    tone = brush.ramp(light, ((0, "#4a1c0a"), (0.3, "#a9480f"), (0.65, "#ea8a1c"), (1, "#ffbf5a")))
    bounce = np.clip(0.7 * ny + 0.35 * nx - 0.25, 0, 1) * (1 - depth)
    tone = tone + bounce[..., None] * brush.colour("#a07a50") * 0.5
    shine = np.clip((-0.62 * nx - 0.52 * ny + 0.59 * depth - 0.90) / 0.1, 0, 1) ** 2
    tone = brush.screen(tone.astype(np.float32), "#fff4dc", (shine * 0.55).astype(np.float32))
    pixel = 2.0 / (radius * size[1])
    return brush.mix(canvas.astype(np.float32), tone, 1 - brush.smooth(1 - pixel, 1 + pixel, square.astype(np.float32)))


def botanical(size: Size, seed: int) -> Image.Image:
    """Sprigs of leaves in layered washes on warm paper."""
    chance = np.random.default_rng(seed)
    paper = brush.cloud(size, seed, cells=(60, 60), octaves=5, gain=0.7) - 0.5
    warmth = brush.cloud(size, seed + 1, cells=(2, 2), octaves=4) - 0.5
    canvas: Plane = np.ones((size[1], size[0], 3), np.float32) * brush.colour("#f1e7d6")
    canvas = canvas * (1 + 0.035 * paper[..., None]) + warmth[..., None] * np.array([0.03, 0.02, -0.02], np.float32)
    blush = brush.glow(size, (0.62, 0.34), 0.24, power=3) * (0.75 + 0.5 * warmth)
    canvas = brush.mix(canvas, "#e2a98b", np.clip(blush * 0.85, 0, 1).astype(np.float32))
    washes = ("#9fb3a0", "#6f8f86", "#c79a6b", "#3f6560", "#86988a", "#274a4a")
    for index, tone in enumerate(washes):
        foot = (0.5 + float(chance.normal(0, 0.10)), 1.04)
        lean = float(chance.uniform(-0.30, 0.30))
        mask = _sprig(size, chance, foot, lean, 0.62 + 0.07 * index)
        pooled = 0.62 + 0.5 * brush.cloud(size, seed + 20 + index, cells=(9, 9), octaves=5)
        rim = np.clip(mask - brush.blur(mask, 9), 0, 1) * 0.5
        canvas = canvas * (1 - (1 - brush.colour(tone)) * np.clip(mask * pooled * 0.8 + rim, 0, 1)[..., None])
    return brush.develop(canvas.astype(np.float32), seed, grain=0.01, vignette=0.12)


def _sprig(size: Size, chance: np.random.Generator, foot: tuple[float, float], lean: float, height: float) -> Plane:
    picture = Image.new("L", size)
    pencil = ImageDraw.Draw(picture)
    short = min(size)
    steps = np.linspace(0, 1, 60)
    stem = [((foot[0] + lean * t**1.6) * size[0], (foot[1] - height * t) * size[1]) for t in steps]
    pencil.line(stem, fill=235, width=max(2, short // 300))
    for number in range(9):
        t = 0.22 + 0.78 * number / 8
        at = stem[int(t * 59)]
        for side in (-1, 1):
            long = short * (0.22 * (1.15 - t) + 0.05) * float(chance.uniform(0.8, 1.15))
            angle = -np.pi / 2 + side * (0.95 - 0.45 * t) + lean * 1.2 + float(chance.normal(0, 0.08))
            _leaf(pencil, at, long, angle, int(chance.uniform(150, 240)))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(short / 900)), np.float32) / 255


def _leaf(pencil: ImageDraw.ImageDraw, at: tuple[float, float], long: float, angle: float, fill: int) -> None:
    t = np.linspace(0, 1, 24)
    half = 0.20 * long * np.sin(np.pi * t**0.8)
    bend = 0.12 * long * t**2
    ux, uy = np.cos(angle), np.sin(angle)
    left = [
        (at[0] + ux * long * a - uy * (h + b), at[1] + uy * long * a + ux * (h + b))
        for a, h, b in zip(t, half, bend, strict=True)
    ]
    right = [
        (at[0] + ux * long * a - uy * (b - h), at[1] + uy * long * a + ux * (b - h))
        for a, h, b in zip(t, half, bend, strict=True)
    ]
    pencil.polygon(left + right[::-1], fill=fill)
    pencil.line(
        [left[0], ((left[-1][0] + right[-1][0]) / 2, (left[-1][1] + right[-1][1]) / 2)], fill=min(255, fill + 30)
    )


def paper_sun(size: Size, seed: int) -> Image.Image:
    """A sun and hills as if cut from paper, each sheet casting a shadow on the one behind."""
    x, y = brush.axes(size)
    canvas = brush.sky(size, ((0, "#f2d7b8"), (0.6, "#f6c79f"), (1, "#f6c79f")))
    fibre = brush.cloud(size, seed, cells=(150, 150), octaves=3) - 0.5
    canvas = _sheet(canvas, brush.disc(size, (0.56, 0.36), 0.20), "#e4572e", fibre, size)
    tones = ("#e8a87c", "#d98c6a", "#b96a5d", "#8c4f5b", "#5b3a54", "#332a45")
    for layer, tone in enumerate(tones):
        base = 0.44 + 0.10 * layer
        line = base - 0.09 * brush.ridge(size[0], seed + 40 + layer, bumps=1.7, octaves=2)
        mask = brush.smooth(-1 / size[1], 1 / size[1], y - line[None, :] + 0 * x)
        canvas = _sheet(canvas, mask.astype(np.float32), tone, fibre, size)
    return brush.develop(canvas, seed, grain=0.008, vignette=0.1)


def _sheet(canvas: Plane, mask: Plane, tone: str, fibre: Plane, size: Size) -> Plane:
    drop = max(2, size[1] // 110)
    shadow = np.roll(brush.blur(mask, drop * 1.6), -drop // 2, axis=0)
    canvas = canvas * (1 - 0.42 * np.clip(shadow, 0, 1)[..., None])
    paper = brush.colour(tone) * (1 + 0.07 * fibre[..., None])
    rim = np.clip(mask - np.roll(mask, max(1, drop // 5), axis=0), 0, 1) * 0.35
    return brush.screen(brush.mix(canvas, paper.astype(np.float32), mask), "#ffffff", rim)
