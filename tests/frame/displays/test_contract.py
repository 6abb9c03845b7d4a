"""Every display keeps the contract: what is asked for is what is seen, read back from the panel itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from frame.displays.contract import Above, Display
from frame.displays.files import FileDisplay
from frame.displays.framebuffer import FramebufferDisplay
from frame.displays.none import NoDisplay
from frame.displays.window import WindowDisplay
from tests.frame.displays.conftest import SIZE
from tests.frame.displays.panel import Panel

KINDS = ["files", "framebuffer 32 SDL", "framebuffer 32 Pillow", "framebuffer 16 SDL", "framebuffer 16 Pillow",
         "window dummy", "window x11"]  # fmt: skip


@dataclass
class Wall:
    display: Display
    seen: Callable[[], Image.Image]
    tolerance: int


@pytest.fixture(params=KINDS)
def wall(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wall]:
    kind: str = request.param
    if kind == "files":
        made = Wall(FileDisplay(tmp_path, size=SIZE), lambda: Image.open(tmp_path / "current.png").convert("RGB"), 0)
    elif kind.startswith("framebuffer"):
        panel: Panel = request.getfixturevalue("panel16" if "16" in kind else "panel32")
        display = FramebufferDisplay(panel.file, ioctl=panel.ioctl, console=tmp_path / "none", fast="SDL" in kind)
        assert display.blitter.name == kind.split()[-1]
        made = Wall(display, panel.shown, 9 if "16" in kind else 0)
    else:
        monkeypatch.setenv("SDL_VIDEODRIVER", kind.split()[1])
        panel = request.getfixturevalue("panel32")
        monkeypatch.setenv("DISPLAY", panel.display)
        window = WindowDisplay(size=None if "x11" in kind else SIZE)
        made = Wall(window, panel.shown if "x11" in kind else screen_of_sdl, 0)
    with closing(made.display):
        yield made


def screen_of_sdl() -> Image.Image:
    from frame.displays.sdl import pygame

    surface = pygame.display.get_surface()
    return Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))


def first() -> Image.Image:
    picture = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    picture.paste((200, 60, 40), (20, 20, 90, 100))
    return picture


def second() -> Image.Image:
    picture = Image.radial_gradient("L").resize(SIZE).convert("RGB")
    picture.paste((40, 80, 190), (60, 50, 300, 120))
    return picture


def difference(one: Image.Image, other: Image.Image) -> int:
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


def test_it_says_what_it_is(wall: Wall) -> None:
    assert wall.display.size == SIZE
    assert f"{SIZE[0]}x{SIZE[1]}" in wall.display.name
    assert wall.display.stand_in is False


def test_a_shown_picture_is_seen_whole(wall: Wall) -> None:
    for picture in (first(), second()):
        wall.display.show(wall.display.prepare(picture))
        assert difference(wall.seen(), picture) <= wall.tolerance


def test_a_prepared_picture_is_the_displays_own(wall: Wall) -> None:
    picture = first()
    prepared = wall.display.prepare(picture)
    picture.paste((0, 0, 0), (0, 0, *SIZE))
    wall.display.show(prepared)
    assert difference(wall.seen(), first()) <= wall.tolerance


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_a_blend_is_seen_as_the_mix(wall: Wall, fraction: float) -> None:
    old, new = wall.display.prepare(first()), wall.display.prepare(second())
    wall.display.blend(old, new, fraction)
    assert difference(wall.seen(), Image.blend(first(), second(), fraction)) <= wall.tolerance * 2 + 3


def test_after_a_blend_both_pictures_are_still_themselves(wall: Wall) -> None:
    old, new = wall.display.prepare(first()), wall.display.prepare(second())
    wall.display.blend(old, new, 0.5)
    for prepared, picture in ((new, second()), (old, first())):
        wall.display.show(prepared)
        assert difference(wall.seen(), picture) <= wall.tolerance
    wall.display.blend(new, old, 0.0)
    assert difference(wall.seen(), second()) <= wall.tolerance * 2 + 3


@pytest.mark.parametrize("way", [(-1, 0), (1, 0), (0, 1), (0, -1)])
def test_a_slide_is_seen_as_one_picture_pushing_the_other(wall: Wall, way: tuple[int, int]) -> None:
    old, new = wall.display.prepare(first()), wall.display.prepare(second())
    wall.display.slide(old, new, 0.25, way)
    across, down = round(SIZE[0] * 0.25) * way[0], round(SIZE[1] * 0.25) * way[1]
    meant = Image.new("RGB", SIZE)
    meant.paste(first(), (across, down))
    meant.paste(second(), (across - SIZE[0] * way[0], down - SIZE[1] * way[1]))
    assert difference(wall.seen(), meant) <= wall.tolerance
    wall.display.show(new)
    assert difference(wall.seen(), second()) <= wall.tolerance


def test_a_patch_changes_its_part_of_the_picture_and_of_the_panel(wall: Wall) -> None:
    picture, part = first(), second().crop((16, 8, 72, 48))
    shown, waiting = wall.display.prepare(picture), wall.display.prepare(second())
    wall.display.show(shown)
    wall.display.patch(shown, part, (24, 16), shown=True)
    picture.paste(part, (24, 16))
    assert difference(wall.seen(), picture) <= wall.tolerance
    wall.display.patch(waiting, part, (40, 8), shown=False)
    assert difference(wall.seen(), picture) <= wall.tolerance
    later = second()
    later.paste(part, (40, 8))
    for prepared, whole in ((waiting, later), (shown, picture)):
        wall.display.show(prepared)
        assert difference(wall.seen(), whole) <= wall.tolerance


def test_what_stands_above_is_seen_over_all_that_is_drawn_until_it_is_taken_away(wall: Wall) -> None:
    glass = Image.new("RGBA", (40, 24), (240, 200, 80, 255))
    # Where nothing is seen as it happens, nothing is seen of a sign.
    most = 255 if wall.display.animated else 0
    glass.putalpha(Image.linear_gradient("L").resize(glass.size).point(lambda level: min(most, level)))
    old, new = wall.display.prepare(first()), wall.display.prepare(second())
    wall.display.show(old)
    wall.display.put_above([Above(glass, (32, 56)), Above(glass, (0, 0))])
    part = second().crop((0, 0, 64, 64))

    def topped(picture: Image.Image) -> Image.Image:
        for corner in ((32, 56), (0, 0)):
            picture.paste(glass, corner, glass)
        return picture

    def patched() -> Image.Image:
        picture = first()
        picture.paste(part, (24, 40))
        return picture

    pushed = Image.new("RGB", SIZE)
    half = round(SIZE[0] * 0.5)
    pushed.paste(first(), (-half, 0))
    pushed.paste(second(), (SIZE[0] - half, 0))
    for draw, meant in (
        (lambda: wall.display.show(old), first()),
        (lambda: wall.display.blend(old, new, 0.5), Image.blend(first(), second(), 0.5)),
        (lambda: wall.display.slide(old, new, 0.5, (-1, 0)), pushed),
        (lambda: wall.display.show(old), first()),
        (lambda: wall.display.patch(old, part, (24, 40), shown=True), patched()),
    ):
        draw()
        assert difference(wall.seen(), topped(meant)) <= wall.tolerance * 2 + 6
    wall.display.put_above([])
    wall.display.show(old)
    assert difference(wall.seen(), patched()) <= wall.tolerance, "the picture below it is itself"


def test_brightness_is_kept_on_average(wall: Wall) -> None:
    """Dithering may move a pixel, never the picture."""
    wall.display.show(wall.display.prepare(first()))
    seen, meant = ImageStat.Stat(wall.seen()).mean, ImageStat.Stat(first()).mean
    assert all(abs(a - b) < 1.2 for a, b in zip(seen, meant, strict=True)), (seen, meant)


def test_no_keys_are_no_verbs(wall: Wall) -> None:
    assert wall.display.events() == []


def test_closing_twice_does_no_harm(wall: Wall) -> None:
    wall.display.close()
    wall.display.close()


def test_no_display_takes_everything() -> None:
    display = NoDisplay(size=SIZE)
    prepared = display.prepare(first())
    display.show(prepared)
    display.blend(prepared, prepared, 0.5)
    assert (display.events(), display.size, display.animated) == ([], SIZE, False)
    display.close()
