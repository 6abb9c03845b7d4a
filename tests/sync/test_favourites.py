"""Favourites of the wall on their way to Immich: sent once, never against a later word there, never to another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frame.intents import write_intent
from sync import inquiries, secrets
from sync.favourites import favourites
from sync.immich.probe import NEEDED
from sync.intents import Intents
from sync.library import intents
from sync.library.intents import FAVOURITE, IntentRow, State
from sync.work import Result
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import SERVER, Mirror, album_of, mirror_of

READ_ONLY = ["asset.read", "asset.view", "asset.download", "album.read", "user.read", "asset.statistics"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(params=(1, 2, 3), ids=("1.135", "2.7", "3.1"))
def server(request: pytest.FixtureRequest, pictures: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=request.param, library=sample_library(pictures)) as fake:
        yield fake


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    made = mirror_of(server, tmp_path, album_of(server, "Holidays"))
    made.run()
    server.clear_log()
    return made


def key(server: FakeImmich, name: str) -> str:
    return f"{SERVER}:{server.library.asset_named(name).id}"


def press(mirror: Mirror, photo: str, *, value: bool = True, at: datetime | None = None) -> None:
    write_intent(mirror.home, FAVOURITE, photo, value=value, now=at or datetime.now(UTC) + timedelta(minutes=1))
    with mirror.work() as work:
        Intents(mirror.home).take(work.library)


def send(mirror: Mirror, *, asked: bool = False) -> Result:
    with mirror.work(asked=asked) as work:
        return favourites(work, {})


def row(mirror: Mirror, photo: str) -> IntentRow:
    with mirror.work() as work:
        found = intents.get(work.library, FAVOURITE, photo)
    assert found is not None
    return found


def changes(server: FakeImmich) -> int:
    return sum(entry.method not in ("GET", "POST") for entry in server.log)


def test_a_favourite_reaches_the_server_once(server: FakeImmich, mirror: Mirror) -> None:
    asset = server.library.asset_named("IMG_0001.jpg")
    press(mirror, key(server, "IMG_0001.jpg"))
    assert send(mirror).facts == {"sent": 1, "waiting": 0, "given_up": 0}
    assert asset.favourite
    assert send(mirror).facts["sent"] == 0
    assert changes(server) == 1
    press(mirror, key(server, "IMG_0001.jpg"), value=False)
    assert send(mirror).facts["sent"] == 1
    assert not asset.favourite


def test_what_is_so_already_is_not_written(server: FakeImmich, mirror: Mirror) -> None:
    server.edits.favourite("IMG_0001.jpg")
    press(mirror, key(server, "IMG_0001.jpg"))
    assert send(mirror).facts["sent"] == 1
    assert changes(server) == 0


def test_while_the_server_is_gone_it_waits_and_is_not_hammered(server: FakeImmich, mirror: Mirror) -> None:
    press(mirror, key(server, "IMG_0001.jpg"))
    press(mirror, key(server, "IMG_0002.jpg"))
    server.edits.set_mode("maintenance")
    assert send(mirror).exit_code == 3
    waiting = row(mirror, key(server, "IMG_0001.jpg"))
    assert waiting.state is State.WAITING
    assert "maintenance" in waiting.sentence
    server.edits.set_mode("normal")
    server.clear_log()
    assert send(mirror).facts == {"sent": 0, "waiting": 2, "given_up": 0}
    assert server.log == []
    mirror.clock.advance(31)
    assert send(mirror).facts["sent"] == 2


def test_a_key_that_may_not_is_said_once_and_tried_again_with_another_key(server: FakeImmich, mirror: Mirror) -> None:
    if server.version == 1:
        return  # it accepts any key
    narrow = server.edits.make_key("read only", READ_ONLY)
    secrets.put(mirror.home.secrets, "servers", SERVER, key=narrow["api_key"])
    for name in ("IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"):
        press(mirror, key(server, name))
    result = send(mirror)
    assert changes(server) == 1, "the others need not be refused too"
    assert "asset.update" in result.problems[0]
    assert "asset.update" in row(mirror, key(server, "IMG_0003.jpg")).sentence
    server.clear_log()
    mirror.clock.advance(7200)
    send(mirror)
    assert server.log == []
    secrets.put(mirror.home.secrets, "servers", SERVER, key=server.api_key)
    with mirror.work() as work:
        intents.try_again(work.library, before="9999")
    assert send(mirror).facts["sent"] == 3


def test_a_trial_tells_what_the_hearts_need_and_finds_the_key_sound(server: FakeImmich, mirror: Mirror) -> None:
    if server.version == 1:
        return  # it cannot tell
    whole = server.edits.make_key("reads", [name for name, _ in NEEDED])
    secrets.put(mirror.home.secrets, "servers", SERVER, key=whole["api_key"])
    with mirror.work() as work:
        result = inquiries.probe(work, {"server": SERVER})
    assert [entry["permission"] for entry in result.facts["optional"]] == ["asset.update"]
    assert (result.exit_code, result.problems) == (0, [])


def test_a_later_change_on_the_server_wins(server: FakeImmich, mirror: Mirror) -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    server.edits.favourite("IMG_0001.jpg")
    press(mirror, key(server, "IMG_0001.jpg"), value=False, at=long_ago)
    assert send(mirror).facts["given_up"] == 1
    assert server.library.asset_named("IMG_0001.jpg").favourite
    assert "changed on the server" in row(mirror, key(server, "IMG_0001.jpg")).sentence


def test_a_caption_written_later_is_no_word_on_the_favourite(server: FakeImmich, mirror: Mirror) -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    press(mirror, key(server, "IMG_0001.jpg"), at=long_ago)
    server.edits.describe("IMG_0001.jpg", "words")
    assert send(mirror).facts["sent"] == 1
    assert server.library.asset_named("IMG_0001.jpg").favourite


def test_another_users_photo_is_never_changed(server: FakeImmich, mirror: Mirror) -> None:
    bea = server.library.add_user("Bea", "bea@example.org")
    asset = server.library.asset_named("IMG_0002.jpg")
    asset.owner_id = bea.id
    server.library.add_partner(bea, in_timeline=True)
    press(mirror, f"{SERVER}:{asset.id}")
    assert send(mirror).facts == {"sent": 0, "waiting": 0, "given_up": 1}
    assert changes(server) == 0
    assert "somebody else" in row(mirror, f"{SERVER}:{asset.id}").sentence


@pytest.mark.parametrize("photo", ["folder:x.jpg", f"{SERVER}:5f0c6a3e-0000-4000-8000-000000000000"])
def test_what_no_server_can_take_is_given_up_with_a_sentence(server: FakeImmich, mirror: Mirror, photo: str) -> None:
    press(mirror, photo)
    assert send(mirror).facts["given_up"] == 1
    assert row(mirror, photo).sentence
    assert send(mirror).facts["given_up"] == 0


def test_a_lost_answer_is_asked_again_and_is_one_change(server: FakeImmich, mirror: Mirror) -> None:
    server.faults.add("status", status=502, path=r"/assets/[^/]+$", times=1)
    press(mirror, key(server, "IMG_0001.jpg"))
    assert send(mirror).facts["sent"] == 1
    assert server.library.asset_named("IMG_0001.jpg").favourite
