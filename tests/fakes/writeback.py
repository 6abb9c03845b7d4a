"""Write-back beside a stand-in server: folders of real originals that the server has scanned, and real runs of jobs."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image

from sync import secrets
from sync.home import Home, prepare
from sync.settings.tree import Server, Settings
from sync.settings.writeback import Module, Root
from sync.work import Result, Work
from sync.writeback.explain import explain
from sync.writeback.preview import preview
from sync.writeback.probe import probe
from sync.writeback.run import run
from sync.writeback.undo_run import undo
from tests.fakes.immich import FakeImmich
from tests.fakes.immich import Library as Served
from tests.fakes.working import working
from tests.manual_clock import ManualClock

SERVER = "home"
INSIDE = "/usr/src/app/external"


@dataclass
class Originals:
    """What one device has; every run opens the library anew, as a new process does."""

    home: Home
    server: FakeImmich
    folder: Path
    settings: Settings
    clock: ManualClock = field(default_factory=ManualClock)

    def set(self, *roots: Root) -> None:
        self.settings = msgspec.structs.replace(self.settings, writeback=roots)

    def work(self, **hooks: Any) -> AbstractContextManager[Work]:
        return working(self.home, self.settings, self.clock, **hooks)

    def run(
        self, *roots: str, asked: bool = True, plan: str | None = None, take_out: bool = False, **hooks: Any
    ) -> Result:
        with self.work(asked=asked, **hooks) as work:
            return run(work, {"roots": list(roots) or None, "plan": plan, "take_out": take_out})

    def counts(self, *roots: str, **arguments: Any) -> dict[str, int]:
        """What a run came to, without what is 0."""
        counts: dict[str, int] = self.run(*roots, **arguments).facts["counts"]
        return {word: number for word, number in counts.items() if number}

    def preview(self, *roots: str, most: int | None = None) -> Result:
        with self.work() as work:
            return preview(work, {"roots": list(roots) or None, "most": most})

    def undo(self, number: int | None = None) -> Result:
        with self.work() as work:
            return undo(work, {"run": number})

    def explain(self, file: Path | str) -> Result:
        with self.work() as work:
            return explain(work, {"file": str(file)})

    def probe(self, folder: Path, prefix: str = "") -> Result:
        with self.work() as work:
            return probe(work, {"server": SERVER, "folder": str(folder), "prefix": prefix})

    def file(self, name: str) -> Path:
        """The original of that name, anywhere below the folder."""
        return next(self.folder.rglob(name))

    def tags(self, name: str, *tags: str) -> dict[str, Any]:
        """What a file says now, with groups."""
        return tags_of(self.file(name), *tags)

    def disk(self) -> dict[str, tuple[str, int]]:
        """Hash and time of every file below the folder."""
        return {
            str(path.relative_to(self.folder)): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


def tags_of(path: Path, *tags: str) -> dict[str, Any]:
    """What a file says, as an exiftool of the test's own reads it."""
    wanted = [f"-{tag}" for tag in tags]
    said = subprocess.run(
        ["exiftool", "-j", "-G1", "-n", "-struct", *wanted, str(path)], capture_output=True, check=True, text=True
    ).stdout
    found: dict[str, Any] = json.loads(said)[0]
    return {key: value for key, value in found.items() if key != "SourceFile"}


def photo(path: Path, *, colour: str = "teal", size: tuple[int, int] = (64, 48)) -> Path:
    """A real JPEG of its own bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = BytesIO()
    Image.new("RGB", size, colour).save(picture, "JPEG", quality=90, comment=path.name.encode())
    path.write_bytes(picture.getvalue())
    return path


def rename(originals: Originals, name: str, new: str) -> None:
    """As a storage template does it: the same asset under another path, its sidecar with it."""
    path = originals.file(name)
    asset = originals.server.library.asset_named(name)
    sidecar = path.with_name(f"{name}.xmp")
    moved = path.rename(path.with_name(new))
    if sidecar.exists():
        sidecar.rename(path.with_name(f"{new}.xmp"))
    asset.path = asset.path.replace(name, new)
    assert asset.original is not None
    asset.original.path = moved
    originals.server.library.touch(asset)


def originals_of(root: Path, version: int, *names: str) -> Originals:
    """A server of that version that has scanned `folder`, with photos of these names in it; one root over all of it.
    The server runs until `.server.stop()`."""
    folder = root / "photos"
    for number, name in enumerate(names):
        photo(folder / name, size=(64 + number, 48))
    folder.mkdir(exist_ok=True)
    served = Served(root / "server")
    served.now_us = time.time_ns() // 1000
    server = FakeImmich(version=version, library=served)
    server.edits.add_library("Archive", [INSIDE], {INSIDE: str(folder)})
    scan(server)
    server.__enter__()
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", SERVER, key=server.api_key)
    settings = Settings(servers={SERVER: Server(url=server.url)}, writeback=(root_of(folder),))
    return Originals(home, server, folder, settings)


def scan(server: FakeImmich) -> None:
    """As the library's scan does it on the server."""
    from tests.fakes.immich.scanning import scan as read

    for external in server.library.libraries.values():
        read(server.library, external)


def root_of(folder: Path, **values: Any) -> Root:
    return Root(**{"name": "archive", "server": SERVER, "prefix": INSIDE, "folder": str(folder),
                   "modules": tuple(Module)} | values)  # fmt: skip
