"""What is in each source, and that a listing is called complete only when it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sync.errors import NotAvailable, UsageError
from sync.immich import stored
from sync.immich.facts import Kind, Visibility, Wanted
from sync.immich.listing import Listing
from sync.immich.server import Immich
from sync.settings.tree import Source
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.immich.samples import synthetic_library
from tests.sync.immich.conftest import Connect

LISTED = {"trashed.jpg", "offline.jpg", "locked.jpg"}


def _album(server: FakeImmich, name: str) -> Wanted:
    return Wanted(source=Source.ALBUM, id=server.albums[name])


def _names(listing: Listing) -> set[str]:
    return {asset.file_name for asset in listing}


def test_an_album_lists_all_that_it_counts_and_nothing_else(server: FakeImmich, connect: Connect) -> None:
    listing = connect(server).listing(_album(server, "Everything"))
    assets = {asset.file_name: asset for asset in listing}
    assert listing.complete
    assert listing.count == len(assets) == 27
    assert not LISTED & assets.keys()
    assert assets["archived.jpg"].visibility is Visibility.ARCHIVE
    assert assets["video.mp4"].kind is Kind.VIDEO
    assert assets["favourite.jpg"].favourite
    assert assets["favourite.jpg"].rating == 5
    assert assets["external.jpg"].library_id
    assert assets["edited.jpg"].edited == (server.version > 1)
    assert assets["live.jpg"].live_video_id
    assert assets["bea-in-everything.jpg"].owner_id != assets["plain.jpg"].owner_id
    assert assets["plain.jpg"].local_time.tzinfo is None


def test_the_versions_list_the_same_album_alike(servers: dict[int, FakeImmich], connect: Connect) -> None:
    seen = []
    for server in servers.values():
        assets = connect(server).listing(_album(server, "Everything"))
        facts = {(a.file_name, a.checksum, a.created_at, a.local_time, a.caption, a.city, a.visibility) for a in assets}
        seen.append(facts)
    assert seen[0] == seen[1] == seen[2]


def test_a_live_video_that_was_put_into_an_album_takes_no_proof_away(server: FakeImmich, connect: Connect) -> None:
    server.edits.add_to_album("live.MOV", "Everything")
    try:
        listing = connect(server).listing(_album(server, "Everything"))
        assert "live.MOV" not in _names(listing)
        assert (listing.complete, listing.count) == (True, 27), listing.proof
    finally:
        server.edits.remove_from_album("live.MOV", "Everything")


def test_an_album_of_someone_else_is_listed_in_every_version(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    album = client.find_album("Shared by Bea")
    listing = client.listing(Wanted(source=Source.ALBUM, id=album.id))
    assert _names(listing) == {"bea-0.jpg", "bea-1.jpg"}
    assert listing.complete
    assert not album.owned


def test_of_a_stack_the_primary_is_known(server: FakeImmich, connect: Connect) -> None:
    assets = {a.file_name: a for a in connect(server).listing(_album(server, "Everything"))}
    primary = assets["stack-primary.jpg"]
    assert primary.stack_primary_id == primary.id
    assert assets["stack-second.jpg"].stack_primary_id == primary.id
    assert assets["plain.jpg"].stack_primary_id is None


def test_a_stack_is_known_through_a_link_too(server: FakeImmich, through_link: Callable[[FakeImmich], Immich]) -> None:
    client = through_link(server)
    listing = client.listing(Wanted(source=Source.LINK))
    assets = {a.file_name: a for a in listing}
    assert listing.complete
    assert len(assets) == 27
    primary = assets["stack-primary.jpg"].id
    assert assets["stack-primary.jpg"].stack_primary_id in (None, primary)
    for name in ("stack-second.jpg", "stack-third.jpg"):
        assert assets[name].stack_primary_id not in (None, assets[name].id)
    assert assets["plain.jpg"].stack_primary_id is None
    assert client.link_album().name == "Everything"
    assert {entry.key for entry in server.log if entry.key} == set(server.library.links)


def test_without_stack_read_every_member_shows(servers: dict[int, FakeImmich], connect: Connect) -> None:
    library = servers[3].library
    key = library.add_key(library.me, "stackless", permissions=("asset.read", "album.read"))
    listing = connect(servers[3], key=key.secret).listing(_album(servers[3], "Holidays"))
    assert all(asset.stack_primary_id is None for asset in listing)
    assert listing.complete


def test_the_library_leaves_out_partners_hidden_and_archived_unless_asked(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    mine = client.listing(Wanted(source=Source.ALL))
    names = _names(mine)
    assert mine.complete
    assert not any(name.startswith(("bea", "carl", "archived")) for name in names)
    assert not any(name.endswith(".MOV") for name in names)
    everybody = client.listing(Wanted(source=Source.ALL, archived=True, partners=True))
    more = _names(everybody) - names
    assert everybody.complete
    assert "archived.jpg" in more
    assert "bea-2.jpg" in more
    assert "carl.jpg" not in more


def test_favourites_people_and_memories_are_listed(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    favourites = client.listing(Wanted(source=Source.FAVOURITES))
    assert _names(favourites) == {"favourite.jpg"}
    person_id, name = client.find_person("anna")
    person = client.listing(Wanted(source=Source.PERSON, id=person_id))
    assert name == "Anna"
    assert "people.jpg" in _names(person)
    day = date(2026, *next(iter(server.library.memories.values())).month_day)
    memories = client.listing(Wanted(source=Source.MEMORIES, on=day))
    assert "plain.jpg" in _names(memories)
    assert favourites.complete
    assert person.complete
    assert memories.complete
    assert memories.proof == "complete: two equal lists"


def test_without_asset_statistics_a_search_lists_but_proves_nothing(
    servers: dict[int, FakeImmich], connect: Connect
) -> None:
    library = servers[3].library
    key = library.add_key(library.me, "uncounted", permissions=("asset.read", "user.read"))
    listing = connect(servers[3], key=key.secret).listing(Wanted(source=Source.ALL))
    assert _names(listing)
    assert not listing.complete
    assert "asset.statistics" in listing.proof


def test_more_albums_than_fit_into_one_piece_are_all_told(
    server: FakeImmich, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "WHOLE_CAP_BYTES", 100_000)
    before = len(connect(server).albums())
    for number in range(500):
        server.library.add_album(f"Album {number}")
    assert len(connect(server).albums()) == before + 500


def test_names_are_found_or_the_nearest_is_said(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    assert client.find_album(server.albums["Holidays"]).name == "Holidays"
    assert client.find_album("holidays").id == server.albums["Holidays"]
    with pytest.raises(UsageError, match="'Holidays'"):
        client.find_album("Holidais")
    with pytest.raises(UsageError, match="'Anna'"):
        client.find_person("Ana")


def test_two_albums_of_one_name_are_told_apart_by_id(tmp_path: Path, connect: Connect) -> None:
    library = sample_library(tmp_path / "library", photos=2)
    library.add_album("Holidays")
    with FakeImmich(version=3, library=library) as server:
        with pytest.raises(UsageError) as raised:
            connect(server).find_album("Holidays")
        assert len(raised.value.facts["ids"]) == 2  # type: ignore[arg-type]


def test_an_album_that_is_gone_is_not_an_empty_one(server: FakeImmich, connect: Connect) -> None:
    listing = connect(server).listing(Wanted(source=Source.ALBUM, id="00000000-0000-4000-8000-000000000000"))
    with pytest.raises(NotAvailable):
        list(listing)
    assert not listing.complete


def test_a_listing_left_early_is_not_complete(server: FakeImmich, connect: Connect) -> None:
    listing = connect(server).listing(_album(server, "Everything"))
    next(iter(listing))
    assert not listing.complete


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """2500 assets: three pages, and more than two megabytes embedded."""
    library = synthetic_library(tmp_path_factory.mktemp("big"), 2500)
    servers = {version: FakeImmich(version=version, library=library) for version in (1, 2, 3)}
    for server in servers.values():
        server.__enter__()
    yield servers
    for server in servers.values():
        server.stop()


BIG = [Source.ALBUM, Source.ALL]


def _big(server: FakeImmich, source: Source) -> Wanted:
    return _album(server, "Big") if source is Source.ALBUM else Wanted(source=Source.ALL)


@pytest.mark.parametrize("source", BIG)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_many_pages_are_one_complete_listing(
    version: int, source: Source, big: dict[int, FakeImmich], connect: Connect
) -> None:
    listing = connect(big[version]).listing(_big(big[version], source))
    assert len({asset.id for asset in listing}) == 2500
    assert listing.complete


@pytest.mark.parametrize("source", BIG)
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("fault", "path", "options"),
    [
        ("short_page", "/search/metadata|/albums/[^?]*$", {"items": 3}),
        ("duplicate_page", "/search/metadata", {"last": True}),
        ("loop", "/search/metadata", {}),
        ("wrong_count", r"/albums/", {"nth": 2}),
        ("wrong_count", r"/albums/", {"nth": 1}),
        ("json", "/search/statistics", {"key": "total", "op": "set", "value": 2499}),
        ("json", "/search/statistics", {"key": "total", "op": "set", "value": 0}),
        ("json", "/search/metadata", {"key": "assets.nextPage", "op": "null"}),
        ("json", "/search/metadata", {"key": "assets.nextPage", "op": "set", "value": "1"}),
        ("json", "/search/metadata", {"key": "assets.nextPage", "op": "set", "value": "x"}),
    ],
)
def test_a_listing_that_lost_something_never_calls_itself_complete(
    fault: str,
    path: str,
    options: dict[str, Any],
    source: Source,
    version: int,
    big: dict[int, FakeImmich],
    connect: Connect,
) -> None:
    server = big[version]
    if not _uses(path, source, version):
        return
    server.faults.add(fault, path=path, **options)
    try:
        listing = connect(server).listing(_big(server, source))
        for _ in listing:
            pass
    finally:
        server.faults.clear()
    assert not listing.complete
    assert listing.proof


def _uses(path: str, source: Source, version: int) -> bool:
    searched = source is Source.ALL or version == 3
    if "albums" in path and source is Source.ALBUM:
        return True
    return "/search/statistics" not in path and searched if source is Source.ALBUM else "/search" in path


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_album_that_changes_while_it_is_listed_is_not_complete(
    version: int, tmp_path: Path, connect: Connect
) -> None:
    library = sample_library(tmp_path / "library", photos=4)
    with FakeImmich(version=version, library=library) as server:
        listing = connect(server).listing(_album(server, "Family"))
        for number, asset in enumerate(listing):
            if number == 0:
                # One goes, another comes: the count alone would not tell.
                server.edits.remove_from_album(asset.file_name, "Family")
                server.edits.add_to_album("IMG_0001.jpg", "Family")
        assert not listing.complete
        assert "changed" in listing.proof


@pytest.mark.parametrize(
    ("wanted", "requests"),
    [
        ("Big", {1: 4, 2: 4, 3: 6}),
        (Wanted(source=Source.ALL), {1: 7, 2: 7, 3: 7}),
        (Wanted(source=Source.ALL, archived=True), {1: 10, 2: 10, 3: 10}),
        (Wanted(source=Source.FAVOURITES), {1: 5, 2: 5, 3: 5}),
    ],
    ids=["album of three pages", "library of three pages", "with archived", "favourites"],
)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_listing_costs_few_requests(
    wanted: Any, requests: dict[int, int], version: int, big: dict[int, FakeImmich], connect: Connect
) -> None:
    server = big[version]
    client = connect(server)
    client.version()
    server.clear_log()
    listing = client.listing(_album(server, wanted) if isinstance(wanted, str) else wanted)
    for _ in listing:
        pass
    assert listing.complete
    assert len(server.log) == requests[version]
