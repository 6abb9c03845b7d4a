"""What takes long is done beside the player, and what takes very long beside the pictures."""

from __future__ import annotations

import select
from collections.abc import Iterator
from threading import Event

import pytest

from frame.worker import Job, Worker

_HUNG_SECONDS = 60


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def ended(worker: Worker, count: int) -> list[Job]:
    found: list[Job] = []
    while len(found) < count:
        ready, _, _ = select.select([worker.fileno()], [], [], _HUNG_SECONDS)
        assert ready, "no job ended"
        found += worker.finished()
    return found


def test_a_picture_does_not_wait_for_what_is_done_beside_it(worker: Worker) -> None:
    go_on = Event()
    long = worker.submit_beside(lambda: go_on.wait(_HUNG_SECONDS))
    picture = worker.submit(lambda: "picture")
    try:
        assert ended(worker, 1) == [picture]
    finally:
        go_on.set()
    assert ended(worker, 1) == [long]
    assert (picture.result, long.result) == ("picture", True)


def test_what_fails_comes_out_with_its_error(worker: Worker) -> None:
    jobs = [worker.submit(lambda: 1 // 0), worker.submit_beside(lambda: 1 // 0)]
    assert sorted(map(id, ended(worker, 2))) == sorted(map(id, jobs))
    assert all(isinstance(job.error, ZeroDivisionError) for job in jobs)
