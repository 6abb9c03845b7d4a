"""Which display this machine has: as told, or tried in order, with the reason why each one before was refused.

`auto`: a desktop's window, the bare screen (KMS), an Inky e-ink panel, the framebuffer, picture files in the runtime
folder, none. What is named outright is opened or refused with a sentence, never replaced by another. Called by the
daemon and by `show`.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from frame.displays.contract import Display
from frame.displays.fbdev import Ioctl
from frame.displays.files import DEFAULT_SIZE, FileDisplay
from frame.displays.none import NoDisplay
from sync.errors import DisplayLost, UsageError

_SET_MASTER, _DROP_MASTER = 0x641E, 0x641F
_KNOWN = "auto, framebuffer[:/dev/fbN], window, kms, file:FOLDER, inky, epd:MODULE or none"


@dataclass(frozen=True)
class Machine:
    """Where to look; tests point it at a folder of their own."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    dev: Path = Path("/dev")
    sys: Path = Path("/sys")
    runtime: Path | None = None
    """Where the file display of `auto` writes `wall/`; None skips it."""
    ioctl: Ioctl = fcntl.ioctl


def open_display(spec: str, size: str = "", *, machine: Machine | None = None) -> tuple[Display, list[str]]:
    """The display and, for `auto`, why those before it were refused. `size` is
    `1920x1080` or empty, for windows and files.

    Raises UsageError for words that are no display and DisplayLost for a named one that cannot be opened (it may come
    back: try again). `auto` always finds one; where it found no panel, the display's `stand_in` says so.
    """
    machine = machine or Machine()
    asked = _size(size)
    if spec == "auto":
        return _first(machine, asked)
    kind, _, rest = spec.partition(":")
    if kind == "framebuffer":
        return _framebuffer(Path(rest) if rest else machine.dev / "fb0", machine), []
    if kind == "file" and rest:
        return FileDisplay(Path(rest).expanduser(), size=asked or DEFAULT_SIZE), []
    if spec == "window":
        return _window(machine, asked), []
    if spec == "kms":
        return _kms(machine, asked), []
    if spec == "inky" or (kind == "epd" and rest):
        from frame.displays import eink

        return (eink.waveshare(rest) if rest else eink.inky()), []
    if spec == "none":
        return NoDisplay(size=asked or DEFAULT_SIZE), []
    raise UsageError(f"There is no display {spec!r}.", advice=f"Choose {_KNOWN}.", display=spec)


def _size(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    if not re.fullmatch(r"[1-9]\d{1,4}x[1-9]\d{1,4}", text):
        raise UsageError(f"{text!r} is no size.", advice="Write it as 1920x1080.", size=text)
    width, height = text.split("x")
    return int(width), int(height)


def _first(machine: Machine, asked: tuple[int, int] | None) -> tuple[Display, list[str]]:
    ways: list[tuple[str, Callable[[], Display]]] = [
        ("window", lambda: _window(machine, asked)),
        ("kms", lambda: _kms(machine, asked)),
        ("inky", lambda: _inky(machine)),
        ("framebuffer", lambda: _framebuffer(machine.dev / "fb0", machine)),
        ("file", lambda: _files(machine, asked)),
    ]
    reasons: list[str] = []
    for name, open_it in ways:
        try:
            return open_it(), reasons
        except DisplayLost as refused:
            reasons.append(f"{name}: {refused.sentence}")
    return NoDisplay(size=asked or DEFAULT_SIZE, stand_in=True), reasons


def _window(machine: Machine, asked: tuple[int, int] | None) -> Display:
    if not _desktop(machine):
        raise DisplayLost("No desktop: neither WAYLAND_DISPLAY nor DISPLAY is set.")
    from frame.displays.window import WindowDisplay

    # SDL itself prefers X11, which a Wayland desktop only plays: there the wall could neither be switched off nor keep
    # the desktop from darkening it when nobody types.
    chooses = machine.environ.get("WAYLAND_DISPLAY") and not machine.environ.get("SDL_VIDEODRIVER")
    return WindowDisplay(size=asked, driver="wayland,x11" if chooses else None)


def _desktop(machine: Machine) -> str:
    return machine.environ.get("WAYLAND_DISPLAY", "") or machine.environ.get("DISPLAY", "")


def _kms(machine: Machine, asked: tuple[int, int] | None) -> Display:
    """SDL opens the bare screen only as DRM master: asked first, because its own error says nothing."""
    cards = sorted((machine.dev / "dri").glob("card*"))
    if not cards:
        raise DisplayLost(f"There is no graphics card at {machine.dev / 'dri'}.")
    lit = [card for card in cards if _connected(machine, card)]
    if not lit:
        raise DisplayLost("No screen is connected.")
    lit = [card for card in lit if not _makeshift(machine, card)]
    if not lit:
        raise DisplayLost("The graphics card's own driver is not loaded (yet).")
    reasons = [reason for card in lit if (reason := _taken(machine, card))]
    if len(reasons) == len(lit):
        raise DisplayLost(" ".join(reasons))
    from frame.displays.window import WindowDisplay

    return WindowDisplay(size=asked, driver="kmsdrm", cards=machine.dev / "dri")


def _connected(machine: Machine, card: Path) -> bool:
    for status in (machine.sys / "class" / "drm").glob(f"{card.name}-*/status"):
        try:
            if status.read_bytes().strip() == b"connected":
                return True
        except OSError:
            continue
    return False


def _makeshift(machine: Machine, card: Path) -> bool:
    """Whether this is what the firmware left, until the card's own driver takes its place a moment later. The
    framebuffer does meanwhile, and notices when it is gone."""
    try:
        driver = (machine.sys / "class" / "drm" / card.name / "device" / "driver").readlink()
    except OSError:
        return False
    return driver.name == "simple-framebuffer"


def _taken(machine: Machine, card: Path) -> str:
    """Why this card's screen cannot be had, or empty. The first to open a card is its master."""
    try:
        handle = os.open(card, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        return f"{card}: {error.strerror}."
    try:
        machine.ioctl(handle, _SET_MASTER, bytearray(0))
        machine.ioctl(handle, _DROP_MASTER, bytearray(0))
    except OSError:
        return f"{card} is in use by a desktop."
    finally:
        os.close(handle)
    return ""


def _inky(machine: Machine) -> Display:
    """Before the framebuffer, which a small board has also where no screen is plugged in; never looked for where
    nothing could be wired to the pins."""
    if not any(machine.dev.glob("i2c-*")):
        raise DisplayLost("There is no bus for an e-ink panel (/dev/i2c-*).")
    from frame.displays import eink

    return eink.inky()


def _framebuffer(device: Path, machine: Machine) -> Display:
    """Under a desktop the framebuffer is not what the panel shows, though writing into it works."""
    if _desktop(machine):
        raise DisplayLost("A desktop is running: what is written into the framebuffer is not seen.")
    if not device.exists():
        raise DisplayLost(f"There is no {device}.")
    busy = [card for card in sorted((machine.dev / "dri").glob("card*")) if "in use" in _taken(machine, card)]
    if busy:
        raise DisplayLost(f"{busy[0]} is in use by a desktop: what is written into {device} is not seen.")
    from frame.displays.framebuffer import FramebufferDisplay

    return FramebufferDisplay(device, ioctl=machine.ioctl)


def _files(machine: Machine, asked: tuple[int, int] | None) -> Display:
    if machine.runtime is None:
        raise DisplayLost("No folder to write pictures into.")
    return FileDisplay(machine.runtime / "wall", size=asked or DEFAULT_SIZE, keep=0, stand_in=True)
