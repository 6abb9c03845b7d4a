"""Writing into originals: a first run of the whole job over JPEGs of 600 KB, all modules, beside plain exiftool.

Plain is `exiftool -@` with the very tags that our run wrote, taken from its journal, one process for each core. Bare is
ours without reading back, without proving the picture and without any fsync. They take turns over fresh copies, because
the machine's load changes; the best round of each counts, and its processor time, which load changes less, is printed
beside it. Asking the server (here a process on the same cores) is told apart from writing.
`python -m tests.benchmarks.originals [files]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy
import psutil
from PIL import Image

from sync.library.database import Library
from sync.writeback.command import arguments
from sync.writeback.exiftool import ExifTool
from sync.writeback.look import look
from sync.writeback.write import Written
from tests.benchmarks.program import stand_in
from tests.benchmarks.report import report
from tests.benchmarks.writeback import ME, job
from tests.sync.writeback import originals

FILES = 1000
ROUNDS = 2
CORES = len(os.sched_getaffinity(0))


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
    made = [Path(shutil.copy(first, folder / f"{number:04}.jpg")) for number in range(count)]
    first.unlink()
    return made


def run(folder: Path, device: Path, *, bare: bool = False) -> dict[str, Any]:
    """What one run of ours took, as writeback.child tells it."""
    with stand_in(ME, "few", str(folder)) as server:
        found = job(server=server, root=str(device), folder=str(folder), bare=bare)
    assert found["counts"]["updated"] == len(list(folder.glob("*.jpg"))), found
    return found


def told(device: Path, folder: Path) -> dict[str, list[str]]:
    """By a file's name, what makes exiftool write what that run wrote."""
    library = Library(device / "home" / "private" / "library.db")
    found = {}
    with ExifTool() as tool:
        first = look(tool, min(folder.glob("*.jpg")))
        for (back,) in library.rows("SELECT back FROM writeback_changes"):
            written = msgspec.msgpack.decode(back, type=Written)
            words = arguments(first, written.changes, Path("unused"))
            found[Path(written.path).name] = words[: words.index("-o")]
    library.close()
    return found


def plain(folder: Path, words: dict[str, list[str]]) -> dict[str, Any]:
    """Seconds, and processor seconds, of one exiftool for each core, which rewrites each file of its list once."""
    lists = [folder / f"{core}.args" for core in range(CORES)]
    files = sorted(folder.glob("*.jpg"))
    for core, listed in enumerate(lists):
        lines = [[*words[path.name], "-overwrite_original", str(path), "-execute"] for path in files[core::CORES]]
        listed.write_text("\n".join(word for line in lines for word in line), encoding="utf-8")
    before, started = _spent(), time.perf_counter()
    running = [
        subprocess.Popen(["exiftool", "-config", "", "-q", "-q", "-@", args], stdout=subprocess.DEVNULL)
        for args in lists
    ]
    for process in running:
        assert process.wait() == 0
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "writing": seconds, "cpu": _spent() - before}


def _spent() -> float:
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)


def main(words: list[str]) -> None:
    count = int(words[0]) if words else FILES
    best: dict[str, dict[str, Any]] = {}
    held = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        kept = Path(name) / "kept"
        make(kept, count)
        for _ in range(ROUNDS):
            tags: dict[str, list[str]] = {}
            for way in ("ours", "bare", "plain"):
                folder, device = Path(name) / way, Path(name) / "device"
                shutil.copytree(kept, folder)
                os.sync()
                found = plain(folder, tags) if way == "plain" else run(folder, device, bare=way == "bare")
                tags = told(device, kept) if way == "ours" else tags
                held = max(held, found.get("pss", 0))
                best[way] = {key: min(best.get(way, found)[key], found[key]) for key in ("seconds", "writing", "cpu")}
                shutil.rmtree(folder)
                shutil.rmtree(device, ignore_errors=True)
    yardstick = f"exiftool -@ {count / best['plain']['seconds']:.0f}/s"
    for way, goal, label in (("bare", 0.8, "without proof and fsync"), ("ours", 0.5, "proved and on the disk")):
        for part, what in (("writing", "originals written"), ("seconds", "with asking the server")):
            share = best["plain"]["seconds"] / best[way][part]
            figure = f"{count / best[way][part]:.0f}/s, {share:.2f} of plain"
            report(f"{what}, {label}", figure, f">= {goal}", good=share >= goal, yardstick=yardstick)
    shares = ", ".join(f"{way} {1000 * took['cpu'] / count:.1f} ms" for way, took in best.items())
    print(f"Processor time for each file: {shares}")
    report("write-back: PSS with exiftool", f"{held / 1e6:.0f} MB", "<= 120 MB", good=held <= 120e6)


if __name__ == "__main__":
    main(sys.argv[1:])
