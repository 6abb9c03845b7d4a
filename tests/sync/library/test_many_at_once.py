"""Several connections of one process, and a process that ends meanwhile: nobody loses what was written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sync.errors import DiskReadOnly
from sync.home import Home
from sync.library import meta
from sync.library.database import Library

WRITE = """
import sys
from pathlib import Path
from sync.library import meta
from sync.library.database import Library
library = Library(Path(sys.argv[1]), repair=False)
with library.transaction() as db:
    meta.put(db, "theirs", "1")
print(meta.get(library, "ours"))
library.close()
"""


def another(home: Home) -> str:
    """A process that opens the library, writes and ends; gives what it read of ours."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(home.library)], cwd=Path(__file__).parents[3], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_second_connection_that_closes_costs_the_first_none_of_its_locks(home: Home) -> None:
    first = Library(home.library)
    with first.transaction() as db:
        meta.put(db, "ours", "1")
    Library(home.library, repair=False).close()
    assert another(home) == "1"
    assert meta.get(first, "theirs") == "1", "its log of writes was not taken from under it"
    with first.transaction() as db:
        meta.put(db, "ours", "2")
    assert another(home) == "2", "and what it writes arrives"
    first.close()


def test_a_path_that_cannot_even_be_asked_for_is_said_as_any_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(DiskReadOnly):
        Library(tmp_path / ("x" * 300), repair=False)
