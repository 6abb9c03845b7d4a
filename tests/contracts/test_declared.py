"""Our client asks each version only what that version declares: the stand-in tells of everything else when it stops."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.immich.server import OURS

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("declared")


@pytest.fixture
def server(folder: Path) -> Iterator[FakeImmich]:
    running = FakeImmich(version=3, library=sample_library(folder, photos=2, size=(64, 48)))
    running.__enter__()
    yield running
    running.strange.clear()
    running.stop()


def ask(server: FakeImmich, method: str, path: str, body: Any = None, agent: str = OURS, **sent: Any) -> None:
    headers = {"x-api-key": server.api_key, "User-Agent": agent}
    if body is not None:
        headers["Content-Type"], sent["data"] = "application/json", json.dumps(body)
    requests.request(method, f"{server.url}/api{path}", headers=headers, timeout=300, **sent)


ODD = {
    "a filter that is spelt otherwise": (3, "POST", "/search/metadata", {"isFavourite": True}, "isFavourite"),
    "a text for a number": (3, "POST", "/search/metadata", {"page": "2"}, "page"),
    "too many at once": (2, "POST", "/search/metadata", {"size": 1001}, "size"),
    "a word that is none of them": (1, "PUT", "/assets", {"ids": [NOBODY], "visibility": "public"}, "visibility"),
    "nothing": (1, "PUT", "/assets", {"ids": [NOBODY], "isFavorite": None}, "isFavorite is null"),
    "a time without its zone": (3, "POST", "/search/metadata", {"takenAfter": "2020-01-01"}, "takenAfter"),
    "an object in a list": (
        2, "POST", "/assets/bulk-upload-check", {"assets": [{"id": "a", "checksum": "0" * 40, "at": 1}]}, "].at",
    ),
    "a number for an id": (1, "PUT", "/albums/{NOBODY}/assets", {"ids": [3]}, "body.ids"),
    "a parameter of another version": (1, "GET", "/albums?isOwned=true", None, "isOwned"),
    "a parameter that must be there": (2, "GET", "/partners", None, "direction is missing"),
    "a route of no version": (2, "GET", "/nowhere", None, "no route"),
}


@pytest.mark.parametrize("what", ODD)
def test_what_a_version_does_not_declare_is_told(server: FakeImmich, what: str) -> None:
    version, method, path, body, told = ODD[what]
    server.version = version
    ask(server, method, path, body)
    assert [told in each for each in server.strange] == [True], server.strange
    ask(server, method, path, body, agent="somebody else")
    assert len(server.strange) == 1


def test_what_every_version_declares_is_passed(server: FakeImmich) -> None:
    wanted = {"visibility": "timeline", "personIds": [NOBODY], "updatedAfter": "2020-01-01T00:00:00.000Z", "size": 1000}
    for version in (1, 2, 3):
        server.version = version
        ask(server, "POST", "/search/metadata", wanted)
        ask(server, "GET", f"/albums/{server.albums['Holidays']}?withoutAssets=true")
        ask(server, "GET", f"/assets/{NOBODY}/thumbnail?size=preview")
    assert server.strange == []


def test_a_server_that_was_asked_strange_things_says_so_when_it_stops(folder: Path) -> None:
    running = FakeImmich(version=2, library=sample_library(folder, photos=2, size=(64, 48)))
    with pytest.raises(AssertionError, match="isFavourite is not known"), running:
        ask(running, "POST", "/search/metadata", {"isFavourite": True})
