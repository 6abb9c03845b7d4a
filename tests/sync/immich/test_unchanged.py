"""The cheap "nothing changed": what it costs, and that every change it promises to see is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.immich.facts import Wanted
from sync.immich.server import Immich
from sync.settings.tree import Source
from tests.fakes.immich import FakeImmich, sample_library
from tests.sync.immich.conftest import Connect

Edit = Callable[[FakeImmich], None]

SEEN: dict[str, Edit] = {
    "an asset is added": lambda s: s.edits.add_to_album("IMG_0001.jpg", "Family"),
    "an asset is removed": lambda s: s.edits.remove_from_album("IMG_0006.jpg", "Family"),
    "one goes and one comes": lambda s: (
        s.edits.move("IMG_0006.jpg", "Family", "Empty") or s.edits.add_to_album("IMG_0001.jpg", "Family")
    ),
    "an asset is described": lambda s: s.edits.describe("IMG_0006.jpg", "new"),
    "an asset is trashed": lambda s: s.edits.trash("IMG_0006.jpg"),
    "an asset is archived": lambda s: s.edits.archive("IMG_0006.jpg"),
    "an asset is a favourite": lambda s: s.edits.favourite("IMG_0006.jpg"),
    "an asset is deleted": lambda s: s.edits.delete("IMG_0006.jpg"),
    "one is trashed and one restored": lambda s: s.edits.trash("IMG_0006.jpg") or s.edits.restore("IMG_0007.jpg"),
}


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    library = sample_library(tmp_path / "library", photos=8, size=(64, 48))
    with FakeImmich(version=request.param, library=library) as server:
        server.edits.trash("IMG_0007.jpg")
        yield server


def _family(server: FakeImmich) -> Wanted:
    return Wanted(source=Source.ALBUM, id=server.albums["Family"])


def _settled(client: Immich, wanted: Wanted) -> str | None:
    return client.unchanged(wanted, None)[1]


def test_an_unchanged_album_costs_one_conditional_request(own: FakeImmich, connect: Connect) -> None:
    client = connect(own)
    token = _settled(client, _family(own))
    own.clear_log()
    assert client.unchanged(_family(own), token) == (True, token)
    assert [(entry.status, entry.path.split("/")[2]) for entry in own.log] == [(304, "albums")]


@pytest.mark.parametrize("edit", SEEN.values(), ids=SEEN)
def test_a_change_of_an_album_is_seen(edit: Edit, own: FakeImmich, connect: Connect) -> None:
    client = connect(own)
    token = _settled(client, _family(own))
    edit(own)
    proved, fresh = client.unchanged(_family(own), token)
    assert not proved
    assert client.unchanged(_family(own), fresh)[0]


@pytest.mark.parametrize("name", [name for name in SEEN if "album" not in name and "added" not in name])
def test_a_change_of_the_library_is_seen(name: str, own: FakeImmich, connect: Connect) -> None:
    if name in ("an asset is removed", "one goes and one comes"):
        return
    client = connect(own)
    wanted = Wanted(source=Source.ALL)
    token = _later(own, _settled(client, wanted))
    assert client.unchanged(wanted, token) == (True, token)
    own.clear_log()
    SEEN[name](own)
    assert not client.unchanged(wanted, token)[0]
    assert len(own.log) <= 2


def _later(server: FakeImmich, token: str | None) -> str:
    """The token as if taken when the library's own clock stood there: the stand-in's clock is not this machine's."""
    from datetime import UTC, datetime

    kind, total, _ = str(token).split(" ")
    moment = datetime.fromtimestamp(server.library.now_us / 1_000_000 + 0.001, UTC)
    return f"{kind} {total} {moment.isoformat()}"


def test_nothing_is_proved_once_the_servers_clock_was_set_back(own: FakeImmich, connect: Connect) -> None:
    client = connect(own)
    wanted = Wanted(source=Source.ALL)
    token = _settled(client, wanted)
    kind, total, _ = token.split(" ")
    fresh = client.unchanged(wanted, f"{kind} {total} 2099-01-01T00:00:00+00:00")
    assert not fresh[0] and str(fresh[1]).startswith(f"{kind} {total} 20")


@pytest.mark.parametrize("source", [Source.PERSON, Source.MEMORIES])
def test_what_cannot_be_proved_is_not_asked(source: Source, own: FakeImmich, connect: Connect) -> None:
    client = connect(own)
    assert client.unchanged(Wanted(source=source, id="x"), "token") == (False, None)
    assert own.log == []


@pytest.mark.parametrize("token", ["", "nonsense", 'album-1 other "x"', "count-1 8 2026-01-01T00:00:00+00:00"])
def test_a_token_of_something_else_proves_nothing(token: str, own: FakeImmich, connect: Connect) -> None:
    assert not connect(own).unchanged(_family(own), token)[0]
