"""The command line as a person calls it: a process of its own, a home of its own, a stand-in Immich."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sync.home import Home, find


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Mantelpiece:
    """Calls `mantelpiece`."""

    home: Home
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)
    """Everything that any call ever printed."""

    def __call__(self, *words: str, answer: str = "", **variables: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "admin.cli", *words],
            input=answer, capture_output=True, text=True, env=self.environment | variables, timeout=180,
        )  # fmt: skip
        self.said += [done.stdout, done.stderr]
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "admin.cli", *words],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """Every file of settings and secrets, to compare to the byte."""
        root = self.home.root
        return {str(path): path.read_bytes() for path in root.rglob("*.toml")} if root.exists() else {}


@pytest.fixture
def mantelpiece(tmp_path: Path) -> Iterator[Mantelpiece]:
    with tempfile.TemporaryDirectory(prefix="mp") as runtime:
        # Where somebody works at a desk, no window opens on it.
        foreign = ("MANTELPIECE_", "DISPLAY", "WAYLAND_DISPLAY")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        environment |= {"MANTELPIECE_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": runtime}
        yield Mantelpiece(find(environment), environment)


@dataclass
class StandIn:
    url: str
    key: str
    albums: dict[str, str]


@pytest.fixture(scope="session")
def immich() -> Iterator[StandIn]:
    """One stand-in for all: nothing here changes it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.immich", "--version", "3"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    yield StandIn(told["url"], told["api_key"], told["albums"])
    process.terminate()
    process.wait(60)


@pytest.fixture
def connected(mantelpiece: Mantelpiece, immich: StandIn) -> Mantelpiece:
    """A home with the server `home`."""
    assert mantelpiece("server", "add", "home", "--url", immich.url, answer=immich.key).code == 0
    return mantelpiece
