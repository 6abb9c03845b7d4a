"""One run of ingest in a process that can be killed; forked from a server that has everything imported."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from sync.clock import SystemClock
from sync.home import Home
from sync.ingest import arrive, preview, run, send  # noqa: F401 - imported before the fork
from sync.library.database import Library
from sync.settings.tree import Settings
from sync.work import Work

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.fakes.ingest_child"])


def ingest_here(root: str, runtime: str, settings: Settings) -> None:
    """What the child does."""
    home = Home(root=Path(root), runtime=Path(runtime))
    library = Library(home.library)
    run.ingest(Work(home=home, settings=settings, settings_whole=True, library=library, clock=SystemClock()), {})
    library.close()
