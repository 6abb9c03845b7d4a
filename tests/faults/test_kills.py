"""Any process killed at any time, with photos changing: a new picture is on the wall soon, always, by its content.

Started again after a second, as the units say. `make faults` goes on for half an hour and holds the ten seconds of the
promise; `make test` kills each kind of process once.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path

import psutil
import pytest

from sync import secrets
from sync.home import Home, find, prepare
from sync.settings_edit import add_album, put_server, set_value
from tests.faults.test_idle_day import immich

TOP = Path(__file__).parents[2]
RESTART_SECONDS = 1.0
LONG_SECONDS, PROMISED_SECONDS, HUNG_SECONDS = 1800.0, 10.0, 60.0
KINDS = ("frame", "decoder", "sync", "admin")


@dataclass
class Services:
    """What systemd would be: three services, each started again a second after its end."""

    environ: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ended_at: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        for name in ("sync", "frame", "admin"):
            process = self.running.get(name)
            if process is not None and process.poll() is None:
                continue
            now = time.monotonic()
            if process is None or now - self.ended_at.setdefault(name, now) >= RESTART_SECONDS:
                self.ended_at.pop(name, None)
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", name], cwd=TOP, env=self.environ, stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip

    def kill(self, kind: str) -> bool:
        """Whether there was one to kill."""
        process = self.running["frame" if kind == "decoder" else kind]
        try:
            victims = psutil.Process(process.pid).children() if kind == "decoder" else [psutil.Process(process.pid)]
            for victim in victims:
                victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return False
        return bool(victims)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("MANTELPIECE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    found = find()
    prepare(found)
    return found


@contextmanager
def services(wall: Path) -> Iterator[Services]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    made = Services(os.environ | {
        "MANTELPIECE_WALL_DISPLAY": f"file:{wall}", "MANTELPIECE_WALL_SIZE": "160x120",
        "MANTELPIECE_ADMIN_HOST": "127.0.0.1", "MANTELPIECE_ADMIN_PORT": port,
    })  # fmt: skip
    try:
        yield made
    finally:
        for process in made.running.values():
            process.kill()
            process.wait()


def content(wall: Path) -> str:
    """Of the picture that is on the wall; empty while there is none."""
    try:
        return sha1((wall / "current.png").read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def seconds_to_a_new_picture(made: Services, wall: Path, most: float) -> float:
    begun, before = time.monotonic(), content(wall)
    while content(wall) in ("", before):
        made.look()
        waited = time.monotonic() - begun
        assert waited < most, f"no new picture within {most:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - begun


def test_whatever_is_killed_a_new_picture_comes(home: Home, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    long = bool(request.config.getoption("--long"))
    for key, value in {"interval_seconds": "1", "transition": "cut", "layout": "fill", "pairs": "false"}.items():
        set_value(home, f"wall.{key}", value)
    set_value(home, "choosing.bursts", "false")  # the stand-in's photos are all of one moment
    wall, chance, slowest, kills = tmp_path / "wall", random.Random(7), 0.0, 0
    most, end = (PROMISED_SECONDS, time.monotonic() + LONG_SECONDS) if long else (HUNG_SECONDS, 0.0)
    with immich() as server, services(wall) as made:
        put_server(home, "home", {"url": server["url"]})
        secrets.put(home.secrets, "servers", "home", key=str(server["api_key"]))
        add_album(home, {"name": "A", "server": "home", "id": dict(server["albums"])["Big"]})
        seconds_to_a_new_picture(made, wall, HUNG_SECONDS)
        waiting = list(KINDS)
        while waiting or time.monotonic() < end:
            kind = waiting.pop() if waiting else chance.choice(KINDS)
            time.sleep(chance.random() * 2)
            made.look()
            kills += made.kill(kind)
            slowest = max(slowest, seconds_to_a_new_picture(made, wall, most))
    print(f"{kills} kills, the slowest new picture after {slowest:.1f} s")
