"""What a running job is doing, and what it came to, as small JSON files in the runtime directory (tmpfs).

Replaced whole by rename and never synchronised: a reader sees the old or the new, and a reboot forgets both. Written
by the job's process, at most four times a second; read by whoever follows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sync.clock import Clock
from sync.home import Home

SHORTEST_SECONDS = 0.25
KEPT_OUTCOMES = 20


class Ended(Struct, frozen=True, kw_only=True):
    """What a job came to, whole: facts of any size, which the library keeps only when they are small."""

    job: int
    outcome: str
    exit_code: int
    sentence: str
    advice: str = ""
    facts: dict[str, Any] = {}
    problems: tuple[str, ...] = ()


_ENDED = msgspec.json.Decoder(Ended)


class Reporter:
    """Writes progress for one job; calls that come too quickly are dropped, but not one that begins something new.

    `seconds` beside it is for how long it has been doing that.
    """

    def __init__(self, home: Home, number: int, *, clock: Clock) -> None:
        self._path = home.progress / f"{number}.json"
        self._clock = clock
        self._written = float("-inf")
        self._doing: object = None
        self._began = 0.0

    def __call__(self, progress: dict[str, Any]) -> None:
        now = self._clock.monotonic()
        doing = (progress.get("doing"), progress.get("album"))
        if doing == self._doing and now - self._written < SHORTEST_SECONDS:
            return
        if now - self._written < SHORTEST_SECONDS / 5:
            return  # Many small albums in a row are something new each time.
        if doing != self._doing:
            self._began = now
        self._doing, self._written = doing, now
        _replace(self._path, json.dumps(progress | {"seconds": round(now - self._began, 1)}).encode())

    def close(self) -> None:
        self._path.unlink(missing_ok=True)


def read(home: Home, number: int) -> dict[str, Any] | None:
    """What that job is doing now, or None."""
    try:
        found = json.loads((home.progress / f"{number}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def clear(home: Home, number: int) -> None:
    """Forget what a job that died was doing."""
    (home.progress / f"{number}.json").unlink(missing_ok=True)


def put_ended(home: Home, ended: Ended) -> None:
    """Leave the answer for whoever waits for it."""
    _replace(home.progress / f"{ended.job}.ended", msgspec.json.encode(ended))
    answers = sorted(home.progress.glob("*.ended"), key=_age, reverse=True)
    for old in answers[KEPT_OUTCOMES:]:
        old.unlink(missing_ok=True)


def ended(home: Home, number: int) -> Ended | None:
    """The answer of a job that ended under this boot, or None."""
    try:
        return _ENDED.decode((home.progress / f"{number}.ended").read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def forget_ended(home: Home, number: int) -> None:
    """Drop an older answer before the job runs once more."""
    (home.progress / f"{number}.ended").unlink(missing_ok=True)


def sweep(home: Home, alive: Callable[[int], bool]) -> None:
    """Remove what jobs left behind that no longer live."""
    for path in home.progress.glob("*.json"):
        if not path.stem.isdigit() or not alive(int(path.stem)):
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.chmod(0o600)
    part.replace(path)
