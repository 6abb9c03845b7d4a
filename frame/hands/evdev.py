"""Keyboards, remotes (infrared, CEC, Bluetooth) and touch panels, as the kernel has them in /dev/input.

For the framebuffer and the bare screen, where no desktop hands keys on. What is plugged in later is found. Without the
right to read there are no keys; nothing is raised.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from frame.hands.touch import Touch
from sync.clock import Clock

LOOK_SECONDS = 5.0
_EVENT = struct.Struct("@llHHi")
_RANGE = struct.Struct("=6i")
_END, _KEY, _ABSOLUTE = 0, 1, 3
_TOUCH = 0x14A
_X, _Y = (0x00, 0x35), (0x01, 0x36)
"""Of one finger, and of the first of several."""

KEYS = {
    106: "next", 109: "next", 49: "next", 163: "next", 208: "next", 402: "next", 407: "next",
    105: "back", 104: "back", 48: "back", 14: "back", 165: "back", 168: "back", 403: "back", 412: "back",
    57: "pause", 25: "pause", 28: "pause", 119: "pause", 164: "pause", 200: "pause", 201: "pause", 207: "pause",
    352: "pause", 353: "pause",
    33: "favourite", 364: "favourite", 156: "favourite", 398: "favourite",
    23: "info", 358: "info", 16: "quit", 1: "quit",
    31: "screen", 116: "screen", 142: "screen", 152: "screen", 128: "screen",
}  # fmt: skip
"""The kernel's key codes: arrows, page keys, letters, media keys, channels, OK, the red button, power."""


@dataclass
class _Device:
    handle: int
    size: tuple[tuple[int, int], tuple[int, int]] | None
    """Least and most of x and y, for touch."""
    at: list[float] = field(default_factory=lambda: [0.5, 0.5])
    down: tuple[tuple[float, float], float] | None = None
    fresh: bool = False
    """A finger came down in this very report, whose other lines may still say where."""


class Evdev:
    """`events` gives what was done since the last call."""

    def __init__(
        self, clock: Clock, folder: Path = Path("/dev/input"), ioctl: Callable[..., object] = fcntl.ioctl
    ) -> None:
        self._clock = clock
        self._folder = folder
        self._ioctl = ioctl
        self._devices: dict[Path, _Device] = {}
        self._looked_at: float | None = None

    def events(self) -> list[str | Touch]:
        now = self._clock.monotonic()
        if self._looked_at is None or now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._look()
        found: list[str | Touch] = []
        for path, device in list(self._devices.items()):
            try:
                found += self._read(device)
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EINTR):
                    self._drop(path)  # pulled out
        return found

    def close(self) -> None:
        for path in list(self._devices):
            self._drop(path)

    def _look(self) -> None:
        for path in sorted(self._folder.glob("event*")):
            if path not in self._devices:
                try:
                    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
                except OSError:
                    continue
                self._devices[path] = _Device(handle, self._size(handle))

    def _size(self, handle: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
        axes = []
        for axis in (_X, _Y):
            for code in reversed(axis):
                answer = bytearray(_RANGE.size)
                try:
                    self._ioctl(handle, 2 << 30 | _RANGE.size << 16 | 0x45 << 8 | 0x40 + code, answer)
                except OSError:
                    continue
                _, least, most, *_ = _RANGE.unpack(answer)
                if most > least:
                    axes.append((least, most))
                    break
        return (axes[0], axes[1]) if len(axes) == 2 else None

    def _read(self, device: _Device) -> Iterator[str | Touch]:
        while raw := os.read(device.handle, _EVENT.size * 64):
            for _, _, kind, code, value in _EVENT.iter_unpack(raw[: len(raw) // _EVENT.size * _EVENT.size]):
                if kind == _END:
                    device.fresh = False
                elif kind == _KEY and code == _TOUCH and device.size is not None:
                    yield from self._finger(device, down=value == 1)
                elif kind == _KEY and value == 1 and code in KEYS:
                    yield KEYS[code]
                elif kind == _ABSOLUTE and device.size is not None and code in (*_X, *_Y):
                    self._move(device, 0 if code in _X else 1, value)

    def _move(self, device: _Device, axis: int, value: int) -> None:
        assert device.size is not None
        least, most = device.size[axis]
        device.at[axis] = min(1.0, max(0.0, (value - least) / (most - least)))
        if device.down is not None and device.fresh:
            device.down = ((device.at[0], device.at[1]), device.down[1])

    def _finger(self, device: _Device, *, down: bool) -> Iterator[Touch]:
        place, now = (device.at[0], device.at[1]), self._clock.monotonic()
        if down:
            device.down, device.fresh = (place, now), True
        elif device.down is not None:
            start, since = device.down
            device.down = None
            yield Touch(start, place, now - since)

    def _drop(self, path: Path) -> None:
        os.close(self._devices.pop(path).handle)
