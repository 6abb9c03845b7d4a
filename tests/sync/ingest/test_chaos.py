"""Whatever people, servers, cards and power do in whatever order: what leaves an inbox is on the server or where it was
to be moved, byte for byte, at the moment it leaves."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import os
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Lock

import pytest

from sync.errors import MantelpieceError
from sync.settings.ingest import After, Way
from tests.fakes.icloud import Asset, Options, download
from tests.fakes.icloud_photos import NOON
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.immich.wire import Request, Response
from tests.fakes.ingest import Taker, make_taker

NAMES = ("IMG_1.JPG", "img_1.jpg", "IMG_2.JPG", "IMG_E1.JPG", "IMG_1-adjusted.JPG", "IMG_1_HEVC.MOV", "IMG_1.MOV",
         "\u00dc.jpg", "U\u0308.jpg", "x.DNG", "x.JPG")  # fmt: skip
STEPS = 40


class PowerCut(BaseException):
    pass


@dataclasses.dataclass
class Chaos:
    """One inbox, and what may happen to it and to its server."""

    taker: Taker
    chance: Random
    moved: Path
    number: int = 0
    overwritten: set[str] = dataclasses.field(default_factory=set)
    """What was in the inbox, and a person wrote over."""
    written: set[str] = dataclasses.field(default_factory=set)
    """What they wrote instead."""

    def files(self) -> list[Path]:
        return sorted(path for path in self.taker.landing.rglob("*") if path.is_file() and path.suffix != ".xmp")

    def here(self) -> set[str]:
        return {_sha1(path) for path in self.files()}

    def safe(self) -> set[str]:
        """What the server has, not in its trash, and what was moved."""
        assets = self.taker.server.library.assets.values()
        return {b64decode(one.checksum).hex() for one in assets if not one.trashed} | {
            _sha1(path) for path in self.moved.rglob("*") if path.is_file()
        }

    def put(self) -> None:
        self.number += 1
        folder = self.taker.landing / self.chance.choice(("", "2024"))
        folder.mkdir(exist_ok=True)
        name = self.chance.choice(NAMES)
        if name.endswith("JPG") and self.chance.random() < 0.5:
            whole = Asset(name, f"r{self.number}", taken=NOON, salt=10 * self.number, live=self.number % 3 == 0,
                          edited=self.number % 4 == 0)  # fmt: skip
            download([whole], folder, Options(sizes=("original", "adjusted")))
        else:
            (folder / name).write_bytes(b"x" * self.chance.randrange(1, 30) + b"%d" % self.chance.randrange(6))

    def write_over(self) -> None:
        """Other bytes of the same length, half of the time with the same time."""
        for path in self.files()[:1] if self.chance.random() < 0.5 else self.files()[-1:]:
            self.overwritten.add(_sha1(path))
            before, content = path.stat(), path.read_bytes()
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            self.written.add(_sha1(path))
            self.overwritten.discard(_sha1(path))
            if self.chance.random() < 0.5:
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def on_the_server(self) -> None:
        """A person puts something into the trash, empties it, takes it out."""
        if ids := sorted(self.taker.server.library.assets):
            for one in ids if self.chance.random() < 0.3 else [self.chance.choice(ids)]:
                self.taker.server.edits.run({"do": self.chance.choice(("trash", "delete", "restore")), "asset": one})

    def run(self, trouble: Callable[[Chaos, pytest.MonkeyPatch], None]) -> None:
        self.taker.set(after=self.chance.choice((After.KEEP, After.DELETE, After.DELETE, After.MOVE)))
        before = self.here()
        self.overwritten, self.written = set(), set()
        with pytest.MonkeyPatch.context() as patch, _surviving():
            trouble(self, patch)
            self.taker.run(full=self.chance.random() < 0.2)
        self.taker.server.faults.clear()
        assert (before | self.written) - self.here() - self.overwritten <= self.safe()


@contextmanager
def _surviving() -> Iterator[None]:
    try:
        yield
    except (PowerCut, MantelpieceError):
        pass


def _sha1(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


def nothing(_chaos: Chaos, _patch: pytest.MonkeyPatch) -> None:
    """All goes well."""


def a_bad_server(chaos: Chaos, _patch: pytest.MonkeyPatch) -> None:
    path = chaos.chance.choice(("/assets", "bulk-upload", "/albums", "/api"))
    where = {"path": path, "nth": chaos.chance.randrange(1, 4), "times": chaos.chance.choice((1, 9))}
    do = chaos.chance.choice(("status", "truncate", "reset", "html", "garbage"))
    chaos.taker.server.faults.add(do, **where)


def a_bad_card(chaos: Chaos, patch: pytest.MonkeyPatch) -> None:
    """It can be written no more, or the power goes, after a file or two."""
    left, real = iter(range(chaos.chance.randrange(3))), Path.unlink
    ends: BaseException = chaos.chance.choice((PowerCut(), OSError(errno.EROFS, "read-only")))

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if chaos.taker.landing in path.parents and next(left, None) is None:
            raise ends
        real(path, missing_ok=missing_ok)

    patch.setattr(Path, "unlink", unlink)


def a_busy_person(chaos: Chaos, patch: pytest.MonkeyPatch) -> None:
    """Writes over files while the server is asked."""
    server, handle = chaos.taker.server, chaos.taker.server.handle
    alone = Lock()  # there is one person, who reads no file that they are just writing

    def handled(request: Request) -> Response:
        with alone:
            if chaos.chance.random() < 0.3:
                chaos.write_over()
        return handle(request)

    patch.setattr(server, "handle", handled)


TROUBLES = (nothing, a_bad_server, a_bad_card, a_busy_person)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_ever_lost(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    with FakeImmich(version=1 + seed % 3, library=Library(tmp_path / "server")) as server:
        chaos = Chaos(make_taker(tmp_path, server), chance, tmp_path / "moved")
        chaos.moved.mkdir()
        landing = str(chaos.taker.landing)
        chaos.taker.set(
            way=Way.UPLOAD, folder=landing, landing="", library="", move_to=str(chaos.moved), batch=seed % 3
        )
        for _ in range(STEPS):
            chance.choice((chaos.put, chaos.put, chaos.write_over, chaos.on_the_server))()
            if chance.random() < 0.6:
                chaos.run(chance.choice(TROUBLES))
        for asset in server.library.assets.values():
            asset.trashed = False
        chaos.taker.set(after=After.DELETE)
        left = chaos.here()
        chaos.taker.run(full=True)
        chaos.taker.run(full=True)
        assert left <= chaos.safe()
