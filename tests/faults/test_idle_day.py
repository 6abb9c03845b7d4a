"""An idle day by the kernel's own count: sync, the wall and the page as processes, the clock running fast, photos
changing every 30 seconds, a server with nothing new. `make faults` takes the whole day, `make test` an hour of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from frame.control import ask
from sync import secrets
from sync.home import Home, find, prepare
from sync.settings.edit import add_album, put_server, set_value
from tests.patience import PATIENCE_SECONDS, until
from tests.ports import free_port
from tests.soak.part import surroundings
from tests.soak.rest import at_rest, synced

TOP = Path(__file__).parents[2]
FAST = 240
MOST_BYTES_A_DAY = 5_000_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """As processes and their children find it: what changes from second to second lies in memory, as in /run."""
    with TemporaryDirectory(dir="/dev/shm") as runtime:
        monkeypatch.setenv("MANTELPIECE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        found = find()
        prepare(found)
        yield found


@contextmanager
def immich() -> Iterator[dict[str, object]]:
    command = [sys.executable, "-m", "tests.fakes.immich", "--version", "3", "--assets", "30"]
    server = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())
    finally:
        server.kill()
        server.wait()


@contextmanager
def process(which: str, clock: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    where = {"MANTELPIECE_ADMIN_HOST": "127.0.0.1", "MANTELPIECE_ADMIN_PORT": str(free_port())}
    command = [sys.executable, "-m", "tests.soak.part", which]
    running = subprocess.Popen(command, cwd=TOP, env=os.environ | where | clock, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def written(running: subprocess.Popen[bytes]) -> int:
    """Bytes that it and its ended children sent to the disk."""
    lines = Path(f"/proc/{running.pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def share(hours: float) -> float:
    """The bytes that so many hours may write."""
    return MOST_BYTES_A_DAY * hours / 24


def test_an_idle_day_writes_less_than_five_megabytes(home: Home, request: pytest.FixtureRequest) -> None:
    hours, most_hours = (24, 24) if request.config.getoption("--long") else (1, 8)
    with ExitStack() as stack:
        server = stack.enter_context(immich())
        put_server(home, "home", {"url": server["url"]})
        secrets.put(home.secrets, "servers", "home", key=str(server["api_key"]))
        albums = server["albums"]
        assert isinstance(albums, dict)
        add_album(home, {"name": "A", "server": "home", "id": albums["Big"]})
        set_value(home, "wall.interval_seconds", "30")
        set_value(home, "wall.display", "none")
        set_value(home, "wall.size", "320x240")
        set_value(home, "choosing.bursts", "false")  # the stand-in's photos are all of one moment
        clock = surroundings(FAST)
        parts = {which: stack.enter_context(process(which, clock)) for which in ("sync", "frame", "admin")}
        until(lambda: synced(home))
        until(lambda: ask(home, "now")["showing"] == "photo")
        until(lambda: (home.frame / "shown.jsonl").exists())
        until(lambda: at_rest(home))
        before = {which: written(running) for which, running in parts.items()}
        changed, last, lived, begun = 0, "", 0.0, time.monotonic()
        spent: dict[str, int] = {}
        # It goes on until photos have come and gone, and while it is over its share: what comes once a day may come in
        # the very hour that is looked at.
        while lived < hours or changed <= hours * 10 or (sum(spent.values()) >= share(lived) and lived < most_hours):
            assert time.monotonic() < begun + most_hours * 3600 / FAST + PATIENCE_SECONDS, f"only {changed} photos came"
            key = ask(home, "now", timeout_seconds=PATIENCE_SECONDS)["key"]
            changed, last = changed + (key != last), key
            time.sleep(0.05)
            lived = (time.monotonic() - begun) * FAST / 3600
            spent = {which: written(running) - before[which] for which, running in parts.items()}
        assert all(running.poll() is None for running in parts.values())
    print(f"{lived:.1f} hours:", spent, changed, "photos")
    assert sum(spent.values()) < share(lived), spent
