"""Every key of every answer that we read, dropped, nulled, renamed and retyped in turn, in all three versions.

What may come of it: SchemaDrift that names a key, the very same result (a key that we do not use), or a listing that
says that it is incomplete. Never another result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
import requests
from msgspec import Struct

from sync.errors import SchemaDrift
from sync.immich import answers
from sync.immich.facts import Asset, Wanted
from sync.immich.server import Immich
from sync.settings.tree import Source
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.keys import OPERATIONS, key_paths

NULLABLE = re.compile(
    r"(libraryId|thumbhash|livePhotoVideoId|width|height|birthDate|albumThumbnailAssetId|nextPage|person|stack|stack\[\]"
    r"|exifInfo\.\w+)$"
)
"""Real servers send null here, and mean it."""

USED = {
    field.encode_name
    for kind in vars(answers).values()
    if isinstance(kind, type) and issubclass(kind, Struct)
    for field in msgspec.structs.fields(kind)
}
"""Names of keys that any answer is read for; the others are only retyped, to see that they do not matter."""

WHAT_AN_ASSET_IS = re.compile(
    r"(^|assets(\.items)?\[\]\.)(id|ownerId|libraryId|type|originalFileName|originalPath|checksum|fileCreatedAt|fileModifiedAt|updatedAt"
    r"|localDateTime|isFavorite|isTrashed|isOffline|visibility|livePhotoVideoId|thumbhash|exifInfo|people"
    r"|exifInfo\.(make|model|fileSizeInByte|timeZone|lensModel|latitude|longitude|city|state|country|description|rating))$"
)
"""These must be drift wherever assets are listed: their loss would change what is shown, kept or removed."""

Operation = Callable[[Immich, FakeImmich], Any]


def _listed(wanted: Wanted) -> Operation:
    def operation(client: Immich, _server: FakeImmich) -> Any:
        listing = client.listing(wanted)
        assets = list(listing)
        return (assets, listing.count) if listing.complete else "incomplete"

    return operation


def _album(name: str) -> Operation:
    return lambda client, server: _listed(Wanted(source=Source.ALBUM, id=server.albums[name]))(client, server)


def _person(client: Immich, server: FakeImmich) -> Any:
    anna = next(person.id for person in server.library.people.values() if person.name == "Anna")
    return _listed(Wanted(source=Source.PERSON, id=anna))(client, server)


_ASSETS: dict[int, Asset] = {}


def _details(client: Immich, server: FakeImmich) -> Any:
    if server.version not in _ASSETS:
        wanted = Wanted(source=Source.ALBUM, id=server.albums["Everything"])
        _ASSETS[server.version] = next(a for a in client.listing(wanted) if a.file_name == "people.jpg")
    return client.details(_ASSETS[server.version])


def _memories(client: Immich, server: FakeImmich) -> Any:
    taken = next(iter(server.library.memories.values()))
    return _listed(Wanted(source=Source.MEMORIES, on=date(2026, *taken.month_day)))(client, server)


def _unchanged(client: Immich, _server: FakeImmich) -> Any:
    wanted = Wanted(source=Source.ALL)
    first = re.sub(r" \d{4}-.*", " 2030-01-01T00:00:00+00:00", client.unchanged(wanted, None)[1] or "")
    return first, client.unchanged(wanted, first)[0]


OPERATIONS_AND_ANSWERS: list[tuple[str, Operation, str, str]] = [
    ("version", lambda client, _: client.version(), "GET", r"/server/version"),
    ("probe", lambda client, _: client.probe(), "GET", r"/users/me|/api-keys/me"),
    ("albums", lambda client, _: client.albums(), "GET", r"/albums"),
    ("people", lambda client, _: client.find_person("Anna"), "GET", r"/people"),
    ("album", _album("Holidays"), "GET", r"/albums/"),
    ("album by search", _album("Holidays"), "POST", r"/search/metadata"),
    ("stacks", _album("Everything"), "GET", r"/stacks|/timeline/"),
    ("person", _person, "POST", r"/search/metadata"),
    ("library", _listed(Wanted(source=Source.ALL)), "POST", r"/search/"),
    ("owner", _listed(Wanted(source=Source.ALL)), "GET", r"/users/me"),
    ("details", _details, "GET", r"/assets/|/faces"),
    ("memories", _memories, "GET", r"/memories"),
    ("unchanged", _unchanged, "POST", r"/search/"),
]


class _Recorder:
    """Asks again for what an operation asked, and keeps the keys of the answers by path."""

    def __init__(self, server: FakeImmich) -> None:
        self._server = server

    def keys(self, method: str, pattern: str) -> list[tuple[str, str]]:
        found: dict[tuple[str, str], None] = {}
        for entry in self._server.log:
            if entry.method != method or not re.search(pattern, entry.path):
                continue
            url, headers = self._server.url + entry.target, {"x-api-key": self._server.api_key}
            body = {"visibility": "timeline", "withExif": True, "withPeople": True}
            answer = requests.request(method, url, headers=headers, json=body if method == "POST" else None, timeout=60)
            for key in key_paths(answer.json()) if answer.ok else ():
                found[(_stem(entry.path), key)] = None
        return list(found)


def _stem(path: str) -> str:
    """A pattern for this path with any id."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "[0-9a-f-]{36}", path) + r"(\?|$)"


@pytest.mark.parametrize(("name", "operation", "method", "pattern"), OPERATIONS_AND_ANSWERS, ids=lambda v: str(v)[:20])
def test_a_changed_key_is_named_or_does_not_matter(
    name: str, operation: Operation, method: str, pattern: str, server: FakeImmich, connect: Callable[..., Immich]
) -> None:
    if name == "album by search" and server.version < 3:
        return
    good = operation(connect(server), server)
    keys = _Recorder(server).keys(method, pattern)
    if name in ("library", "unchanged"):
        # What is inside an item is turned over by the other searches.
        keys = [(stem, key) for stem, key in keys if "items[]." not in key or key.endswith("items[].id")]
    if name == "person":
        keys = [(stem, key) for stem, key in keys if "people" in key]
    if name in ("stacks", "memories"):
        keys = [(stem, key) for stem, key in keys if "assets[]." not in key or key.endswith("assets[].id")]
    assert keys
    silent, drifted = [], set()
    for stem, key in keys:
        for change in OPERATIONS if key.rpartition(".")[2] in USED else ("retype",):
            server.faults.clear()
            server.faults.add("json", method=method, path=stem, key=key, op=change)
            try:
                result = operation(connect(server), server)
            except SchemaDrift as drift:
                assert drift.facts["field"]
                drifted.add((key, change))
                continue
            if result not in (good, "incomplete") and not (change == "null" and NULLABLE.search(key)):
                silent.append((stem, key, change))
    assert silent == []
    assert drifted
    if name in ("album", "album by search", "details"):
        needed = [key for _, key in keys if WHAT_AN_ASSET_IS.search(key)]
        if name == "details" and server.version < 3:
            needed.remove("exifInfo")
        undrifted = [(k, c) for k in needed for c in ("drop", "rename", "retype") if (k, c) not in drifted]
        assert undrifted == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("type", "HOLOGRAM"), ("visibility", "sometimes"), ("id", ""), ("updatedAt", "yesterday"), ("updatedAt", 987654)],
)
def test_a_value_that_no_version_knows_is_drift(
    key: str, value: object, server: FakeImmich, connect: Callable[..., Immich]
) -> None:
    path = "assets.items[]." if server.version == 3 else "assets[]."
    server.faults.add("json", path=r"/search/metadata|/albums/[^?]*$", key=path + key, op="set", value=value)
    with pytest.raises(SchemaDrift) as drift:
        _album("Holidays")(connect(server), server)
    assert str(drift.value.facts["field"]).endswith(key)
    assert str(value) not in drift.value.sentence or value == ""


def test_ids_that_became_numbers_are_drift(server: FakeImmich, connect: Callable[..., Immich]) -> None:
    server.faults.add("json", path=r"/albums\?", key="[].id", op="set", value=7)
    server.faults.add("json", path=r"/albums$", key="[].id", op="set", value=7)
    with pytest.raises(SchemaDrift):
        connect(server).albums()
