"""A slow approach: smooth, within the picture, ending on the faces; words stand still above it."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from threading import Event
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops

from frame.render.request import RenderRequest, Wording
from frame.transitions.moving import Motion, Moving, veil_of
from frame.transitions.zoom import aim, larger, seen, steps
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
    places = [seen(picture, PANEL, target, n / steps(PANEL), inwards=True) for n in range(steps(PANEL) + 1)]
    assert places[0] == (0, 0, *picture)
    assert places[-1][2] - places[-1][0] == PANEL[0]
    assert max(abs(a - b) for one, other in pairwise(places) for a, b in zip(one, other, strict=True)) < 3.2
    assert aim((), (0.3, 0.6)) == (0.3, 0.6)


@pytest.mark.parametrize("level", [30, 130, 250])
def test_words_on_a_veil_look_as_words_on_the_picture(level: int, renderer, tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (640, 400), (level,) * 3).save(path)
    wording = Wording((("Vienna", "6 June 2020"),))
    request = RenderRequest(path=path, size=(640, 400), layout="fill", wording=wording)
    written = renderer.render(request)
    bare = Image.new("RGB", (640, 400), (level,) * 3)
    veil = veil_of(renderer, request, bare)
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
        assert may_end.wait(20)

    worker, at_work, may_end = Worker(), Event(), Event()
    picture, display = Image.new("RGB", larger((320, 180))), MemoryDisplay(size=(320, 180))
    moving = Moving(picture, (320, 180), (0.5, 0.5), True, None, finish, 10.0)
    motion = Motion(moving, Image.new("RGB", (320, 180)), None, display=display, worker=worker, now=0.0)
    motion.blend(0.1)
    assert at_work.wait(20)
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
