"""What takes minutes and a package mirror is a target of its own (`make appliance`), never a skipped test."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if collection_path.name == "test_debian.py" and not config.getoption("--long") else None
