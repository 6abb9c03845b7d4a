"""The table of tags: what README shows is what is written, and its own rules hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.settings.writeback import Module
from sync.writeback.mapping import (
    EVERYWHERE,
    FILES,
    FORMATS,
    PICTURES,
    SIDECAR,
    TABLE,
    TAGS,
    VIDEOS,
    WITH_IPTC,
    How,
    Row,
    rows_for,
)

README = Path(__file__).parents[3] / "README.md"
NAMED = {
    EVERYWHERE: "all",
    FILES: "files",
    PICTURES: "pictures",
    VIDEOS: "videos",
    WITH_IPTC: "JPEG, TIFF, DNG",
    SIDECAR: "sidecar",
    SIDECAR + VIDEOS: "sidecar, videos",
}
READERS = {"L": "Lightroom", "D": "digiKam", "W": "Windows", "I": "Immich"}
SHORT = {How.SET: "", How.MERGE: "added", How.YIELD: "if empty or ours", How.FOLLOW: "if it repeats the old time"}


def line(row: Row) -> str:
    """As README's table has it."""
    where = NAMED[row.where] if row.where else ""
    if row.update:
        where = f"{where}; " if where else ""
        where += f"{NAMED[row.update]} that have it"
    limit = f" (≤ {row.most_bytes} bytes)" if row.most_bytes else ""
    readers = ", ".join(READERS[letter] for letter in row.readers)
    return f"| {row.module} | `{row.tag}` | {FORMATS[row.fact]}{limit} | {where} | {SHORT[row.how]} | {readers} |"


def test_the_readme_shows_the_table_as_it_is() -> None:
    text = README.read_text(encoding="utf-8")
    lines = [each for each in text.splitlines() if each.startswith("| ")]
    shown = [each for each in lines if each.split("|")[1].strip() in tuple(Module)]
    assert shown == [line(row) for row in TABLE]


def test_every_module_has_its_tags_and_every_fact_its_format() -> None:
    assert {row.module for row in TABLE} == set(Module)
    assert {row.fact for row in TABLE} == set(FORMATS)
    assert all(row.where or row.update for row in TABLE)


def test_a_tag_is_either_a_list_or_a_value_for_all_modules() -> None:
    for tag in TAGS:
        hows = {row.how is How.MERGE for row in TABLE if row.tag == tag}
        assert len(hows) == 1, tag


@pytest.mark.parametrize("file_type", FILES + SIDECAR)
def test_every_type_of_file_takes_every_module(file_type: str) -> None:
    assert {row.module for row in rows_for(file_type)} == set(Module)
