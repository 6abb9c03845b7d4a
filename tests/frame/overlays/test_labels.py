"""Words on any wall: inside the margin, out of the clock, off faces, and next to the picture that they speak of."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from frame.overlays.boxes import inside
from frame.overlays.fonts import Fonts
from frame.overlays.labels import Label, labels
from frame.overlays.measure import drifted, margin
from frame.overlays.settling import settled
from frame.overlays.style import Style, drift_at
from frame.render.layout import NOTHING, Clear, Plan, Subject, heads_on, pair, plan, shape_suits_a_pair
from frame.render.request import Wording
from sync.catalogue import PhotoEntry
from sync.settings.wall import Corner, Words

FONTS = Fonts()
WALLS = ((1920, 1080), (1080, 1920), (800, 480), (480, 800), (1024, 600))
SHAPES = ((1920, 1440), (1440, 1920), (2560, 1440), (1440, 2560), (1440, 1440), (4352, 930), (768, 3837), (200, 150))
TEXTS = (
    (), ("Dune",), ("Vienna, Austria · 21 November 2023 · three years ago today",),
    ("A nuthatch in front of the window, looking for the seeds that Grandma had put into the bark", "Anna (3) and Ben",
     "Vienna, Austria · 21 November 2023 · three years ago today", "Summer · Fujifilm X-T4 · XF35mm"),
    ("東京から来たおばあちゃんと一緒に山を歩いた秋の日、空がとても高くて", "松本市, 日本 · 10 October 2021"),
    ("Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle",),
)  # fmt: skip

corners = st.sampled_from(list(Corner))
faces = st.lists(
    st.tuples(st.floats(0.02, 0.8), st.floats(0.02, 0.7), st.floats(0.05, 0.18)).map(
        lambda each: (each[0], each[1], each[0] + each[2], each[1] + each[2])
    ),
    max_size=3,
).map(tuple)
subjects = st.builds(Subject, st.sampled_from(SHAPES), faces)
layouts = st.sampled_from(("auto", "mat", "fit", "fill", "blur"))
moments = st.floats(0, 10000)


def wording(canvas: tuple[int, int], blocks: tuple[tuple[str, ...], ...], words: Words, at: float = 0.0) -> Wording:
    """As the wall would have it, with these lines."""
    photo = PhotoEntry(key="home:a", display="x", display_width=1, display_height=1, caption="x")
    style = Style(words, "de", datetime(2026, 11, 21, 18, 42), drift_at(at))
    made = style.wording(photo, None, size=canvas, rotation=0)
    assert made is not None
    return Wording(blocks, made.position, made.scale, "dejavusans", made.drift, made.clock)


def hung(pictures: list[Subject], canvas: tuple[int, int], layout: str, said: Wording) -> tuple[Plan, list[Label]]:
    """What paint does before there are pixels."""

    def lay_out(clear: Clear = NOTHING) -> Plan:
        if len(pictures) == 1:
            return plan(pictures[0], canvas, layout=layout, clear=clear)
        return pair(pictures, canvas, layout=layout, clear=clear)

    return settled(lay_out, said, FONTS, pictures)


def shared(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def corners_of(where: Plan) -> list[tuple[int, int, int, int]]:
    places = [pane.place for pane in where.panes]
    return [(left, top, left + width, top + height) for left, top, width, height in places]


@given(
    st.lists(subjects, min_size=1, max_size=2), st.sampled_from(WALLS), layouts,
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2), corners, corners, st.booleans(), moments,
)  # fmt: skip
def test_no_word_leaves_the_margin_or_meets_the_clock_or_other_words(
    pictures: list[Subject], canvas: tuple[int, int], layout: str, blocks: list[tuple[str, ...]], position: Corner,
    clock: Corner, date: bool, at: float,
) -> None:  # fmt: skip
    assume(len(pictures) == 1 or all(shape_suits_a_pair(each.size[0] / each.size[1], canvas) for each in pictures))
    words = Words(position=position, clock=True, date=date, clock_position=clock)
    said = wording(canvas, tuple(blocks[: len(pictures)]), words, at)
    where, made = hung(pictures, canvas, layout, said)
    edge = margin(canvas) - max(drifted(canvas, (1.0, 1.0))) - 1
    assert said.clock is not None
    for label in made:
        left, top, right, bottom = label.box
        assert left >= edge
        assert top >= edge
        assert right <= canvas[0] - edge
        assert bottom <= canvas[1] - edge
        assert not shared(label.box, said.clock)
    assert len(made) < 2 or not shared(made[0].box, made[1].box)
    if where.backdrop == "mat":
        assert not any(shared(label.box, place) for label in made for place in corners_of(where))
        assert not any(shared(said.clock, place) for place in corners_of(where))


@settings(max_examples=60)
@given(st.sampled_from(SHAPES[:5]), faces, st.sampled_from(WALLS), corners)
def test_no_word_lies_over_a_face_where_another_corner_is_free(
    shape: tuple[int, int], boxes: tuple[tuple[float, float, float, float], ...], canvas: tuple[int, int],
    position: Corner,
) -> None:  # fmt: skip
    subject = Subject(shape, boxes)
    said = wording(canvas, (("Dune", "6 June 2020"),), Words(position=position))
    where, (label,) = hung([subject], canvas, "fill", said)
    heads = heads_on(where, [subject])
    if not any(shared(label.box, head) for head in heads):
        return
    for other in Corner:
        elsewhere = labels(where, replace_position(said, other), FONTS)[0]
        assert any(shared(elsewhere.box, head) for head in heads)


def replace_position(said: Wording, corner: Corner) -> Wording:
    return Wording(said.blocks, corner.value, said.scale, said.style, said.drift, said.clock)


def test_words_give_way_to_a_face_in_their_corner() -> None:
    child = Subject((1920, 1080), ((0.05, 0.7, 0.15, 0.95),))
    said = wording((1920, 1080), (("Dune",),), Words())
    _, (label,) = hung([child], (1920, 1080), "fill", said)
    assert label.box[0] > 960
    assert label.box[1] > 540


def test_words_that_gave_way_to_a_face_take_those_beside_them_nowhere() -> None:
    """She at the bottom of the right picture moves its words to the top; those of the left one stay off his face."""
    left = Subject((1440, 1920), ((0.25, 0.05, 0.75, 0.45),))
    right = Subject((1440, 1920), ((0.1, 0.72, 0.9, 0.98),))
    said = wording((1920, 1080), (("Ben", "3 May 2024"), ("At the very bottom",)), Words())
    _, (ben, her) = hung([left, right], (1920, 1080), "fill", said)
    assert her.box[3] < 540 < ben.box[1]


@pytest.mark.parametrize("position", list(Corner))
@pytest.mark.parametrize("canvas", WALLS, ids=str)
@pytest.mark.parametrize("shape", SHAPES[:5], ids=str)
def test_words_stand_on_a_picture_or_beside_it_and_not_half_on_it(
    shape: tuple[int, int], canvas: tuple[int, int], position: Corner
) -> None:
    said = wording(canvas, (("Dune", "6 June 2020"),), Words(position=position))
    where, (label,) = hung([Subject(shape)], canvas, "fit", said)
    assert not any(shared(label.box, place) and not inside(label.box, place) for place in corners_of(where))


@pytest.mark.parametrize("position", list(Corner))
def test_words_of_both_pictures_stand_on_one_of_them(position: Corner) -> None:
    said = wording((1920, 1080), (("Dune", "6 June 2020"),), Words(position=position))
    where, (label,) = hung([Subject((1440, 1920)), Subject((1440, 1920))], (1920, 1080), "fill", said)
    assert any(inside(label.box, place) for place in corners_of(where))


@pytest.mark.parametrize("size", [100, 160, 220, 300])
def test_large_words_leave_no_stamps(size: int) -> None:
    said = wording((1920, 1080), (*TEXTS[3:4], ("Tall",)), Words(size=size))
    pictures = [Subject((810, 1440)), Subject((810, 1440))]
    where, made = hung(pictures, (1920, 1080), "mat", said)
    assert min(pane.place[3] for pane in where.panes) > 1080 * 0.4
    assert not any(shared(label.box, place) for label in made for place in corners_of(where))


def test_below_two_pictures_the_first_lines_stand_level() -> None:
    said = wording((1920, 1080), (("Ben", "3 May 2024"), ("Anna",)), Words())
    _, (one, other) = hung([Subject((1440, 1920)), Subject((1440, 1920))], (1920, 1080), "fill", said)
    assert one.box[1] == other.box[1]


@pytest.mark.parametrize("position", [Corner.BOTTOM_LEFT, Corner.BOTTOM_RIGHT, Corner.TOP_LEFT, Corner.TOP_MIDDLE])
def test_of_two_that_are_stacked_each_has_its_own_words(position: Corner) -> None:
    canvas = (1080, 1920)
    said = wording(canvas, (("Boats", "Keswick"), ("Stadium",)), Words(position=position))
    where, made = hung([Subject((2304, 1440)), Subject((2160, 1440))], canvas, "mat", said)
    first, second = corners_of(where)
    if position.value.startswith("bottom"):
        assert first[3] <= made[0].box[1] < made[0].box[3] <= second[1]
        assert made[1].box[1] >= second[3]
    else:
        assert made[0].box[3] <= first[1]
        assert first[3] <= made[1].box[1] < made[1].box[3] <= second[1]


@pytest.mark.parametrize("layout", ["fit", "blur"])
@pytest.mark.parametrize("position", [Corner.BOTTOM_LEFT, Corner.TOP_RIGHT])
def test_beside_a_picture_that_leaves_room_no_line_runs_across_its_edge(layout: str, position: Corner) -> None:
    said = wording((1920, 1080), TEXTS[3:4], Words(position=position))
    where, (label,) = hung([Subject((1440, 2160))], (1920, 1080), layout, said)
    left, _, width, _ = where.panes[0].place
    assert label.box[2] <= left or label.box[0] >= left + width
    where, (label,) = hung([Subject((1440, 1200))], (1920, 1080), layout, said)
    assert label.box[2] - label.box[0] > 500, "where it leaves little room they keep their width"


def test_words_hang_below_their_picture_in_line_with_its_edge() -> None:
    said = wording((1080, 1920), (("Dune",),), replace(Words(), clock=False))
    where, (label,) = hung([Subject((1920, 1080))], (1080, 1920), "mat", said)
    (place,) = corners_of(where)
    assert abs(label.box[0] - place[0]) <= 8
    assert 0 < label.box[1] - place[3] < 60


def test_below_two_side_by_side_the_first_lines_stand_level() -> None:
    for layout in ("auto", "mat"):
        said = wording((1920, 1080), (("Boats", "Keswick · 6 June 2020"), ("Stadium",)), Words())
        _, made = hung([Subject((1440, 1920)), Subject((1440, 1920))], (1920, 1080), layout, said)
        assert made[0].box[1] == made[1].box[1]


def test_on_a_board_words_stay_in_line_with_their_picture_wherever_they_wander() -> None:
    lefts = set()
    for at in range(0, 6000, 700):
        said = wording((1920, 1080), (("Dune", "6 June 2020"),), Words(clock_position=Corner.TOP_RIGHT), at)
        where, (label,) = hung([Subject((1920, 1440))], (1920, 1080), "mat", replace_clock(said))
        lefts.add(label.box[0] - where.panes[0].place[0])
    assert lefts == {0}


def replace_clock(said: Wording) -> Wording:
    return Wording(said.blocks, said.position, said.scale, said.style, said.drift)
