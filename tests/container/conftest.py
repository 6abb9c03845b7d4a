"""An engine and a base image come from elsewhere: a target of its own (`make container`), never a skipped test."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if collection_path.name == "test_build.py" and not config.getoption("--long") else None
