"""Smart albums beside a stand-in server: a home, a clock set by hand, and real runs of the jobs."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sync import secrets
from sync.home import Home, prepare
from sync.settings.tree import Server, Settings, Smart
from sync.smart.keep import keep
from sync.smart.undo import undo
from sync.smart.why import preview, why
from sync.work import Result, Work
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.model import Album
from tests.fakes.working import working
from tests.manual_clock import ManualClock

SERVER = "home"


@dataclass
class Keeper:
    """What one device has; every run opens the library anew, as a new process does."""

    home: Home
    server: FakeImmich
    settings: Settings
    clock: ManualClock = field(default_factory=ManualClock)

    def set(self, *smart: Smart) -> None:
        self.settings = msgspec.structs.replace(self.settings, smart=smart)

    def work(self, **hooks: Any) -> AbstractContextManager[Work]:
        return working(self.home, self.settings, self.clock, **hooks)

    def run(self, *names: str, asked: bool = True, plan: str | None = None, **hooks: Any) -> Result:
        with self.work(asked=asked, **hooks) as work:
            return keep(work, {"albums": list(names) or None, "plan": plan})

    def facts(self, name: str, **arguments: Any) -> dict[str, Any]:
        """What the run of one smart album came to."""
        facts: dict[str, Any] = self.run(name, **arguments).facts["albums"][name]
        return facts

    def preview(self, name: str) -> Result:
        with self.work() as work:
            return preview(work, {"album": name})

    def undo(self, name: str, run: int | None = None) -> Result:
        with self.work() as work:
            return undo(work, {"album": name, "run": run})

    def why(self, name: str, asset: str) -> Result:
        with self.work() as work:
            return why(work, {"album": name, "asset": asset})

    def album(self, name: str) -> Album:
        return self.server.library.album_named(name)

    def names(self, name: str) -> set[str]:
        """File names of what is in an album on the server, the trash included."""
        assets = self.server.library.assets
        return {assets[one].name for one in self.album(name).asset_ids}


def keeper_of(server: FakeImmich, root: Path, *smart: Smart) -> Keeper:
    """A device that knows the server as "home"."""
    home = Home(root=root / "home", runtime=root / "run")
    prepare(home)
    secrets.put(home.secrets, "servers", SERVER, key=server.api_key)
    return Keeper(home, server, Settings(servers={SERVER: Server(url=server.url)}, smart=smart))


def smart(name: str, rule: dict[str, Any], **values: Any) -> Smart:
    return Smart(**{"name": name, "server": SERVER, "rule": rule} | values)
