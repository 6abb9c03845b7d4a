"""Panoramas that travel: from one end to the other for who looks, once, and never where nothing is to move."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops

from frame.displays.pixels import corners
from frame.overlays.afloat import Afloat
from frame.overlays.clock import Clock
from frame.overlays.clock_area import clock_size
from frame.overlays.fonts import Fonts
from frame.overlays.locale import locale_of
from frame.render.compose import turned
from frame.render.layout import viewer_canvas
from frame.render.request import RenderRequest, Wording
from frame.render.tone import DAYLIGHT
from frame.transitions.moving import veil_of
from frame.transitions.travel import cut, passing, strip_size
from sync.catalogue import AlbumEntry
from sync.catalogue_writing import write
from sync.settings.wall import Corner, Words
from tests.frame.rig import MemoryDisplay, make_home, rig, set_wall
from tests.manual_clock import ManualClock
from tests.sample_catalogues import photo


class Glass(MemoryDisplay):
    """Shows what slides over it."""

    seen: Image.Image

    def slide(self, old: Image.Image, new: Image.Image, fraction: float, way: tuple[int, int]) -> None:
        self.seen = Image.new("RGB", self.size)
        for picture, corner in zip((old, new), corners(self.size, fraction, way), strict=True):
            self.seen.paste(picture, corner)

    def show(self, picture: Image.Image) -> None:
        self.seen = picture


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("shape", [(500, 100), (100, 500)], ids=["wide", "tall"])
def test_the_eye_goes_from_one_end_to_the_other(rotation: int, shape: tuple[int, int]) -> None:
    panel = Glass(size=(160, 100))
    canvas = viewer_canvas(panel.size, rotation)
    size = (500, canvas[1]) if shape[0] > shape[1] else (canvas[0], 500)
    strip = Image.linear_gradient("L").rotate(0 if size[0] < size[1] else 90).resize(size).convert("RGB")
    travel = cut(turned(strip, rotation), panel, rotation=rotation, interval_seconds=30)
    before = None
    for step in range(12):
        going = travel.show(panel, 2.0 + travel.seconds * step / 10)  # type: ignore[arg-type]
        assert going == (step < 10)
        seen = turned(panel.seen, (360 - rotation) % 360)
        where = place_in(strip, seen)
        assert before is None or where >= before, "it goes back"
        before = where
    assert before == (size[0] - canvas[0] if size[0] > size[1] else size[1] - canvas[1])


def place_in(strip: Image.Image, seen: Image.Image) -> int:
    """Where on the strip that part is, in pixels from its beginning."""
    wide = strip.width > strip.height
    most = strip.width - seen.width if wide else strip.height - seen.height
    corners_ = [(at, 0) if wide else (0, at) for at in range(most + 1)]
    parts = [strip.crop((x, y, x + seen.width, y + seen.height)) for x, y in corners_]
    apart = [sum(ImageChops.difference(part, seen).convert("L").histogram()[1:]) for part in parts]
    best = min(apart)
    assert best == 0, "it is no part of the strip"
    return len(apart) - 1 - apart[::-1].index(best)


@pytest.mark.parametrize(
    ("picture", "canvas", "size"),
    [
        ((5143, 1440), (1920, 1080), (3857, 1080)),
        ((5143, 1440), (1080, 1920), None),
        ((1440, 5143), (1080, 1920), (1080, 3857)),
        ((1920, 1440), (1920, 1080), None),
        ((20000, 1440), (1920, 1080), None),
        ((600, 100), (1920, 1080), None),
        ((0, 0), (1920, 1080), None),
    ],
    ids=str,
)
def test_only_what_fits_into_memory_and_is_sharp_enough_travels(
    picture: tuple[int, int], canvas: tuple[int, int], size: tuple[int, int] | None
) -> None:
    assert strip_size(picture, canvas) == size


@pytest.mark.parametrize("reduced", [False, True])
def test_a_panorama_travels_on_the_wall_unless_nothing_is_to_move(tmp_path: Path, renderer, reduced: bool) -> None:
    home = make_home(tmp_path)
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=[photo(home, 0, size=(960, 240))])
    set_wall(home, interval_seconds=40)
    if reduced:
        home.settings.write_text("[wall]\ninterval_seconds = 40\nreduce_motion = true\n")
    display = MemoryDisplay(animated=True)
    with rig(home, renderer, display=display) as wall:
        wall.pass_time(38)
        if reduced:
            assert display.slid == []
            return
        assert len(display.slid) > 100
        moved = len(display.slid)
        assert wall.player.stage.on_panel is not None
        wall.pass_time(1)
        assert len(display.slid) == moved, "it stands at its end"


def test_the_clock_stands_above_a_panorama_that_travels_and_ticks(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    photos = [photo(home, 0, size=(960, 240)), photo(home, 1)]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)
    home.settings.write_text(
        "[wall]\nselection = 'sequential'\ninterval_seconds = 100\n[words]\nclock = true\ndate = true\n"
    )
    clock = ManualClock(datetime(2026, 12, 1, 12, 0, 30, tzinfo=UTC))
    display = MemoryDisplay(animated=True)
    with rig(home, renderer, clock=clock, display=display) as wall:
        wall.pass_time(10)
        assert display.slid, "it travels"
        words, before = display.above
        wall.pass_time(10)
        assert display.above == (words, before), "they stand still"
        wall.pass_time(30)
        kept, after = display.above
        assert kept is words
        assert after.corner == before.corner
        assert after.picture.tobytes() != before.picture.tobytes(), "a minute went by"
        clock.believed = False
        wall.pass_time(2)
        assert display.above[-1].picture.getchannel("A").getextrema() == (0, 0), "it vanishes with the time"
        clock.believed = True
        wall.pass_time(50)
        assert wall.player.turn.current.item.entry.key.endswith("1")  # type: ignore[union-attr]
        assert display.above == (), "the next photo has a clock of its own"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("level", [20, 120, 245])
def test_a_clock_above_all_looks_as_one_on_the_picture(rotation: int, level: int) -> None:
    panel = (400, 240)
    canvas = viewer_canvas(panel, rotation)
    words, fonts = Words(clock=True, date=True, clock_position=Corner.BOTTOM_RIGHT), Fonts()
    size = clock_size(canvas, words, locale_of("en"), fonts)
    strip = viewer_canvas((canvas[0] * 2, canvas[1]), rotation)
    lines, plain = ("12:34", "Monday, 1 June"), Image.new("RGB", panel, (level,) * 3)
    afloat = Afloat(
        Image.new("RGB", strip, (level,) * 3), panel, rotation=rotation, words=words, fonts=fonts, size=size,
        tone=DAYLIGHT,
    )  # fmt: skip
    above = afloat.draw(lines, (0.5, 0.5))
    meant, seen = plain.copy(), plain.copy()
    clock = Clock(plain, rotation=rotation, words=words, fonts=fonts, size=size)
    meant.paste(clock.draw(lines, (0.5, 0.5)), clock.box[:2])
    seen.paste(above.picture, above.corner, above.picture)
    assert ImageChops.difference(meant, seen).convert("L").getextrema()[1] <= 12
    assert ImageChops.difference(seen, plain).getbbox() is not None


def test_words_on_a_panorama_keep_out_of_the_clocks_way(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=[photo(home, 0, size=(1600, 400))])
    home.settings.write_text(
        "[wall]\ninterval_seconds = 100\n[words]\nclock = true\nclock_position = 'bottom-left'\n"
    )
    clock = ManualClock(datetime(2026, 12, 1, 12, 0, 30, tzinfo=UTC))
    with rig(home, renderer, clock=clock, display=MemoryDisplay(animated=True, size=(640, 400))) as wall:
        wall.pass_time(3)
        words, digits = wall.display.above
        letters = words.picture.convert("L").point(lambda level: 255 * (level > 100)).getbbox()
        inked = digits.picture.convert("L").point(lambda level: 255 * (level > 100)).getbbox()
        assert letters is not None
        assert inked is not None
        assert words.corner[1] + letters[3] <= digits.corner[1] + inked[1]


def test_the_words_of_a_panorama_come_softly_and_go_with_it(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    photos = [photo(home, 0, size=(960, 240)), photo(home, 1)]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)
    set_wall(home, selection="sequential", interval_seconds=40, transition="cut")
    strengths = []
    with rig(home, renderer, display=MemoryDisplay(animated=True)) as wall:
        wall.settle()
        for _ in range(12):
            wall.settle()
            above = wall.display.above
            strengths.append(above[0].picture.getchannel("A").getextrema()[1] if above else 0)
            wall.clock.advance(0.1)
        assert strengths == sorted(strengths)
        assert len(set(strengths)) > 3
        assert strengths[-1] > 200
        wall.pass_time(41)
        assert wall.display.above == ()


@pytest.mark.parametrize("level", [20, 120, 250])
def test_words_above_all_look_as_words_on_the_picture(level: int, renderer, tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (640, 400), (level,) * 3).save(path)
    request = RenderRequest(path, (640, 400), layout="fill", wording=Wording((("Vienna", "6 June 2020"),)))
    meant, seen = renderer.render(request), Image.new("RGB", (640, 400), (level,) * 3)
    veil = veil_of(renderer, request, lambda box: passing(Image.new("RGB", (1600, 400), (level,) * 3), (640, 400), box))
    assert veil is not None
    above = veil.above()
    seen.paste(above.picture, above.corner, above.picture)
    assert ImageChops.difference(meant, seen).convert("L").getextrema()[1] <= 12


def test_a_panorama_is_made_once_nothing_moves_and_nothing_while_one_travels(tmp_path: Path, renderer) -> None:
    home = make_home(tmp_path)
    shapes = [(800, 600), (1440, 360), (800, 600)]
    photos = [replace(photo(home, number, size=size), faces=()) for number, size in enumerate(shapes)]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)
    set_wall(home, selection="sequential", layout="fill", motion="zoom", interval_seconds=40)
    asked: list[tuple[int, int]] = []

    class Watched:
        def render(self, request: RenderRequest) -> Image.Image:
            asked.append(request.size)
            return renderer.render(request)

    def strips() -> int:
        return sum(size[0] > 640 for size in asked)

    with rig(home, Watched(), display=MemoryDisplay(animated=True)) as wall:
        wall.pass_time(30)
        assert strips() == 0, "the photo before it is still approached"
        while not wall.display.slid:  # the last key pictures are made in real time
            wall.pass_time(0.2)
        assert strips() == 1
        before = len(asked)
        wall.pass_time(20)
        assert len(asked) == before, "it travels"
        wall.pass_time(16)
        assert len(asked) > before, "it stands"
