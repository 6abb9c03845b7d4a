"""The wall needs nothing but what was published: not the server, the network, the library, sync or admin."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from sync.home import Home
from tests.fakes.immich import FakeImmich
from tests.faults import small_mirror
from tests.faults.conftest import PHOTOS
from tests.faults.small_mirror import contents, service
from tests.faults.wall import hanging
from tests.patience import PATIENCE_SECONDS, until


def spoil_library(home: Home) -> None:
    for file in home.private.glob("library.db-*"):
        file.unlink()
    home.library.write_bytes(b"no database at all " * 500)


def test_server_stopped_library_garbage_everything_restarted_and_the_wall_shows_the_next_photo(
    server: FakeImmich, mirrored: Home
) -> None:
    with hanging(mirrored) as wall:
        first = wall.photo()
        wall.next()
    server.stop()
    spoil_library(mirrored)
    sync = service(mirrored)
    try:
        with hanging(mirrored) as wall:
            seen = wall.all_of(PHOTOS)
            assert first in seen
            assert len(seen) == PHOTOS
            # Sync's own part: it puts the damaged library aside, begins a new one, and takes nothing off the wall.
            until(lambda: list(mirrored.private.glob("library.db.corrupt.*")), "the library was not put aside")
            until(lambda: 3 in [told["exit_code"] for told in small_mirror.told(mirrored)], "no sync was tried")
            assert wall.all_of(PHOTOS) == seen
        assert sync.poll() is None
    finally:
        sync.terminate()
        sync.communicate(timeout=PATIENCE_SECONDS)
    assert small_mirror.shown(mirrored) == PHOTOS
    assert small_mirror.broken_promises(mirrored) == []


@pytest.mark.root
def test_a_frame_that_starts_without_network_library_and_settings_shows_its_photos(mirrored: Home) -> None:
    spoil_library(mirrored)
    mirrored.settings.unlink()
    with hanging(mirrored, before=("unshare", "--net")) as wall:
        assert len(wall.all_of(PHOTOS)) == PHOTOS
        assert list(wall.pictures.glob("*"))


def test_a_frame_goes_on_when_sync_and_the_command_line_are_killed(server: FakeImmich, mirrored: Home) -> None:
    with hanging(mirrored) as wall:
        sync = service(mirrored)
        verb = subprocess.Popen(
            [sys.executable, "-m", "admin.cli", "sync"], env=os.environ | small_mirror.environment(mirrored),
            cwd=small_mirror.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        seen = wall.photo()
        for process in (sync, verb):
            process.send_signal(signal.SIGKILL)
            process.wait()
        if sync.stderr:
            sync.stderr.close()
        assert wall.next() != seen
        assert wall.all_of(PHOTOS) >= {seen}


def test_a_lost_marker_stops_sync_and_not_the_wall(server: FakeImmich, mirrored: Home) -> None:
    mirrored.marker.unlink()
    before = contents(mirrored)
    server.clear_log()
    sync = service(mirrored)
    _, told = sync.communicate(timeout=PATIENCE_SECONDS)
    assert sync.returncode == 1
    assert "marker" in told
    assert "Traceback" not in told
    verb = small_mirror.command_line(mirrored, "sync")
    assert verb.returncode == 1
    assert "marker" in verb.stderr
    assert server.log == []
    assert contents(mirrored) == before
    with hanging(mirrored) as wall:
        assert len(wall.all_of(PHOTOS)) == PHOTOS


