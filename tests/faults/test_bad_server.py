"""Whatever a server does, a mirror loses nothing: the wall, the objects and the rows of photos stay as they were.

What each fault is called is proved in tests/sync/immich, what refusals and plain failures come to in tests/sync/mirror;
here are the rest, down to the rows, on a server whose news would be lost with a careless answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha1
from pathlib import Path

import msgspec
import pytest

from sync import secrets
from sync.settings.tree import Keep
from tests.fakes.immich import FakeImmich, quick_photo
from tests.fakes.immich.photos import add_photo
from tests.fakes.mirror import Mirror, album_of, mirror_of
from tests.faults import small_mirror
from tests.faults.conftest import album_of as album_library
from tests.faults.wall import hanging

PHOTOS = 6
Trouble = Callable[[FakeImmich], object]


def fault(do: str, path: str = r"/albums/|/search/", **options: object) -> Trouble:
    return lambda server: server.faults.add(do, path=path, **options)  # type: ignore[arg-type]



def emptied(server: FakeImmich) -> None:
    server.faults.add("json", path=r"/search/metadata", key="assets.items", op="set", value=[])
    server.faults.add("json", path=r"/albums/[^/?]+$", key="assets", op="set", value=[])


SILENT = {
    "429": fault("status", "/api/", status=429, headers={"Retry-After": "7200"}),
    "a redirect to another host": fault("redirect", "/api/", location="http://127.0.0.1:9/login"),
    "a reset": fault("reset", "/api/"),
    "a gzip bomb": fault("gzip_bomb", megabytes=40),
    "a truncated answer": fault("truncate"),
    "the list's key gone": fault("json", key="assets", op="drop"),
    "the list null": fault("json", key="assets", op="null"),
    "the list renamed": fault("json", key="assets", op="rename"),
}
"""Says nothing of what is in the album."""

LESS = {
    "an emptied list": emptied,
    "a short page": fault("short_page", items=3),
    "an asset twice in place of another": fault("repeat_item"),
    "a count that does not fit": fault("wrong_count", by=2),
}
"""A list that is not the whole album."""


@pytest.fixture(params=[2, 3], ids=["v2", "v3"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    library = album_library(tmp_path / "immich", PHOTOS, "Many")
    with FakeImmich(version=request.param, library=library) as server:
        yield server


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    mirror = mirror_of(server, tmp_path, album_of(server, "Many"))
    assert mirror.run().exit_code == 0
    return mirror


def photos_of(mirror: Mirror) -> list[tuple[object, ...]]:
    """The rows that say what is here and what is shown."""
    with closing(sqlite3.connect(mirror.home.library)) as db:
        return [
            *db.execute("SELECT key, facts, original, display FROM photos ORDER BY key"),
            *db.execute("SELECT album, photo, position, gone FROM memberships ORDER BY photo"),
            *db.execute("SELECT name, proof, retired FROM objects ORDER BY name"),
        ]


@pytest.mark.parametrize("trouble", SILENT.values(), ids=SILENT)
def test_a_server_in_trouble_changes_nothing_and_is_named(server: FakeImmich, mirror: Mirror, trouble: Trouble) -> None:
    shown, objects, rows = mirror.entries(), mirror.objects(), photos_of(mirror)
    # There is news, so that no cheap proof of "nothing changed" spares the listing.
    server.edits.add_to_album(add_photo(server.library, quick_photo(90)).id, "Many")
    trouble(server)
    server.clear_log()
    for _ in range(3):
        mirror.clock.advance(86400)
        result = mirror.run(asked=True)
        assert result.exit_code in (1, 3)
        assert result.problems
    assert len(server.log) <= 3 * 8, "it hammers the server"
    assert (mirror.entries(), mirror.objects(), photos_of(mirror)) == (shown, objects, rows)
    assert mirror_says_so(mirror)


def mirror_says_so(mirror: Mirror) -> bool:
    with closing(sqlite3.connect(mirror.home.library)) as db:
        return bool(db.execute("SELECT problem FROM albums").fetchone()[0])


@pytest.mark.parametrize("trouble", LESS.values(), ids=LESS)
def test_an_incomplete_listing_adds_and_never_removes(server: FakeImmich, mirror: Mirror, trouble: Trouble) -> None:
    shown = set(mirror.shown())
    fresh = add_photo(server.library, quick_photo(90))
    server.edits.add_to_album(fresh.id, "Many")
    server.edits.remove_from_album(mirror.shown()[0], "Many")
    trouble(server)
    for _ in range(3):
        mirror.clock.advance(86400)
        facts = mirror.facts("Many", asked=True)
        assert (facts["removed"], facts["held"]) == (0, 0)
        assert facts["problems"]
    assert set(mirror.shown()) >= shown


def test_when_the_server_is_well_again_everything_goes_on(server: FakeImmich, mirror: Mirror) -> None:
    rule = server.faults.add("status", path="/api/", status=503)
    fresh = add_photo(server.library, quick_photo(91))
    server.edits.add_to_album(fresh.id, "Many")
    assert mirror.run().exit_code == 3
    server.faults.clear()
    assert rule.seen
    assert mirror.facts("Many")["added"] == 1
    assert len(mirror.shown()) == PHOTOS + 1


def test_a_refused_key_stops_all_calls_and_a_new_key_resumes(server: FakeImmich, mirror: Mirror) -> None:
    album = album_of(server, "Many")
    mirror.set_albums(*(msgspec.structs.replace(album, name=f"Many {number}") for number in range(5)))
    mirror.run()
    server.edits.revoke_keys()
    server.clear_log()
    result = mirror.run()
    assert result.exit_code == 3
    assert len(server.log) <= 2
    fresh = server.edits.make_key("new")
    secrets.put(mirror.home.secrets, "servers", "home", key=fresh["api_key"])
    assert mirror.run().exit_code == 0


SPOILT = {
    "truncated": {"do": "truncate"},
    "without length and cut": {"do": "no_length", "part": 0.5},
    "reset": {"do": "reset"},
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_bytes_that_fail_their_proof_are_never_kept(
    server: FakeImmich, tmp_path: Path, spoilt: dict[str, object]
) -> None:
    mirror = mirror_of(server, tmp_path / "second", album_of(server, "Many", keep=Keep.ORIGINAL))
    asset = next(iter(server.library.assets.values()))
    server.faults.add(path=f"/assets/{asset.id}/original", **spoilt)  # type: ignore[arg-type]
    result = mirror.run()
    assert result.exit_code in (0, 1, 3)
    true = {sha1(path.read_bytes()).hexdigest() for path in server.library.folder.iterdir() if path.is_file()}
    assert {name.split(".")[0] for name in mirror.objects()} <= true
    assert len(mirror.shown()) == PHOTOS, "the other photos, and this one's display copy, are shown"
    assert list(mirror.home.parts.iterdir()) == []
    server.faults.clear()
    mirror.clock.advance(25 * 3600)
    assert mirror.run().exit_code == 0
    assert len(mirror.objects()) == 2 * PHOTOS
    mirror.check()


@pytest.mark.root
def test_without_any_network_sync_says_offline_and_the_wall_goes_on(server: FakeImmich, mirror: Mirror) -> None:
    home = small_mirror.home_at(mirror.home.root)
    small_mirror.set_up(home, server, "Many")
    command = ["unshare", "--net", *small_mirror.sync_command(home)]
    with hanging(home) as wall:
        first = wall.photo()
        done = small_mirror.run_command(home, command)
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
        assert len([line for line in done.stderr.splitlines() if line.startswith(("WARNING", "ERROR"))]) <= 1
        assert wall.next() != first
    assert list(home.parts.iterdir()) == []
