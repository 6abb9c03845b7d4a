"""What every test shares: a home of its own, and a CI that takes no skip for an answer."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from sync.home import Home, prepare
from sync.library.database import Library

# No test may depend on how fast the machine is. The examples are the same in every run: what a lucky one finds is not
# the doing of the change that is judged, and is looked for by `make explore` instead.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("exploring", deadline=None, max_examples=2000)
settings.load_profile("repeatable")

LONG = ("faults", "soak")
"""Folders whose files have few tests that take long."""

# Where a machine hangs is said by the tests that ask for it: noon on a clock set by hand is midnight somewhere.
os.environ["TZ"] = "UTC"
time.tzset()

# A shell that begins the tests in its background has them deaf to Ctrl-C, and so what they start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The tests ask nobody but this machine; a proxy would not find it.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the fault sweeps at every point instead of a sample")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--hypothesis-profile", None):
        # Hypothesis also draws what is written in the program's modules, as far as they are loaded: that would make
        # the examples others after every change of the program, and for every order of the tests.
        providers.is_local_module_file = lambda _path: False


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
    # Whoever is given a long file at the end works on it while the others rest: those come first, then those of many.
    many = Counter(item.path for item in items)
    long = {item.path for item in items if item.path.parent.name in LONG or item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in long, -many[item.path], item.path))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0 and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
