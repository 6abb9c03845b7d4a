"""Power cuts: a copy of the card, taken at once while syncs run, is a mirror that keeps its promises.

The home lies on an ext4 image on a loop device; the writer is stopped, the image file copied and the copy mounted, as
the card would be after the cut. The same harness must find broken mirrors when fsync does nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.fakes.immich import FakeImmich, quick_photo
from tests.fakes.immich.library import Library as ServerLibrary
from tests.fakes.immich.photos import add_photo
from tests.faults import small_mirror, sweep

pytestmark = pytest.mark.root
PHOTOS = 24


@contextmanager
def mounted(image: Path, point: Path) -> Iterator[Path]:
    point.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop,noauto_da_alloc,commit=1", image, point], check=True)
    try:
        yield point
    finally:
        subprocess.run(["umount", "-l", point], check=True)


@contextmanager
def a_server(tmp_path: Path) -> Iterator[FakeImmich]:
    library = ServerLibrary(tmp_path / "immich")
    library.add_album("Many", [add_photo(library, quick_photo(number)) for number in range(PHOTOS)])
    with FakeImmich(version=3, library=library, delay_ms=3) as server:
        yield server


def card_after_a_cut(tmp_path: Path, server: FakeImmich, *, after: float, extra: dict[str, str]) -> Path:
    """The image of a card whose power went `after` seconds into a first sync."""
    image = tmp_path / "card.img"
    with image.open("wb") as file:
        file.truncate(96_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    with mounted(image, tmp_path / "card") as point:
        home = small_mirror.home_at(point / "home")
        small_mirror.set_up(home, server, "Many")
        command = small_mirror.sync_command(home)
        subprocess.run(["sync", "-f", point], check=True)
        return cut_during(command, os.environ | small_mirror.environment(home) | extra, image, after=after)


def cut_during(command: list[str], surroundings: dict[str, str], image: Path, *, after: float) -> Path:
    """A copy of the card as it was `after` seconds into the program; the program is killed."""
    cut = image.with_name("cut.img")
    reader, writer = os.pipe()
    job = subprocess.Popen(command, env=surroundings, cwd=small_mirror.ROOT, stdin=reader, start_new_session=True)
    try:
        time.sleep(after)  # the moment of the cut: the fault itself, not a wait for something
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGSTOP)
        shutil.copyfile(image, cut)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()
        os.close(reader)
        os.close(writer)
    return cut


def test_a_power_cut_at_any_moment_leaves_a_mirror_that_keeps_its_promises(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(20261121)
    rounds = 50 if request.config.getoption("--long") else 4
    objects = []
    with a_server(tmp_path) as server:
        for number in range(rounds):
            after = chance.uniform(0.5, 3.0)
            cut = card_after_a_cut(tmp_path, server, after=after, extra={})
            with mounted(cut, tmp_path / "after") as point:
                home = small_mirror.home_at(point / "home")
                objects.append(len(small_mirror.objects(home)))
                assert small_mirror.broken_promises(home) == [], f"round {number}, cut after {after:.3f} s"
                again = small_mirror.run_sync(home)
                assert again.returncode == 0, again.stderr
                assert small_mirror.shown(home) == PHOTOS
                assert small_mirror.leftovers(home) == []
    with capsys.disabled():
        print(f"\n{rounds} power cuts, with {objects} objects on the card")
    assert any(objects), "every cut came before the first object: the harness tests nothing"


def test_the_harness_finds_the_damage_when_fsync_does_nothing(tmp_path: Path) -> None:
    broken = {
        "LD_PRELOAD": str(sweep.shim()),
        "FAULT_NOSYNC": "1",
        "FAULT_AT": "0",
        "FAULT_KIND": "kill",
        "FAULT_HOME": str(tmp_path / "card"),
    }
    with a_server(tmp_path) as server:
        for after in (1.2, 1.8, 2.4, 3.0):
            cut = card_after_a_cut(tmp_path, server, after=after, extra=broken)
            with mounted(cut, tmp_path / "after") as point:
                home = small_mirror.home_at(point / "home")
                if small_mirror.broken_promises(home) or not small_mirror.objects(home):
                    return
    pytest.fail("four cuts without fsync left no damage: the harness cannot see any")
