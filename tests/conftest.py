"""What every test shares: a home of its own, and a CI that takes no skip for an answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sync.home import Home, prepare
from sync.library.database import Library

# No test may depend on how fast the machine is. Where a change is judged, the examples are the same in every run: what
# a lucky example finds is not that change's doing, and is looked for by `make explore` instead.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("searching", deadline=None)
settings.register_profile("exploring", deadline=None, max_examples=2000)
settings.load_profile("repeatable" if os.environ.get("CI") else "searching")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the fault sweeps at every point instead of a sample")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A prepared home below the test's own folder. Its runtime path stays short: a socket's path may have 107 bytes."""
    made = Home(root=tmp_path / "home", runtime=tmp_path / "run")
    prepare(made)
    return made


@pytest.fixture
def library(home: Home) -> Iterator[Library]:
    """The library of `home`, as sync holds it open."""
    opened = Library(home.library)
    yield opened
    opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("root") and os.getuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0 and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
