"""The clock over a photo: a tick changes its own corner alone, on every display, however the panel is turned."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace as with_changes
from PIL import Image, ImageChops

from frame.overlays import style
from frame.overlays.clock import Clock
from frame.overlays.clock_area import clock_corner, clock_place, clock_size
from frame.overlays.contrast import Verdict
from frame.overlays.fonts import Fonts
from frame.overlays.locale import locale_of
from frame.overlays.settling import rows_needed
from frame.render.compose import turned
from frame.render.layout import NOTHING, Subject, plan, viewer_canvas
from frame.render.request import Wording
from frame.render.tone import Tone, toned
from sync.catalogue import AlbumEntry, FaceEntry
from sync.catalogue_writing import write
from sync.settings.wall import Corner, Words
from tests.frame.rig import MemoryDisplay, make_home, rig
from tests.manual_clock import ManualClock
from tests.sample_catalogues import make, photo

FONTS = Fonts()


@pytest.mark.parametrize("corner", list(Corner))
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_it_stands_in_its_corner_upright_for_who_looks(rotation: int, corner: Corner) -> None:
    panel = Image.new("RGB", (400, 240), (40, 60, 90))
    words = Words(clock=True, date=True, clock_position=corner)
    size = clock_size(viewer_canvas(panel.size, rotation), words, locale_of("en"), FONTS)
    clock = Clock(panel, rotation=rotation, words=words, fonts=FONTS, size=size)
    panel.paste(clock.draw(("12:34", "Monday, 1 June"), (0, 0)), clock.box[:2])
    assert clock.box[0] % 8 == clock.box[1] % 8 == 0
    seen = turned(panel, (360 - rotation) % 360)
    changed = ImageChops.difference(seen, Image.new("RGB", seen.size, (40, 60, 90))).getbbox()
    assert changed is not None
    canvas = viewer_canvas(panel.size, rotation)
    middle = ((changed[0] + changed[2]) / 2 / canvas[0], (changed[1] + changed[3]) / 2 / canvas[1])
    across = {"left": 0.3, "middle": 0.5, "right": 0.7}[corner.value.rpartition("-")[2]]
    assert abs(middle[0] - across) < 0.25
    assert (middle[1] < 0.5) == corner.value.startswith("top")
    panel.paste(clock.draw((), (0, 0)), clock.box[:2])
    assert panel.getcolors() == [(400 * 240, (40, 60, 90))]


def wall_with_clock(home, renderer, clock: ManualClock, display: MemoryDisplay):
    home.settings.write_text(
        '[wall]\ninterval_seconds = 3600\n[words]\nclock = true\nplace = false\ntaken = false\ncaption = false\n'
    )
    return rig(home, renderer, clock=clock, display=display)


def test_each_minute_is_a_patch_of_the_panel_and_no_new_picture(tmp_path: Path, renderer) -> None:
    home, display = make_home(tmp_path), MemoryDisplay()
    make(home, count=2)
    clock = ManualClock(datetime(2026, 12, 1, 12, 0, 5, tzinfo=UTC))
    with wall_with_clock(home, renderer, clock, display) as wall:
        wall.settle()
        first = display.shown[0].copy()
        wall.pass_time(50)
        assert (len(display.shown), display.patched) == (1, 0)
        wall.pass_time(120)
        assert (len(display.shown), display.patched) == (1, 2)
        changed = ImageChops.difference(first, display.shown[0]).getbbox()
        assert changed is not None
        assert changed[0] > display.size[0] / 2
        assert changed[3] < display.size[1] / 2


def test_a_picture_that_waited_shows_the_right_time(tmp_path: Path, renderer) -> None:
    home, display = make_home(tmp_path), MemoryDisplay()
    make(home, count=2)
    clock = ManualClock(datetime(2026, 12, 1, 12, 0, 5, tzinfo=UTC))
    with wall_with_clock(home, renderer, clock, display) as wall:
        wall.settle()
        wall.pass_time(300)
        wall.ask("next")
        late = display.shown[-1].copy()
        wall.pass_time(50)
        assert ImageChops.difference(late, display.shown[-1]).getbbox() is None


def test_a_script_without_a_font_is_named(tmp_path: Path, renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path)
    make(home, count=1)
    monkeypatch.setattr(style, "_fonts", lambda: Fonts([tmp_path]))
    with rig(home, renderer) as wall:
        wall.settle()
        assert "No font here writes LATIN: install fonts-noto-core." in wall.player.all_problems()


def test_it_vanishes_when_the_clock_is_not_trusted(tmp_path: Path, renderer) -> None:
    home, display = make_home(tmp_path), MemoryDisplay()
    make(home, count=1)
    clock = ManualClock(datetime(2026, 12, 1, 12, 0, 5, tzinfo=UTC))
    with wall_with_clock(home, renderer, clock, display) as wall:
        wall.settle()
        clock.believed = False
        wall.pass_time(2)
        corner = display.shown[0].crop((160, 0, 320, 60))
        assert len(corner.getcolors(100_000) or []) == 1


@pytest.mark.parametrize("corner", [Corner.TOP_RIGHT, Corner.BOTTOM_LEFT])
def test_a_picture_in_a_mat_makes_room_for_it(corner: Corner) -> None:
    canvas, words = (800, 480), Words(clock=True, date=True, clock_position=corner)
    wording = Wording(clock=clock_place(canvas, words, clock_size(canvas, words, locale_of("en"), FONTS)))
    squeezed = plan(Subject((1000, 620)), canvas, layout="mat")
    clear = rows_needed([], squeezed, wording)
    assert clear != NOTHING
    roomy = plan(Subject((1000, 620)), canvas, layout="mat", clear=clear)
    assert rows_needed([], roomy, wording) == NOTHING
    assert rows_needed([], plan(Subject((400, 900)), canvas, layout="mat"), wording) == NOTHING, "it stands beside it"


def head_at(corner: str) -> tuple[int, int, int, int]:
    """On a wall of 800 by 480."""
    x = {"left": 0, "middle": 320, "right": 640}[corner.rpartition("-")[2]]
    return (x, 0, x + 160, 160) if corner.startswith("top") else (x, 320, x + 160, 480)


@pytest.mark.parametrize(
    ("heads", "words_at", "found"),
    [
        ([], "bottom-left", "top-right"),
        (["top-left"], "bottom-left", "top-right"),
        (["top-right"], "bottom-left", "top-left"),
        (["top-right"], "top-left", "bottom-right"),
        (["top-right", "top-left"], "bottom-left", "bottom-right"),
        (["top-right", "top-left", "bottom-right"], "bottom-left", "top-middle"),
        (["top-right", "top-left", "bottom-right", "top-middle", "bottom-middle"], "bottom-left", "bottom-left"),
        ([*Corner], "bottom-left", "top-right"),
    ],
    ids=str,
)
def test_it_steps_aside_for_a_face_to_the_nearest_place_that_is_free(
    heads: list[str], words_at: str, found: str
) -> None:
    words = Words(clock=True, clock_position=Corner.TOP_RIGHT, position=Corner(words_at))
    size = clock_size((800, 480), words, locale_of("en"), FONTS)
    assert clock_corner((800, 480), words, size, [head_at(each) for each in heads]) == found


def test_hair_at_its_edge_moves_no_clock() -> None:
    words = Words(clock=True, clock_position=Corner.TOP_RIGHT)
    size = clock_size((800, 480), words, locale_of("en"), FONTS)
    place = clock_place((800, 480), words, size)
    assert place is not None
    grazing = (place[0] + 20, place[3] - 6, place[0] + 180, place[3] + 200)
    assert clock_corner((800, 480), words, size, [grazing]) is Corner.TOP_RIGHT


@pytest.mark.parametrize("motion", ["still", "zoom"])
@pytest.mark.parametrize("rotation", ["0", "90", "180", "270"])
def test_on_the_wall_it_keeps_off_the_face_for_that_photo_alone(
    tmp_path: Path, renderer, rotation: str, motion: str
) -> None:
    home, size = make_home(tmp_path), (480, 320) if rotation in ("0", "180") else (320, 480)
    face = FaceEntry(person_key="home:p", name="Anna", box=(0.7, 0.1, 0.95, 0.4))
    photos = [with_changes(photo(home, number, size=size), faces=(face,) * (number == 1)) for number in range(3)]
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)
    home.settings.write_text(
        f"[wall]\nselection = 'sequential'\ninterval_seconds = 60\nlayout = 'fill'\nrotation = '{rotation}'\n"
        f"motion = '{motion}'\ntransition = 'cut'\n[words]\nclock = true\nplace = false\ntaken = false\n"
    )
    clock = ManualClock(datetime(2026, 12, 1, 12, 0, 5, tzinfo=UTC))
    with rig(home, renderer, clock=clock, display=MemoryDisplay(size=(480, 320), animated=True)) as wall:
        places = []
        for _ in range(3):
            wall.settle()
            places.append(wall.player._hanging.clock_at)
            wall.ask("next")
        assert places == ["top-right", "top-left", "top-right"]


@pytest.mark.parametrize(("motion", "place"), [("still", "top-left"), ("zoom", "top-right")])
def test_where_a_face_comes_below_it_while_the_photo_is_approached_it_does_not_stand(
    tmp_path: Path, renderer, motion: str, place: str
) -> None:
    """Anna at the right is what the wall comes closer to, and Ben moves out to the left."""
    home = make_home(tmp_path)
    anna = FaceEntry(person_key="home:a", name="Anna", box=(0.76, 0.5, 0.96, 0.8))
    ben = FaceEntry(person_key="home:b", name="Ben", box=(0.31, 0.1, 0.43, 0.3))
    entry = with_changes(photo(home, 1, size=(480, 320)), faces=(anna, ben))
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=[entry])
    home.settings.write_text(
        f"[wall]\ninterval_seconds = 60\nlayout = 'fill'\nmotion = '{motion}'\ntransition = 'cut'\n"
        "[words]\nclock = true\nclock_position = 'top-left'\nplace = false\ntaken = false\nfont = 'dejavusans'\n"
    )
    with rig(home, renderer, display=MemoryDisplay(size=(480, 320), animated=True)) as wall:
        wall.settle()
        assert wall.player._hanging.clock_at == place


def test_in_the_evening_it_is_as_warm_as_its_picture() -> None:
    warm = Tone(warmth=1.0)
    panel = toned(Image.new("RGB", (400, 240), (20, 20, 20)), warm)
    words = Words(clock=True)
    size = clock_size(panel.size, words, locale_of("en"), FONTS)
    clock = Clock(panel, rotation=0, words=words, fonts=FONTS, size=size, tone=warm)
    drawn = clock.draw(("12:34",), (0, 0))
    red, _, blue = (high for _, high in drawn.getextrema())
    assert blue < red - 40, "white digits would glare"


def test_below_a_picture_that_moves_it_stays_as_light_as_it_was() -> None:
    words = Words(clock=True)
    size = clock_size((400, 240), words, locale_of("en"), FONTS)

    def drawn(level: int, verdict: Verdict | None) -> Clock:
        panel = Image.new("RGB", (400, 240), (level,) * 3)
        made = Clock(panel, rotation=0, words=words, fonts=FONTS, size=size, verdict=verdict)
        made.draw(("12:34",), (0, 0))
        return made

    dark = drawn(250, None).verdict
    assert dark is not None
    assert dark.dark
    assert drawn(90, dark).verdict == dark
    assert drawn(90, None).verdict != dark
