"""A state machine: random edits on the server, faults, restarts, lost libraries and a person's decisions, on a model.

The model knows which photos the album may show: what the server last listed completely, and what is held or kept. At
any time every object's name is the hash of its bytes, the catalogue's objects are there, and nothing has vanished
that a complete listing did not lack.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sync.library import held
from sync.mirror.held import decide
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import Mirror, album_of, mirror_of

ALBUM = "Holidays"
NAMES = [f"IMG_{number:04d}.jpg" for number in range(1, 13)]
FAULTS = [
    {"do": "status", "status": 503, "path": "^/api/albums"},
    {"do": "status", "status": 400, "path": "search/metadata"},
    {"do": "wrong_count", "by": 2},
    {"do": "short_page", "path": "search/metadata"},
    {"do": "json", "op": "drop", "key": "assets.items[].checksum", "path": "search/metadata"},
    {"do": "status", "status": 404, "path": "/(original|thumbnail)"},
    {"do": "truncate", "path": "/original", "times": 2},
]


class Device(RuleBasedStateMachine):
    pictures: Path

    @initialize(version=st.sampled_from([1, 2, 3]))
    def start(self, version: int) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="machine-"))
        self.server = FakeImmich(version=version, library=sample_library(self.pictures))
        self.server.__enter__()
        self.mirror: Mirror = mirror_of(self.server, self.root, album_of(self.server, ALBUM))
        self.faulty = False

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.stop()
            shutil.rmtree(self.root)

    def listed(self) -> set[str]:
        """What the album really lists now."""
        library = self.server.library
        album = next(album for album in library.albums.values() if album.name == ALBUM)
        assets = [library.assets[asset] for asset in album.asset_ids]
        return {asset.name for asset in assets if not asset.trashed}

    def visible(self) -> set[str]:
        """What of it the album may show."""
        listed = self.listed()
        assets = self.server.library.assets.values()
        return {asset.name for asset in assets if asset.name in listed and asset.visibility == "timeline"}

    @rule(name=st.sampled_from(NAMES))
    def add(self, name: str) -> None:
        if name not in self.listed():
            self.server.edits.add_to_album(name, ALBUM)

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        if name in self.listed():
            self.server.edits.remove_from_album(name, ALBUM)

    @rule(name=st.sampled_from(NAMES))
    def archive(self, name: str) -> None:
        self.server.edits.archive(name)

    @rule(name=st.sampled_from(NAMES))
    def unarchive(self, name: str) -> None:
        self.server.edits.set_visibility(name, "timeline")

    @rule(name=st.sampled_from(NAMES))
    def star(self, name: str) -> None:
        self.server.edits.favourite(name)

    @rule(name=st.sampled_from(NAMES))
    def rewrite(self, name: str) -> None:
        self.server.edits.rewrite_upload(name)

    @rule()
    def empty(self) -> None:
        self.server.edits.empty_album(ALBUM)

    @rule(fault=st.sampled_from(FAULTS))
    def break_server(self, fault: dict) -> None:
        self.server.faults.add(**fault)
        self.faulty = True

    @rule()
    def mend_server(self) -> None:
        self.server.faults.clear()
        self.faulty = False

    @rule(seconds=st.sampled_from([60, 1900, 4000, 90_000, 700_000]))
    def wait(self, seconds: int) -> None:
        self.mirror.clock.advance(seconds)

    @rule()
    def lose_the_library(self) -> None:
        self.mirror.home.library.write_bytes(b"garbage" * 500)

    @rule(decision=st.sampled_from(["keep", "remove"]))
    def decide(self, decision: str) -> None:
        with self.mirror.work() as work:
            if held.get(work.library, ALBUM) is not None:
                decide(work.library, ALBUM, decision)  # type: ignore[arg-type]

    @rule(asked=st.booleans())
    def sync(self, asked: bool) -> None:
        before = set(self.mirror.shown(ALBUM))
        really = self.visible()
        result = self.mirror.run(asked=asked)
        after = set(self.mirror.shown(ALBUM))
        assert before - after <= before - really, "a photo vanished that the server lists"
        if self.faulty:
            return
        assert result.exit_code in (0, 4), result
        assert really <= after, "a photo that is listed is not shown"
        extra = after - really
        with self.mirror.work() as work:
            holding = held.get(work.library, ALBUM)
            kept = {row[0] for row in work.library.rows("SELECT photo FROM memberships WHERE kept_by_hand = 1")}
            only_added = any("only added" in text for text in result.facts["albums"][ALBUM]["problems"])
        assert not extra or holding is not None or kept or only_added, f"{extra} stays for no reason"

    @invariant()
    @precondition(lambda self: hasattr(self, "mirror"))
    def objects_are_what_their_names_say(self) -> None:
        self.mirror.check()


def test_no_edit_fault_or_restart_makes_a_photo_vanish(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> None:
    Device.pictures = tmp_path_factory.mktemp("pictures")
    examples = 200 if pytestconfig.getoption("--long") else 12
    run_state_machine_as_test(
        Device,
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
