"""A folder is tried out before it is a root, and a mapping that fits is found by comparing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from sync.writeback.examine import doubled
from sync.writeback.roots import probe, trouble
from tests.fakes.writeback import INSIDE, Originals


def test_a_folder_tells_what_it_can_do_and_is_left_as_it_was(tmp_path: Path) -> None:
    found = probe(tmp_path)
    assert (found.problem, found.fsync_folder) == ("", True)
    assert found.uid == os.getuid()
    assert found.resolution_ns <= 1_000_000
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "There is no folder" in probe(tmp_path / "x").problem
    assert "may not be mounted" in trouble(tmp_path / "x", [])


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_file_of_several_names_is_one_file_where_its_folder_is_mounted_twice(tmp_path: Path) -> None:
    folder, again = tmp_path / "folder", tmp_path / "again"
    for each in (folder, again):
        each.mkdir()
    (folder / "a.jpg").write_bytes(b"a")
    os.link(folder / "a.jpg", folder / "b.jpg")
    subprocess.run(["mount", "--bind", folder, again], check=True)
    try:
        found = doubled([(1, folder / "a.jpg"), (2, folder / "b.jpg"), (3, again / "a.jpg")])
    finally:
        subprocess.run(["umount", "-l", again], check=True)
    assert found == {str(folder / "a.jpg"), str(again / "a.jpg")}


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(tmp_path)], check=True)
    try:
        assert "cannot be written into" in probe(tmp_path).problem
        assert trouble(tmp_path, [])
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_the_prefix_is_found_by_comparing_paths(originals: Originals) -> None:
    facts = originals.probe(originals.folder).facts
    assert (facts["prefix"], facts["there"], facts["of"]) == (INSIDE, 3, 3)
    assert facts["permissions"] == []


def test_a_prefix_that_does_not_fit_is_told_with_one_that_does(originals: Originals) -> None:
    result = originals.probe(originals.folder, "/photos")
    assert result.exit_code == 1
    assert f"3 of 3 would match if the prefix '{INSIDE}'" in " ".join(result.problems)


def test_a_preview_of_a_wrong_mapping_suggests_the_right_one(originals: Originals) -> None:
    from tests.fakes.writeback import root_of

    originals.set(root_of(originals.folder, prefix=f"{INSIDE}/2024"))
    facts = originals.preview().facts
    assert facts["counts"]["file_not_found"] == 2
    assert facts["counts"]["path_segment_mismatch"] == 1
    assert "would match if" in facts["suggestions"][0]
