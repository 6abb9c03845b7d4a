"""What write-back asks beyond other rooms: what was updated, who was renamed, where faces are; and reading again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync import secrets
from sync.clock import SystemClock
from sync.errors import NotAvailable, PermissionMissing
from sync.immich.server import Immich
from sync.settings.tree import Server
from tests.fakes.immich import FakeImmich
from tests.sync.smart.libraries import add, empty_library


@pytest.fixture(params=[1, 2, 3])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=request.param, library=empty_library(tmp_path / "server")) as running:
        for letter in "abc":
            add(running.library, f"{letter}.jpg", "Anna")
        yield running


def immich(server: FakeImmich, tmp_path: Path, key: str = "") -> Immich:
    secrets.put(tmp_path / "secrets.toml", "servers", "home", key=key or server.api_key)
    mine = secrets.of_server(tmp_path / "secrets.toml", "home")
    return Immich("home", Server(url=server.url), mine, locks=tmp_path / "locks", clock=SystemClock())


def test_only_what_was_updated_since_a_moment_is_listed(server: FakeImmich, tmp_path: Path) -> None:
    moment = datetime.fromtimestamp(server.library.now_us / 1e6, UTC) + timedelta(milliseconds=1)
    server.edits.describe("b.jpg", "On the beach")
    question = {"visibility": "timeline", "updatedAfter": moment.isoformat()}
    pages = list(immich(server, tmp_path).pages(question))
    assert [[asset.file_name for asset in page] for page, _ in pages] == [["b.jpg"]]
    assert pages[0][1] is not None


def test_a_renamed_person_has_another_time_and_a_face_moves_nothing(server: FakeImmich, tmp_path: Path) -> None:
    before = {person.id: person for person in immich(server, tmp_path).marked_people()}
    server.edits.add_face("a.jpg", "Ben", (2, 2, 4, 4))
    server.edits.rename_person("Anna", "Hanna")
    after = {person.id: person for person in immich(server, tmp_path).marked_people()}
    moved = [after[one].name for one in before if after[one].updated_at != before[one].updated_at]
    assert moved == ["Hanna"]


def test_faces_are_told_for_one_asset(server: FakeImmich, tmp_path: Path) -> None:
    (person,) = immich(server, tmp_path).faces(server.library.asset_named("a.jpg").id)
    assert (person.name, len(person.faces)) == ("Anna", 1)


def test_metadata_is_read_again_where_the_key_may(server: FakeImmich, tmp_path: Path) -> None:
    asset = server.library.asset_named("a.jpg")
    immich(server, tmp_path).refresh_metadata([asset.id])
    with pytest.raises(NotAvailable):
        immich(server, tmp_path).refresh_metadata(["00000000-0000-4000-8000-000000000000"])
    if server.version > 1:
        key = server.edits.make_key("reader", ["asset.read"])["api_key"]
        with pytest.raises(PermissionMissing):
            immich(server, tmp_path, key).refresh_metadata([asset.id])
