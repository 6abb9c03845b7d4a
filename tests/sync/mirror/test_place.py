"""Part files and objects: whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha1
from pathlib import Path

import pytest

from sync.home import Home
from sync.mirror.place import part_file, place, present, settle

CONTENT = b"\xff\xd8\xff" + b"x" * 5000
DIGEST = sha1(CONTENT).hexdigest()


def put(home: Home, content: bytes) -> str:
    with part_file(home) as (file, part):
        file.write(content)
        name, found = place(home, file, part, sha1(content).hexdigest())
        assert found.st_size == len(content)
    settle(home, [name])
    return name


def test_an_object_has_the_name_of_its_bytes_and_cannot_be_written(home: Home) -> None:
    name = put(home, CONTENT)
    assert name == f"{DIGEST}.jpg"
    assert home.object_path(name).read_bytes() == CONTENT
    assert home.object_path(name).stat().st_mode & 0o777 == 0o444
    assert list(home.parts.iterdir()) == []
    assert present(home, DIGEST) == name


def test_a_whole_object_stays_the_file_that_it_is(home: Home) -> None:
    inode = home.object_path(put(home, CONTENT)).stat().st_ino
    assert home.object_path(put(home, CONTENT)).stat().st_ino == inode


def test_a_rotten_object_is_replaced_and_never_adopted(home: Home) -> None:
    path = home.object_path(put(home, CONTENT))
    path.chmod(0o644)
    path.write_bytes(b"rot")
    assert present(home, DIGEST) is None
    put(home, CONTENT)
    assert path.read_bytes() == CONTENT


def test_a_part_that_is_not_placed_is_gone(home: Home) -> None:
    with part_file(home) as (file, _):
        file.write(b"half")
    assert list(home.parts.iterdir()) == []


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from sync.errors import MantelpieceError
from sync.home import Home
from sync.mirror.place import part_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with part_file(Home(Path(sys.argv[1]), Path(sys.argv[1]))) as (file, part):
        file.write(b"x" * 1500)
except OSError as error:
    print("said", error.errno)
"""


def test_a_short_write_is_never_taken_for_a_whole_one(home: Home) -> None:
    """A file size limit makes the kernel take 1000 of 1500 bytes, as a full disk does."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(home.root)], capture_output=True, text=True, cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False,
    )  # fmt: skip
    assert done.stdout == "said 27\n", done.stderr


@pytest.mark.parametrize("count", [1, 3])
def test_settling_many_objects_of_one_folder_is_fine(home: Home, count: int) -> None:
    settle(home, [put(home, CONTENT)] * count)
