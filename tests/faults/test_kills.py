"""Any process killed at any time, with photos changing: a new picture is in the framebuffer soon, by its content.

Started again after a second and as nice as the units say. `make faults` goes on for half an hour and holds the ten
seconds of the promise (KILL_SECONDS: for so long); `make test` kills each kind of process once.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from mmap import PROT_READ, mmap
from pathlib import Path
from zlib import crc32

import psutil
import pytest

from frame.control import FrameNotRunning, ask
from sync import secrets
from sync.home import Home, find, prepare
from sync.settings.edit import add_album, put_server, set_value
from tests.frame.displays.panel import Panel, xvfb
from tests.ports import free_port
from tests.soak.day import NICE
from tests.soak.flapping import ALBUM, immich
from tests.soak.part import surroundings

TOP = Path(__file__).parents[2]
RESTART_SECONDS = 1.0
LONG_SECONDS, PROMISED_SECONDS, HUNG_SECONDS = 1800.0, 10.0, 600.0
KINDS = ("frame", "decoder", "sync", "admin")
PROGRAMS = {"sync": ("sync",), "frame": ("tests.soak.part", "frame"), "admin": ("admin",)}
"""As they are; the frame on a panel of Xvfb."""
LOOK_SECONDS = 0.02


@dataclass
class Services:
    """What systemd would be: three services, each started again a second after its end."""

    environ: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ended_at: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        for name, program in PROGRAMS.items():
            process = self.running.get(name)
            if process is not None and process.poll() is None:
                continue
            now = time.monotonic()
            if process is None or now - self.ended_at.setdefault(name, now) >= RESTART_SECONDS:
                self.ended_at.pop(name, None)
                self.running[name] = subprocess.Popen(
                    ["nice", "-n", str(NICE[name]), sys.executable, "-m", *program], cwd=TOP, env=self.environ,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
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
def services(panel: Panel) -> Iterator[Services]:
    made = Services(os.environ | surroundings(1.0) | {
        "SOAK_PANEL": f"{panel.file} {panel.display}",
        "MANTELPIECE_ADMIN_HOST": "127.0.0.1", "MANTELPIECE_ADMIN_PORT": str(free_port()),
    })  # fmt: skip
    try:
        yield made
    finally:
        for process in made.running.values():
            process.kill()
            process.wait()


@dataclass
class Wall:
    home: Home
    pixels: memoryview

    def content(self) -> int:
        """Of the photo that hangs there whole; 0 while there is none."""
        found = crc32(self.pixels)
        time.sleep(LOOK_SECONDS)
        plain = self.pixels[:-4] == self.pixels[4:]
        return 0 if plain or crc32(self.pixels) != found else found

    def is_a_photo(self) -> bool:
        """What is drawn there, and no words in place of one."""
        try:
            return bool(ask(self.home, "now")["showing"] == "photo")
        except FrameNotRunning:
            return False


@contextmanager
def watched(home: Home, panel: Panel) -> Iterator[Wall]:
    with (
        panel.file.open("rb") as file, mmap(file.fileno(), 0, prot=PROT_READ) as mapped,
        memoryview(mapped) as whole, whole[panel.start :] as pixels,
    ):  # fmt: skip
        yield Wall(home, pixels)


def seconds_to_a_new_picture(made: Services, wall: Wall, most: float) -> float:
    begun, before = time.monotonic(), wall.content()
    while wall.content() in (0, before) or not wall.is_a_photo():
        made.look()
        waited = time.monotonic() - begun
        assert waited < most, f"no new picture within {most:.0f} s"
    return time.monotonic() - begun


def test_whatever_is_killed_a_new_picture_comes(home: Home, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    long = bool(request.config.getoption("--long"))
    for key, value in {"interval_seconds": "1", "transition": "cut", "layout": "fill", "pairs": "false"}.items():
        set_value(home, f"wall.{key}", value)
    set_value(home, "choosing.bursts", "false")  # the stand-in's photos are all of one moment
    chance, slowest, kills = random.Random(7), dict.fromkeys(KINDS, 0.0), 0
    seconds = float(os.environ.get("KILL_SECONDS", LONG_SECONDS))
    most, end = (PROMISED_SECONDS, time.monotonic() + seconds) if long else (HUNG_SECONDS, 0.0)
    with (
        immich(tmp_path / "immich", photos=30) as server, xvfb(160, 120, 24) as panel, services(panel) as made,
        watched(home, panel) as wall,
    ):  # fmt: skip
        put_server(home, "home", {"url": server.url})
        secrets.put(home.secrets, "servers", "home", key=server.api_key)
        add_album(home, {"name": "A", "server": "home", "id": server.albums[ALBUM]})
        seconds_to_a_new_picture(made, wall, HUNG_SECONDS)
        waiting = list(KINDS)
        while waiting or time.monotonic() < end:
            kind = waiting.pop() if waiting else chance.choice(KINDS)
            time.sleep(chance.random() * 2)
            made.look()
            kills += made.kill(kind)
            slowest[kind] = max(slowest[kind], seconds_to_a_new_picture(made, wall, most))
    told = ", ".join(f"{kind} {slowest[kind]:.1f} s" for kind in KINDS)
    print(f"{kills} kills in {seconds if long else 0:.0f} s, the slowest new picture after that of {told}")
