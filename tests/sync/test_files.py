"""Durable files: whole or not at all; locks that end with their process."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sync.errors import Busy, DiskError, DiskFailing, DiskFull, DiskReadOnly
from sync.files import disk_errors, free_bytes, holder_of, locked, make_folder, sweep_parts, write_durably

HOLD = (
    "import sys, time; from pathlib import Path; from sync.files import locked\n"
    "with locked(Path(sys.argv[1]), 'sync of Holidays'): print('held', flush=True); time.sleep(60)"
)


@pytest.mark.parametrize(("number", "kind"), [
    (errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, DiskReadOnly), (errno.EIO, DiskFailing),
], ids=["full", "quota", "read-only", "failing"])  # fmt: skip
def test_what_a_disk_says_becomes_the_error_that_names_it(number: int, kind: type[DiskError]) -> None:
    with pytest.raises(kind, match="Fetching"), disk_errors("Fetching"):
        raise OSError(number, os.strerror(number))


def test_another_errno_passes_as_it_is() -> None:
    with pytest.raises(PermissionError), disk_errors("Fetching"):
        raise PermissionError(errno.EACCES, "no")


def test_a_file_is_replaced_whole_with_its_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    write_durably(path, b"old")
    write_durably(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.toml"]


@pytest.mark.parametrize("call", ["fsync", "rename", "write"])
def test_a_disk_that_fails_in_between_leaves_the_old_file_and_no_part(tmp_path: Path, call: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"old")
    program = "import sys; from pathlib import Path; from sync.files import write_durably\n" \
              "write_durably(Path(sys.argv[1]), b'new' * 1000)"  # fmt: skip
    inject = ["-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when=1"]
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", *inject, sys.executable, "-B", "-c", program, str(path)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert "DiskFailing" in done.stderr
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.toml"]


def test_a_lock_says_who_holds_it_and_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "mirror"
    assert holder_of(path) is None
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    assert holder_of(path) == "sync of Holidays"
    with pytest.raises(Busy, match="Busy: sync of Holidays is running") as caught, locked(path, "me"):
        pass
    assert caught.value.facts == {"holder": "sync of Holidays"}
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert holder_of(path) is None
    with locked(path, "me"):
        assert holder_of(path) == "me"
    assert holder_of(path) is None


def test_leftovers_of_an_interrupted_run_are_swept_and_nothing_else(tmp_path: Path) -> None:
    below = tmp_path / "folder.part"
    make_folder(below)
    for name in (".x.0123.part", "download.part", "kept.jpg", "folder.part/other.part"):
        (tmp_path / name).touch()
    sweep_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder.part", "kept.jpg", "other.part"]
    sweep_parts(tmp_path / "none")


def test_free_space_stops_at_the_reserve(tmp_path: Path) -> None:
    usage = os.statvfs(tmp_path)
    free = usage.f_bavail * usage.f_frsize
    assert 0 <= free_bytes(tmp_path) < free
