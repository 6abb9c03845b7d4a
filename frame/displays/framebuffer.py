"""A Linux framebuffer (/dev/fb0): 16, 24 or 32 bit, any stride, whole rows written and never read back.

With memory for two pictures it draws in the hidden one and flips; else it waits for the vertical blank, where the
driver knows it, and copies. Refuses pixel layouts that it cannot pack. Opened by probe.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image

from frame.displays import fbdev
from frame.displays.blitters import Blitter, make_blitter
from frame.displays.console import Console, own_console
from frame.displays.contract import Above
from frame.displays.keys import TerminalKeys
from frame.displays.pixels import corners
from sync.errors import DisplayLost


class FramebufferDisplay:
    """The framebuffer `device`; `ioctl` stands in for the kernel's where there is none."""

    animated = True
    stand_in = False

    def __init__(
        self,
        device: Path = Path("/dev/fb0"),
        *,
        ioctl: fbdev.Ioctl = fcntl.ioctl,
        console: Path | None = None,
        fast: bool = True,
    ) -> None:
        self._device, self._ioctl = device, ioctl
        self._handle = -1
        with _lost(device):
            self._handle = os.open(device, os.O_RDWR | os.O_CLOEXEC)
            try:
                self._mode = fbdev.read_mode(ioctl, self._handle, mmap.PAGESIZE)
                self._memory = self._map()
            except BaseException:
                os.close(self._handle)
                raise
        self.size = (self._mode.width, self._mode.height)
        # SDL takes as long to load as a picture to decode: it is loaded beside that, not before it.
        self._loading = Thread(target=self._load_blitter, kwargs={"fast": fast}, name="blitter", daemon=True)
        self._loading.start()
        self._flips = self._mode.height_virtual >= 2 * self._mode.height
        self._waits = True
        self._front = 0
        self._console = Console(console or own_console())
        self._keys = TerminalKeys()
        self.name = f"framebuffer {device} {self.size[0]}x{self.size[1]}, {self._mode.pixels.bits} bit"

    def _load_blitter(self, *, fast: bool) -> None:
        self._loaded = make_blitter(self.size, self._mode.pixels, fast=fast)

    @property
    def blitter(self) -> Blitter:
        """What holds and mixes the pictures, once it is loaded."""
        self._loading.join()
        return self._loaded

    def _map(self) -> mmap.mmap:
        mode = self._mode
        if not mode.pixels.known:
            raise DisplayLost(f"{self._device} has {mode.pixels.bits} bit in a layout that is not known.")
        needed = mode.start + mode.stride * mode.height
        length = max(needed, mode.start + (mode.memory or 0))
        return mmap.mmap(self._handle, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)

    def prepare(self, picture: Image.Image) -> Any:
        return self.blitter.prepare(picture)

    def show(self, picture: Any) -> None:
        self._write(self.blitter.rows(picture))
        self.blitter.release()

    def blend(self, old: Any, new: Any, fraction: float) -> None:
        self._write(self.blitter.mix(old, new, min(1.0, max(0.0, fraction))))

    def slide(self, old: Any, new: Any, fraction: float, way: tuple[int, int]) -> None:
        self._write(self.blitter.slid(old, new, corners(self.size, fraction, way)))

    def patch(self, picture: Any, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        self.blitter.patch(picture, part, corner)
        if not shown:
            return
        # Onto what is seen, also where there are two buffers: nothing else of the picture changes.
        rows, pitch, mode = self.blitter.rows(picture), self.blitter.pitch, self._mode
        left, length = corner[0] * mode.pixels.bytes_per_pixel, part.width * mode.pixels.bytes_per_pixel
        with _lost(self._device):
            self._wait()
            for row in range(corner[1], corner[1] + part.height):
                at = mode.start + (self._front + row) * mode.stride + left
                self._memory[at : at + length] = rows[row * pitch + left : row * pitch + left + length]
        self.blitter.release()

    def put_above(self, pieces: Sequence[Above]) -> None:
        self.blitter.put_above(pieces)

    def events(self) -> list[str]:
        return self._keys.verbs()

    def close(self) -> None:
        if self._handle >= 0:
            self._keys.close()
            self._console.close()
            self._memory.close()
            os.close(self._handle)
            self._handle = -1

    def _write(self, rows: bytes | memoryview) -> None:
        with _lost(self._device):
            variable = fbdev.read_variable(self._ioctl, self._handle)
            if fbdev.read_mode(self._ioctl, self._handle, mmap.PAGESIZE) != self._mode:
                raise DisplayLost(f"{self._device} has changed its mode.")
            if self._flips:
                self._flip(rows, variable)
            else:
                self._wait()
                self._copy(rows, 0)

    def _flip(self, rows: bytes | memoryview, variable: bytearray) -> None:
        back = self._mode.height - self._front
        self._copy(rows, back)
        try:
            fbdev.pan(self._ioctl, self._handle, variable, back)
            self._front = back
        except OSError:
            # The driver offers the memory but cannot flip: what is seen is the front, so it is drawn on from now on.
            self._flips = False
            self._copy(rows, self._front)

    def _wait(self) -> None:
        if self._waits:
            try:
                fbdev.wait_for_vsync(self._ioctl, self._handle)
            except OSError:
                self._waits = False

    def _copy(self, rows: bytes | memoryview, first_row: int) -> None:
        pitch, stride = self.blitter.pitch, self._mode.stride
        at = self._mode.start + first_row * stride
        if pitch == stride:
            self._memory[at : at + stride * self.size[1]] = rows
            return
        length = self.size[0] * self._mode.pixels.bytes_per_pixel
        for row in range(self.size[1]):
            self._memory[at : at + length] = rows[row * pitch : row * pitch + length]
            at += stride


@contextmanager
def _lost(device: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DisplayLost(f"{device}: {error.strerror or error}.", device=str(device), errno=error.errno) from error
    except ValueError as error:
        raise DisplayLost(f"{device} cannot be mapped: {error}.", device=str(device)) from error
