"""The service takes what was done at the wall, and sends it when the server is there, with real processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from frame.intents import write_intent
from sync import secrets
from sync.daemon import FAVOURITES_SECONDS
from sync.home import Home
from sync.jobs.follow import open_library, serving
from sync.jobs.wake import ring
from sync.library import intents, runs
from sync.library.intents import State
from tests.fakes.immich import FakeImmich, sample_library
from tests.patience import PATIENCE_SECONDS, until


def state(home: Home, key: str) -> tuple[State, bool] | None:
    library = open_library(home)
    try:
        row = intents.get(library, "favourite", key)
        return None if row is None else (row.state, bool(row.sentence))
    finally:
        library.close()


def sent(home: Home) -> int:
    library = open_library(home)
    try:
        return sum(run.kind == "favourites" for run in runs.history(library))
    finally:
        library.close()


def test_a_favourite_waits_for_a_server_that_is_away_and_reaches_it(home: Home, tmp_path: Path) -> None:
    with FakeImmich(version=3, library=sample_library(tmp_path / "pictures")) as server:
        asset = server.library.asset_named("IMG_0001.jpg")
        key = f"home:{asset.id}"
        home.settings.write_text(f'[servers.home]\nurl = "{server.url}"\n')
        secrets.put(home.secrets, "servers", "home", key=server.api_key)
        server.edits.set_mode("maintenance")
        process = subprocess.Popen([sys.executable, "-m", "sync"])
        try:
            until(lambda: serving(home))
            write_intent(home, "favourite", key, value=True, now=datetime.now(UTC) + timedelta(seconds=5))
            ring(home)
            until(lambda: state(home, key) == (State.WAITING, True))
            assert list(home.intents.iterdir()) == []
            assert not asset.favourite
            tries, asked_at = sent(home), time.monotonic()
            for _ in range(3):
                ring(home)
            server.edits.set_mode("normal")
            # Whoever changes a key or a setting wants it tried at once.
            secrets.put(home.secrets, "servers", "home", key=server.api_key + " ")
            until(lambda: state(home, key) == (State.DONE, False))
            assert asset.favourite
            # As often as it may be tried by itself in that time, and not once a ring.
            assert sent(home) <= tries + 2 + (time.monotonic() - asked_at) // FAVOURITES_SECONDS
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)
