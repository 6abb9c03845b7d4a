from __future__ import annotations

import pytest

from frame.overlays.sentences import SET_UP, TROUBLE, of_empty_wall
from frame.overlays.welcome import draw_welcome


@pytest.mark.parametrize("size", [(1920, 1080), (480, 800), (3840, 2160), (320, 240), (1, 1), (4000, 50)], ids=str)
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_it_fills_the_panel_however_it_hangs(size: tuple[int, int], rotation: int) -> None:
    picture = draw_welcome(size, rotation=rotation)
    assert (picture.size, picture.mode) == (size, "RGB")


@pytest.mark.parametrize("lines", [SET_UP, TROUBLE, ["x" * 200] * 8, ["Grüß Gott", "日本", "\u202eעברית"], ["", " "]])
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
    assert of_empty_wall(albums=albums, troubled=troubled)[0] == large
