"""Starts an exiftool that waits for commands on its standard input: one of its own, which ends with us.

No user configuration is read, and nothing of our environment that could be a secret or make it another program. Called
by exiftool.py; family.py starts several that share what they have loaded.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

from sync.errors import ToolMissing

OLDEST = 12.38
"""Older ones run as a command what a file's name says (CVE-2022-23935), or what its content does (CVE-2021-22204)."""
_NOT_PASSED = ("MANTELPIECE_", "EXIFTOOL", "PERL")
"""What begins so could be a secret of ours, or make exiftool another program."""
# config "": a configuration is a Perl program, and not the owner's wish here. setpriv: exiftool would outlive us for
# ever, for at the end of its input it waits for more.
_COMMAND = ("setpriv", "--pdeathsig", "KILL", "exiftool", "-config", "", "-stay_open", "True", "-@", "-")
_STARTER = ThreadPoolExecutor(1, "exiftool-starter")
"""What is killed with its parent is killed with the thread that started it: this one lives as long as we do."""


@dataclass(frozen=True, eq=False)
class Started:
    """An exiftool that waits for commands."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]
    kill: Callable[[], None]
    """And wait until it is dead, so that nothing is written into any file any more."""

    def end(self) -> None:
        self.kill()
        for stream in (self.stdin, self.stdout, self.stderr):
            stream.close()


def start() -> Started:
    """Raises ToolMissing."""
    pipe = subprocess.PIPE
    starting = _STARTER.submit(
        subprocess.Popen, _COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), process_group=0, bufsize=0
    )
    try:
        process: subprocess.Popen[bytes] = starting.result()
    except FileNotFoundError as error:
        why = f"{_COMMAND[0]} is not installed, or does not start"
        raise ToolMissing(f"Nothing can be written into files: {why}.") from error

    def kill() -> None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    return Started(process.pid, process.stdin, process.stdout, process.stderr, kill)


def environment() -> dict[str, str]:
    """What an exiftool is told of ours."""
    passed = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED)}
    return passed | {"LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"}


def refuse_unfit() -> None:
    """Raise ToolMissing where there is no exiftool that may be told what strangers' files contain."""
    try:
        done = subprocess.run(
            ["exiftool", "-config", "", "-ver"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
            env=environment(),
        )  # fmt: skip
        version = float(done.stdout)
    except (OSError, subprocess.TimeoutExpired):
        why = "exiftool is not installed, or does not start"
    except ValueError:
        why = "what is installed as exiftool does not say its version"
    else:
        why = "" if version >= OLDEST else f"exiftool {version:g} is too old; {OLDEST:g} or newer is needed"
    if why:
        raise ToolMissing(f"Nothing can be written into files: {why}.")
