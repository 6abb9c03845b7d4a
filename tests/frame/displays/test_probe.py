"""The display that a machine has is found, and every one before it says why not."""

from __future__ import annotations

import errno
import fcntl
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from frame.displays.probe import Machine, open_display
from frame.displays.window import WindowDisplay
from sync.errors import DisplayLost, UsageError
from tests.frame.displays.driver import Driver
from tests.frame.displays.panel import Panel


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A machine with nothing at all."""
    for name in ("dev", "sys"):
        (tmp_path / name).mkdir()
    return Machine(environ={}, dev=tmp_path / "dev", sys=tmp_path / "sys")


def add_card(machine: Machine, status: str = "connected") -> None:
    (machine.dev / "dri").mkdir()
    (machine.dev / "dri" / "card1").write_bytes(b"")
    (machine.sys / "class" / "drm" / "card1-HDMI-A-1").mkdir(parents=True)
    (machine.sys / "class" / "drm" / "card1-HDMI-A-1" / "status").write_text(status + "\n")


def owned(handle: int, request: int, buffer: bytearray) -> int:
    raise OSError(errno.EBUSY, "Device or resource busy")


@pytest.mark.parametrize("spec", ["", "telly", "file:", "file", "window:1", "framebuffers", "none:x", "AUTO"])
def test_words_that_are_no_display_are_wrong_usage(spec: str, bare: Machine) -> None:
    with pytest.raises(UsageError) as wrong:
        open_display(spec, machine=bare)
    assert "framebuffer" in wrong.value.advice


@pytest.mark.parametrize("size", ["big", "0x10", "1920", "1920x", "1920X1080", "-5x5"])
def test_what_is_no_size_is_wrong_usage(size: str, bare: Machine) -> None:
    with pytest.raises(UsageError):
        open_display("none", size, machine=bare)


def test_a_machine_with_nothing_gets_none_and_five_reasons(bare: Machine) -> None:
    display, reasons = open_display("auto", "64x36", machine=bare)
    assert (display.name, display.size, display.stand_in) == ("none", (64, 36), True)
    assert [reason.split(":")[0] for reason in reasons] == ["window", "kms", "inky", "framebuffer", "file"]


def test_files_stand_in_for_a_panel(bare: Machine, tmp_path: Path) -> None:
    machine = Machine(environ={}, dev=bare.dev, sys=bare.sys, runtime=tmp_path / "run")
    display, reasons = open_display("auto", machine=machine)
    with closing(display):
        assert display.stand_in
        assert str(tmp_path / "run" / "wall") in display.name
        assert display.size == (1920, 1080)
        assert len(reasons) == 4


def test_the_framebuffer_is_found(panel32: Panel, bare: Machine) -> None:
    (bare.dev / "fb0").symlink_to(panel32.file)
    machine = Machine(environ={}, dev=bare.dev, sys=bare.sys, ioctl=panel32.ioctl)
    for spec in ("auto", "framebuffer", f"framebuffer:{bare.dev / 'fb0'}"):
        display, reasons = open_display(spec, machine=machine)
        with closing(display):
            assert display.size == panel32.size
            assert not display.stand_in
            assert len(reasons) == (3 if spec == "auto" else 0)


@pytest.mark.parametrize("desktop", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_under_a_desktop_the_framebuffer_is_refused(desktop: str, bare: Machine, tmp_path: Path) -> None:
    driver = Driver()
    driver.file(bare.dev)
    machine = Machine(environ={desktop: ":0"}, dev=bare.dev, sys=bare.sys, ioctl=driver.ioctl)
    with pytest.raises(DisplayLost, match="desktop"):
        open_display("framebuffer", machine=machine)


def test_under_somebody_elses_desktop_screen_and_framebuffer_are_refused(bare: Machine) -> None:
    """A service has none of the desktop's variables; the card's owner gives it away."""
    add_card(bare)
    Driver().file(bare.dev)
    machine = Machine(environ={}, dev=bare.dev, sys=bare.sys, ioctl=owned)
    _, reasons = open_display("auto", machine=machine)
    assert [("in use by a desktop" in reason) for reason in reasons] == [False, True, False, True, False]


@pytest.mark.parametrize(("status", "words"), [("disconnected", "No screen"), ("connected", "card1")])
def test_the_bare_screen_says_why_not(status: str, words: str, bare: Machine) -> None:
    add_card(bare, status)
    machine = Machine(environ={}, dev=bare.dev, sys=bare.sys, ioctl=owned)
    with pytest.raises(DisplayLost, match=words):
        open_display("kms", machine=machine)


def test_what_the_firmware_left_is_drawn_on_by_the_framebuffer_until_the_cards_own_driver_is_there(
    panel32: Panel, bare: Machine
) -> None:
    """SDL would go on drawing on a card that is gone, and say nothing."""
    add_card(bare)
    (bare.sys / "class/drm/card1/device").mkdir(parents=True)
    (bare.sys / "class/drm/card1/device/driver").symlink_to("../../../bus/platform/drivers/simple-framebuffer")
    (bare.dev / "fb0").symlink_to(panel32.file)

    def ioctl(handle: int, request: int, buffer: bytearray) -> int:
        return panel32.ioctl(handle, request, buffer) if buffer else 0  # what is asked of a card has none

    display, reasons = open_display("auto", machine=replace(bare, ioctl=ioctl))
    with closing(display):
        assert display.name.startswith("framebuffer")
    assert "driver is not loaded" in reasons[1]


def test_a_card_whose_driver_is_another_now_is_a_lost_display(
    panel32: Panel, bare: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", panel32.display)
    add_card(bare)
    cards = bare.dev / "dri"
    display = WindowDisplay(size=(100, 60), driver="x11", cards=cards)
    with closing(display), (cards / "card1").open():
        picture = display.prepare(Image.new("RGB", (100, 60)))
        display.show(picture)
        (cards / "card1").unlink()
        (cards / "card1").touch()
        with pytest.raises(DisplayLost, match="another now"):
            display.show(picture)
        display.close()
        # Opened anew it shows, also where something kept the lost one open.
        again = WindowDisplay(size=(100, 60), driver="x11", cards=cards)
        with closing(again), (cards / "card1").open():
            again.show(again.prepare(Image.new("RGB", (100, 60))))
            (cards / "card1").unlink()
            with pytest.raises(DisplayLost, match="another now"):
                again.show(picture)


@pytest.mark.parametrize("bare_screen", [True, False])
def test_the_keys_of_the_bare_screen_are_read_by_hands_and_not_twice(
    panel32: Panel, bare: Machine, monkeypatch: pytest.MonkeyPatch, bare_screen: bool
) -> None:
    import pygame

    monkeypatch.setenv("DISPLAY", panel32.display)
    display = WindowDisplay(size=(100, 60), driver="x11", cards=bare.dev / "dri" if bare_screen else None)
    with closing(display):
        display.events()
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RIGHT))
        assert display.events() == ([] if bare_screen else ["next"])


@pytest.mark.parametrize(("named", "tried"), [("", "wayland,x11"), ("x11", "x11")])
def test_on_a_wayland_desktop_the_window_is_a_wayland_one_unless_its_owner_says(
    bare: Machine, monkeypatch: pytest.MonkeyPatch, named: str, tried: str
) -> None:
    """By what SDL says that it could not reach: there is neither here."""
    environ = {"WAYLAND_DISPLAY": "wayland-987", "DISPLAY": ":987"} | ({"SDL_VIDEODRIVER": named} if named else {})
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    with pytest.raises(DisplayLost, match=f"opened: {tried} not available"):
        open_display("window", machine=replace(bare, environ=environ))


def test_where_the_wayland_desktop_is_out_of_reach_x11_does(
    panel32: Panel, bare: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", panel32.display)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-987")
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    display, _ = open_display("window", "100x60", machine=replace(bare, environ={"WAYLAND_DISPLAY": "wayland-987"}))
    with closing(display):
        assert display.name.endswith("x11")


def test_sdls_own_refusal_of_the_bare_screen_is_a_lost_display(bare: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    add_card(bare)
    machine = Machine(environ={}, dev=bare.dev, sys=bare.sys, ioctl=lambda handle, request, buffer: 0)
    with pytest.raises(DisplayLost):
        open_display("kms", machine=machine)
    import os

    assert os.environ["SDL_VIDEODRIVER"] == "dummy"


def test_a_desktop_that_cannot_be_reached_is_a_reason(bare: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    machine = Machine(environ={"DISPLAY": ":987"}, dev=bare.dev, sys=bare.sys, ioctl=fcntl.ioctl)
    display, reasons = open_display("auto", machine=machine)
    assert display.name == "none"
    assert reasons[0].startswith("window:")


def test_a_window_is_opened_on_the_desktop(panel32: Panel, bare: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", panel32.display)
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    machine = Machine(environ={"DISPLAY": panel32.display}, dev=bare.dev, sys=bare.sys)
    display, reasons = open_display("auto", "100x60", machine=machine)
    with closing(display):
        assert (display.size, reasons) == ((100, 60), [])
        assert "window" in display.name
    display, _ = open_display("window", machine=machine)
    with closing(display):
        assert display.size == panel32.size
