"""An inbox beside a stand-in server: folders, an external library over them, and real runs of the jobs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sync import secrets
from sync.home import Home, prepare
from sync.ingest.check import check
from sync.ingest.preview import preview
from sync.ingest.run import ingest
from sync.ingest.undo import undo
from sync.settings.ingest import Inbox, Size, Way
from sync.settings.tree import Server, Settings
from sync.work import Result, Work
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.model import Asset
from tests.fakes.working import working
from tests.manual_clock import ManualClock

SERVER = "home"
SIZES = tuple(Size)
THERE = "/mnt/phone"
"""How the server calls the library's folder."""


@dataclass
class Taker:
    """What one device has; every run opens the library anew, as a new process does."""

    home: Home
    server: FakeImmich
    settings: Settings
    landing: Path
    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)

    def set(self, **values: Any) -> None:
        """Change the inbox."""
        inbox = msgspec.structs.replace(self.settings.inboxes[0], **values)
        self.settings = msgspec.structs.replace(self.settings, inboxes=(inbox,))

    def work(self, **hooks: Any) -> AbstractContextManager[Work]:
        return working(self.home, self.settings, self.clock, **hooks)

    def run(self, **arguments: Any) -> Result:
        with self.work() as work:
            return ingest(work, arguments)

    def facts(self, **arguments: Any) -> dict[str, Any]:
        facts: dict[str, Any] = self.run(**arguments).facts["inboxes"]["phone"]
        return facts

    def preview(self, **arguments: Any) -> Result:
        with self.work() as work:
            return preview(work, {"inbox": "phone", **arguments})

    def undo(self, number: int | None = None) -> Result:
        with self.work() as work:
            return undo(work, {"run": number})

    def check(self) -> Result:
        with self.work() as work:
            return check(work, {"inbox": "phone"})

    def named(self, path: str) -> Asset:
        """The asset of a file of the library, or the upload of that file name."""
        assets = self.server.library.assets.values()
        return next(one for one in assets if one.path == f"{THERE}/{path}" or (not one.library_id and one.name == path))

    def state(self) -> dict[str, Any]:
        """What is on the server, by the names of files: stacks, live links, favourites, albums, archived ones."""
        library = self.server.library
        names = {one.id: one.path.removeprefix(f"{THERE}/") if one.library_id else one.name
                 for one in library.assets.values()}  # fmt: skip
        return {
            "assets": sorted(names.values()),
            "stacks": sorted((names[one.primary_id], sorted(names[i] for i in one.asset_ids))
                             for one in library.stacks.values()),
            "live": {names[one.id]: names[one.live_video_id] for one in library.assets.values() if one.live_video_id},
            "favourites": sorted(names[one.id] for one in library.assets.values() if one.favourite),
            "albums": sorted((one.name, sorted(names[i] for i in one.asset_ids)) for one in library.albums.values()),
            "archived": sorted(names[one.id] for one in library.assets.values() if one.visibility == "archive"),
        }  # fmt: skip


def make_taker(root: Path, server: FakeImmich, **values: Any) -> Taker:
    """An inbox with a landing folder and a library, everything stacked; `values` change it."""
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    landing, folder = root / "landing", root / "library"
    landing.mkdir()
    folder.mkdir()
    library = server.edits.add_library("Phone", [THERE], {THERE: str(folder)})["id"]
    secrets.put(home.secrets, "servers", SERVER, key=server.api_key)
    plain: dict[str, Any] = {
        "name": "phone", "server": SERVER, "way": Way.LIBRARY, "folder": str(folder), "landing": str(landing),
        "library": library, "server_folder": THERE, "stack": (Size.ADJUSTED, *(s for s in SIZES if s != Size.ADJUSTED)),
        "live_sizes": (Size.ADJUSTED,), "albums": ("iCloud/{:%Y/%m}",), "quiet_seconds": 0, "poll_seconds": 0.05,
    }  # fmt: skip
    inbox = Inbox(**plain | values)
    settings = Settings(servers={SERVER: Server(url=server.url)}, inboxes=(inbox,))
    return Taker(home, server, settings, landing, folder)
