"""A key with exactly the permissions that docs/immich-api.md tells a person to tick may ask everything we ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sync import secrets
from sync.home import Home
from sync.immich.probe import _TRIALS, NEEDED
from sync.inquiries import albums, names, probe
from sync.settings.ingest import After, Way
from sync.settings.tree import Album, Source
from sync.work import Result
from tests.fakes.icloud import Asset, Options, download
from tests.fakes.icloud_photos import NOON
from tests.fakes.immich import FakeImmich, Library, special_library
from tests.fakes.ingest import make_taker
from tests.fakes.mirror import SERVER, album_of, mirror_of
from tests.fakes.smart import keeper_of, smart
from tests.fakes.writeback import originals_of

ROOT = Path(__file__).parents[2]
VERSIONS = pytest.mark.parametrize("version", [1, 2, 3], ids=["v1", "v2", "v3"])
TEXT = (ROOT / "docs" / "immich-api.md").read_text().split("## Permissions of the key")[1].split("\n## ")[0]
TABLE = re.compile(r"^\| ([^|]+) \| (`[a-zA-Z.]+`[^|]*) \|$", re.MULTILINE)
ROWS = {found[1]: re.findall(r"`([a-zA-Z.]+)`", found[2]) for found in TABLE.finditer(TEXT)}
NAMES = json.loads((Path(__file__).parent / "permission_names.json").read_text())
KNOWN = {int(version[0]): set(names) for version, names in NAMES.items()}
"""What each version's own answer to an unknown permission lists."""
TRIALS = {(path, urlencode(query)) for _, path, query in _TRIALS}


def documented(*rows: str) -> list[str]:
    """The permissions of the rows that begin so."""
    chosen = [next(named for what, named in ROWS.items() if what.startswith(row)) for row in rows]
    return sorted({permission for named in chosen for permission in named})


def give_key(server: FakeImmich, home: Home, *rows: str) -> None:
    """From now on the device has a key that may do just what these rows say."""
    permissions = [one for one in documented(*rows) if one in KNOWN[server.version]]
    key = server.edits.make_key("least", permissions)["api_key"]
    secrets.put(home.secrets, "servers", SERVER, key=key)
    server.clear_log()


def refused(server: FakeImmich) -> list[str]:
    """What a server did not let us do, but for what is tried on 1.x to learn what a key may do."""
    tried = {f"/api{path}" + f"?{query}".rstrip("?") for path, query in TRIALS} if server.version == 1 else set()
    entries = [entry for entry in server.log if entry.target not in tried]
    return [f"{entry.method} {entry.target} {entry.status}" for entry in entries if entry.status in (401, 403)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def server(request: pytest.FixtureRequest, pictures: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=request.param, library=special_library(pictures)) as running:
        yield running


def test_showing_photos_of_every_source(server: FakeImmich, tmp_path: Path) -> None:
    anna = next(person.id for person in server.library.people.values() if person.name == "Anna")
    sources = [Album(name=source, server=SERVER, source=Source(source)) for source in ("all", "favourites", "memories")]
    shared = album_of(server, "Shared by Bea")
    by_person = Album(name="Anna", server=SERVER, source=Source.PERSON, id=anna)
    by_rule = Album(name="rule", server=SERVER, source=Source.RULE, rule={"people": ["Anna"], "tags": "Places"})
    mirror = mirror_of(server, tmp_path, album_of(server, "Everything"), shared, by_person, by_rule, *sources)
    give_key(server, mirror.home, "showing")
    assert mirror.run(asked=True).facts["albums"].keys() == {album.name for album in mirror.settings.albums}
    with mirror.work(asked=True) as work:
        asked: list[Result] = [ask(work, {"server": SERVER}) for ask in (probe, albums, names)]
    assert [answer.problems for answer in asked] == [[], [], []]
    assert refused(server) == []


def test_what_showing_needs_is_what_a_key_is_tested_for(readme: str) -> None:
    needed = sorted(permission for permission, _ in NEEDED)
    assert documented("showing") == needed
    told = readme.split("make an API key")[1].split("Showing photos never writes")[0]
    assert sorted(re.findall(r"`([a-z]+\.[a-z]+)`", told)) == needed


@pytest.fixture
def readme() -> str:
    return (ROOT / "README.md").read_text()


def test_a_smart_album_with_everything_and_back(server: FakeImmich, tmp_path: Path) -> None:
    rule = {"people": ["Anna"], "in_album": "Everything", "none": [{"owner": "Bea"}]}
    dressed: dict[str, Any] = {
        "partners": True,
        "description": "Of Anna",
        "order": "asc",
        "cover": "newest",
        "viewers": ("Bea",),
    }
    keeper = keeper_of(server, tmp_path, smart("Anna", rule, **dressed))
    give_key(server, keeper.home, "showing", "smart albums", "a smart album's", "taking back")
    keeper.preview("Anna")
    assert keeper.run("Anna").problems == []
    assert keeper.why("Anna", "people.jpg").facts
    assert keeper.undo("Anna").problems == []
    assert refused(server) == []


@VERSIONS
def test_write_back_and_back(version: int, tmp_path: Path) -> None:
    originals = originals_of(tmp_path, version, "a.jpg", "b.jpg")
    try:
        library = originals.server.library
        library.add_face(library.asset_named("a.jpg"), library.add_person("Anna"), (1, 1, 9, 9))
        library.add_album("Holidays", [library.asset_named("a.jpg")])
        originals.server.edits.tag("b.jpg", "Places/Vienna")
        originals.server.edits.describe("b.jpg", "On the beach")
        give_key(originals.server, originals.home, "write-back")
        assert originals.probe(originals.folder).facts["permissions"] == []
        originals.preview()
        assert originals.counts()["updated"] == 2
        assert originals.undo().problems == []
        assert refused(originals.server) == []
        assert originals.server.count("/assets/jobs")
    finally:
        originals.server.stop()


@VERSIONS
@pytest.mark.parametrize("way", Way)
def test_new_photos_and_back(version: int, way: Way, tmp_path: Path) -> None:
    with FakeImmich(version=version, library=Library(tmp_path / "server")) as server:
        values: dict[str, Any] = {"after": After.KEEP} if way is Way.UPLOAD else {}
        taker = make_taker(tmp_path, server, way=way, **values)
        by = "new photos by upload" if way is Way.UPLOAD else "new photos by an external"
        give_key(server, taker.home, "new photos, alone", by, "taking back")
        found = Asset("IMG_1.HEIC", "AY6xVvQq1", taken=NOON, edited=True, live=True, favourite=True)
        download([found], taker.landing, Options(sizes=("original", "adjusted")))
        assert taker.check().problems == []
        assert taker.preview().facts
        assert taker.run().problems == []
        assert server.library.stacks
        undone = taker.undo()
        assert refused(server) == []
        assert undone.problems == []


def test_what_1_135_does_not_know_is_named_and_later_versions_know_all() -> None:
    everything = set(documented(*ROWS))
    told = re.search(r"1\.x\s+has\s+no\s+(.*?)\s+to\s+tick", TEXT, re.DOTALL)
    assert told is not None
    assert set(re.findall(r"`([a-zA-Z.]+)`", told[1])) == everything - KNOWN[1]
    assert everything <= KNOWN[2] & KNOWN[3]
