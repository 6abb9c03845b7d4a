"""Killed at any request, before its answer came, and started again: the same end state, and nothing twice."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sync.settings.ingest import After, Way
from tests.fakes.icloud import SIZES, Options, Written, download
from tests.fakes.icloud_photos import LIBRARY
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.immich.wire import Request, Response
from tests.fakes.ingest import Taker, make_taker
from tests.fakes.ingest_child import CHILDREN, ingest_here
from tests.patience import PATIENCE_SECONDS
from tests.sync.ingest.inbox_room import expected_state

PHOTOS = [
    dataclasses.replace(asset, favourite=number != 1, hidden=number == 1) for number, asset in enumerate(LIBRARY[:3])
]
ALBUM = "iCloud/2024/05"
MOST = 60


@contextmanager
def killing(server: FakeImmich, at: int) -> Iterator[dict[str, Any]]:
    """Kill the process in `told["pid"]` after its request number `at` was carried out and before it is answered."""
    told: dict[str, Any] = {"pid": None, "seen": 0, "killed": False}
    handle = server.handle

    def hooked(request: Request) -> Response:
        response = handle(request)
        if told["pid"] and not request.path.startswith("/__"):
            told["seen"] += 1
            if told["seen"] == at:
                os.kill(told["pid"], signal.SIGKILL)
                told["killed"] = True
        return response

    server.handle = hooked  # type: ignore[method-assign]
    yield told
    server.handle = handle  # type: ignore[method-assign]


def run_killed(taker: Taker, at: int) -> bool:
    """One run in a process of its own, killed at that request; False where it ended before."""
    order = (str(taker.home.root), str(taker.home.runtime), taker.settings)
    with killing(taker.server, at) as told:
        child = CHILDREN.Process(target=ingest_here, args=order)
        child.start()
        told["pid"] = child.pid
        child.join(PATIENCE_SECONDS)
        child.close()
    return bool(told["killed"])


def fresh(root: Path, version: int, way: Way) -> tuple[FakeImmich, Taker, Written]:
    server = FakeImmich(version=version, library=Library(root / "server"))
    taker = make_taker(root, server)
    if way is Way.UPLOAD:
        taker.set(way=way, folder=str(taker.landing), landing="", library="", after=After.DELETE)
    taker.set(batch=2)
    written = download(PHOTOS, taker.landing, Options(sizes=SIZES))
    return server, taker, written


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize(("version", "every"), [(3, 1), (1, 6), (2, 7)])
def test_killed_at_a_request_and_started_again_ends_the_same(
    tmp_path: Path, version: int, every: int, way: Way
) -> None:
    for at in range(1, MOST, every):
        root = tmp_path / str(at)
        root.mkdir()
        server, taker, written = fresh(root, version, way)
        with server:
            ended = not run_killed(taker, at)
            taker.run()
            taker.run()
            state = taker.state()
        wanted = expected_state(PHOTOS, written, album=ALBUM, live_sizes=("adjusted",))
        assert state == wanted, f"killed at request {at}"
        assert list(taker.landing.rglob("*.*")) == [] or way is Way.LIBRARY
        if ended:
            assert at > 8
            return
    pytest.fail(f"a run makes more than {MOST} requests")
