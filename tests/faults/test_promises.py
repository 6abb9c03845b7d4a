"""docs/promises.md speaks of tests that exist, and of every test that a patch turns red."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.faults.patched_tree import PATCHES, ROOT, named_test

TEXT = (ROOT / "docs" / "promises.md").read_text()
NAMED = set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", TEXT))
ROWS = {*range(1, 57)}


def test_every_test_that_proves_a_promise_exists() -> None:
    files = sorted({name.split("::")[0] for name in NAMED})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--long", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    found = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert sorted(NAMED - found) == []


def test_every_patch_turns_a_test_red_that_the_page_names() -> None:
    assert {named_test(patch).partition("[")[0] for patch in PATCHES} <= NAMED


def test_every_promise_that_has_a_home_has_a_patch() -> None:
    broken = {int(patch.name.split("-")[0]) for patch in PATCHES}
    assert broken == {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15}
    assert all(f"\n## {number}. " in TEXT for number in range(1, 16))


def test_the_table_has_every_row() -> None:
    assert {int(number) for number in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)} == ROWS


def test_every_unit_names_its_tests() -> None:
    room = ROOT / "systemd"
    units = [*(room / "units").iterdir(), *(room / "desktop").iterdir(), *(room / "drop-ins").iterdir()]
    rows = dict(re.findall(r"^\| `systemd/(\S+)` \| (.*) \|$", TEXT, re.MULTILINE))
    assert {str(unit.relative_to(room)) for unit in units} == rows.keys()
    assert all("`tests/" in tests for tests in rows.values())
