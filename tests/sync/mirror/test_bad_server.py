"""Whatever the server does, nothing is removed: faults, refusals, emptied and incomplete answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import Mirror, album_of, mirror_of

ALBUM = r"^/api/albums/[0-9a-f-]+"
LISTING = r"^/api/(albums/[0-9a-f-]+|search/metadata)"
HOLIDAYS = 8


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    return mirror_of(server, tmp_path, album_of(server, "Holidays"))


def refuse(status: int) -> Callable[[FakeImmich], None]:
    return lambda server: server.faults.add("status", status=status, path="^/api/(albums|search)") and None


TROUBLES: dict[str, tuple[Callable[[FakeImmich], object], int]] = {
    "400": (refuse(400), 3),
    "401": (refuse(401), 3),
    "403": (refuse(403), 3),
    "404": (refuse(404), 3),
    "500": (refuse(500), 3),
    "nothing": (lambda server: server.faults.add("status", status=204, path="search/metadata"), 3),
    "maintenance": (lambda server: server.edits.set_mode("maintenance"), 3),
    "deleted album": (lambda server: server.edits.delete_album("Holidays"), 3),
    "emptied album": (lambda server: server.edits.empty_album("Holidays"), 4),
    "revoked key": (lambda server: server.edits.revoke_keys(), 3),
    "web page": (lambda server: server.faults.add("html"), 3),
    "garbage": (lambda server: server.faults.add("garbage", path=LISTING), 3),
    "wrong count": (lambda server: server.faults.add("wrong_count", by=3), 1),
    "short page": (lambda server: server.faults.add("short_page", path="search/metadata"), 1),
    "repeated item": (lambda server: server.faults.add("repeat_item", path="search/metadata"), 1),
    "stopped server": (lambda server: server.stop(), 3),
}


@pytest.mark.parametrize(("trouble", "code"), TROUBLES.values(), ids=TROUBLES)
def test_the_wall_goes_on_through(
    server: FakeImmich, mirror: Mirror, trouble: Callable[[FakeImmich], object], code: int
) -> None:
    mirror.run()
    shown, objects = mirror.shown(), mirror.objects()
    # What really left meanwhile must not make the difference.
    server.edits.favourite(shown[0])
    trouble(server)
    for _ in range(2):
        mirror.clock.advance(86400)
        result = mirror.run(asked=True)
        assert result.exit_code == code, result
        assert result.problems
    assert sorted(mirror.shown()) == sorted(shown)
    assert mirror.objects() == objects
    mirror.check()


def test_an_album_that_is_gone_is_said_to_be_gone(server: FakeImmich, mirror: Mirror) -> None:
    mirror.run()
    server.edits.delete_album("Holidays")
    [problem] = mirror.run().problems
    assert "The album is not there for us" in problem and "deleted, or is no longer shared" in problem


def test_a_refused_key_is_not_hammered_for_every_album(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"), album_of(server, "Empty"))
    server.edits.revoke_keys()
    server.clear_log()
    assert mirror.run().exit_code == 3
    assert sum(entry.status == 401 for entry in server.log) <= 2


def test_one_albums_trouble_does_not_stop_the_others(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"))
    server.edits.delete_album("Holidays")
    assert mirror.run().exit_code == 3
    assert len(mirror.shown("Family")) == 6


def test_a_photo_that_is_not_given_is_skipped_and_relisted(server: FakeImmich, mirror: Mirror) -> None:
    server.faults.add("status", status=404, path="/original", times=1)
    result = mirror.run()
    assert result.exit_code == 0
    assert len(mirror.shown()) == HOLIDAYS
    assert sum(entry.original is None for entry in mirror.entries()) == 1
    mirror.run()
    assert sum(entry.original is None for entry in mirror.entries()) == 0


@pytest.mark.parametrize("server", [1, 2, 3], indirect=True)
def test_originals_that_the_servers_disk_lacks_stop_no_other(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"))
    named = sorted(server.library.assets.values(), key=lambda asset: -asset.taken_ms)
    lost = {asset.name for asset in named[:9]}
    for name in lost:
        server.edits.lose_original(name)
    result = mirror.run()
    assert {entry.file_name for entry in mirror.entries() if entry.original is None} == lost
    if server.version < 3:
        told = " ".join(result.problems)
        assert result.exit_code == 1
        assert all(name in told for name in lost)
    mirror.check()


def test_a_storage_that_is_away_is_not_asked_for_every_photo(
    server: FakeImmich, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is well, and so is every other answer."""
    monkeypatch.setattr("sync.mirror.collect._LOST_IN_A_ROW", 7)
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"))
    server.faults.add("status", status=500, path="/(original|thumbnail)$")
    assert mirror.run().exit_code == 3, "each photo by itself would be 1"
    server.faults.clear()
    assert mirror.run().exit_code == 0
    mirror.check()


def test_a_server_that_falls_ill_among_originals_is_left_alone(server: FakeImmich, mirror: Mirror) -> None:
    mirror.set_albums(album_of(server, "Holidays"), album_of(server, "Family"))
    server.faults.add("status", status=404, path="/(original|thumbnail)$")
    mirror.run()
    server.faults.clear()
    server.faults.add("status", status=500, path="(/original|/users/me)$")
    result = mirror.run()
    assert result.exit_code == 3
    assert any("failed (500) at" in problem and "at user" not in problem for problem in result.problems)


def test_wrong_bytes_of_one_photo_are_never_kept_and_stop_no_other(server: FakeImmich, mirror: Mirror) -> None:
    bad = next(iter(server.library.albums.values())).asset_ids
    server.faults.add("wrong_bytes", path=f"{next(iter(bad))}/original")
    result = mirror.run()
    assert result.exit_code == 1
    assert sum(entry.original is None for entry in mirror.entries()) == 1
    assert len(mirror.shown()) == HOLIDAYS
    mirror.check()
    server.clear_log()
    mirror.run()
    assert server.count("/original$") == 0
    server.faults.clear()
    mirror.clock.advance(25 * 3600)
    assert mirror.run().exit_code == 0
    assert sum(entry.original is None for entry in mirror.entries()) == 0


@pytest.mark.parametrize("checksum", ["!!!", "QUJD", "A" * 44], ids=["no base64", "short", "SHA-256"])
def test_a_checksum_that_is_none_is_one_photos_trouble(server: FakeImmich, mirror: Mirror, checksum: str) -> None:
    odd = server.library.asset_named(first_of(server))
    whole, odd.checksum = odd.checksum, checksum
    server.library.changed()
    result = mirror.run()
    assert (result.exit_code, len(result.problems)) == (1, 1)
    assert f"{odd.name}: The checksum of {odd.name} is no SHA-1" in result.problems[0]
    assert [entry.file_name for entry in mirror.entries() if entry.original is None] == [odd.name]
    assert len(mirror.shown()) == HOLIDAYS
    odd.checksum = whole
    server.library.touch(odd)
    mirror.clock.advance(25 * 3600)
    assert mirror.run().exit_code == 0
    assert all(entry.original for entry in mirror.entries())


def first_of(server: FakeImmich) -> str:
    """The photo that is fetched first, before the others."""
    album = next(album for album in server.library.albums.values() if album.name == "Holidays")
    return max((server.library.assets[one] for one in album.asset_ids), key=lambda asset: asset.taken_ms).name


BODY_FAULTS = {
    "truncated once": {"do": "truncate", "times": 1},
    "reset once": {"do": "reset", "times": 1},
    "without a length": {"do": "no_length"},
    "other bytes once": {"do": "wrong_bytes", "times": 1},
}


@pytest.mark.parametrize("fault", BODY_FAULTS.values(), ids=BODY_FAULTS)
def test_a_broken_transfer_is_cured_by_another_try(server: FakeImmich, mirror: Mirror, fault: dict) -> None:
    server.faults.add(**fault, path="/(original|thumbnail)")
    result = mirror.run()
    assert result.exit_code == 0, result.problems
    assert len(mirror.objects()) == 2 * HOLIDAYS
    mirror.check()


def test_a_failed_listing_leaves_no_part_behind(server: FakeImmich, mirror: Mirror) -> None:
    server.faults.add("garbage", path=LISTING)
    mirror.run()
    assert list(mirror.home.parts.iterdir()) == []


# Keys of answers that the main job reads: every one is dropped, nulled, renamed and retyped in turn.
ASSET_KEYS = (
    "id", "ownerId", "type", "originalFileName", "originalPath", "checksum", "fileCreatedAt", "fileModifiedAt",
    "updatedAt", "localDateTime", "isFavorite", "isTrashed", "isOffline", "visibility",
)  # fmt: skip
NULLABLE = {"libraryId", "livePhotoVideoId", "thumbhash"}
SPOTS = {
    1: [
        ("albums", "assets"),
        ("albums", "assetCount"),
        ("albums", "id"),
        *(("albums", f"assets[].{key}") for key in ASSET_KEYS),
    ],
    3: [
        ("search/metadata", "assets"),
        ("search/metadata", "assets.items"),
        ("albums", "assetCount"),
        *(("search/metadata", f"assets.items[].{key}") for key in ASSET_KEYS),
    ],
}
DRIFTS = [(version, path, key, op) for version, spots in SPOTS.items() for path, key in spots
          for op in ("drop", "null", "rename", "retype")]  # fmt: skip


@pytest.fixture(scope="module")
def settled(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, tuple[FakeImmich, Mirror]]]:
    """A server and a mirror of it for each version, with something on the server that a listing would change."""
    made = {}
    servers = []
    for version in SPOTS:
        server = FakeImmich(version=version, library=sample_library(pictures))
        server.__enter__()
        servers.append(server)
        mirror = mirror_of(server, tmp_path_factory.mktemp(f"v{version}"), album_of(server, "Holidays"))
        mirror.run()
        server.edits.remove_from_album("IMG_0003.jpg", "Holidays")
        server.edits.describe("IMG_0004.jpg", "new words")
        made[version] = (server, mirror)
    yield made
    for server in servers:
        server.stop()


@pytest.mark.parametrize(
    ("version", "path", "key", "op"), DRIFTS, ids=[f"v{version}-{key}-{op}" for version, _, key, op in DRIFTS]
)
def test_an_answer_of_unknown_form_changes_nothing_to_the_byte(
    settled: dict[int, tuple[FakeImmich, Mirror]], version: int, path: str, key: str, op: str
) -> None:
    server, mirror = settled[version]
    before = mirror.disk()
    server.faults.add("json", op=op, key=key, path=path)
    try:
        result = mirror.run(asked=True)
    finally:
        server.faults.clear()
    assert result.exit_code == 3, result
    assert result.facts["albums"]["Holidays"]["complete"] is False
    assert mirror.disk() == before
