"""Several exiftools that have what writing needs in memory once: forked from one that loaded it (family.pl).

Two that write take 69 MB so, with the one that they come from, instead of 96. Where the installed exiftool cannot do
that (it is no Perl script, or something stands before it that keeps configurations away), each is started by itself.
Called by crew.py.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Lock

from sync.writeback import start
from sync.writeback.mapping import TAGS
from sync.writeback.start import Started

LOADS = Path(__file__).with_name("family.pl")
_COMMAND = ("exiftool", "-config", str(LOADS), "-ver")
_PATIENCE_SECONDS = 60.0
_DYING_SECONDS = 5.0
"""What the kernel has not killed by then, because it knows no such thing, is killed by its number."""


class Family:
    """Used from any thread. The first that is started starts what the others are forked from."""

    def __init__(self) -> None:
        self._parent: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._barren = False

    def start(self) -> Started:
        """An exiftool that waits for commands, whatever became of the others. Raises ToolMissing."""
        with self._lock:
            forked = None if self._barren else self._fork()
            if forked is None:
                self._barren = True
                self._end_parent()
        return forked or start.start()

    def close(self) -> None:
        """No more are started; those that run are ended by who uses them."""
        with self._lock:
            self._end_parent()

    def _fork(self) -> Started | None:
        (hears, told), (out, says), (err, complains), (life, lives) = (os.pipe() for _ in range(4))
        theirs = (hears, says, complains, life)
        try:
            word, _, pid = self._ask(" ".join(f"/proc/{os.getpid()}/fd/{handle}" for handle in theirs)).partition(" ")
        finally:
            for handle in theirs:
                os.close(handle)
        if word != "forked":
            for handle in (told, out, err, lives):
                os.close(handle)
            return None
        number = int(pid)

        def kill() -> None:
            os.close(lives)
            # Only its end closes its side of this; as long as it has not, that number is still its own.
            while True:
                if not select.select([out], [], [], _DYING_SECONDS)[0]:
                    with suppress(ProcessLookupError):
                        os.kill(number, signal.SIGKILL)
                elif not os.read(out, 1 << 16):
                    return

        return Started(number, os.fdopen(told, "wb", 0), os.fdopen(out, "rb", 0), os.fdopen(err, "rb", 0), kill)

    def _ask(self, line: str) -> str:
        """What the parent answers; empty where there is none, or it does not."""
        try:
            if self._parent is None:
                pipe = subprocess.PIPE
                self._parent = subprocess.Popen(
                    _COMMAND, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=start.environment(),
                    process_group=0, bufsize=0,
                )  # fmt: skip
                line = f"{' '.join(TAGS)}\n{line}"
            assert self._parent.stdin is not None and self._parent.stdout is not None
            self._parent.stdin.write(f"{line}\n".encode())
            readable, _, _ = select.select([self._parent.stdout], [], [], _PATIENCE_SECONDS)
            return os.read(self._parent.stdout.fileno(), 64).decode().strip() if readable else ""
        except OSError:
            return ""

    def _end_parent(self) -> None:
        parent, self._parent = self._parent, None
        if parent is not None:
            assert parent.stdin is not None and parent.stdout is not None
            parent.stdin.close()
            parent.kill()
            parent.wait()
            parent.stdout.close()
