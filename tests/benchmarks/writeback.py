"""Write-back beside plain exiftool, and an unchanged run over 100,000 entries, `python -m tests.benchmarks.writeback`.

Rate: JPEGs of 600 KB that a stand-in has scanned, written for the first time with all modules, beside the same tags by
plain `exiftool -@` in as many processes as there are cores, without verification and fsync. Unchanged: own CPU,
requests, children, writes below the root. Memory: PSS of the run with its children.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import psutil
import requests
from PIL import Image

from sync import secrets
from sync.clock import SystemClock
from sync.home import Home, prepare
from sync.library.database import Library
from sync.library.writeback import FileRow, put_file
from sync.settings import Server, Settings
from sync.settings_writeback import Module, Root
from sync.work import Work
from sync.writeback.run import run
from tests.benchmarks.program import in_child, stand_in
from tests.benchmarks.report import report
from tests.fakes.immich import FakeImmich, synthetic_library
from tests.fakes.immich.library import Library as Served
from tests.fakes.immich.model import Face
from tests.fakes.immich.scanning import scan

ENTRIES, WITH_PEOPLE, PEOPLE, ALBUMS = 100_000, 5_000, 300, 20
FILES, FILE_BYTES = 1000, 600_000
_ME = "tests.benchmarks.writeback"
INSIDE = "/usr/src/app/external"


def serve(kind: str, folder: str) -> None:
    """The stand-in, until standard input closes."""
    with tempfile.TemporaryDirectory(prefix="bench-wb-") as place:
        library = _many(Path(place)) if kind == "many" else _few(Path(place), Path(folder))
        with FakeImmich(version=3, library=library) as server:
            print(json.dumps({"url": server.url, "api_key": server.api_key}), flush=True)
            sys.stdin.read()


def _many(place: Path) -> Served:
    """Entries of an external library that nobody scans: their files are made by the benchmark."""
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
    library = Served(place)
    library.now_us = time.time_ns() // 1000
    external = library.add_library("Archive", [INSIDE])
    library.maps[INSIDE] = folder
    scan(library, external)
    anna = library.add_person("Anna")
    assets = list(library.assets.values())
    for asset in assets:
        library.add_face(asset, anna, (100, 100, 300, 300))
        asset.description, asset.rating = "On the beach", 4
    library.add_album("Summer", assets)
    return library


def _in_child(**order: Any) -> dict[str, Any]:
    # The tables are made by the daemon, not by the job: it alone needs what makes them.
    home = Home(root=Path(order["root"]) / "home", runtime=Path(order["root"]) / "run")
    prepare(home)
    Library(home.library).close()
    return in_child(_ME, order)


def child(order: dict[str, Any]) -> dict[str, Any]:
    """One run in this process: what it took."""
    server, root = order["server"], Path(order["root"])
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", "home", key=server["api_key"])
    one = Root(name="archive", server="home", prefix=INSIDE, folder=order["folder"], modules=tuple(Module))
    settings = Settings(servers={"home": Server(url=server["url"])}, writeback=(one,))
    work = Work(home=home, settings=settings, settings_whole=True, library=Library(home.library), clock=SystemClock(),
                asked=True)  # fmt: skip
    log = f"{server['url']}/__log__"
    requests.delete(log, timeout=60)
    peak = _Peak()
    begun, before = time.monotonic(), _cpu()
    result = run(work, {})
    seconds, cpu = time.monotonic() - begun, _cpu() - before
    peak.stop()
    asked = [entry["path"] for entry in requests.get(log, timeout=60).json()]
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds, "cpu": cpu, "children_cpu": children.ru_utime + children.ru_stime,
        "requests": len(asked), "faces": sum("/faces" in path for path in asked), "pss": peak.bytes,
        "parts": ", ".join(peak.parts), "counts": result.facts["counts"], "problems": result.problems,
    }  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class _Peak:
    """The largest PSS of this process and its children, looked at four times a second."""

    def __init__(self) -> None:
        self.bytes = 0
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
                    found.append((process.memory_full_info().pss, process.name()))
                except (psutil.Error, OSError):
                    continue
            total = sum(pss for pss, _ in found)
            if total > self.bytes:
                self.bytes, self.parts = total, [f"{name} {pss / 1e6:.0f}" for pss, name in found]

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
    with stand_in(_ME, "many", str(folder)) as server:
        order = {"server": server, "root": str(root), "folder": str(folder)}
        first = _in_child(**order)
        _settle(root, folder)
        _in_child(**order)
        before = _state(folder)
        second = _in_child(**order)
        wrote = _state(folder) != before
    good = first["faces"] <= WITH_PEOPLE
    report("write-back: faces asked at the first run", f"{first['faces']:,}", f"<= {WITH_PEOPLE:,}, one an asset with "
           "people", good=good)  # fmt: skip
    most = 1 + ALBUMS + 5
    report("write-back unchanged, 100,000: own CPU", f"{second['cpu']:.2f} s", "< 5 s", good=second["cpu"] < 5)
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


def rate(root: Path) -> None:
    """Files a second of a first run, beside plain exiftool on copies of the same files."""
    folder, copies = root / "few", root / "copies"
    for place in (folder, copies):
        place.mkdir()
    content = _jpeg()
    for number in range(FILES):
        for place in (folder, copies):
            (place / f"{number:04}.jpg").write_bytes(content)
    plain = _plain(copies)
    with stand_in(_ME, "few", str(folder)) as server:
        found = _in_child(server=server, root=str(root / "device"), folder=str(folder))
    assert found["counts"]["updated"] == FILES, found
    ours = FILES / found["seconds"]
    report("write-back: files a second beside plain exiftool", f"{ours:.1f} ({ours / plain:.2f})", ">= 0.5",
           good=ours / plain >= 0.5, yardstick=f"{plain:.1f} plain")  # fmt: skip
    report("write-back: PSS with exiftool", f"{found['pss'] / 1e6:.0f} MB", "<= 120 MB",
           good=found["pss"] <= 120e6,
           yardstick=found["parts"])  # fmt: skip


def _jpeg() -> bytes:
    chance = random.Random(6)
    picture = Image.frombytes("RGB", (1000, 750), chance.randbytes(1000 * 750 * 3))
    quality = 60
    while True:
        made = BytesIO()
        picture.save(made, "JPEG", quality=quality)
        if made.tell() >= FILE_BYTES or quality >= 95:
            return made.getvalue()
        quality += 5


def _plain(folder: Path) -> float:
    """Files a second of `exiftool -@`, as many processes as cores, each over its share."""
    tags = [
        "-XMP-dc:Subject=Anna", "-IPTC:Keywords=Anna", "-XMP-iptcExt:PersonInImage=Anna", "-XMP-xmp:Rating=4",
        "-IFD0:Rating=4", "-IFD0:RatingPercent=75", "-XMP-microsoft:RatingPercent=75",
        "-XMP-dc:Description=On the beach",
        "-IPTC:Caption-Abstract=On the beach", "-IFD0:ImageDescription=On the beach", "-XMP-iptcExt:Event=Summer",
        "-ExifIFD:UserComment=Summer", "-XMP-lr:HierarchicalSubject=Albums|Summer",
        "-ExifIFD:DateTimeOriginal=2026:11:21 10:00:00", "-ExifIFD:SubSecTimeOriginal=123",
        "-ExifIFD:OffsetTimeOriginal=+00:00", "-XMP-photoshop:DateCreated=2026:11:21 10:00:00.123+00:00",
        "-IPTC:DateCreated=2026:11:21", "-IPTC:TimeCreated=10:00:00+00:00", "-IPTC:CodedCharacterSet=UTF8",
        "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=1000,H=750,Unit=pixel},RegionList=[{Area={X=0.2,Y=0.2,W=0.2,"
        "H=0.2,Unit=normalized},Name=Anna,Type=Face}]}",
        "-overwrite_original", "-q",
    ]  # fmt: skip
    files, cores = sorted(folder.glob("*.jpg")), os.cpu_count() or 1
    begun = time.monotonic()
    running = []
    for core in range(cores):
        listed = folder / f"arguments-{core}"
        listed.write_text("\n".join(["\n".join([*tags, str(file), "-execute"]) for file in files[core::cores]]))
        running.append(subprocess.Popen(["exiftool", "-@", str(listed)], stdout=subprocess.DEVNULL))
    for process in running:
        process.wait()
    return len(files) / (time.monotonic() - begun)


def main(words: list[str]) -> int:
    if words[:1] == ["--serve"]:
        serve(words[1], words[2])
    elif words == ["--child"]:
        print(json.dumps(child(json.load(sys.stdin))))
    else:
        for name, part in (("rate", rate), ("unchanged", unchanged)):
            if not words or name in words:
                with tempfile.TemporaryDirectory(prefix="bench-wb-") as folder:
                    part(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
