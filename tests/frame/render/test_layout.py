"""Geometry of the wall: a table of what people expect, and rules that hold for any picture on any panel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.render.layout import (
    LARGEST_SCALE,
    Pane,
    Plan,
    Subject,
    cover,
    pair,
    plan,
    shape_suits_a_pair,
    viewer_canvas,
)

WALL, TALL = (1920, 1080), (1080, 1920)


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
        ((320, 200), WALL, "fit", (720, 370, 480, 300), "mat"),
        ((320, 200), WALL, "fill", (720, 370, 480, 300), "mat"),
        ((1, 1), WALL, "blur", (959, 512, 2, 2), "mat"),
        ((1920, 1440), WALL, "auto", (0, 0, 1920, 1080), "none"),
        ((1440, 1920), WALL, "auto", (620, 82, 680, 907), "mat"),
        ((1920, 1440), WALL, "mat", (355, 82, 1210, 907), "mat"),
        ((1366, 768), WALL, "fit", (0, 0, 1920, 1080), "none"),
        ((20000, 1), WALL, "fit", (0, 539, 1920, 1), "black"),
    ],
    ids=str,
)
def test_pictures_stand_where_people_expect(
    picture: tuple[int, int], canvas: tuple[int, int], layout: str, place: tuple[int, ...], backdrop: str
) -> None:
    made = plan(Subject(picture), canvas, layout=layout)
    assert (made.panes[0].place, made.backdrop) == (place, backdrop)


def face(x: float, y: float, side: float = 0.1) -> tuple[float, float, float, float]:
    return (x - side / 2, y - side / 2, x + side / 2, y + side / 2)


@pytest.mark.parametrize(
    ("faces", "low", "high"),
    [
        ((face(0.5, 0.1),), 0, 10),
        ((face(0.5, 0.95),), 1000, 1110),
        ((face(0.5, 0.5),), 600, 720),
        ((face(0.3, 0.2), face(0.7, 0.45)), 180, 280),
        ((face(0.3, 0.2, 0.2), face(0.7, 0.9, 0.02)), 0, 220),
        ((face(0.2, 0.15, 0.1), face(0.7, 0.85, 0.25)), 900, 1110),
    ],
    ids=["at the top", "at the bottom", "in the middle", "two", "one in the background", "two that cannot both stay"],
)
def test_a_crop_keeps_the_heads_and_lets_them_stand_in_the_upper_third(
    faces: tuple[tuple[float, float, float, float], ...], low: float, high: float
) -> None:
    left, top, right, bottom = plan(Subject((1440, 1920), faces), WALL, layout="fill").panes[0].crop
    assert (left, right, round(bottom - top)) == (0, 1440, 810)
    assert low <= top <= high


def test_a_photo_is_not_filled_where_that_would_cut_a_head() -> None:
    tight = (face(0.3, 0.08, 0.12), face(0.6, 0.92, 0.12))
    assert plan(Subject((1920, 1440), tight), WALL, layout="auto").backdrop == "mat"
    assert plan(Subject((1920, 1440), (face(0.3, 0.4),)), WALL, layout="auto").backdrop == "none"


def test_a_turned_panel_is_laid_out_for_who_looks_at_it() -> None:
    assert [viewer_canvas(WALL, turn) for turn in (0, 90, 180, 270)] == [WALL, TALL, WALL, TALL]


sides = st.integers(1, 20000)
panels = st.tuples(st.integers(16, 4000), st.integers(16, 4000))


shares = st.floats(0, 1)
faces = st.lists(
    st.tuples(shares, shares, shares, shares).map(
        lambda each: (min(each[0], each[2]), min(each[1], each[3]), max(each[0], each[2]), max(each[1], each[3]))
    ),
    max_size=4,
).map(tuple)
subjects = st.builds(Subject, st.tuples(sides, sides), faces)
LAYOUTS = ("auto", "mat", "fit", "fill", "blur")


def check_pane(pane: Pane, picture: tuple[int, int], canvas: tuple[int, int]) -> None:
    left, top, right, bottom = pane.crop
    x, y, width, height = pane.place
    assert 0 <= left < right <= picture[0] + 1e-6
    assert 0 <= top < bottom <= picture[1] + 1e-6
    assert width >= 1
    assert height >= 1
    assert x >= 0
    assert y >= 0
    assert x + width <= canvas[0]
    assert y + height <= canvas[1]
    # never enlarged past the limit, and never out of proportion by more than a pixel's rounding
    across, down = width / (right - left), height / (bottom - top)
    assert width <= LARGEST_SCALE * (right - left) + 1
    assert height <= LARGEST_SCALE * (bottom - top) + 1
    assert abs(across * (bottom - top) - height) <= max(1.0, (bottom - top) / (right - left)) + 1e-6
    assert abs(down * (right - left) - width) <= max(1.0, (right - left) / (bottom - top)) + 1e-6


@given(subject=subjects, canvas=panels, layout=st.sampled_from(LAYOUTS))
def test_any_picture_on_any_panel(subject: Subject, canvas: tuple[int, int], layout: str) -> None:
    made = plan(subject, canvas, layout=layout)
    (pane,) = made.panes
    check_pane(pane, subject.size, canvas)
    x, y, width, height = pane.place
    # in the middle to a pixel, in a mat a little above it
    assert abs(canvas[0] - width - 2 * x) <= 1
    if made.backdrop == "mat":
        assert y <= (canvas[1] - height + 1) / 2
    else:
        assert abs(canvas[1] - height - 2 * y) <= 1
    # nothing stands bare: either it covers the panel or something is behind it
    assert (made.backdrop == "none") == ((width, height) == canvas)
    left, top, right, bottom = pane.crop
    if layout not in ("fill", "auto"):
        assert (right - left) * (bottom - top) >= 0.98 * subject.size[0] * subject.size[1]


@given(one=subjects, other=subjects, canvas=panels, layout=st.sampled_from(LAYOUTS))
def test_any_two_pictures_on_any_panel(one: Subject, other: Subject, canvas: tuple[int, int], layout: str) -> None:
    made = pair((one, other), canvas, layout=layout)
    for pane, subject in zip(made.panes, (one, other), strict=True):
        check_pane(pane, subject.size, canvas)
    if min(canvas) > 100:
        assert not overlap(made)


def overlap(made: Plan) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = (pane.place for pane in made.panes)
    return ax < bx + bw - 1 and bx < ax + aw - 1 and ay < by + bh - 1 and by < ay + ah - 1


@pytest.mark.parametrize(
    ("sizes", "canvas", "layout", "backdrop"),
    [
        (((1440, 1920), (1440, 1920)), WALL, "auto", "black"),
        (((1440, 2160), (1440, 2160)), WALL, "auto", "black"),
        (((1440, 1920), (1080, 1920)), WALL, "auto", "mat"),
        (((1440, 1920), (1440, 1920)), WALL, "mat", "mat"),
        (((1440, 1920), (1440, 1920)), WALL, "fit", "black"),
        (((1920, 1440), (1920, 1280)), TALL, "auto", "black"),
        (((300, 400), (300, 400)), WALL, "auto", "mat"),
    ],
    ids=str,
)
def test_two_that_belong_together_hang_together(
    sizes: tuple[tuple[int, int], tuple[int, int]], canvas: tuple[int, int], layout: str, backdrop: str
) -> None:
    made = pair([Subject(size) for size in sizes], canvas, layout=layout)
    assert made.backdrop == backdrop
    first, second = (pane.place for pane in made.panes)
    if canvas == WALL:
        assert (first[1], first[3]) == (second[1], second[3])
        assert first[0] + first[2] < second[0]
    else:
        assert (first[0], first[2]) == (second[0], second[2])
        assert first[1] + first[3] < second[1]


def test_only_what_would_leave_the_wall_half_empty_is_paired() -> None:
    assert [shape_suits_a_pair(shape, WALL) for shape in (0.0, 0.2, 0.56, 0.75, 1.0, 1.5)] == [
        False, False, True, True, False, False,
    ]  # fmt: skip
    assert [shape_suits_a_pair(shape, TALL) for shape in (0.75, 1.0, 1.5, 3.5)] == [False, False, True, False]


@given(size=st.tuples(sides, sides), shape=panels)
def test_cover_takes_the_largest_middle_part_of_that_shape(size: tuple[int, int], shape: tuple[int, int]) -> None:
    left, top, right, bottom = cover(size, shape)
    assert 0 <= left < right <= size[0] + 1e-6
    assert 0 <= top < bottom <= size[1] + 1e-6
    assert right - left == pytest.approx(size[0]) or bottom - top == pytest.approx(size[1])
    assert (right - left) * shape[1] == pytest.approx((bottom - top) * shape[0], rel=1e-6)
