"""An unchanged run of write-back over 100,000 entries, `python -m tests.benchmarks.writeback`: own CPU, requests,
children, writes below the root, memory. `job` runs the job in a process of its own, for originals.py too.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import requests

from sync import secrets
from sync.clock import SystemClock
from sync.home import Home, prepare
from sync.library.database import Library
from sync.library.writeback import FileRow, put_file
from sync.settings.tree import Server, Settings
from sync.settings.writeback import Module, Root
from sync.work import Work
from sync.writeback import replace as replacing
from sync.writeback import write
from sync.writeback.run import run
from tests.benchmarks.program import in_child, stand_in
from tests.benchmarks.report import report

if TYPE_CHECKING:
    from tests.fakes.immich.library import Library as Served

ENTRIES, WITH_PEOPLE, PEOPLE, ALBUMS = 100_000, 5_000, 300, 20
ME = "tests.benchmarks.writeback"
INSIDE = "/usr/src/app/external"
_PROOFS = ((write, "Ahead"), (write, "prove_tags"), (write, "prove_picture"), (replacing, "settle"),
           (replacing, "fsync_folder"))  # fmt: skip
"""What a bare run does without."""


def serve(kind: str, folder: str) -> None:
    """The stand-in, until standard input closes. Only here is it imported: a job has none of it in memory."""
    from tests.fakes.immich import FakeImmich

    with tempfile.TemporaryDirectory(prefix="bench-wb-") as place:
        library = _many(Path(place)) if kind == "many" else _few(Path(place), Path(folder))
        with FakeImmich(version=3, library=library) as server:
            print(json.dumps({"url": server.url, "api_key": server.api_key}), flush=True)
            sys.stdin.read()


def _many(place: Path) -> Served:
    """Entries of an external library that nobody scans: their files are made by the benchmark."""
    from tests.fakes.immich import synthetic_library
    from tests.fakes.immich.model import Face

    chance = random.Random(5)
    library = synthetic_library(place, ENTRIES, distinct=False)
    people = [library.add_person(f"P{number}") for number in range(PEOPLE)]
    external = library.add_library("Archive", [INSIDE])
    assets = list(library.assets.values())
    for number, asset in enumerate(assets):
        asset.path, asset.library_id = f"{INSIDE}/{number // 1000:03}/{number:06}.jpg", external.id
        if number < WITH_PEOPLE:
            asset.faces = (Face(f"f{number}", chance.choice(people).id, (1, 1, 9, 9), 640, 480),)
    for number in range(ALBUMS):
        library.add_album(f"Album {number}", chance.sample(assets, 500))
    library.changed()
    return library


def _few(place: Path, folder: Path) -> Served:
    from tests.fakes.immich.library import Library as Served
    from tests.fakes.immich.scanning import scan

    library = Served(place)
    library.now_us = time.time_ns() // 1000
    external = library.add_library("Archive", [INSIDE])
    library.maps[INSIDE] = folder
    scan(library, external)
    people = [library.add_person(name) for name in ("Anna Muster", "Ben Muster")]
    tags = tuple(library.add_tag(value).id for value in ("Places/Austria/Vienna", "lake"))
    assets = list(library.assets.values())
    for number, asset in enumerate(assets):
        for person, left in zip(people, (100, 500), strict=True):
            library.add_face(asset, person, (left, 200, left + 200, 500))
        asset.description, asset.rating = f"Number {number}: a day at the lake, with everybody", 4
        asset.favourite, asset.tag_ids = True, tags
        asset.taken_ms, asset.offset_minutes = 1_577_930_645_120 + number, 120
        asset.exif = replace(asset.exif, latitude=48.2 + number / 10_000, longitude=16.37, city="Vienna",
                             state="Vienna", country="Austria", zone="UTC+2")  # fmt: skip
    for name in ("Summer", "Family"):
        library.add_album(name, assets)
    return library


def job(**order: Any) -> dict[str, Any]:
    """What one run of it took."""
    # The tables are made by the daemon, not by the job: it alone needs what makes them.
    home = Home(root=Path(order["root"]) / "home", runtime=Path(order["root"]) / "run")
    prepare(home)
    Library(home.library).close()
    return in_child(ME, order)


def child(order: dict[str, Any]) -> dict[str, Any]:
    """One run in this process: what it took."""
    server, root = order["server"], Path(order["root"])
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", "home", key=server["api_key"])
    one = Root(name="archive", server="home", prefix=INSIDE, folder=order["folder"], modules=tuple(Module))
    settings = Settings(servers={"home": Server(url=server["url"])}, writeback=(one,))
    writing: list[float] = []

    def heard(progress: dict[str, Any]) -> None:
        if progress["doing"] == "Writing" and not writing:
            writing.append(time.monotonic())

    work = Work(home=home, settings=settings, settings_whole=True, library=Library(home.library), clock=SystemClock(),
                asked=True, report=heard)  # fmt: skip
    log = f"{server['url']}/__log__"
    requests.delete(log, timeout=60)
    peak = _Peak()
    begun, before = time.monotonic(), _cpu()
    for module, name in _PROOFS if order.get("bare") else ():
        setattr(module, name, lambda *_, **__: "")
    result = run(work, {})
    seconds, cpu = time.monotonic() - begun, _cpu() - before
    peak.stop()
    asked = [entry["path"] for entry in requests.get(log, timeout=60).json()]
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds, "writing": begun + seconds - writing[0] if writing else 0.0, "cpu": cpu + peak.children,
        "own_cpu": cpu, "children_cpu": children.ru_utime + children.ru_stime,
        "requests": len(asked), "faces": sum("/faces" in path for path in asked), "pss": peak.bytes,
        "parts": ", ".join(peak.parts), "counts": result.facts["counts"], "problems": result.problems,
    }  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _pss(pid: int) -> int:
    """Bytes. psutil adds up every mapping, which would cost more than some of what is measured beside it."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return 1024 * int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])


class _Peak:
    """The largest PSS of this process and its children, and what its children ran, looked at four times a second."""

    def __init__(self) -> None:
        self.bytes = 0
        self._ran: dict[int, float] = {}
        self.parts: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._ended.wait(0.25):
            found = []
            for process in [me, *me.children(recursive=True)]:
                try:
                    found.append((_pss(process.pid), process.name()))
                    times = process.cpu_times()
                    self._ran[process.pid] = times.user + times.system
                except (psutil.Error, OSError):
                    continue
            total = sum(pss for pss, _ in found)
            if total > self.bytes:
                self.bytes, self.parts = total, [f"{name} {pss / 1e6:.0f}" for pss, name in found]

    @property
    def children(self) -> float:
        """Processor seconds."""
        return sum(ran for pid, ran in self._ran.items() if pid != os.getpid())

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


def unchanged(root: Path) -> None:
    """The ledger is seeded as a first run over files that already say everything would leave it."""
    folder = root / "photos"
    for number in range(ENTRIES):
        path = folder / f"{number // 1000:03}" / f"{number:06}.jpg"
        if number % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.touch()
    with stand_in(ME, "many", str(folder)) as server:
        order = {"server": server, "root": str(root), "folder": str(folder)}
        first = job(**order)
        _settle(root, folder)
        job(**order)
        before = _state(folder)
        second = job(**order)
        wrote = _state(folder) != before
    good = first["faces"] <= WITH_PEOPLE
    report("write-back: faces asked at the first run", f"{first['faces']:,}", f"<= {WITH_PEOPLE:,}, one an asset with "
           "people", good=good)  # fmt: skip
    most = 1 + ALBUMS + 5
    report("write-back unchanged, 100,000: own CPU", f"{second['own_cpu']:.2f} s", "< 5 s", good=second["own_cpu"] < 5)
    report("write-back unchanged: requests", str(second["requests"]), f"<= {most}", good=second["requests"] <= most)
    started = second["children_cpu"] > 0
    report("write-back unchanged: exiftool, writes", f"{started}, {wrote}", "none", good=not started and not wrote)
    report("write-back unchanged: PSS", f"{second['pss'] / 1e6:.0f} MB", "<= 120 MB", good=second["pss"] <= 120e6)


def _settle(root: Path, folder: Path) -> None:
    library = Library(root / "home" / "private" / "library.db")
    with library.transaction() as db:
        db.execute("UPDATE writeback_assets SET dirty = 0, state = '', tried = ''")
        for number, (asset,) in enumerate(db.execute("SELECT asset FROM writeback_assets ORDER BY id").fetchall()):
            path = folder / f"{number // 1000:03}" / f"{number:06}.jpg"
            found = path.stat()
            row = FileRow(path=str(path), server="home", asset=asset, root="archive", role="original",
                          size_bytes=found.st_size, mtime_ns=found.st_mtime_ns, ours="{}")  # fmt: skip
            put_file(db, row)
    library.close()


def _state(folder: Path) -> int:
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*"))))


def main(words: list[str]) -> int:
    if words[:1] == ["--serve"]:
        serve(words[1], words[2])
    elif words == ["--child"]:
        print(json.dumps(child(json.load(sys.stdin))))
    else:
        with tempfile.TemporaryDirectory(prefix="bench-wb-") as folder:
            unchanged(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
