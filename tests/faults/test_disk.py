"""Disks that are full, read-only or failing: nothing half, nothing lost, a sentence, and on again by itself."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from sync.home import Home, prepare
from sync.jobs.process import DISK_EXIT
from sync.jobs.wake import ring
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.wire import Request, Response
from tests.faults import small_mirror, sweep
from tests.faults.conftest import ALBUM, PHOTOS
from tests.faults.small_mirror import contents, service
from tests.faults.wall import hanging
from tests.patience import PATIENCE_SECONDS, until

MEGABYTE = 1_000_000


@contextmanager
def small_disk(point: Path, size_bytes: int) -> Iterator[Path]:
    point.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", point], check=True)
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", point], check=True)


def resize(point: Path, size_bytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size_bytes}", point], check=True)


def used_bytes(point: Path) -> int:
    found = os.statvfs(point)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


@contextmanager
def photos_held_back(server: FakeImmich) -> Iterator[Event]:
    """Whoever asks for a photo is answered after the block; the event says that one was asked for."""
    asked, go_on, handle = Event(), Event(), server.handle

    def late(request: Request) -> Response:
        if request.path.endswith(("/original", "/thumbnail")):
            asked.set()
            go_on.wait(PATIENCE_SECONDS)
        return handle(request)

    server.handle = late  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        go_on.set()
        server.handle = handle  # type: ignore[method-assign]


@pytest.mark.root
def test_a_disk_of_any_small_size_is_named_full_and_made_good(server: FakeImmich, tmp_path: Path) -> None:
    for left in (0, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20):
        with small_disk(tmp_path / f"disk-{left}", 200 * MEGABYTE) as disk:
            home = small_mirror.home_at(disk / "home", tmp_path / f"run-{len(list(tmp_path.iterdir()))}")
            small_mirror.set_up(home, server, ALBUM)
            command = small_mirror.sync_command(home)
            resize(disk, used_bytes(disk) + left)
            done = small_mirror.run_command(home, command)
            assert done.returncode in (1, DISK_EXIT) or left > 8 << 20, (left, done.stderr)
            assert "Traceback" not in done.stderr, (left, done.stderr)
            resize(disk, 200 * MEGABYTE)
            assert small_mirror.broken_promises(home) == [], left
            again = small_mirror.run_sync(home)
            assert again.returncode == 0, (left, again.stderr)
            assert small_mirror.shown(home) == PHOTOS
            assert small_mirror.leftovers(home) == []


@pytest.mark.root
def test_a_disk_that_fills_up_under_a_sync_is_named_and_made_good_when_there_is_room(
    server: FakeImmich, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 60 * MEGABYTE) as disk:
        home = small_mirror.home_at(disk / "home", tmp_path / f"run-{len(list(tmp_path.iterdir()))}")
        small_mirror.set_up(home, server, ALBUM)
        with photos_held_back(server) as asked:
            job = small_mirror.start(home, small_mirror.sync_command(home))
            assert asked.wait(PATIENCE_SECONDS), "no photo was asked for"
            filler = disk / "somebody-elses"
            with filler.open("wb") as file:
                try:
                    while True:
                        os.write(file.fileno(), bytes(1 << 16))
                except OSError as error:
                    assert error.errno == errno.ENOSPC
        _, told = job.communicate(timeout=PATIENCE_SECONDS)
        assert job.returncode in (1, DISK_EXIT)
        assert "Traceback" not in told, told
        assert small_mirror.broken_promises(home) == []
        kept = set(small_mirror.objects(home))
        filler.unlink()
        assert small_mirror.run_sync(home).returncode == 0
        assert kept <= set(small_mirror.objects(home))
        assert small_mirror.shown(home) == PHOTOS
        assert small_mirror.leftovers(home) == []


@pytest.mark.root
def test_a_library_without_room_ends_the_job_and_not_the_service(server: FakeImmich, tmp_path: Path) -> None:
    home = small_mirror.home_at(tmp_path / "home")
    prepare(home)
    with small_disk(home.private, 20 * MEGABYTE) as disk:
        small_mirror.set_up(home, server, ALBUM)
        # Some of the library's own pages are still to come: the service starts, and then it is full.
        resize(disk, used_bytes(disk) + (160 << 10))
        sync = service(home)
        try:
            until(lambda: used_bytes(disk) >= os.statvfs(disk).f_blocks * os.statvfs(disk).f_frsize - (32 << 10) or
                  list(home.progress.glob("*.ended")), "the library never filled")  # fmt: skip
            resize(disk, 20 * MEGABYTE)
            until(lambda: ring(home) and home.catalogue.exists() and small_mirror.shown(home) == PHOTOS,
                  "it did not go on by itself")  # fmt: skip
            assert sync.poll() is None
        finally:
            sync.terminate()
            _, told = sync.communicate(timeout=PATIENCE_SECONDS)
        assert "Traceback" not in told
        assert small_mirror.broken_promises(home) == []


def test_a_failed_fsync_keeps_nothing_and_names_the_disk(server: FakeImmich, tmp_path: Path) -> None:
    home = small_mirror.home_at(tmp_path / "home")
    small_mirror.set_up(home, server, ALBUM)
    done = small_mirror.run_sync(home, sweep.faults(home.objects, kind=errno.EIO, only="fsync"))
    assert done.returncode == 1
    told = small_mirror.told(home)[0]
    assert told["facts"]["error"] == "DiskFailing"
    assert "Replace the card" in told["advice"]
    assert small_mirror.objects(home) == []
    assert small_mirror.leftovers(home) == []
    assert small_mirror.broken_promises(home) == []
    assert small_mirror.run_sync(home).returncode == 0
    assert small_mirror.shown(home) == PHOTOS


def test_an_object_that_cannot_be_read_is_set_aside_and_fetched_again(server: FakeImmich, mirrored: Home) -> None:
    bad = small_mirror.objects(mirrored)[0]
    verb = small_mirror.command_line(
        mirrored, "verify", "--repair", "--json", extra=sweep.faults(bad, kind=errno.EIO, only="read")
    )
    assert verb.returncode == 0, verb.stdout + verb.stderr
    assert '"unreadable": 1' in verb.stdout
    assert small_mirror.shown(mirrored) == PHOTOS
    assert small_mirror.broken_promises(mirrored) == []


def test_a_photo_that_cannot_be_read_is_passed_over_on_the_wall(mirrored: Home) -> None:
    displays = sorted(set(small_mirror.displays(mirrored)))
    bad = mirrored.object_path(displays[0])
    with hanging(mirrored, extra=sweep.faults(bad, kind=errno.EIO, only="read")) as wall:
        assert len(wall.all_of(PHOTOS - 1)) == PHOTOS - 1
        wall.next()
        assert any(wall.now()["problems"])
    assert small_mirror.shown(mirrored) == PHOTOS


@pytest.mark.root
def test_on_a_read_only_disk_the_wall_goes_on_and_everybody_else_says_so(server: FakeImmich, mirrored: Home) -> None:
    before = contents(mirrored)
    command = small_mirror.sync_command(mirrored)
    before |= {name: content for name, content in contents(mirrored).items() if "library.db" in name}
    subprocess.run(["mount", "--bind", mirrored.root, mirrored.root], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", mirrored.root], check=True)
        with hanging(mirrored) as wall:
            seen = wall.all_of(PHOTOS)
            assert len(seen) == PHOTOS
            done = small_mirror.run_command(mirrored, command)
            assert done.returncode == DISK_EXIT
            assert "Traceback" not in done.stderr, done.stderr
            verb = small_mirror.command_line(mirrored, "sync")
            assert verb.returncode == 1
            assert "Traceback" not in verb.stderr, verb.stderr
            sync = service(mirrored)
            _, told = sync.communicate(timeout=PATIENCE_SECONDS)
            assert sync.returncode == 1
            assert "library cannot be used" in told
            assert "Traceback" not in told, told
            assert wall.all_of(PHOTOS) == seen
    finally:
        subprocess.run(["umount", "-l", mirrored.root], check=True)
    assert contents(mirrored) == before
    assert small_mirror.run_sync(mirrored).returncode == 0


def test_a_disk_that_turns_read_only_in_the_middle_of_a_sync(server: FakeImmich, tmp_path: Path) -> None:
    home = small_mirror.home_at(tmp_path / "home")
    small_mirror.set_up(home, server, ALBUM)
    for at in (150, 400, 600):
        done = small_mirror.run_sync(home, sweep.faults(home.root, kind=errno.EROFS, at=at))
        assert "Traceback" not in done.stderr, done.stderr
        assert small_mirror.broken_promises(home) == [], at
    assert small_mirror.run_sync(home).returncode == 0
    assert small_mirror.shown(home) == PHOTOS
    assert small_mirror.leftovers(home) == []
