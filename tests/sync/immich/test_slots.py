"""Never more requests at once to one server than its owner allows, over threads and processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sync.errors import Busy, Cancelled
from sync.immich.slots import Slots
from tests.fakes.immich import FakeImmich

_HOLDER = """
import sys
from pathlib import Path
from sync.immich.slots import Slots
with Slots(Path(sys.argv[1]), "http://nas:1", 2).one(lambda: False):
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _HOLDER, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_other_processes_fill_the_slots_and_a_killed_one_gives_its_slot_back(tmp_path: Path) -> None:
    holders = [_holder(tmp_path), _holder(tmp_path)]
    slots = Slots(tmp_path, "http://nas:1", 2, patience_seconds=0.2)
    with pytest.raises(Busy), slots.one(lambda: False):
        pass
    with Slots(tmp_path, "http://other:1", 2).one(lambda: False):
        pass
    holders[0].kill()
    holders[0].wait()
    with slots.one(lambda: False):
        pass
    holders[1].communicate("")


def test_waiting_for_a_slot_can_be_cancelled(tmp_path: Path) -> None:
    slots = Slots(tmp_path, "http://nas:2", 1)
    with slots.one(lambda: False), pytest.raises(Cancelled), slots.one(lambda: True):
        pass


def test_threads_never_exceed_the_slots(tmp_path: Path) -> None:
    slots = Slots(tmp_path, "http://nas:3", 3)
    lock, inside, most = threading.Lock(), 0, 0
    together = threading.Barrier(3, timeout=60)

    def work() -> None:
        nonlocal inside, most
        with slots.one(lambda: False):
            with lock:
                inside += 1
                most = max(most, inside)
            together.wait()
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_a_listing_holds_no_slot_while_its_reader_works(server: FakeImmich, connect: object) -> None:
    from sync.immich.facts import Wanted
    from sync.settings.tree import Source

    client = connect(server, requests=1)  # type: ignore[operator]
    wanted = Wanted(source=Source.ALBUM, id=server.albums["Everything"])
    for _asset in client.listing(wanted):
        assert client.albums()
        break
