"""What goes wrong with a smart album ends in the right sentence, and the album on the server stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync import secrets
from sync.settings.tree import Server
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.model import User
from tests.fakes.smart import SERVER, Keeper, keeper_of, smart
from tests.sync.smart.libraries import add, empty_library, person

ANNA = {"people": ["Anna"]}


@pytest.fixture(params=[1, 2, 3])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeper]:
    library = empty_library(tmp_path / "server")
    for letter in "abc":
        add(library, f"{letter}.jpg", "Anna")
    with FakeImmich(version=request.param, library=library) as server:
        yield keeper_of(server, tmp_path, smart("Anna", ANNA))


@pytest.fixture
def bea(keeper: Keeper) -> User:
    return keeper.server.library.add_user("Bea", "bea@example.org")


def refused(keeper: Keeper, name: str = "Anna") -> str:
    """What its run says; nothing on the server was changed by it."""
    before = {album.id: (album.name, list(album.asset_ids)) for album in keeper.server.library.albums.values()}
    facts = keeper.facts(name)
    after = {album.id: (album.name, list(album.asset_ids)) for album in keeper.server.library.albums.values()}
    assert (facts["added"], facts["removed"], after) == (0, 0, before)
    said: str = facts["problems"][0]
    return said


def test_a_renamed_person(keeper: Keeper) -> None:
    keeper.run()
    keeper.server.edits.rename_person("Anna", "Annika")
    assert "Did you mean 'Annika'" in refused(keeper)


def test_a_person_who_was_merged_into_another_or_deleted(keeper: Keeper) -> None:
    keeper.run()
    library = keeper.server.library
    anna, ben = person(library, "Anna"), person(library, "Ben")
    for asset in library.assets.values():
        for face in asset.faces:
            face.person_id = ben.id
    del library.people[anna.id]
    library.changed()
    assert "There is no person 'Anna'" in refused(keeper)
    keeper.set(smart("Anna", {"people": [anna.id]}))
    assert "perhaps it was merged" in refused(keeper)


def test_two_people_of_one_name(keeper: Keeper) -> None:
    other = keeper.server.library.add_person("Anna")
    said = refused(keeper)
    assert "2 persons are named 'Anna'" in said and other.id in said
    keeper.set(smart("Anna", {"people": [person(keeper.server.library, "Anna").id]}))
    assert keeper.facts("Anna")["added"] == 3


def test_a_person_behind_more_than_a_thousand_others(keeper: Keeper) -> None:
    library = keeper.server.library
    for number in range(1200):
        library.add_person(f"Somebody {number}")
    last = library.add_person("Zoë")
    library.add_face(library.asset_named("a.jpg"), last, (1, 1, 9, 9))
    keeper.set(smart("Zoë", {"people": ["zoë"]}))
    assert keeper.facts("Zoë")["added"] == 1


def test_a_tag_that_is_gone(keeper: Keeper) -> None:
    keeper.set(smart("Anna", {"tags": ["Trip"]}))
    assert "Did you mean 'Trips'" in refused(keeper)


def test_a_same_named_album_of_somebody_else_is_left_alone(keeper: Keeper, bea: User) -> None:
    library = keeper.server.library
    hers = library.add_album("Anna", owner=bea)
    hers.shared_with[library.me.id] = "editor"
    assert keeper.facts("Anna")["created"] is True
    assert not hers.asset_ids
    assert len(next(album for album in library.albums.values() if album.owner_id == library.me.id
                    and album.name == "Anna").asset_ids) == 3  # fmt: skip


def test_an_album_of_somebody_else_by_its_id(keeper: Keeper, bea: User) -> None:
    library = keeper.server.library
    hers = library.add_album("Hers", owner=bea)
    hers.shared_with[library.me.id] = "viewer"
    keeper.set(smart("Anna", ANNA, album=hers.id))
    assert "you may only look at it" in refused(keeper)
    hers.shared_with[library.me.id] = "editor"
    library.changed()
    assert keeper.facts("Anna")["added"] == 3
    keeper.server.edits.unshare("Hers")
    assert "There is no album" in refused(keeper)


def test_two_albums_of_mine_with_one_name(keeper: Keeper) -> None:
    for _ in range(2):
        keeper.server.library.add_album("Anna")
    assert "2 of your albums are named 'Anna'" in refused(keeper)


def test_a_key_that_may_not_add(keeper: Keeper) -> None:
    library = keeper.server.library
    allowed = ("asset.read", "album.read", "album.create", "asset.statistics", "person.read", "user.read")
    key = library.add_key(library.me, "narrow", permissions=allowed)
    secrets.put(keeper.home.secrets, "servers", SERVER, key=key.secret)
    library.add_album("Anna")
    if keeper.server.version == 1:
        assert keeper.facts("Anna")["added"] == 3, "1.135 lets any key add"
    else:
        assert "lacks the permission albumAsset.create" in refused(keeper)


def test_a_key_that_may_not_count(keeper: Keeper) -> None:
    library = keeper.server.library
    key = library.add_key(library.me, "narrow", permissions=("asset.read", "album.read", "person.read", "user.read"))
    secrets.put(keeper.home.secrets, "servers", SERVER, key=key.secret)
    if keeper.server.version == 1:
        assert keeper.facts("Anna")["problems"][0].startswith("The key lacks the permission album.create")
    else:
        assert "lacks the permission asset.statistics" in refused(keeper)


def test_a_key_of_the_replaced_tool_that_this_version_does_not_have(keeper: Keeper) -> None:
    keeper.set(smart("Anna", {}, filters=({"key": "deviceId", "val": "test"},)))
    if keeper.server.version == 3:
        assert "no key 'deviceId'" in refused(keeper)
    else:
        assert keeper.facts("Anna")["added"] == 3


def test_smart_search_where_the_server_has_none_and_where_it_has(keeper: Keeper) -> None:
    keeper.set(smart("Anna", {"looks_like": "a cat", "top": 2}))
    assert "Smart search is not enabled" in refused(keeper)
    library = keeper.server.library
    library.looks = {"a cat": [library.asset_named(f"{letter}.jpg").id for letter in "cab"]}
    assert keeper.facts("Anna")["added"] == 2
    assert keeper.names("Anna") == {"a.jpg", "c.jpg"}


@pytest.mark.parametrize("fault", [
    {"do": "short_page", "path": "search/metadata"}, {"do": "loop", "path": "search/metadata"},
    {"do": "repeat_item", "path": "search/metadata"}, {"do": "status", "status": 500, "path": "search/metadata"},
    {"do": "json", "op": "rename", "key": "assets.items[].people", "path": "search/metadata"},
    {"do": "html", "path": "search/metadata"}, {"do": "garbage", "path": "/albums"},
], ids=lambda fault: fault["do"])  # fmt: skip
def test_a_failed_or_incomplete_page_leaves_the_album_as_it_is(keeper: Keeper, fault: dict[str, Any]) -> None:
    keeper.run()
    add(keeper.server.library, "new.jpg", "Anna")
    keeper.server.library.asset_named("a.jpg").faces = ()
    keeper.server.library.changed()
    keeper.server.faults.add(**fault)
    refused(keeper)
    keeper.server.faults.clear()
    assert keeper.facts("Anna")["added"] == 1


def test_a_lost_answer_is_made_good_by_the_next_run(keeper: Keeper) -> None:
    keeper.server.faults.add("reset", method="PUT", path="/albums/.*/assets")
    assert keeper.run().exit_code == 3
    keeper.server.faults.clear()
    assert keeper.facts("Anna")["added"] == 3
    keeper.server.library.asset_named("a.jpg").faces = ()
    keeper.server.library.changed()
    assert keeper.facts("Anna")["removed"] == 1, "what was asked for and came is ours"


def test_a_removal_whose_answer_was_lost_is_not_a_persons_doing(keeper: Keeper) -> None:
    keeper.run()
    faces = keeper.server.library.asset_named("a.jpg").faces
    keeper.server.library.asset_named("a.jpg").faces = ()
    keeper.server.library.changed()
    keeper.server.faults.add("truncate", method="DELETE", path="/albums/.*/assets")
    assert keeper.run().exit_code != 0
    keeper.server.faults.clear()
    assert keeper.names("Anna") == {"b.jpg", "c.jpg"}
    keeper.run()
    keeper.server.library.asset_named("a.jpg").faces = faces
    keeper.server.library.changed()
    assert keeper.facts("Anna")["added"] == 1


def test_a_guest_who_is_not_there_is_told_and_stops_nothing(keeper: Keeper) -> None:
    keeper.set(smart("Anna", ANNA, viewers=("Nobody",)))
    facts = keeper.facts("Anna")
    assert (facts["added"], "no user 'Nobody'" in facts["problems"][0]) == (3, True)
    keeper.server.edits.remove_from_album("a.jpg", "Anna")
    assert keeper.facts("Anna")["added"] == 0
    keeper.set(smart("Anna", ANNA))
    assert keeper.facts("Anna")["added"] == 0, "what a person took out was written down"


def test_an_album_wears_what_the_settings_say(keeper: Keeper, bea: User) -> None:
    cover = max(keeper.server.library.assets)
    keeper.set(smart("Anna", ANNA, description="By a rule", order="asc", cover=cover, viewers=("Bea",)))
    assert keeper.run().exit_code == 0
    album = keeper.album("Anna")
    assert (album.description, album.order, album.thumbnail_id) == ("By a rule", "asc", cover)
    assert album.shared_with == {bea.id: "viewer"}
    keeper.server.clear_log()
    keeper.run()
    assert keeper.server.count("/albums", method="PATCH") == keeper.server.count("/users", method="PUT") == 0


def test_an_editor_who_becomes_a_viewer_is_told_and_nothing_is_forgotten(keeper: Keeper, bea: User) -> None:
    library = keeper.server.library
    album = library.add_album("Hers", owner=bea)
    album.shared_with[library.me.id] = "editor"
    library.changed()
    keeper.set(smart("Anna", ANNA, album=album.id))
    assert keeper.facts("Anna")["added"] == 3
    album.shared_with[library.me.id] = "viewer"
    library.changed()
    facts = keeper.facts("Anna", asked=False)
    assert "you may only look at it" in facts["problems"][0]
    assert len(album.asset_ids) == 3
    album.shared_with[library.me.id] = "editor"
    library.asset_named("a.jpg").faces = ()
    library.changed()
    assert keeper.facts("Anna")["removed"] == 1, "what we put in is still known to be ours"


HOSTILE = ("a/b", "<b>&amp;</b>", "'; DROP TABLE albums;--", "\u202eevil", "x" * 200, "é✿名", '"quoted"')


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_just_a_name(keeper: Keeper, name: str) -> None:
    person(keeper.server.library, "Anna").name = name
    keeper.server.library.changed()
    keeper.set(smart(name, {"people": [name]}, description=name))
    assert keeper.facts(name)["added"] == 3
    assert keeper.album(name).description == name
    assert name in keeper.preview(name).facts["rule"]
    assert keeper.facts(name, asked=False)["added"] == 0


def test_two_servers_with_albums_of_one_name_are_kept_apart(keeper: Keeper, tmp_path: Path) -> None:
    other = empty_library(tmp_path / "other")
    for letter in "xy":
        add(other, f"{letter}.jpg", "Anna")
    with FakeImmich(version=3, library=other) as second:
        secrets.put(keeper.home.secrets, "servers", "away", key=second.api_key)
        both = keeper.settings.servers | {"away": Server(url=second.url)}
        keeper.settings = msgspec.structs.replace(keeper.settings, servers=both)
        keeper.set(smart("Anna", ANNA), smart("Anna away", ANNA, album="Anna", server="away"))
        facts = keeper.run().facts["albums"]
        assert (facts["Anna"]["added"], facts["Anna away"]["added"]) == (3, 2)
        keeper.undo("Anna away")
        assert "Anna" not in {album.name for album in other.albums.values()}
        assert len(keeper.names("Anna")) == 3
        assert keeper.facts("Anna")["added"] == 0
