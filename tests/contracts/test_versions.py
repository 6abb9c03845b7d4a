"""What differs between the versions beyond the shape of their answers: who is listed, found, counted and let in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fakes.immich import FakeImmich, special_library
from tests.fakes.immich.model import path_checksum

SPECIAL_IN_ALBUM = {"trashed.jpg", "offline.jpg", "locked.jpg"}


@pytest.fixture(scope="module", params=[1, 2, 3], ids=["v1", "v2", "v3"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeImmich]:
    folder: Path = tmp_path_factory.getbasetemp() / "special"
    folder.mkdir(exist_ok=True)
    with FakeImmich(version=request.param, library=special_library(folder)) as running:
        yield running


def ask(server: FakeImmich, path: str, key: str | None = None, **options: Any) -> requests.Response:
    method = "POST" if "json" in options else "GET"
    headers = {"x-api-key": key or server.api_key}
    return requests.request(method, f"{server.url}/api{path}", headers=headers, timeout=300, **options)


def names(server: FakeImmich, **wanted: Any) -> set[str]:
    items = ask(server, "/search/metadata", json={"size": 1000} | wanted).json()["assets"]["items"]
    return {item["originalFileName"] for item in items}


def test_a_search_without_visibility_finds_more_in_v3(server: FakeImmich) -> None:
    found = names(server)
    assert (
        {"archived.jpg", "live.MOV"} <= found if server.version == 3 else {"archived.jpg", "live.MOV"}.isdisjoint(found)
    )
    assert {"archived.jpg", "live.MOV"}.isdisjoint(names(server, visibility="timeline"))
    assert SPECIAL_IN_ALBUM.isdisjoint(found)
    assert {"trashed.jpg", "offline.jpg"} <= names(server, withDeleted=True)


def test_a_search_by_album_misses_archived_ones_before_v3(server: FakeImmich) -> None:
    found = names(server, albumIds=[server.albums["Everything"]])
    assert ("archived.jpg" in found) == (server.version == 3)
    foreign = names(server, albumIds=[server.albums["Shared by Bea"]])
    assert foreign == {"bea-0.jpg", "bea-1.jpg"}, "a partner in the timeline is found in every version"
    server.library.partners[0].in_timeline = False
    server.library.changed()
    assert bool(names(server, albumIds=[server.albums["Shared by Bea"]])) == (server.version == 3)
    server.library.partners[0].in_timeline = True
    server.library.changed()


def test_an_album_counts_and_lists_archived_ones_and_nothing_trashed(server: FakeImmich) -> None:
    album = ask(server, f"/albums/{server.albums['Everything']}").json()
    assert album["assetCount"] == 27
    if server.version < 3:
        listed = {asset["originalFileName"] for asset in album["assets"]}
        assert "archived.jpg" in listed
        assert SPECIAL_IN_ALBUM.isdisjoint(listed)
        assert len(listed) == 27
    else:
        assert "assets" not in album
        assert len(names(server, albumIds=[album["id"]])) == 27


def test_the_album_list_holds_albums_of_others_in_v3_only(server: FakeImmich) -> None:
    own = {album["albumName"] for album in ask(server, "/albums").json()}
    assert ("Shared by Bea" in own) == (server.version == 3)
    shared = {album["albumName"] for album in ask(server, "/albums?shared=true").json()}
    assert "Shared by Bea" in shared


def test_stacks_are_left_out_whole_or_shown_by_their_primary(server: FakeImmich) -> None:
    stacked = {f"stack-{place}.jpg" for place in ("primary", "second", "third")}
    assert stacked <= names(server)
    assert (stacked <= names(server, withStacked=False)) == (server.version == 1)
    query = f"albumId={server.albums['Everything']}&withStacked=true"
    ids: list[str] = []
    for bucket in ask(server, f"/timeline/buckets?{query}").json():
        ids += ask(server, f"/timeline/bucket?{query}&timeBucket={bucket['timeBucket']}").json()["id"]
    assert {server.library.assets[i].name for i in ids} & stacked == {"stack-primary.jpg"}


def test_equal_times_repeat_across_pages_before_v3(server: FakeImmich) -> None:
    pages = [
        ask(server, "/search/metadata", json={"originalFileName": "same-moment", "size": 1, "page": page})
        for page in (1, 2)
    ]
    found = {page.json()["assets"]["items"][0]["id"] for page in pages}
    assert len(found) == (2 if server.version == 3 else 1)


def test_statistics_count_what_a_search_finds(server: FakeImmich) -> None:
    for wanted in ({}, {"isFavorite": True}, {"visibility": "timeline"}, {"type": "VIDEO"}):
        total = ask(server, "/search/statistics", json=wanted).json()["total"]
        assert total == len(names(server, **wanted)), wanted


def test_an_external_asset_has_the_checksum_of_its_path(server: FakeImmich) -> None:
    asset = server.library.asset_named("external.jpg")
    shown = ask(server, f"/assets/{asset.id}").json()
    assert shown["libraryId"]
    assert shown["checksum"] == path_checksum(shown["originalPath"])


def test_a_key_without_the_permission_is_let_in_by_v1_alone(server: FakeImmich) -> None:
    key = server.edits.make_key(f"reader-{server.version}", ["asset.read"])["api_key"]
    asset = server.library.asset_named("plain.jpg")
    answer = ask(server, f"/assets/{asset.id}/original", key)
    assert answer.status_code == (200 if server.version == 1 else 403)
    assert ask(server, "/albums", key).status_code == 403


def test_a_shared_link_opens_its_album_and_nothing_else(server: FakeImmich) -> None:
    [link] = server.library.links
    outside = server.library.asset_named("bea-2.jpg").id
    inside = server.library.asset_named("plain.jpg").id

    def status(path: str) -> int:
        return requests.get(f"{server.url}/api{path}?key={link}", timeout=300).status_code

    assert status(f"/albums/{server.albums['Everything']}") == 200
    assert status(f"/assets/{inside}/original") == 200
    assert status(f"/albums/{server.albums['Holidays']}") == 400
    assert status(f"/assets/{outside}/thumbnail") == 400
    assert status("/albums") == 403
    wanted = {"albumIds": [server.albums["Everything"]]}
    answer = requests.post(f"{server.url}/api/search/metadata?key={link}", json=wanted, timeout=300)
    assert answer.status_code == (200 if server.version == 3 else 403)


def test_a_list_carries_faces_before_v3_and_the_faces_request_in_all(server: FakeImmich) -> None:
    asset = server.library.asset_named("people.jpg")
    shown = ask(server, f"/assets/{asset.id}").json()
    assert all(("faces" in person) == (server.version < 3) for person in shown["people"])
    faces = ask(server, f"/faces?id={asset.id}").json()
    assert [face["person"] and face["person"]["name"] for face in faces] == ["Anna", "Grandma Erna", None]
