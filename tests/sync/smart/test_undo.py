"""A run that is taken back leaves the server as it was: the album that it made goes too, if it is still only ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync import secrets
from sync.connect import open_server
from sync.errors import ServerError
from tests.fakes.immich import FakeImmich
from tests.fakes.smart import SERVER, Keeper, keeper_of, smart
from tests.sync.smart.libraries import add

ANNA = {"people": ["Anna"]}


@pytest.fixture
def keeper(server: FakeImmich, tmp_path: Path) -> Keeper:
    for letter in "abc":
        add(server.library, f"{letter}.jpg", "Anna")
    add(server.library, "z.jpg")
    return keeper_of(server, tmp_path, smart("Anna", ANNA, description="Of Anna"))


def albums(keeper: Keeper) -> list[str]:
    return sorted(album.name for album in keeper.server.library.albums.values())


def test_the_album_that_a_run_made_goes_with_it_and_is_made_anew_when_asked(keeper: Keeper) -> None:
    before, photos = albums(keeper), len(keeper.server.library.assets)
    keeper.run("Anna")
    done = keeper.undo("Anna")
    assert (albums(keeper), done.facts["deleted"], done.problems) == (before, True, [])
    assert len(keeper.server.library.assets) == photos
    assert not any(asset.trashed for asset in keeper.server.library.assets.values())
    assert keeper.run("Anna", asked=False).facts["albums"]["Anna"]["created"] is False, "it rests"
    assert keeper.facts("Anna")["created"] is True
    assert len(keeper.names("Anna")) == 3


TOUCHED: dict[str, tuple[Callable[[Keeper], Any], str]] = {
    "a photo": (lambda keeper: keeper.server.edits.add_to_album("z.jpg", "Anna"), "put photos in"),
    "a name": (lambda keeper: keeper.server.edits.rename_album("Anna", "Mine"), "another name"),
    "a description": (lambda keeper: setattr(keeper.album("Anna"), "description", "For Grandma"), "described"),
}


@pytest.mark.parametrize("what", TOUCHED)
def test_an_album_that_somebody_touched_stays_and_says_why(keeper: Keeper, what: str) -> None:
    touch, told = TOUCHED[what]
    keeper.run("Anna")
    touch(keeper)
    keeper.server.library.changed()
    done = keeper.undo("Anna")
    assert done.facts["deleted"] is False
    assert told in done.problems[-1]
    assert len(albums(keeper)) == 3


def test_an_album_that_was_there_before_stays(keeper: Keeper) -> None:
    keeper.server.library.add_album("Anna")
    keeper.run("Anna")
    assert keeper.undo("Anna").facts["deleted"] is False
    assert "Anna" in albums(keeper)


def test_a_key_that_may_not_delete_albums_is_told(keeper: Keeper) -> None:
    keeper.run("Anna")
    allowed = ["asset.read", "asset.statistics", "album.read", "person.read", "user.read", "tag.read", "server.about",
               "albumAsset.create", "albumAsset.delete", "album.update", "album.create"]  # fmt: skip
    key = keeper.server.edits.make_key("narrow", allowed)["api_key"]
    secrets.put(keeper.home.secrets, "servers", SERVER, key=key)
    done = keeper.undo("Anna")
    assert (done.facts["removed"], done.facts["deleted"]) == (3, False)
    assert "album.delete" in done.problems[-1]


def front(keeper: Keeper) -> str | None:
    """As the server tells it: the newest where nobody chose."""
    with keeper.work() as work:
        return open_server(work, SERVER).album_dress(keeper.album("Anna").id).cover_asset_id


@pytest.mark.parametrize(("cover", "expected"), [("newest", "c.jpg"), ("oldest", "a.jpg")])
def test_the_newest_or_oldest_stands_in_front_and_follows(keeper: Keeper, cover: str, expected: str) -> None:
    library = keeper.server.library
    for number, letter in enumerate("abc"):
        keeper.server.edits.take_at(f"{letter}.jpg", 1_700_000_000_000 + number * 86_400_000, 0, "UTC")
    keeper.set(smart("Anna", ANNA, cover=cover))
    assert keeper.facts("Anna")["problems"] == []
    assert front(keeper) == library.asset_named(expected).id
    keeper.server.edits.remove_from_album(expected, "Anna")
    assert keeper.facts("Anna")["problems"] == []
    assert front(keeper) == library.asset_named("b.jpg").id, "not one that a person took out"


def forget(keeper: Keeper, photo: str) -> None:
    keeper.server.library.asset_named(photo).faces = ()
    keeper.server.library.changed()


def test_what_a_person_put_back_since_stays_theirs(keeper: Keeper) -> None:
    keeper.run()
    forget(keeper, "a.jpg")
    assert keeper.facts("Anna")["removed"] == 1
    keeper.server.edits.add_to_album("a.jpg", "Anna")
    keeper.undo("Anna")
    keeper.run("Anna")
    assert "a.jpg" in keeper.names("Anna")


def test_one_that_breaks_off_leaves_the_album_at_rest_and_can_be_asked_for_again(keeper: Keeper) -> None:
    keeper.run()
    keeper.server.faults.add("truncate", method="DELETE", path="/albums/.*/assets")
    with pytest.raises(ServerError):
        keeper.undo("Anna")
    keeper.server.faults.clear()
    assert "taken back" in keeper.run("Anna", asked=False).facts["albums"]["Anna"]["problems"][0], "it rests"
    keeper.undo("Anna")
    assert keeper.facts("Anna")["added"] == 3, "what left unheard was not taken out by a person"
