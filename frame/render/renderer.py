"""Pictures for the panel, from a child process that may die of them.

`Renderer.render` gives the pixels or raises PictureRefused with the reason; a child that dies, hangs or grows is
replaced and the next picture works. The child is started ahead, before this process loads Pillow, is kept for fifty
pictures and imports only what decoding needs; its heir is started a few pictures before that, so that no slide waits
for a program to load. Pixels come back through shared memory. Used by the player, from any one thread at a time.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from frame.render.memory import return_freed_pictures
from sync.errors import Cancelled, DecoderStarved, DecoderUnavailable, PictureRefused

if TYPE_CHECKING:
    from PIL.Image import Image

    from frame.render.request import RenderRequest

PROGRAM = (sys.executable, "-m", "frame.render.worker")
_TOP = Path(__file__).parents[2]
_ANSWER_BYTES = 65536
_ROWS = 64
_LEAVING_SECONDS = 1.0
_HEIR_AHEAD = 5
"""An heir has so many pictures' time to load: seconds even where they change every second, on the slowest machine."""
# Within a picture memory is reused instead of being mapped and unmapped, a quarter faster; the child trims after each.
_MALLOC = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "67108864"}


class Renderer:
    """Renders one picture at a time. `close` may come from another thread and ends a render that is under way."""

    def __init__(
        self,
        *,
        deadline_seconds: float = 10.0,
        pictures_per_child: int = 50,
        program: tuple[str, ...] = PROGRAM,
    ) -> None:
        return_freed_pictures()
        self._deadline_seconds = deadline_seconds
        self._pictures_per_child = pictures_per_child
        self._program = program
        self._lock = Lock()
        self._closed = False
        self._memory = os.memfd_create("picture", os.MFD_CLOEXEC)
        self._child: _Child | None = None
        self._heir: _Child | None = None
        self._retired: _Child | None = None
        self._child = self._start()

    def render(self, request: RenderRequest) -> Image:
        """RGB of exactly `request.size`. Raises PictureRefused, DecoderUnavailable, or Cancelled after `close`."""
        with self._lock:
            if self._closed:
                raise Cancelled("The wall is closing.")
            length = request.size[0] * request.size[1] * 3
            os.ftruncate(self._memory, length)
            try:
                self._ask(request)
                return self._picture(request.size)
            finally:
                if not self._closed:
                    os.ftruncate(self._memory, 0)

    def close(self) -> None:
        """End the child. Nothing is left running."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
        with self._lock:
            for each in (self._child, self._heir, self._retired):
                if each is not None:
                    each.kill()
                    each.end()
            self._child = self._heir = self._retired = None
            if self._memory >= 0:
                os.close(self._memory)
                self._memory = -1

    def _ask(self, request: RenderRequest) -> None:
        from frame.render.request import to_message

        child, until = self._begin(to_message(request, seconds=self._deadline_seconds))
        try:
            answer = child.answer(until)
        except TimeoutError:
            slow = child.ran_seconds() * 2 > self._deadline_seconds
            child.kill()
            self._drop(child)
            self._child = self._take_heir() or self._start()
            raise _late(request.path, slow=slow) from None
        except OSError:
            self._drop(child)
            self._child = self._take_heir() or self._start()
            raise _killed(request.path, child) from None
        self._follow(child)
        if "refused" in answer:
            raise PictureRefused(
                answer["refused"], advice=answer.get("advice", ""), path=str(request.path), reason=answer["reason"]
            )

    def _begin(self, message: bytes) -> tuple[_Child, float]:
        """A child that has begun with the picture: what it dies of afterwards is the picture's doing. A new one
        is tried last, since child and heir may have been killed while they had nothing to do."""
        for _ in range(3):
            child = self._child = self._child or self._take_heir() or self._start()
            until = monotonic() + self._deadline_seconds
            try:
                child.begin(message, until)
            except TimeoutError:
                # Stopped or starved: the next try would take as long.
                child.kill()
                self._drop(child)
                break
            except OSError:
                self._drop(child)
            else:
                return child, until
        raise DecoderUnavailable("The program that decodes pictures does not start.", program=" ".join(self._program))

    def _follow(self, child: _Child) -> None:
        """After a picture: an old child leaves in its own time, and finds its heir at work already."""
        if self._retired is not None and self._retired.process.poll() is not None:
            self._retired = None
        if child.pictures >= self._pictures_per_child:
            if self._retired is not None:
                self._retired.end()
            child.leave()
            self._retired, self._child = child, self._take_heir()
        elif child.pictures >= self._pictures_per_child - _HEIR_AHEAD and self._heir is None:
            with suppress(DecoderUnavailable):  # this picture is well; the next one will tell
                self._heir = self._start()

    def _take_heir(self) -> _Child | None:
        heir, self._heir = self._heir, None
        return heir

    def _drop(self, child: _Child) -> None:
        child.end()
        self._child = None
        if self._closed:
            raise Cancelled("The wall is closing.") from None

    def _start(self) -> _Child:
        try:
            return _Child(self._program, self._memory)
        except OSError as error:
            raise DecoderUnavailable(f"No process can be started ({error.strerror}).", errno=error.errno) from error

    def _picture(self, size: tuple[int, int]) -> Image:
        from PIL.Image import frombytes, new

        picture, row = new("RGB", size, None), size[0] * 3
        # From the end, giving back what was read: the pixels are never there twice.
        for top in reversed(range(0, size[1], _ROWS)):
            rows = min(_ROWS, size[1] - top)
            # Read, not mapped: a child that was taken over could shrink the memory under a mapping and kill this
            # process.
            pixels = os.pread(self._memory, rows * row, top * row)
            if len(pixels) != rows * row:
                raise PictureRefused("Its decoder gave too few pixels.", reason="killed-decoder")
            picture.paste(frombytes("RGB", (size[0], rows), pixels), (0, top))
            os.ftruncate(self._memory, top * row)
        return picture


class _Child:
    """One decoding process and the socket to it."""

    def __init__(self, program: tuple[str, ...], memory: int) -> None:
        self.pictures = 0
        self._ran_before = 0.0
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [*program, str(theirs.fileno()), str(memory)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), memory),
                cwd=_TOP,
                env={**os.environ, **_MALLOC},
            )

    def begin(self, message: bytes, until: float) -> None:
        """Send a request and wait until it is taken up. Raises TimeoutError, or another OSError when the child died."""
        self.pictures += 1
        self._ran_before = self._ran()
        self._channel.send(message)
        self._receive(until)

    def answer(self, until: float) -> dict[str, str]:
        """What became of it: empty, or why it was refused. Raises as `begin` does."""
        answer: dict[str, str] = json.loads(self._receive(until))
        return answer

    def _receive(self, until: float) -> bytes:
        self._channel.settimeout(max(0.001, until - monotonic()))
        message = self._channel.recv(_ANSWER_BYTES)
        if not message:
            raise ConnectionResetError
        return message

    def ran_seconds(self) -> float:
        """Of the processor, with the picture that it is at."""
        return self._ran() - self._ran_before

    def _ran(self) -> float:
        try:
            words = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        self.process.kill()

    def leave(self) -> None:
        """Let it go; `end` makes sure of it later."""
        self._channel.close()

    def end(self) -> None:
        """Close, and make sure that it is gone: it leaves by itself, and a child cannot refuse SIGKILL."""
        self._channel.close()
        try:
            self.process.wait(_LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _late(path: str | Path, *, slow: bool) -> PictureRefused:
    if slow:
        return PictureRefused("It takes too long to decode.", path=str(path), reason="too-slow")
    return DecoderStarved("The machine had no time to decode it.", path=str(path), reason="starved")


def _killed(path: str | Path, child: _Child) -> PictureRefused:
    code = child.process.returncode
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return PictureRefused(f"It killed its decoder ({how}).", path=str(path), reason="killed-decoder")
