"""Keeps programs running: starts them, passes signals on, starts one again that died, and ends all together.

A program that ends by itself with 0 was told to (q at the wall): the others are ended too. One that dies is started
again after a pause that grows from one second to a minute, and is forgiven once it has lived for a minute; one that
was asked to begin anew is started again at once. One that
the others do not need, and that ends with 2 (it has said which setting is wrong), is left out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass

from admin.cli.output import Output
from sync.errors import ANEW
from sync.home import Home

LONGEST_PAUSE_SECONDS = 60.0
FORGIVEN_SECONDS = 60.0
END_SECONDS = 10.0
WRONG_SETTINGS = 2

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class _Program:
    name: str
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 1.0
    start_at: float = 0.0
    code: int | None = None
    """What it ended with the last time."""

    @property
    def misconfigured(self) -> bool:
        return self.process is None and self.code == WRONG_SETTINGS


def supervise(
    wanted: Mapping[str, tuple[str, ...]], *, home: Home, output: Output, spare: Set[str] = frozenset()
) -> int:
    """Run `python -m <words>` for each name until a signal comes or one ends well. Gives the exit code.

    Those in `spare` are left out once they end with 2; it is also the exit code when nothing else is left.
    """
    programs = [_Program(name, words) for name, words in wanted.items()]
    # Blocked, then waited for: a signal between two looks cannot be missed, and nothing is polled.
    signal.pthread_sigmask(signal.SIG_BLOCK, {*_ENDING, signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, lambda *_: None)
    environment = os.environ | {"MANTELPIECE_HOME": str(home.root)}
    try:
        while True:
            now = time.monotonic()
            for program in programs:
                if program.process is None and now >= program.start_at:
                    _start(program, environment, now)
            pauses = [program.start_at - now for program in programs if program.process is None]
            came = signal.sigtimedwait({*_ENDING, signal.SIGCHLD}, max(0.01, min(pauses, default=3600.0)))
            if came is not None and came.si_signo in _ENDING:
                return 0
            if any(_ended_well(program, output, spare) for program in programs):
                return 0
            programs = [program for program in programs if not (program.name in spare and program.misconfigured)]
            if not programs:
                return WRONG_SETTINGS
    finally:
        _end(programs)


def _start(program: _Program, environment: Mapping[str, str], now: float) -> None:
    program.process = subprocess.Popen(
        [sys.executable, "-m", *program.words],
        env=environment,
        stdin=subprocess.DEVNULL,
        preexec_fn=_begin,  # no threads run here
    )
    program.started = now


def _begin() -> None:
    # Ctrl-C reaches it too, and would be a traceback while it loads; we end it, and it listens once it is there.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_ENDING, signal.SIGCHLD})


def _ended_well(program: _Program, output: Output, spare: Set[str]) -> bool:
    """Whether it ended because it was told to; one that died gets its next start."""
    code = None if program.process is None else program.process.poll()
    if code is None:
        return False
    if code == 0:
        return True
    now = time.monotonic()
    program.process, program.code = None, code
    if program.name in spare and program.misconfigured:
        return False
    if code == ANEW:
        program.start_at = now
        output.say(f"{program.name} begins anew.")
        return False
    if now - program.started >= FORGIVEN_SECONDS:
        program.pause = 1.0
    program.start_at = now + program.pause
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    output.problem(f"{program.name} ended with {how}; it is started again in {program.pause:.0f} s.")
    program.pause = min(program.pause * 2, LONGEST_PAUSE_SECONDS)
    return False


def _end(programs: list[_Program]) -> None:
    running = [program.process for program in programs if program.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + END_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
