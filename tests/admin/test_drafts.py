"""A brought file that nobody said yes to: it may hold a key, and is gone after an hour."""

from __future__ import annotations

import os
import time
from pathlib import Path

from admin import drafts
from sync.home import Home, prepare


def test_what_nobody_said_yes_to_is_not_found_any_more_and_leaves_the_disk(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home", runtime=tmp_path / "run")
    prepare(home)
    names = [drafts.put(home, "KEY=secret", "py") for _ in range(3)]
    old, older, fresh = (drafts.find(home, name) for name in names)
    assert old is not None and older is not None and fresh is not None
    for path in (old, older):
        os.utime(path, (time.time() - 4000, time.time() - 4000))
    assert drafts.find(home, old.name) is None
    assert not old.exists()
    drafts.sweep(home)
    assert not older.exists()
    assert drafts.find(home, fresh.name) == fresh
