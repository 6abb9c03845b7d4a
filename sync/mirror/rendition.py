"""Decodes strangers' pictures in bounded children: the proof that one decodes, and our own display copies.

A child holds at most 400 MB, one large photo at a time; small ones (previews, most JPEGs) run side by side. A picture
that kills its child, or takes too long, is refused like any other that cannot be decoded. Pillow is never imported
here: sync at rest stays small. Used by whatever decodes in sync (fetching, thumbs, covers, folders, uploads),
inside a `with`.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec import Struct

from sync.errors import Cancelled, PictureRefused
from sync.files import disk_errors

SHORT_SIDE = 1440
"""Immich's own previews have at most this many pixels on their short side."""

LONG_SIDE = 7680
"""A panorama's display copy is no longer than this."""

THUMB_SHORT_SIDE, THUMB_LONG_SIDE = 240, 360
THUMB_BYTES = 12 * 1024

_RECYCLE_AFTER = 1000
_HELD_MOST = 80 << 20
_converting = threading.Lock()


class FileFacts(Struct, frozen=True, kw_only=True):
    """What a picture file says of itself; None where it does not."""

    width: int | None = None
    """As it is seen, upright."""
    height: int | None = None
    local_time: str | None = None
    """When it was taken, `2020-06-06T05:35:05`."""
    offset: str | None = None
    """From UTC, `+02:00`."""
    latitude: float | None = None
    longitude: float | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    caption: str | None = None
    rating: int | None = None


class Decoders:
    """Up to `workers` children, started when they are needed. Safe for threads; close it, or use `with`."""

    def __init__(
        self, *, workers: int = 2, deadline_seconds: float = 180, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self._workers = workers
        self._deadline_seconds = deadline_seconds
        self._cancelled = cancelled
        self._turn = threading.Condition()
        self._idle: list[_Child] = []
        self._small = 0
        self._large = 0
        self._large_waiting = 0

    def __enter__(self) -> Decoders:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the idle children."""
        with self._turn:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def check_decodes(self, path: Path) -> tuple[str, int, int]:
        """Decode the whole file once; gives format, width and height as stored.

        Raises PictureRefused, whose fact `reason` is no-decoder (RAW, JPEG XL, …), too-large (for the memory allowed),
        damaged, or died (it killed its decoder, or took longer than the deadline); OSError or DiskError where the
        file itself cannot be read; and Cancelled.
        """
        kind, width, height = self._ask({"do": "check", "source": str(path)})
        return str(kind), int(width), int(height)

    def make_display_copy(
        self, source: Path, part: Path, *, short_side: int = SHORT_SIDE, long_side: int = LONG_SIDE
    ) -> tuple[int, int]:
        """Write the display copy of `source` into `part` (a JPEG; not fsynced); gives its width and height.

        Raises as check_decodes does. The caller owns `part` and throws it away when this raises.
        """
        request = {"do": "draw", "source": str(source), "part": str(part)}
        width, height = self._ask(request | {"short_side": short_side, "long_side": long_side})
        return int(width), int(height)

    def make_thumb(self, source: Path, part: Path) -> tuple[int, int]:
        """Write a small sRGB JPEG of `source` into `part`; gives its width and height. Raises as check_decodes does."""
        request = {"do": "thumb", "source": str(source), "part": str(part), "most_file_bytes": THUMB_BYTES}
        width, height = self._ask(request | {"short_side": THUMB_SHORT_SIDE, "long_side": THUMB_LONG_SIDE})
        return int(width), int(height)

    def read_facts(self, path: Path) -> FileFacts:
        """What the file says of itself. Raises as check_decodes does; its pixels are not looked at."""
        answer = self._ask({"do": "facts", "source": str(path)})
        # Two threads that show msgspec a new type at once crash the process.
        with _converting:
            return msgspec.convert(answer, FileFacts)

    def _ask(self, request: Mapping[str, Any]) -> Any:
        with self._child(large=False) as child:
            given = child.ask(request, large=False, seconds=self._deadline_seconds, cancelled=self._cancelled)
        if given.get("large"):
            with self._child(large=True) as child:
                given = child.ask(request, large=True, seconds=self._deadline_seconds, cancelled=self._cancelled)
        if "errno" in given:
            with disk_errors("Decoding a picture"):
                raise OSError(given["errno"], os.strerror(given["errno"]), request["source"])
        if "ok" not in given:
            raise PictureRefused(given["refused"], advice="", reason=given["reason"], path=request["source"])
        return given["ok"]

    @contextmanager
    def _child(self, *, large: bool) -> Iterator[_Child]:
        """A child whose turn it is: small ones share the machine, a large one has it alone."""
        with self._turn:
            self._large_waiting += large
            try:
                while not self._free(large=large):
                    self._turn.wait(0.25)
                    if self._cancelled():
                        raise Cancelled("Cancelled while waiting for the decoder.")
            finally:
                self._large_waiting -= large
            child = self._idle.pop() if self._idle else None
            spare: list[_Child] = []
            if large:
                self._large += 1
                spare, self._idle = self._idle, spare
            else:
                self._small += 1
        try:
            for idle in spare:
                idle.end()
            child = child or _Child()
            try:
                yield child
            except BaseException:
                child.end()
                raise
            self._put_back(child)
        finally:
            with self._turn:
                self._large -= large
                self._small -= not large
                if large or self._large_waiting:
                    self._turn.notify_all()
                else:
                    # One place came free: waking everybody who waits for it would cost as much as decoding a preview.
                    self._turn.notify()

    def _free(self, *, large: bool) -> bool:
        if large:
            return not self._large and not self._small
        return not self._large and not self._large_waiting and self._small < self._workers

    def _put_back(self, child: _Child) -> None:
        # What a large picture left in the child's heap would count against those decoded beside it.
        if child.held_bytes > _HELD_MOST or child.asked >= _RECYCLE_AFTER or not child.alive():
            child.end()
            return
        with self._turn:
            self._idle.append(child)


class _Child:
    """One decoder process and its two pipes."""

    def __init__(self) -> None:
        self.asked = 0
        self.held_bytes = 0
        """What it holds between two pictures."""
        # One arena, and large blocks given back at once: else the heap of the last picture stays.
        environ = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1048576"}
        environ |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sync.mirror.decode_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, request: Mapping[str, Any], *, large: bool, seconds: float, cancelled: Callable[[], bool]
    ) -> dict[str, Any]:
        """Send one request and wait for its answer; a child that dies or hangs answers with a refusal."""
        self.asked += 1
        line = json.dumps({**request, "large": large, "cpu_seconds": int(seconds) + 1}) + "\n"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode("ascii"))
            self._process.stdin.flush()
        except BrokenPipeError:
            return self._dead()
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if cancelled():
                raise Cancelled("Cancelled while a picture was decoded.")
            if left <= 0:
                self.end()
                return {"refused": f"Decoding it takes longer than {seconds:.0f} s.", "reason": "died"}
            if self._readable(min(left, 0.25)):
                return self._read()

    def _readable(self, seconds: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            return bool(selector.select(seconds))

    def _read(self) -> dict[str, Any]:
        line = self._out.readline()
        if not line.endswith(b"\n"):
            return self._dead()
        given: dict[str, Any] = json.loads(line)
        self.held_bytes = int(given["held_bytes"])
        return given

    @property
    def _out(self) -> Any:
        return self._process.stdout

    def _dead(self) -> dict[str, Any]:
        code = self._process.wait()
        if code == 1:
            # Python itself failed: a broken installation must not look like thousands of broken photos.
            raise RuntimeError("The decoder cannot be started; run 'python -m sync.mirror.decode_child' to see why.")
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit code {code}"
        return {"refused": f"It ends its decoder ({name}).", "reason": "died"}

    def end(self) -> None:
        """Kill it, if it still lives, and reap it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass
