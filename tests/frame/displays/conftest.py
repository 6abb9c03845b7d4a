"""Panels for the display tests, started once a module: an X server for each depth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.frame.displays.panel import Panel, xvfb

SIZE = (320, 180)


@pytest.fixture(scope="module")
def panel16() -> Iterator[Panel]:
    with xvfb(*SIZE, 16) as panel:
        yield panel


@pytest.fixture(scope="module")
def panel32() -> Iterator[Panel]:
    with xvfb(*SIZE, 24) as panel:
        yield panel
