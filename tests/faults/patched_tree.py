"""A copy of the tree, for a patch that breaks a promise; and which patches and tests there are."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATCHES = sorted(Path(__file__).with_name("mutants").glob("*.patch"))
TREE = ("sync", "frame", "admin", "tests", "pyproject.toml")


def named_test(patch: Path) -> str:
    """The test that has to fail, as pytest names it."""
    found = re.search(r"^Test: (\S.*)$", patch.read_text(), re.MULTILINE)
    assert found, f"{patch.name} names no test"
    return found.group(1)


def copy(into: Path) -> Path:
    """The tree, as hard links: a patch replaces the files that it changes."""
    into.mkdir()
    unwanted = shutil.ignore_patterns("__pycache__", "mutants")
    for name in TREE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, into / name, copy_function=_link, ignore=unwanted)
        else:
            _link(source, into / name)
    return into


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
