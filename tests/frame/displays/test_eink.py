"""E-ink panels, by stand-ins for their drivers: what reaches them are their own colours, as the panel shows them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageStat

from frame.displays.eink import dithered, inky, of_inky, of_waveshare, waveshare
from frame.displays.inks import ACEP, SPECTRA_6
from frame.displays.probe import Machine, open_display
from sync.errors import DisplayLost

SEEN = [(20, 20, 24), (176, 180, 170), (200, 180, 60), (150, 60, 60), (60, 60, 110), (50, 90, 60), (255, 255, 255)]
PURE = [(0, 0, 0), (255, 255, 255), (255, 255, 0), (255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 255)]


class Panel:
    """An Inky of six colours and a cleaning colour."""

    width, height = 160, 96
    SATURATED_PALETTE, DESATURATED_PALETTE = tuple(SEEN), tuple(PURE)

    def __init__(self) -> None:
        self.drawn: list[Image.Image] = []

    def set_image(self, picture: Image.Image) -> None:
        self.picture = picture

    def show(self) -> None:
        self.drawn.append(self.picture)


def colours(picture: Image.Image) -> set[object]:
    return {colour for _, colour in picture.convert("RGB").getcolors(100_000) or []}


def test_an_inky_gets_its_six_pure_colours() -> None:
    panel = Panel()
    display = of_inky(panel)
    picture = Image.radial_gradient("L").resize(display.size).convert("RGB")
    picture.paste((220, 30, 30), (0, 0, 60, 60))
    display.show(display.prepare(picture))
    display.close()
    assert len(panel.drawn) == 1
    assert colours(panel.drawn[0]) <= set(PURE[:6])
    assert (255, 0, 0) in colours(panel.drawn[0].crop((0, 0, 60, 60)))


class Four(Panel):
    """An Inky of four colours, whose palette has nothing but them."""

    SATURATED_PALETTE = ((13, 13, 13), (71, 71, 71), (81, 62, 10), (42, 13, 10))
    DESATURATED_PALETTE = ((0, 0, 0), (255, 255, 255), (255, 255, 0), (255, 0, 0))


def test_a_panel_without_a_cleaning_colour_keeps_its_last_one() -> None:
    panel = Four()
    display = of_inky(panel)
    display.show(display.prepare(Image.new("RGB", display.size, (200, 20, 20))))
    display.close()
    assert (255, 0, 0) in colours(panel.drawn[0])


@pytest.mark.parametrize("colour", ["black", "red", "yellow"])
def test_an_older_inky_whose_first_colour_is_white_is_not_drawn_inverted(colour: str) -> None:
    panel = Panel()
    panel.SATURATED_PALETTE = panel.DESATURATED_PALETTE = ()
    panel.colour = colour  # type: ignore[attr-defined]
    display = of_inky(panel)
    picture = Image.new("RGB", display.size, "white")
    picture.paste("black", (0, 0, 80, 96))
    display.show(display.prepare(picture))
    display.close()
    places = panel.drawn[0]
    assert (places.getpixel((120, 40)), places.getpixel((40, 40))) == (0, 1), "the library's white and black"


@pytest.mark.parametrize(
    "seen", [list(SPECTRA_6.values()), list(ACEP.values()), SEEN[:6]], ids=["six", "seven", "inky"]
)
def test_white_and_black_are_one_paint_whatever_their_tint(seen: list[tuple[int, int, int]]) -> None:
    for level in (0, 255):
        made = dithered(Image.new("RGB", (60, 60), (level,) * 3), seen, seen)
        assert len(colours(made)) == 1


@pytest.mark.parametrize("level", [0, 60, 128, 200, 255])
def test_a_grey_looks_as_grey_on_the_panel_as_it_can(level: int) -> None:
    made = dithered(Image.new("RGB", (120, 120), (level,) * 3), SEEN[:6], SEEN[:6]).convert("RGB")
    means = ImageStat.Stat(made).mean
    wanted = 20 + level * (170 - 20) / 255
    assert all(abs(mean - wanted) < 16 for mean in means), means


def test_a_driver_that_fails_is_told_with_the_next_picture() -> None:
    panel = Panel()
    panel.show = lambda: 1 / 0  # type: ignore[assignment, method-assign, return-value]
    display = of_inky(panel)
    prepared = display.prepare(Image.new("RGB", display.size))
    display.show(prepared)
    with pytest.raises(DisplayLost):
        display.show(prepared)


class Epd:
    width, height = 80, 48
    BLACK, WHITE, YELLOW, RED, BLUE, GREEN = 0x000000, 0xFFFFFF, 0x00FFFF, 0x0000FF, 0xFF0000, 0x00FF00

    def __init__(self) -> None:
        self.calls: list[str] = []

    def init(self) -> None:
        self.calls.append("init")

    def getbuffer(self, picture: Image.Image) -> Image.Image:
        return picture

    def display(self, picture: Image.Image) -> None:
        self.calls.append("display")
        self.seen = picture

    def sleep(self) -> None:
        self.calls.append("sleep")


class Epd7(Epd):
    ORANGE = 0x0080FF


class Epd3:
    """Black, white and red, which nobody measured."""

    width, height, BLACK, WHITE, RED = 80, 48, 0x000000, 0xFFFFFF, 0x0000FF


@pytest.mark.parametrize(
    ("panel", "seen"), [(Epd(), SPECTRA_6), (Epd7(), ACEP), (Epd3(), {})], ids=["six", "seven", "three"]
)
def test_a_waveshare_panel_is_drawn_as_its_colours_are_seen(panel: object, seen: dict[str, object]) -> None:
    display = of_waveshare("epd", panel)
    pure = {name: tuple(getattr(panel, name).to_bytes(3, "little")) for name in vars(Epd7) | vars(Epd) if name.isupper()
            and hasattr(panel, name)}  # fmt: skip
    found = dict(zip(display._pure, display._seen, strict=True))
    assert found == {pure[name]: seen.get(name, pure[name]) for name in pure}


def test_a_waveshare_panel_is_woken_drawn_on_and_put_to_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = Epd()
    display = of_waveshare("epd7in3f", panel)
    display.show(display.prepare(Image.new("RGB", display.size, (255, 0, 0))))
    display.close()
    assert panel.calls == ["init", "display", "sleep"]
    assert colours(panel.seen) == {(255, 0, 0)}
    module = ModuleType("epd_given")
    module.EPD = Epd  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "epd_given", module)
    assert open_display("epd:epd_given")[0].size == (80, 48)
    with pytest.raises(DisplayLost, match="no module"):
        waveshare("epd_nowhere")


def boards(monkeypatch: pytest.MonkeyPatch, panel: object) -> None:
    """The library as it is installed where that panel is, or none answers."""

    def auto() -> object:
        if panel is None:
            raise RuntimeError("No EEPROM detected!")
        return panel

    module = ModuleType("inky.auto")
    module.auto = auto  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "inky", ModuleType("inky"))
    monkeypatch.setitem(sys.modules, "inky.auto", module)


@pytest.mark.parametrize(
    ("panel", "bus", "found"),
    [(Panel(), True, "e-ink Panel 160x96"), (Panel(), False, "none"), (None, True, "none")],
    ids=["a panel", "no bus", "no panel"],
)
def test_auto_finds_the_panel_that_says_what_it_is(
    panel: object, bus: bool, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards(monkeypatch, panel)
    if bus:
        (tmp_path / "i2c-1").touch()
    machine = Machine(environ={}, dev=tmp_path, sys=tmp_path)
    display, reasons = open_display("auto", machine=machine)
    assert display.name == found
    assert display.stand_in is (found == "none")
    assert ("No EEPROM detected" in " ".join(reasons)) is (panel is None)


def test_without_the_library_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inky", None)
    with pytest.raises(DisplayLost) as refused:
        inky()
    assert "mantelpiece[eink]" in refused.value.advice
