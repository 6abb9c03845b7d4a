"""Another key under the same address: whose photos are whose is asked anew, and nothing leaves without a yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync import secrets
from sync.settings.tree import Album, Source
from tests.fakes.immich import FakeImmich
from tests.fakes.mirror import SERVER, Mirror, mirror_of

ALL = 12
HERS = 20


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    made = mirror_of(server, tmp_path, Album(name="All", source=Source.ALL, server=SERVER))
    made.run()
    assert len(made.shown()) == ALL
    return made


def give_key_of(server: FakeImmich, mirror: Mirror, email: str) -> str:
    made = server.edits.make_key("another", None, email)
    secrets.put(mirror.home.secrets, "servers", SERVER, key=made["api_key"])
    return next(user.id for user in server.library.users.values() if user.email == email)


def test_photos_of_the_account_before_stay_until_a_person_says(server: FakeImmich, mirror: Mirror) -> None:
    give_key_of(server, mirror, "anna@example.org")
    for _ in range(3):
        mirror.clock.advance(86400)
        assert mirror.run(asked=True).exit_code == 4
    assert len(mirror.shown()) == ALL


def test_photos_of_the_new_account_are_not_taken_for_a_partners(server: FakeImmich, mirror: Mirror) -> None:
    anna = give_key_of(server, mirror, "anna@example.org")
    for asset in list(server.library.assets.values())[:3]:
        asset.owner_id = anna
    server.library.changed()
    for _ in range(2):
        facts = mirror.facts("All")
        assert (facts["removed"], facts["left_out"]) == (0, {})
    assert len(mirror.shown()) == ALL


def test_the_same_account_with_a_new_key_is_no_stranger(server: FakeImmich, mirror: Mirror) -> None:
    give_key_of(server, mirror, server.library.me.email)
    assert mirror.run().exit_code == 0
