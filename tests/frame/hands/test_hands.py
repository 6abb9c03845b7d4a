"""Keys, remotes and touch as the kernel hands them out, buttons on pins, and what the wall does about them."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from frame.hands.evdev import LOOK_SECONDS, Evdev
from frame.hands.hands import Hands
from frame.hands.pins import Pins
from frame.hands.touch import Touch
from frame.power.panel import Panel
from frame.power.screen import Screen
from sync.home import Home
from sync.settings.edit import set_value
from sync.settings.reading import parse_value
from sync.settings.wall import Rotation
from tests.frame.rig import MemoryDisplay, rig
from tests.manual_clock import ManualClock
from tests.sample_catalogues import make

SYN, KEY, ABS = 0, 1, 3


class Keyboard:
    """/dev/input/eventN as a pipe."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def send(self, *events: tuple[int, int, int]) -> None:
        os.write(self.handle, b"".join(struct.pack("@llHHi", 0, 0, *event) for event in events))


def touch_ioctl(_handle: int, request: int, answer: bytearray) -> int:
    """A touch panel of 800 by 480; anything else has no axes."""
    size = {0x35: 800, 0x36: 480}.get((request & 0xFF) - 0x40)
    if size is None:
        raise OSError(errno.EINVAL, "no such axis")
    struct.pack_into("=6i", answer, 0, 0, 0, size, 0, 0, 0)
    return 0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_keys_remotes_and_their_releases(tmp_path: Path, clock: ManualClock) -> None:
    board = Keyboard(tmp_path / "event0")
    evdev = Evdev(clock, tmp_path)
    assert evdev.events() == []
    board.send((KEY, 106, 1), (SYN, 0, 0), (KEY, 106, 0), (KEY, 106, 2), (KEY, 352, 1), (KEY, 398, 1), (KEY, 116, 1))
    board.send((KEY, 30, 1), (4, 4, 458792))
    assert evdev.events() == ["next", "pause", "favourite", "screen"]
    evdev.close()


@pytest.mark.parametrize(
    ("display", "heard"),
    [("framebuffer /dev/fb0 10x10, 16 bit", ["next"]), ("screen 1920x1080, KMSDRM", ["next"]),
     ("screen 1920x1080, wayland", []), ("window 10x10, x11", []), ("", [])],
)  # fmt: skip
def test_keys_are_read_from_the_kernel_where_no_desktop_tells_them(
    tmp_path: Path, clock: ManualClock, display: str, heard: list[str]
) -> None:
    """On the bare screen too: in the wall's sandbox SDL finds no keyboard and no touch panel."""
    board = Keyboard(tmp_path / "event0")
    hands = Hands(clock, Evdev(clock, tmp_path))
    hands.events(display)
    board.send((KEY, 106, 1))
    assert hands.events(display) == heard
    hands.close()


def test_what_is_plugged_in_later_is_heard_and_what_is_pulled_out_is_forgotten(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    evdev = Evdev(clock, tmp_path)
    assert evdev.events() == []
    board = Keyboard(tmp_path / "event3")
    clock.advance(LOOK_SECONDS)
    board.send((KEY, 105, 1))
    evdev.events()
    board.send((KEY, 105, 1))
    assert evdev.events() == ["back"]
    real = os.read

    def gone(handle: int, count: int) -> bytes:
        raise OSError(errno.ENODEV, "gone")

    monkeypatch.setattr(os, "read", gone)
    assert evdev.events() == []
    monkeypatch.setattr(os, "read", real)
    assert evdev._devices == {}
    assert Evdev(clock, tmp_path / "nothing").events() == []


@pytest.mark.parametrize("first", ["place", "finger"])
def test_a_touch_panel_tells_where_a_finger_came_down_and_went_up(
    tmp_path: Path, clock: ManualClock, first: str
) -> None:
    panel = Keyboard(tmp_path / "event1")
    evdev = Evdev(clock, tmp_path, touch_ioctl)
    evdev.events()
    place, finger = [(ABS, 0x35, 640), (ABS, 0x36, 240)], [(KEY, 0x14A, 1)]
    panel.send(*(place + finger if first == "place" else finger + place), (SYN, 0, 0))
    assert evdev.events() == []
    clock.advance(0.2)
    panel.send((ABS, 0x35, 160), (SYN, 0, 0), (KEY, 0x14A, 0), (SYN, 0, 0))
    (touch,) = evdev.events()
    assert isinstance(touch, Touch)
    assert (touch.start, touch.end) == ((0.8, 0.5), (0.2, 0.5))
    assert touch.seconds == pytest.approx(0.2)
    evdev.close()


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before, Device.pin_factory = Device.pin_factory, MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


def test_buttons_on_pins_and_a_motion_sensor(pins: MockFactory) -> None:
    made = Pins("17:next 27:favourite")
    assert (made.events(), made.problem) == ([], "")
    pins.pin(17).drive_low()
    pins.pin(17).drive_high()
    pins.pin(27).drive_low()
    assert made.events() == ["next", "favourite"]
    made.close()
    broken = Pins("17:next 17:back")
    assert "cannot be used" in broken.problem
    assert broken.events() == []


def test_what_pins_may_say() -> None:
    assert parse_value("hands.pins", "17:next 4:motion") == "17:next 4:motion"
    for wrong in ("17", "99:next", "17:quit", "next:17"):
        with pytest.raises(ValueError, match="17:next"):
            parse_value("hands.pins", wrong)


def test_the_wall_obeys_hands_and_a_touch_follows_its_rotation(
    home: Home, renderer, tmp_path: Path, clock: ManualClock, pins: MockFactory
) -> None:
    make(home, count=5)
    for key, value in {"wall.selection": "sequential", "wall.rotation": Rotation.HALF.value, "hands.pins": "17:next",
                       "power.motion_minutes": "10"}.items():  # fmt: skip
        set_value(home, key, value)
    board = Keyboard(tmp_path / "event0")
    screen = Screen(home.runtime / "screen.json", clock, Panel(lambda *_: ([], []), clock))
    display = MemoryDisplay(name="framebuffer /dev/fb0")
    with rig(home, renderer, clock=clock, display=display, screen=screen) as wall:
        hands = Hands(clock, Evdev(clock, tmp_path, touch_ioctl))
        hands.use("17:next")
        wall.player.input.hands, wall.player.input.mark = hands, wall.answers.toggle_favourite
        wall.settle()
        first = wall.answers({"verb": "now"})["key"]
        board.send((ABS, 0x35, 40), (ABS, 0x36, 240), (KEY, 0x14A, 1), (SYN, 0, 0), (KEY, 0x14A, 0), (SYN, 0, 0))
        wall.settle()
        wall.settle()
        second = wall.answers({"verb": "now"})["key"]
        assert second != first, "upside down, the panel's left is the person's right: next"
        pins.pin(17).drive_low()
        wall.settle()
        wall.settle()
        assert wall.answers({"verb": "now"})["key"] not in (first, second)
        board.send((KEY, 33, 1))
        wall.settle()
        assert wall.answers({"verb": "now"})["favourite"] is True
        assert len(list(home.intents.iterdir())) == 1
        board.send((KEY, 33, 1))
        wall.settle()
        assert wall.answers({"verb": "now"})["favourite"] is False
        board.send((KEY, 116, 1))
        wall.settle()
        assert wall.player.curtain.dark or screen.decide().level == 0
        wall.settle()
        board.send((KEY, 106, 1))
        wall.settle()
        assert screen.decide().level == 100, "in the dark any key means light"
