"""Colour for this panel and this hour: neutral unless asked, warm by light, and no step in a sky."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from PIL import Image

from frame.render.tone import Tone, toned
from frame.theme import Theme
from sync.settings.tree import Settings
from sync.settings.wall import Power, Wall
from tests.manual_clock import ManualClock


def grey(level: int, tone: Tone) -> tuple[int, ...]:
    pixel = toned(Image.new("RGB", (1, 1), (level,) * 3), tone).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return pixel


def test_nothing_changes_unless_it_is_asked_for() -> None:
    picture = Image.new("RGB", (4, 4), (1, 128, 254))
    assert toned(picture, Tone()) is picture


def test_gamma_keeps_black_and_white_and_darkens_the_middle() -> None:
    assert [grey(level, Tone(gamma=1.4)) for level in (0, 255)] == [(0, 0, 0), (255, 255, 255)]
    assert grey(128, Tone(gamma=1.4))[0] < 110
    assert grey(128, Tone(gamma=0.8))[0] > 140


def test_warmth_takes_blue_most_and_red_not_at_all() -> None:
    red, green, blue = grey(200, Tone(warmth=1.0))
    assert red == 200
    assert red > green > blue > 120
    assert grey(255, Tone(white=(1.0, 1.0, 0.5)))[2] == round(255 * 0.5 ** (1 / 2.2))


@pytest.mark.parametrize("tone", [Tone(gamma=1.3), Tone(warmth=0.6), Tone(white=(0.9, 1.0, 0.8))], ids=str)
def test_a_sky_keeps_its_steps(tone: Tone) -> None:
    levels = [grey(level, tone) for level in range(256)]
    steps = [b - a for one, other in pairwise(levels) for a, b in zip(one, other, strict=True)]
    assert min(steps) >= 0
    assert max(steps) <= 3


@pytest.mark.parametrize(
    ("hour", "minute", "warm"), [(12, 0, 0.0), (15, 20, 0.4), (18, 0, 0.8), (2, 0, 0.8), (6, 20, 0.1)]
)
def test_evenings_are_warmer_by_the_sun(hour: int, minute: int, warm: float) -> None:
    clock = ManualClock(datetime(2026, 12, 1, hour, minute, tzinfo=UTC))
    theme = Theme(clock)
    vienna = Power(latitude=48.2, longitude=16.4)
    theme.use(Settings(wall=Wall(warmth=80), power=vienna, time_zone="UTC"))
    assert theme.warmth() == pytest.approx(warm, abs=0.17)
    clock.believed = False
    assert theme.warmth() == 0.0
