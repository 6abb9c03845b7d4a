from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import segno

from frame.overlays.empty_wall import COMMANDS, lines_of_empty_wall
from frame.overlays.locale import FOLDER, locale_of
from frame.overlays.welcome import draw_welcome
from tests.frame.rig import make_home, rig
from tests.sample_catalogues import make

SET_UP = lines_of_empty_wall("de", albums=False, troubled=False)
TOLD = [
    "A nuthatch in front of the window, looking for the seeds that Grandma had put into the bark the evening before",
    "סבתא Anna (31) and ليلى 🐶", "東京から来たおばあちゃんと一緒に山を歩いた秋の日、おにぎりを食べました",
    "21 November 2023 · three years ago today", "Holidays, Family", "Fujifilm X-T4", "Somebody asked for it.",
    "https://photos.example.org/photos/4d8b1c3e-1f3f-4f6e-9b59-3a0e7f3b9c11",
]  # fmt: skip


@pytest.mark.parametrize("size", [(1920, 1080), (480, 800), (3840, 2160), (320, 240), (1, 1), (4000, 50)], ids=str)
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_it_fills_the_panel_however_it_hangs(size: tuple[int, int], rotation: int) -> None:
    picture = draw_welcome(size, rotation=rotation)
    assert (picture.size, picture.mode) == (size, "RGB")


@pytest.mark.parametrize("lines", [SET_UP, TOLD, ["x" * 200] * 8, ["Grüß Gott", "日本", "\u202eעברית"], ["", " "]])
@pytest.mark.parametrize("size", [(1920, 1080), (480, 800)], ids=str)
def test_no_word_is_cut_off(lines: list[str], size: tuple[int, int]) -> None:
    picture = draw_welcome(size, lines=lines)
    width, height = size
    plain = draw_welcome(size, lines=[" "])
    for edge in ((0, 0, width // 40, height), (width - width // 40, 0, width, height), (0, 0, width, height // 40)):
        assert picture.crop(edge).tobytes() == plain.crop(edge).tobytes()


def test_a_turned_panel_gets_the_upright_picture_turned_back() -> None:
    upright = draw_welcome((240, 320))
    assert draw_welcome((320, 240), rotation=90).rotate(-90, expand=True).tobytes() == upright.tobytes()
    assert draw_welcome((320, 240), rotation=270).rotate(90, expand=True).tobytes() == upright.tobytes()


@pytest.mark.parametrize(
    ("albums", "troubled", "large"),
    [
        pytest.param(False, False, "Your photos will hang here", id="nothing set up"),
        pytest.param(True, False, "Your photos are on their way", id="an album, nothing mirrored yet"),
        pytest.param(True, True, "The photos rest for a moment", id="photos that cannot be shown"),
    ],
)
def test_an_empty_wall_says_what_to_do_now(albums: bool, troubled: bool, large: str) -> None:
    assert lines_of_empty_wall("en", albums=albums, troubled=troubled)[0] == large


@pytest.mark.parametrize("way", ["settings", "hidden"])
def test_who_leaves_out_every_photo_reads_so_on_the_wall(tmp_path: Path, renderer, way: str) -> None:
    home = make_home(tmp_path)
    make(home, count=2)
    with rig(home, renderer) as wall:
        wall.settle()
        assert wall.ask("now")["showing"] == "photo"
        if way == "settings":
            home.settings.write_text("[wall]\ntransition = 'cut'\n[choosing]\npeople_out = 'anna'\n")
        else:
            for number in range(2):
                wall.ask("hide", key=f"home:asset-{number:05d}")
        wall.pass_time(2)
        assert wall.player.curtain._poster.shown == lines_of_empty_wall(
            "en", albums=False, troubled=False, left_out=True
        )


@pytest.mark.parametrize("language", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_an_empty_wall_speaks_every_language(language: str) -> None:
    assert locale_of(language).empty.keys() == COMMANDS.keys()
    assert all(len(lines) == 2 for lines in locale_of(language).empty.values())


ADDRESS = ["Hello", "Open this:", "http://192.168.1.23:8080", "1234 5678"]
CARD = (250, 246, 238)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (800, 480), (480, 800), (480, 320), (720, 720)], ids=str)
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_an_address_is_a_code_of_whole_modules_with_a_quiet_zone(size: tuple[int, int], rotation: int) -> None:
    picture = draw_welcome(size, rotation=rotation, lines=ADDRESS)
    upright = picture.rotate(-rotation, expand=True)
    light = (numpy.asarray(upright) == CARD).all(axis=2)
    rows, columns = light.any(axis=1).nonzero()[0], light.any(axis=0).nonzero()[0]
    top, left, side = int(rows[0]), int(columns[0]), int(columns[-1] - columns[0] + 1)
    assert side == rows[-1] - rows[0] + 1
    code = segno.make_qr(ADDRESS[2], error="m")
    across = len(code.matrix) + 8
    pixels, rest = divmod(side, across)
    assert (rest, pixels >= 2) == (0, True)
    first = 4 * pixels + pixels // 2
    dark = ~light[top + first : top + side - 4 * pixels : pixels, left + first : left + side - 4 * pixels : pixels]
    assert dark.tolist() == [[bool(module) for module in row] for row in code.matrix]


@pytest.mark.parametrize("size", [(100, 60), (1, 1), (4000, 50)], ids=str)
def test_a_panel_without_room_for_a_code_has_the_words_alone(size: tuple[int, int]) -> None:
    colours = draw_welcome(size, lines=ADDRESS).getcolors(1 << 24) or []
    assert CARD not in {colour for _, colour in colours}


def test_an_address_too_long_for_a_code_is_written_only() -> None:
    assert draw_welcome((320, 240), lines=["x", "http://" + "y" * 4000]).size == (320, 240)
