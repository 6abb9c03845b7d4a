"""A mirror beside a stand-in server: a home, a clock set by hand, and real runs of the job `sync`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any

import msgspec

from sync import secrets
from sync.catalogue import Catalogue, PhotoEntry
from sync.home import Home, prepare
from sync.library.database import Library
from sync.mirror.preview import preview
from sync.mirror.synchronise import synchronise
from sync.settings.tree import Album, Server, Settings
from sync.smart.source import list_by_rule
from sync.work import Result, Work
from tests.fakes.immich import FakeImmich
from tests.manual_clock import ManualClock

SERVER = "home"


@dataclass
class Mirror:
    """What one device has; every `run` opens the library anew, as a new process does."""

    home: Home
    settings: Settings
    clock: ManualClock = field(default_factory=ManualClock)
    whole: bool = True

    def set_albums(self, *albums: Album) -> None:
        self.settings = msgspec.structs.replace(self.settings, albums=albums)

    @contextmanager
    def work(self, *, asked: bool = False, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Work]:
        library = Library(self.home.library)
        try:
            yield Work(
                home=self.home, settings=self.settings, settings_whole=self.whole, library=library, clock=self.clock,
                asked=asked, cancelled=cancelled, list_by_rule=list_by_rule,
            )  # fmt: skip
        finally:
            library.close()

    def run(self, *albums: str, asked: bool = False) -> Result:
        # No two runs are of the same moment.
        self.clock.advance(1)
        with self.work(asked=asked) as work:
            return synchronise(work, {"albums": list(albums) or None})

    def preview(self, album: str) -> Result:
        with self.work(asked=True) as work:
            return preview(work, {"album": album})

    def facts(self, album: str, *, asked: bool = False) -> dict[str, Any]:
        """Run and give the facts of one album."""
        facts: dict[str, Any] = self.run(asked=asked).facts["albums"][album]
        return facts

    def shown(self, album: str | None = None) -> list[str]:
        """File names in the published catalogue, in album order."""
        return [entry.file_name for entry in self.entries(album)]

    def entries(self, album: str | None = None) -> list[PhotoEntry]:
        if not self.home.catalogue.exists():
            return []
        catalogue = Catalogue(self.home.catalogue)
        try:
            found = [catalogue.photo(candidate.id) for candidate in catalogue.candidates()]
        finally:
            catalogue.close()
        if album is None:
            return found
        placed = [(dict(entry.albums)[album], entry) for entry in found if album in dict(entry.albums)]
        return [entry for _, entry in sorted(placed, key=lambda pair: pair[0])]

    def objects(self) -> dict[str, bytes]:
        """Objects on the disk by name."""
        files = [path for path in self.home.objects.glob("*/*") if path.parent.name != ".part"]
        return {path.name: path.read_bytes() for path in files}

    def disk(self) -> dict[str, str]:
        """Every file of the home but the locks, by hash."""
        return {
            str(path.relative_to(self.home.root)): sha1(path.read_bytes()).hexdigest()
            for path in sorted(self.home.root.rglob("*"))
            if path.is_file() and not path.name.endswith(("-wal", "-shm"))
        }

    def check(self) -> None:
        """What must hold at any time: names are hashes, the catalogue's objects are there, no part is left."""
        objects = self.objects()
        assert all(sha1(content).hexdigest() == name.split(".")[0] for name, content in objects.items())
        named = {name for entry in self.entries() for name in (entry.display, entry.original) if name}
        assert named <= objects.keys()


def mirror_of(server: FakeImmich, root: Path, *albums: Album, requests: int = 4) -> Mirror:
    """A device that knows the server as "home"."""
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", SERVER, key=server.api_key)
    settings = Settings(servers={SERVER: Server(url=server.url, requests=requests)}, albums=albums)
    return Mirror(home, settings)


def album_of(server: FakeImmich, name: str, **settings: Any) -> Album:
    """The settings of an Immich album of the stand-in, by its name there."""
    album_id = next(album.id for album in server.library.albums.values() if album.name == name)
    return Album(**{"name": name, "server": SERVER, "id": album_id} | settings)
