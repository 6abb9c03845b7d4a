"""A slow approach: smooth, within the picture, ending on the faces; words stand still above it."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from select import select
from threading import Event
from time import thread_time
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops

from frame.render.request import RenderRequest, Wording
from frame.transitions.moving import Motion, Moving, veil_of
from frame.transitions.zoom import aim, larger, passed, seen, steps
from frame.worker import Worker
from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from tests.frame.rig import MemoryDisplay, make_home, rig
from tests.manual_clock import ManualClock
from tests.sample_catalogues import photo

PANEL = (1920, 1080)
shares = st.floats(0, 1)


@given(target=st.tuples(shares, shares), share=shares, inwards=st.booleans())
def test_what_is_seen_lies_within_the_picture_and_keeps_its_shape(
    target: tuple[float, float], share: float, inwards: bool
) -> None:
    picture = larger(PANEL)
    left, top, right, bottom = seen(picture, PANEL, target, share, inwards=inwards)
    assert left >= -1e-6
    assert top >= -1e-6
    assert right <= picture[0] + 1e-6
    assert bottom <= picture[1] + 1e-6
    assert right - left >= PANEL[0] - 1e-6
    assert (right - left) / (bottom - top) == pytest.approx(16 / 9, rel=2e-3)


def test_it_ends_on_the_faces_and_no_step_is_seen() -> None:
    picture = larger(PANEL)
    target = aim(((0.7, 0.2, 0.8, 0.4),), (0.5, 0.5))
    count = steps(picture, PANEL, target)
    places = [seen(picture, PANEL, target, n / count, inwards=True) for n in range(count + 1)]
    assert places[0] == (0, 0, *picture)
    assert places[-1][2] - places[-1][0] == PANEL[0]
    assert max(abs(a - b) for one, other in pairwise(places) for a, b in zip(one, other, strict=True)) < 1.02
    assert aim((), (0.3, 0.6)) == (0.3, 0.6)


@given(
    target=st.tuples(shares, shares), share=shares, corner=st.tuples(shares, shares), size=st.tuples(shares, shares),
    inwards=st.booleans(),
)  # fmt: skip
def test_nothing_leaves_what_it_is_said_to_pass(
    target: tuple[float, float], share: float, corner: tuple[float, float], size: tuple[float, float], inwards: bool
) -> None:
    left, top = (round(at * 0.9 * length) for at, length in zip(corner, PANEL, strict=True))
    box = (left, top, min(PANEL[0], left + 20 + round(300 * size[0])), min(PANEL[1], top + 20 + round(300 * size[1])))
    picture = larger(PANEL)
    view = seen(picture, PANEL, target, share, inwards=inwards)
    closer = PANEL[0] / (view[2] - view[0])
    now = [(edge * picture[0] / PANEL[0] - view[side % 2]) * closer for side, edge in enumerate(box)]
    all_of_it = passed(box, PANEL, target)
    assert all_of_it[0] - 6 <= max(0, now[0])
    assert all_of_it[1] - 6 <= max(0, now[1])
    assert min(PANEL[0], now[2]) <= all_of_it[2] + 6
    assert min(PANEL[1], now[3]) <= all_of_it[3] + 6


def test_a_slow_machine_makes_fewer_pictures_of_the_way() -> None:
    """A quarter of a second of the processor for each: with half of a processor for all, no more than two a second."""
    panel, seconds = (320, 180), 2.0

    def finish(_picture: object) -> None:
        until = thread_time() + 0.25
        while thread_time() < until:
            pass

    worker, display = Worker(), MemoryDisplay(size=panel)
    moving = Moving(Image.new("RGB", larger(panel)), panel, (0.0, 0.5), True, None, finish, seconds)
    motion = Motion(moving, Image.new("RGB", panel), None, display=display, worker=worker, now=0.0)
    try:
        motion.blend(0.01)
        assert motion._wanted is not None
        assert motion._wanted[0] == 1
        ready, _, _ = select([worker.fileno()], [], [], 60)
        assert ready, "the worker hangs"
        motion.blend(0.01)
        assert motion._wanted[0] >= 1 + 0.5 / seconds * steps(moving.picture.size, panel, moving.target)
    finally:
        worker.close()


@pytest.mark.parametrize("level", [30, 130, 250])
def test_words_on_a_veil_look_as_words_on_the_picture(level: int, renderer, tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (640, 400), (level,) * 3).save(path)
    wording = Wording((("Vienna", "6 June 2020"),))
    request = RenderRequest(path=path, size=(640, 400), layout="fill", wording=wording)
    written = renderer.render(request)
    bare = Image.new("RGB", (640, 400), (level,) * 3)
    veil = veil_of(renderer, request, bare.crop)
    assert veil is not None
    veil.lay(bare)
    apart = ImageChops.difference(written, bare).convert("L")
    assert max(apart.getextrema()) <= 6


def test_a_photo_is_approached_on_the_wall_and_stands_in_the_end(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    photos = [replace(photo(home, number), local_time=None) for number in range(2)]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)
    home.settings.write_text("[wall]\ninterval_seconds = 30\nmotion = 'zoom'\ntransition = 'cut'\n")
    display = MemoryDisplay(animated=True)
    with rig(home, renderer, display=display) as wall:
        wall.pass_time(25)
        assert display.blended > 100
        home.settings.write_text("[wall]\ninterval_seconds = 30\nmotion = 'zoom'\nreduce_motion = true\n")
        wall.pass_time(40)
        blended = display.blended
        wall.pass_time(20)
        assert display.blended == blended


def test_the_clock_of_a_photo_that_was_approached_goes_on_when_it_stands(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=[photo(home, 0)])
    home.settings.write_text(
        "[wall]\ninterval_seconds = 3600\nmotion = 'zoom'\n"
        "[words]\nclock = true\ncaption = false\nplace = false\ntaken = false\n"
    )
    clock, display = ManualClock(datetime(2026, 12, 1, 12, 0, 5, tzinfo=UTC)), MemoryDisplay(animated=True)
    with rig(home, renderer, clock=clock, display=display) as wall:
        wall.pass_time(2)
        while wall.player._hanging.moves:  # the last key pictures are made in real time
            wall.pass_time(2)
        patched = display.patched
        wall.pass_time(180)
        assert display.patched == patched + 3


def test_a_motion_that_is_dropped_while_its_next_picture_is_under_way_takes_all_of_its_pictures_along() -> None:
    def finish(_picture: object) -> None:
        at_work.set()
        assert may_end.wait(60)

    worker, at_work, may_end = Worker(), Event(), Event()
    picture, display = Image.new("RGB", larger((320, 180))), MemoryDisplay(size=(320, 180))
    moving = Moving(picture, (320, 180), (0.5, 0.5), True, None, finish, 10.0)
    motion = Motion(moving, Image.new("RGB", (320, 180)), None, display=display, worker=worker, now=0.0)
    motion.blend(0.1)
    assert at_work.wait(60)
    gone, gc_was_on = ref(motion), gc.isenabled()
    gc.disable()  # it would find cycles some day; pictures must not wait for it
    try:
        del motion
        assert gone() is None
    finally:
        may_end.set()
        worker.close()
        if gc_was_on:
            gc.enable()
