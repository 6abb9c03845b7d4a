"""Each promise has a test that can fail: a small patch breaks the promise, and its test turns red.

A patch names its promise and its test above its diff. All of them are tried on copies of the tree, two at a time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.patched_tree import PATCHES, copy, named_test

AT_ONCE = 2


def run_test(tree: Path, test: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    command = [
        sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=line",
        f"--basetemp={tree}-temporary", test,
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=tree, env=environment | {"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True,
        timeout=900,
    )  # fmt: skip


def try_patch(patch: Path, tree: Path) -> str:
    """Empty when the patch turns its test red, else what is wrong."""
    copy(tree)
    applied = subprocess.run(
        ["patch", "-p1", "--no-backup-if-mismatch", "-s", "-F2", "-i", patch], cwd=tree, capture_output=True, text=True
    )
    if applied.returncode:
        return f"{patch.name} no longer applies; write it anew for the code as it is now.\n{applied.stdout}"
    done = run_test(tree, named_test(patch))
    if done.returncode == 1 and re.search(r"\d+ failed", done.stdout):
        return ""
    said = (done.stdout + done.stderr)[-600:]
    if done.returncode == 0:
        return f"{named_test(patch)} does not notice {patch.name}.\n{said}"
    return f"{named_test(patch)} could not be run.\n{said}"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[str]]]:
    """What came of each patch."""
    folder = tmp_path_factory.mktemp("mutants")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {patch.name: pool.submit(try_patch, patch, folder / patch.stem) for patch in PATCHES}


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_its_test_turns_red(patch: Path, outcomes: dict[str, Future[str]]) -> None:
    wrong = outcomes[patch.name].result()
    assert not wrong, wrong


def test_the_tree_that_is_patched_is_green_before(tmp_path: Path) -> None:
    tests = sorted({named_test(patch) for patch in PATCHES})
    tree = copy(tmp_path / "whole")
    done = run_test(tree, tests[0])
    assert done.returncode == 0, done.stdout


def test_a_patch_that_no_longer_applies_is_told_in_a_sentence(tmp_path: Path) -> None:
    stale = tmp_path / "stale.patch"
    stale.write_text(
        "Test: tests/sync/test_files.py::x\n\n--- a/sync/files.py\n+++ b/sync/files.py\n@@ -1,2 +1,2 @@\n-gone\n+new\n"
        " also gone\n"
    )
    assert "no longer applies" in try_patch(stale, tmp_path / "tree")
