"""A home that child processes find too, and a service in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.home import Home, find, prepare
from sync.jobs.follow import serving
from tests.patience import PATIENCE_SECONDS, until

PROGRAM = (sys.executable, str(Path(__file__).with_name("program.py")))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    # Short, for the sockets.
    with tempfile.TemporaryDirectory(prefix="mp") as runtime:
        monkeypatch.setenv("MANTELPIECE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        made = find()
        prepare(made)
        yield made


@contextmanager
def service(home: Home, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon with the test's handlers, ended at the end."""
    with (home.root / "service.log").open("ab") as log:
        process = subprocess.Popen([*PROGRAM, "serve", *words], stderr=log)
    try:
        until(lambda: serving(home) or process.poll() is not None)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def folders(home: Home, *names: str) -> None:
    """Settings with one folder album of each name."""
    source = home.root / "source"
    source.mkdir(exist_ok=True)
    home.settings.write_text(
        "".join(f'[[albums]]\nname = "{name}"\nsource = "folder"\nfolder = "{source}"\n' for name in names)
    )
