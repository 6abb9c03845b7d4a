"""From a photo of the catalogue to its proved bytes, day after day."""

from __future__ import annotations

import pathlib
import tracemalloc
from pathlib import Path

import pytest

from frame.picture import CopyUnusable, request_for
from sync.catalogue import PhotoEntry
from sync.home import Home
from sync.settings.wall import Wall
from tests.sample_catalogues import make

SIZE = (320, 240)


def test_a_home_given_as_a_relative_path_is_found_by_the_decoder_too(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = make(home, count=1)[0]
    monkeypatch.chdir(tmp_path)
    near = Home(root=home.root.relative_to(tmp_path), runtime=home.runtime)
    assert Path(request_for(near, entry, wall=Wall(), size=SIZE).path) == home.object_path(entry.display)


def test_the_names_of_a_month_of_photos_leave_nothing_in_memory(home: Home) -> None:
    tracemalloc.start()
    try:
        for number in range(25_000):
            entry = PhotoEntry(key="home:1", display=f"{number:040x}.jpg", display_width=4, display_height=3)
            with pytest.raises(CopyUnusable, match="cannot be read"):
                request_for(home, entry, wall=Wall(), size=SIZE)
        kept = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, pathlib.__file__)])
    finally:
        tracemalloc.stop()
    assert sum(trace.size for trace in kept.traces) < 50_000
