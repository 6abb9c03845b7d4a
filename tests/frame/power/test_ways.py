"""Every way to switch a panel, each against a fake of its tool or of the kernel's files: off, on, and what it says."""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import replace

import pytest

from frame.power.ways import contract, drm
from frame.power.ways.blank import FBIOBLANK
from frame.power.ways.probe import find_ways, order
from sync.errors import PanelRefused
from tests.frame.power.conftest import Machine

TOOLS = {
    "wlopm": """
case "$1" in
  --on) echo on > $S/power;;
  --off) echo off > $S/power;;
  *) echo "HDMI-A-1 $(cat $S/power 2>/dev/null || echo on)";;
esac""",
    "wlr-randr": """
case "$3" in
  --on) echo yes > $S/power;;
  --off) echo no > $S/power;;
  *) echo 'HDMI-A-1 "Some panel"'; echo "  Enabled: $(cat $S/power 2>/dev/null || echo yes)"; echo "  Modes:";;
esac""",
    "xset": """
case "$*" in
  *"force on") echo On > $S/power;;
  *"force off") echo Off > $S/power;;
  q) echo "DPMS (Display Power Management Signaling):"; echo "  DPMS is Enabled"
    echo "  Monitor is $(cat $S/power 2>/dev/null || echo On)";;
esac""",
    "ddcutil": """
case "$1 $2" in
  "setvcp d6") echo $3 > $S/power;;
  "setvcp 10") echo $3 > $S/level;;
  "getvcp d6") echo "VCP D6 SNC x$(cat $S/power 2>/dev/null || echo 01)";;
esac""",
    "cec-ctl": """
case "$*" in
  *--standby*) echo standby > $S/power;;
  *--image-view-on*) echo to-on > $S/power;;
  *--active-source*) echo on > $S/power;;
  *--give-device-power-status*)
    case "$2" in *1) echo "	pwr-state: $(cat $S/power 2>/dev/null || echo on) (0x00)";; esac;;
  *) echo "	Physical Address           : 1.0.0.0";;
esac""",
}


@pytest.fixture
def equipped(machine: Machine) -> Machine:
    for name, script in TOOLS.items():
        machine.tool(name, script)
    for device in ("i2c-1", "cec0", "cec1"):
        (machine.root / "dev" / device).touch()
    return machine


@pytest.mark.parametrize("method", ["wlopm", "wlr-randr", "xset", "ddc", "cec"])
def test_a_tool_switches_off_and_on_and_says_what_is(equipped: Machine, method: str) -> None:
    ways, reasons = find_ways(method, "window 10x10, wayland", equipped.around())
    assert ([way.name for way in ways], reasons) == ([method], [])
    way = ways[0]
    assert way.read() is True
    for _ in range(2):
        way.set(0)
        assert way.read() is False
        way.set(60)
        assert way.read() is True
    if way.dims:
        assert (equipped.state / "level").read_text() == "60\n"


def test_a_television_is_told_on_its_own_socket_and_made_the_source(equipped: Machine) -> None:
    way = find_ways("cec", "", equipped.around())[0][0]
    way.set(100)
    told = [call.partition("/cec1 -t 0 ")[2] for call in equipped.calls() if "/cec1 -t 0" in call]
    assert told[-2:] == ["--image-view-on", "--active-source phys-addr=1.0.0.0"]


def test_a_backlight_is_dimmed_and_never_set_to_nothing(machine: Machine) -> None:
    light = machine.root / "sys/class/backlight/10-0045"
    light.mkdir(parents=True)
    for name, content in {"max_brightness": "31", "brightness": "31", "bl_power": "0"}.items():
        (light / name).write_text(content)
    way = find_ways("backlight", "", machine.around())[0][0]
    assert (way.dims, way.read()) == (True, True)
    way.set(50)
    assert (light / "brightness").read_text() == "16"
    way.set(1)
    assert (light / "brightness").read_text() == "1"
    way.set(0)
    assert ((light / "bl_power").read_text(), way.read()) == ("4", False)
    way.set(100)
    assert ((light / "bl_power").read_text(), (light / "brightness").read_text(), way.read()) == ("0", "31", True)
    (light / "bl_power").unlink()
    (light / "bl_power").mkdir()
    with pytest.raises(PanelRefused, match="bl_power"):
        way.set(0)


def test_the_framebuffer_is_blanked_and_the_kernel_asked(machine: Machine) -> None:
    (machine.root / "dev/fb0").touch()
    output = machine.connector("card1-HDMI-A-1")
    machine.connector("card1-HDMI-A-2", status="disconnected", dpms="On")
    way = find_ways("framebuffer", f"framebuffer {machine.root}/dev/fb0 10x10, 16 bit", machine.around())[0][0]
    way.set(0)
    (output / "dpms").write_text("Off\n")
    assert way.read() is False
    way.set(100)
    (output / "dpms").write_text("On\n")
    assert way.read() is True
    assert machine.ioctls == [(FBIOBLANK, 4), (FBIOBLANK, 0)]


class Card:
    """The kernel's end of a graphics card: two connectors, one plugged in, with a property for its power."""

    def __init__(self) -> None:
        self.power = {31: 0, 32: 0}
        self.plugged = 32
        self.refuses = False

    def ioctl(self, _handle: int, request: int, buffer: bytearray) -> int:
        if self.refuses:
            raise OSError(errno.EACCES, "Permission denied")
        if request == drm.GET_RESOURCES:
            fields = list(struct.unpack("=4Q8I", buffer))
            _give(fields[2], "=2I", 31, 32, room=fields[6])
            fields[6] = 2
            buffer[:] = struct.pack("=4Q8I", *fields)
        elif request == drm.GET_CONNECTOR:
            fields = list(struct.unpack("=4Q12I", buffer))
            _give(fields[2], "=2I", 7, 8, room=fields[5])
            _give(fields[3], "=2Q", 99, self.power[fields[8]], room=fields[5])
            fields[5], fields[11] = 2, 1 if fields[8] == self.plugged else 2
            buffer[:] = struct.pack("=4Q12I", *fields)
        elif request == drm.GET_PROPERTY:
            number = struct.unpack_from("=I", buffer, 16)[0]
            struct.pack_into("=32s", buffer, 24, {7: b"EDID", 8: b"DPMS"}[number])
        elif request == drm.SET_PROPERTY:
            value, number, connector = struct.unpack("=Q2I", buffer)
            assert number == 8
            self.power[connector] = value
        return 0


def _give(address: int, form: str, *values: int, room: int) -> None:
    if address and room >= len(values):
        content = struct.pack(form, *values)
        ctypes.memmove(address, content, len(content))


def test_the_bare_screen_is_switched_by_its_cards_property(machine: Machine) -> None:
    card = Card()
    machine.ioctl = card.ioctl
    (machine.root / "dev/dri").mkdir()
    (machine.root / "proc/fd/5").symlink_to(machine.root / "dev/dri/card1")
    (machine.root / "proc/fd/1").symlink_to("/dev/pts/0")
    way = find_ways("drm", "screen 10x10, KMSDRM", machine.around())[0][0]
    assert way.read() is True
    way.set(0)
    assert (card.power, way.read()) == ({31: 0, 32: 3}, False)
    way.set(100)
    assert (card.power, way.read()) == ({31: 0, 32: 0}, True)
    card.refuses = True
    with pytest.raises(PanelRefused, match="Permission denied"):
        way.set(0)
    (machine.root / "proc/fd/5").unlink()
    assert "No graphics card is open" in find_ways("drm", "screen", machine.around())[1][0]


AUTO = {
    "a Wayland desktop": ("window 10x10, wayland", ["backlight", "wlopm", "wlr-randr", "ddc", "cec"]),
    "X11": ("window 10x10, x11", ["backlight", "xset", "ddc", "cec"]),
    "the bare screen": ("screen 10x10, KMSDRM", ["backlight", "drm", "ddc", "cec"]),
    "the framebuffer": ("framebuffer /dev/fb0 10x10, 16 bit", ["backlight", "framebuffer", "ddc", "cec"]),
    "picture files": ("files in /tmp/wall", []),
}


def test_a_card_that_has_another_name_since_the_display_was_opened_anew_is_switched(machine: Machine) -> None:
    card = Card()
    machine.ioctl = card.ioctl
    before, since = machine.root / "proc/fd/5", machine.root / "proc/fd/6"
    before.symlink_to(machine.root / "dev/dri/card1")
    way = find_ways("drm", "screen 10x10, KMSDRM", machine.around())[0][0]
    before.unlink()
    since.symlink_to(machine.root / "dev/dri/card0")
    way.set(0)
    assert (card.power[32], way.read()) == (3, False)


def test_of_two_cards_that_are_open_the_one_with_outputs_is_switched(machine: Machine) -> None:
    """A Pi 5 has one for computing, which comes first."""
    card = Card()

    def ioctl(handle: int, request: int, buffer: bytearray) -> int:
        if handle == 4:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return card.ioctl(handle, request, buffer)

    machine.ioctl = ioctl
    (machine.root / "dev/dri").mkdir()
    for number, name in ((4, "card0"), (5, "card1")):
        (machine.root / f"proc/fd/{number}").symlink_to(machine.root / "dev/dri" / name)
    way = find_ways("drm", "screen 10x10, KMSDRM", machine.around())[0][0]
    way.set(0)
    assert (card.power[32], way.read()) == (3, False)
    (machine.root / "proc/fd/5").unlink()
    assert "names no outputs" in find_ways("drm", "screen", machine.around())[1][0]
    with pytest.raises(PanelRefused, match="names no outputs"):
        way.set(100)


def test_x11_as_a_wayland_desktop_plays_it_cannot_switch_the_panel(machine: Machine) -> None:
    machine.tool("xset", 'echo "DPMS (Energy Star):"; echo "  Server does not have the DPMS Extension"')
    assert "cannot switch" in find_ways("xset", "", machine.around())[1][0]
    around = replace(machine.around(), environ={"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"})
    assert order("auto", "screen 1920x1080, x11", around) == ["backlight", "wlopm", "wlr-randr", "ddc", "cec"]


@pytest.mark.parametrize(("display", "expected"), AUTO.values(), ids=AUTO)
def test_auto_tries_what_fits_the_display(machine: Machine, display: str, expected: list[str]) -> None:
    assert order("auto", display, machine.around()) == expected


def test_each_way_that_is_none_says_why(machine: Machine) -> None:
    here = machine.around()
    bare = contract.Surroundings(environ={"PATH": "/nowhere"}, dev=here.dev, sys=here.sys, proc=here.proc)
    ways, reasons = find_ways("auto", "framebuffer /nowhere/fb0 10x10, 16 bit", bare)
    assert ways == []
    assert reasons == [
        "backlight: There is no backlight in /sys/class/backlight.",
        "framebuffer: There is no /nowhere/fb0.",
        "ddc: ddcutil is not installed.",
        "cec: cec-ctl is not installed.",
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 3", "refused: exit code 3"), ("echo no compositor >&2; exit 1", "no compositor"),
     ("exec sleep 60", "did not answer")],
)  # fmt: skip
def test_a_tool_that_fails_or_hangs_is_no_way(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setattr(contract, "PATIENCE_SECONDS", 0.5 if "sleep" in script else 20.0)
    machine.tool("wlopm", script)
    ways, reasons = find_ways("wlopm", "", machine.around())
    assert ways == []
    assert said in reasons[0]


def test_a_monitor_that_does_not_tell_its_power_is_not_switched_blindly(machine: Machine) -> None:
    machine.tool("ddcutil", "echo 'VCP D6 ERR'")
    (machine.root / "dev/i2c-1").touch()
    assert "does not tell" in find_ways("ddc", "", machine.around())[1][0]


def test_nothing_is_tried_where_the_owner_says_none(equipped: Machine) -> None:
    assert find_ways("none", "framebuffer /dev/fb0", equipped.around()) == ([], [])
    assert equipped.calls() == []
