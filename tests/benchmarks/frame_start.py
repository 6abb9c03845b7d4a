"""A wall of 100,000 photos: `python -m tests.benchmarks.frame_start`.

Process start to first photo with a long memory of what was shown, the first choice among all photos and later ones,
and what the process holds then. Pictures go into files; wall.py measures the same start on a panel, with few photos.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import msgspec

from frame.control import FrameNotRunning, ask
from frame.journal import Journal
from frame.selection.choose import chooser
from frame.selection.memory import Memory
from frame.selection.pool import gather
from frame.state import Shown, State
from sync.catalogue import AlbumEntry, Candidate, PhotoEntry
from sync.catalogue_writing import write
from sync.clock import SystemClock
from sync.home import Home, find, prepare
from sync.settings.wall import Selection
from tests.benchmarks.report import report
from tests.sample_catalogues import add_object, jpeg

COUNT = 100_000


def key_of(number: int) -> str:
    return f"home:0f3c9a2e-1111-4222-8333-{number:012d}"


def choices() -> None:
    candidates = [Candidate(number + 1, key_of(number), 1.0, number, (0, number)) for number in range(COUNT)]
    for mode in Selection:
        memory = Memory(seed=1)
        start = time.perf_counter()
        pool = gather(candidates)
        choice = chooser(mode, pool, memory)
        index = choice.peek()
        first = time.perf_counter() - start
        start = time.perf_counter()
        for _ in range(50):
            assert index is not None
            choice.take(pool.digests[index])
            index = choice.peek()
        later = (time.perf_counter() - start) / 50
        report(
            f"{mode.value}: first choice of {COUNT:,}, later ones",
            f"{first:.2f} s, {later * 1000:.1f} ms",
            "first < 0.3 s",
            good=first < 0.3,
        )


def large_home() -> Home:
    """A catalogue of COUNT photos that share one object, and a journal of a whole round."""
    home = find()
    prepare(home)
    home.runtime.mkdir(parents=True, exist_ok=True)
    display = add_object(home, jpeg((1920, 1440), (90, 120, 60)), "jpg")
    photos = (
        PhotoEntry(
            key=key_of(number),
            display=display,
            display_width=1920,
            display_height=1440,
            taken=number,
            file_name=f"IMG_{number}.JPG",
            albums=(("Everything", number),),
        )
        for number in range(COUNT)
    )
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Everything")], photos=photos)
    shown = (
        Shown(number + 1, key_of(number), 1_700_000_000, number / COUNT, number / COUNT) for number in range(COUNT - 1)
    )
    Journal(home.frame / "shown.jsonl").rewrite([["seed", 1], *(["shown", *msgspec.to_builtins(one)] for one in shown)])
    memory = State(
        home.frame / "shown.jsonl", home.runtime / "nothing", clock=SystemClock(), random=Random(1), keep=False
    )
    memory.load()
    assert len(memory.memory.marks) == COUNT - 1, "the long memory that is to be measured is not there"
    return home


def start(home: Home, wall: Path) -> None:
    current, took, held = wall / "current.png", [], 0.0
    for _ in range(5):
        current.unlink(missing_ok=True)
        begun = time.monotonic()
        command = [sys.executable, "-m", "frame", "--display", f"file:{wall}"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while not current.exists():
            time.sleep(0.001)
        took.append(time.monotonic() - begun)
        held = max(held, _loaded(home, process.pid))
        process.terminate()
        process.wait()
    best = min(took)
    report(f"process start to first photo of {COUNT:,}", f"{best:.3f} s", "< 0.5 s, best of five", good=best < 0.5)
    report(f"frame with {COUNT:,} photos, most ever", f"{held:.0f} MB", "<= 130 MB resident", good=held <= 130)


def _loaded(home: Home, pid: int) -> float:
    """Wait until all photos are chosen from; gives the most that the process held, in megabytes."""
    while True:
        try:
            if ask(home, "now")["photos"] == COUNT:
                break
        except FrameNotRunning:
            pass
        time.sleep(0.05)
    time.sleep(0.5)
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def main() -> None:
    choices()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MANTELPIECE_HOME": f"{folder}/home", "XDG_RUNTIME_DIR": folder}
        start(large_home(), Path(folder) / "wall")


if __name__ == "__main__":
    main()
