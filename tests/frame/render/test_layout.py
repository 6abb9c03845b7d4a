"""Geometry of the wall: a table of what people expect, and rules that hold for any picture on any panel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.render.layout import LARGEST_SCALE, cover, plan, viewer_canvas

WALL, TALL = (1920, 1080), (1080, 1920)
MIDDLE = (0.5, 0.5)


@pytest.mark.parametrize(
    ("picture", "canvas", "layout", "place", "backdrop"),
    [
        ((1920, 1440), WALL, "fit", (240, 0, 1440, 1080), "black"),
        ((1920, 1440), WALL, "blur", (240, 0, 1440, 1080), "blur"),
        ((1920, 1440), WALL, "fill", (0, 0, 1920, 1080), "none"),
        ((1440, 1920), WALL, "blur", (555, 0, 810, 1080), "blur"),
        ((1440, 1920), WALL, "fill", (0, 0, 1920, 1080), "none"),
        ((1440, 1920), TALL, "fit", (0, 240, 1080, 1440), "black"),
        ((2560, 1440), WALL, "blur", (0, 0, 1920, 1080), "none"),
        ((5143, 1440), WALL, "blur", (0, 271, 1920, 538), "blur"),
        ((5143, 1440), TALL, "fill", (0, 809, 1080, 302), "blur"),
        ((320, 200), WALL, "fit", (640, 340, 640, 400), "black"),
        ((320, 200), WALL, "fill", (640, 340, 640, 400), "blur"),
        ((1, 1), WALL, "blur", (959, 539, 2, 2), "blur"),
        ((1366, 768), WALL, "fit", (0, 0, 1920, 1080), "none"),
        ((20000, 1), WALL, "fit", (0, 539, 1920, 1), "black"),
    ],
    ids=str,
)
def test_pictures_stand_where_people_expect(
    picture: tuple[int, int], canvas: tuple[int, int], layout: str, place: tuple[int, ...], backdrop: str
) -> None:
    made = plan(picture, canvas, layout=layout, focus=MIDDLE)
    assert (made.place, made.backdrop) == (place, backdrop)


@pytest.mark.parametrize(
    ("focus", "top"), [((0.5, 0.1), 0), ((0.5, 0.5), 555), ((0.5, 0.4), 363), ((0.5, 1.0), 1110)], ids=str
)
def test_a_crop_keeps_the_faces(focus: tuple[float, float], top: int) -> None:
    left, at, right, bottom = plan((1440, 1920), WALL, layout="fill", focus=focus).crop
    assert (left, round(at), right, round(bottom)) == (0, top, 1440, top + 810)


def test_a_turned_panel_is_laid_out_for_who_looks_at_it() -> None:
    assert [viewer_canvas(WALL, turn) for turn in (0, 90, 180, 270)] == [WALL, TALL, WALL, TALL]


sides = st.integers(1, 20000)
panels = st.tuples(st.integers(16, 4000), st.integers(16, 4000))


@given(
    picture=st.tuples(sides, sides),
    canvas=panels,
    layout=st.sampled_from(["fit", "fill", "blur"]),
    focus=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_any_picture_on_any_panel(
    picture: tuple[int, int], canvas: tuple[int, int], layout: str, focus: tuple[float, float]
) -> None:
    made = plan(picture, canvas, layout=layout, focus=focus)
    left, top, right, bottom = made.crop
    x, y, width, height = made.place
    assert 0 <= left < right <= picture[0] + 1e-6
    assert 0 <= top < bottom <= picture[1] + 1e-6
    assert width >= 1
    assert height >= 1
    assert x >= 0
    assert y >= 0
    assert x + width <= canvas[0]
    assert y + height <= canvas[1]
    # centred to a pixel
    assert abs(canvas[0] - width - 2 * x) <= 1
    assert abs(canvas[1] - height - 2 * y) <= 1
    # never enlarged past the limit, and never out of proportion by more than a pixel's rounding
    across, down = width / (right - left), height / (bottom - top)
    assert width <= LARGEST_SCALE * (right - left) + 1
    assert height <= LARGEST_SCALE * (bottom - top) + 1
    assert abs(across * (bottom - top) - height) <= max(1.0, (bottom - top) / (right - left)) + 1e-6
    assert abs(down * (right - left) - width) <= max(1.0, (right - left) / (bottom - top)) + 1e-6
    # nothing stands bare: either it covers the panel or something is behind it
    assert (made.backdrop == "none") == ((width, height) == canvas)
    if layout != "fill":
        assert (right - left) * (bottom - top) >= 0.98 * picture[0] * picture[1]


@given(
    picture=st.tuples(st.integers(1200, 6000), st.integers(1200, 6000)),
    focus=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_what_is_in_focus_stays_in_view(picture: tuple[int, int], focus: tuple[float, float]) -> None:
    left, top, right, bottom = plan(picture, WALL, layout="fill", focus=focus).crop
    assert left - 1e-6 <= focus[0] * picture[0] <= right + 1e-6
    assert top - 1e-6 <= focus[1] * picture[1] <= bottom + 1e-6


@given(size=st.tuples(sides, sides), shape=panels)
def test_cover_takes_the_largest_middle_part_of_that_shape(size: tuple[int, int], shape: tuple[int, int]) -> None:
    left, top, right, bottom = cover(size, shape)
    assert 0 <= left < right <= size[0] + 1e-6
    assert 0 <= top < bottom <= size[1] + 1e-6
    assert right - left == pytest.approx(size[0]) or bottom - top == pytest.approx(size[1])
    assert (right - left) * shape[1] == pytest.approx((bottom - top) * shape[0], rel=1e-6)
