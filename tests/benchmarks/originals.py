"""Writing into originals: files a second, beside plain `exiftool -@` batches of the same tags on the same cores.

Yardstick and ours take turns over fresh copies, because the machine's load changes; the best round of each counts, and
the processor time of each is printed, which load changes less.
`python -m tests.benchmarks.originals [files]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import numpy
import psutil
from PIL import Image

from sync.settings_writeback import Module
from sync.writeback import replace
from sync.writeback import write as writing
from sync.writeback.changes import changes
from sync.writeback.command import arguments
from sync.writeback.exiftool import ExifTool
from sync.writeback.knowledge import FaceBox, Knowledge
from sync.writeback.look import look
from sync.writeback.mapping import Options
from tests.benchmarks.report import report
from tests.sync.writeback import originals

FILES = 300
BYTES = 600_000
ROUNDS = 3
CORES = len(os.sched_getaffinity(0))


def knowledge(number: int) -> Knowledge:
    """Everything, and a little different for every file."""
    faces = (FaceBox("Anna Muster", 0.1, 0.2, 0.3, 0.5), FaceBox("Ben Muster", 0.5, 0.2, 0.7, 0.5))
    return Knowledge(
        people=("Anna Muster", "Ben Muster"),
        latitude=48.2 + number / 10_000,
        longitude=16.37,
        city="Vienna",
        state="Vienna",
        country="Austria",
        caption=f"Number {number}: a day at the lake, with everybody",
        local_time=originals.EVERYTHING.local_time,
        offset_minutes=120,
        rating=4,
        favourite=True,
        albums=("Summer", "Family"),
        tags=("Places/Austria/Vienna", "lake"),
        faces=faces,
    )


def make(folder: Path, count: int) -> list[Path]:
    """JPEGs of about 600 KB with a camera's tags."""
    folder.mkdir()
    first = folder / "first.jpg"
    noise = numpy.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=numpy.uint8)
    Image.fromarray(noise).resize((1600, 1200), Image.Resampling.BICUBIC).save(first, quality=76)
    camera = {"IFD0__Make": "Canon", "IFD0__Model": "EOS", "IFD0__Orientation": "1", "ExifIFD__ISO": "200"}
    camera |= {"ExifIFD__DateTimeOriginal": "2019:05:05 10:00:00", "ExifIFD__CreateDate": "2019:05:05 10:00:00"}
    originals.tell(first, **camera)
    print(f"{count} JPEGs of {first.stat().st_size / 1000:.0f} KB, {CORES} cores")
    return [Path(shutil.copy(first, folder / f"{number:04}.jpg")) for number in range(count)]


def plain(files: list[Path], folder: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, of one exiftool for each core, which rewrites each file of its list once."""
    shares = [files[core::CORES] for core in range(CORES)]
    lists = []
    with ExifTool() as tool:
        found = look(tool, files[0])
    for core, share in enumerate(shares):
        lines: list[str] = []
        for path in share:
            new = changes(knowledge(int(path.stem)), found, {}, modules=tuple(Module), options=Options()).changes
            words = arguments(found, new, Path("unused"))
            lines += [*words[: words.index("-o")], "-overwrite_original", str(path), "-execute"]
        lists.append(folder / f"{core}.args")
        lists[-1].write_text("\n".join(lines), encoding="utf-8")
    before, started = _cpu(psutil.Process(), children=True), time.perf_counter()
    running = [
        subprocess.Popen(["exiftool", "-config", "", "-q", "-q", "-@", args], stdout=subprocess.DEVNULL)
        for args in lists
    ]
    for process in running:
        assert process.wait() == 0
    return time.perf_counter() - started, _cpu(psutil.Process(), children=True) - before


def ours(files: list[Path], folder: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, of looking, deciding, writing and everything that makes it safe."""
    shares = [files[core::CORES] for core in range(CORES)]
    before, started = _cpu(psutil.Process()), time.perf_counter()
    with ThreadPoolExecutor(CORES) as threads:
        children = sum(threads.map(_one_share, shares))
    return time.perf_counter() - started, _cpu(psutil.Process()) - before + children


def bare(files: list[Path], folder: Path) -> tuple[float, float]:
    """Ours without reading back, without proving the picture and without any fsync."""
    with ExitStack() as stack:
        for module, name in (
            (writing, "prove_tags"),
            (writing, "prove_picture"),
            (replace, "settle"),
            (replace, "fsync_folder"),
        ):
            stack.enter_context(mock.patch.object(module, name))
        return ours(files, folder)


def _cpu(process: psutil.Process, *, children: bool = False) -> float:
    times = process.cpu_times()
    return float(times.children_user + times.children_system if children else times.user + times.system)


def _one_share(files: list[Path]) -> float:
    """Write them; gives the processor seconds of exiftool and its host."""
    with ExifTool() as tool:
        for path in files:
            found = look(tool, path)
            decided = changes(knowledge(int(path.stem)), found, {}, modules=tuple(Module), options=Options())
            writing.write(tool, found, decided.changes)
        assert tool._process is not None
        host = psutil.Process(tool._process.pid)
        return sum(map(_cpu, [host, *host.children()]))


def most_held(files: list[Path]) -> int:
    """Bytes (PSS) of one exiftool with what hosts it, after having written some files."""
    with ExifTool() as tool:
        for path in files[:50]:
            found = look(tool, path)
            decided = changes(knowledge(int(path.stem)), found, {}, modules=tuple(Module), options=Options())
            writing.write(tool, found, decided.changes)
        me = psutil.Process()
        return sum(each.memory_full_info().pss for each in me.children(recursive=True))


def main(words: list[str]) -> None:
    count = int(words[0]) if words else FILES
    ways: dict[str, Callable[[list[Path], Path], tuple[float, float]]] = {"plain": plain, "bare": bare, "ours": ours}
    best: dict[str, float] = {}
    cpu: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        kept = make(Path(name) / "kept", count)
        for _ in range(ROUNDS):
            for way, run in ways.items():
                folder = Path(name) / way
                folder.mkdir()
                files = [Path(shutil.copy(path, folder)) for path in kept]
                os.sync()
                seconds, busy = run(files, Path(name))
                best[way], cpu[way] = min(best.get(way, 1e9), seconds), min(cpu.get(way, 1e9), busy)
                shutil.rmtree(folder)
        held = most_held(kept)
    rates = {way: count / seconds for way, seconds in best.items()}
    yardstick = f"exiftool -@ {rates['plain']:.0f}/s"
    for way, goal, label in (("bare", 0.8, "without proof and fsync"), ("ours", 0.5, "proved and on the disk")):
        share = rates[way] / rates["plain"]
        report(
            f"originals written, {label}",
            f"{rates[way]:.0f}/s, {share:.2f} of plain",
            f">= {goal}",
            good=share >= goal,
            yardstick=yardstick,
        )
    shares = ", ".join(f"{way} {1000 * busy / count:.1f} ms ({cpu['plain'] / busy:.2f})" for way, busy in cpu.items())
    print(f"Processor time for each file: {shares}")
    report("exiftool and its host", f"{held / 1e6:.0f} MB PSS", "<= 120 MB", good=held <= 120e6)


if __name__ == "__main__":
    main(sys.argv[1:])
