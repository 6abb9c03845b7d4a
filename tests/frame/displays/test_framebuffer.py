"""The framebuffer's odd corners: strides, flips, lost panels, layouts; by a plain file and an answering ioctl."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from frame.displays.framebuffer import FramebufferDisplay
from frame.displays.pixels import PixelFormat, pack
from sync.errors import DisplayLost
from tests.frame.displays.driver import Driver
from tests.frame.displays.panel import Panel

RGB565 = ((11, 5), (5, 6), (0, 5))


def picture(size: tuple[int, int] = (50, 20)) -> Image.Image:
    made = Image.linear_gradient("L").resize(size).convert("RGB")
    made.paste((200, 60, 40), (3, 3, 20, 15))
    return made


def open_on(driver: Driver, folder: Path, **options: Any) -> FramebufferDisplay:
    return FramebufferDisplay(driver.file(folder), ioctl=driver.ioctl, console=folder / "none", **options)


@pytest.mark.parametrize("fast", [True, False], ids=["SDL", "Pillow"])
@pytest.mark.parametrize(
    "driver",
    [
        Driver(),
        Driver(stride=200),
        Driver(width=51, stride=204),
        Driver(bits=24, stride=150),
        Driver(bits=24, width=51, stride=192),
        Driver(bits=16, fields=RGB565, stride=100),
        Driver(bits=16, fields=RGB565, width=51, stride=102),
        Driver(bits=16, fields=RGB565, width=51, stride=128),
    ],
    ids=lambda driver: f"{driver.bits} bit, {driver.width} wide, stride {driver.stride}",
)
def test_rows_land_where_the_stride_says_and_nowhere_else(driver: Driver, fast: bool, tmp_path: Path) -> None:
    meant = picture((driver.width, driver.height))
    with closing(open_on(driver, tmp_path, fast=fast)) as display:
        display.show(display.prepare(meant))
        shown = ImageChops.difference(driver.seen(tmp_path / "fb0"), meant)
        assert max(high for _, high in shown.getextrema()) <= (9 if driver.bits == 16 else 0)
        data = (tmp_path / "fb0").read_bytes()
        used = driver.width * driver.bits // 8
        padding = {data[row * driver.stride + used : (row + 1) * driver.stride] for row in range(driver.height)}
        assert padding == {b"\xa5" * (driver.stride - used)}
        display.blend(display.prepare(meant), display.prepare(Image.new("RGB", meant.size)), 1.0)
        assert max(high for _, high in driver.seen(tmp_path / "fb0").getextrema()) <= 8


def test_with_room_for_two_pictures_it_draws_in_the_hidden_one(tmp_path: Path) -> None:
    driver = Driver(virtual=40)
    with closing(open_on(driver, tmp_path)) as display:
        offsets = []
        for shade in (10, 20, 30):
            display.show(display.prepare(Image.new("RGB", (50, 20), (shade, shade, shade))))
            offsets.append(driver.y_offset)
            assert driver.seen(tmp_path / "fb0").getpixel((9, 9)) == (shade, shade, shade)
        assert offsets == [20, 0, 20]
        assert driver.waits == 0


def test_a_driver_that_cannot_flip_is_drawn_on_where_it_looks(tmp_path: Path) -> None:
    driver = Driver(virtual=40, can_pan=False)
    with closing(open_on(driver, tmp_path)) as display:
        for shade in (10, 20):
            display.show(display.prepare(Image.new("RGB", (50, 20), (shade, shade, shade))))
            assert driver.seen(tmp_path / "fb0").getpixel((9, 9)) == (shade, shade, shade)


def test_a_driver_that_cannot_wait_is_not_asked_again(tmp_path: Path) -> None:
    driver = Driver(can_wait=False)
    with closing(open_on(driver, tmp_path)) as display:
        prepared = display.prepare(picture())
        display.show(prepared)
        driver.can_wait = True
        display.show(prepared)
        assert driver.waits == 0


def test_a_panel_that_goes_away_is_said_to_be_lost(tmp_path: Path) -> None:
    driver = Driver()
    with closing(open_on(driver, tmp_path)) as display:
        prepared = display.prepare(picture())
        driver.gone = True
        for act in (lambda: display.show(prepared), lambda: display.blend(prepared, prepared, 0.5)):
            with pytest.raises(DisplayLost):
                act()


def test_a_changed_mode_is_said_to_be_lost_before_a_pixel_is_written(tmp_path: Path) -> None:
    driver = Driver()
    with closing(open_on(driver, tmp_path)) as display:
        prepared = display.prepare(picture())
        driver.width, driver.stride = 40, 160
        before = (tmp_path / "fb0").read_bytes()
        with pytest.raises(DisplayLost):
            display.show(prepared)
        assert (tmp_path / "fb0").read_bytes() == before


@pytest.mark.parametrize(
    "driver", [Driver(bits=8, fields=((0, 8),) * 3, stride=50), Driver(fields=((20, 10), (10, 10), (0, 10)))]
)
def test_a_layout_that_is_not_known_is_refused(driver: Driver, tmp_path: Path) -> None:
    with pytest.raises(DisplayLost):
        open_on(driver, tmp_path)


def test_no_device_and_no_framebuffer_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DisplayLost, match="No such file"):
        FramebufferDisplay(tmp_path / "fb7")
    (tmp_path / "plain").write_bytes(b"nothing")
    with pytest.raises(DisplayLost):
        FramebufferDisplay(tmp_path / "plain")


def test_opening_and_closing_leaves_no_file_open(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = count()
    for _ in range(3):
        open_on(Driver(), tmp_path).close()
        with pytest.raises(DisplayLost):
            open_on(Driver(bits=8), tmp_path)
    assert count() == before


def test_the_x_server_of_the_panel_shows_the_same_bytes(panel16: Panel, tmp_path: Path) -> None:
    """16 bit, byte for byte: what was packed is what the hardware's own reader sees."""
    meant = picture(panel16.size)
    with closing(FramebufferDisplay(panel16.file, ioctl=panel16.ioctl, console=tmp_path / "none")) as display:
        display.show(display.prepare(meant))
    packed = pack(meant, PixelFormat(16, *RGB565))
    assert panel16.shown().tobytes() == Image.frombytes("RGB", panel16.size, packed, "raw", "BGR;16").tobytes()
