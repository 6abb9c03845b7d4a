from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha1

import pytest
from msgspec.msgpack import encode

from sync.catalogue import Catalogue
from sync.errors import UsageError
from sync.library import objects
from sync.library import trash as rows
from sync.library.objects import ObjectRow
from sync.mirror import trash
from sync.settings.tree import Album, Server, Settings
from sync.work import Work
from tests.manual_clock import ManualClock
from tests.sync.mirror.scrubbed import facts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def add_object(library, home, content: bytes) -> str:
    name = f"{sha1(content).hexdigest()}.jpg"
    path = home.object_path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    item = ObjectRow(name=name, bytes=len(content), mtime_ns=path.stat().st_mtime_ns, proof="checksum", checked_at="")
    with library.transaction() as db:
        objects.put(db, item)
    return name


def add_photo(library, key: str, *, original: str, display: str, album: str = "Sea") -> dict:
    with library.transaction() as db:
        db.execute(
            "INSERT INTO photos (key, server, asset, facts, content, added, original, display)"
            " VALUES (?,?,?,?,?,?,?,?)",
            (key, "home", key[5:], encode(facts(key[5:])), b"c" * 16, NOW.isoformat(), original, display),
        )
        photo = dict(db.execute("SELECT * FROM photos WHERE key = ?", (key,)).fetchone())
        db.execute("INSERT INTO memberships (album, photo, position) VALUES (?,?,?)", (album, photo["id"], 7))
    return photo


def discard(library, home, photo: dict, *, now: datetime = NOW) -> int:
    names = [photo["original"], photo["display"]]
    about = {"key": photo["key"], "album": "Sea", "position": 7, "reason": "gone from the album"}
    with library.transaction() as db:
        db.execute("DELETE FROM memberships WHERE photo = ?", (photo["id"],))
        db.execute("DELETE FROM photos WHERE id = ?", (photo["id"],))
        rows.add(db, photo=photo, objects=names, now=now.isoformat(), **about)
    return trash.move_out(library, home, names)


@pytest.fixture
def photo(library, home):
    original, display = add_object(library, home, b"original"), add_object(library, home, b"display")
    return add_photo(library, "home:a", original=original, display=display)


def test_a_discarded_photo_is_moved_and_comes_back_whole(library, home, photo):
    assert discard(library, home, photo) == len(b"original") + len(b"display")
    assert not home.object_path(photo["original"]).exists()
    assert (home.trash / photo["display"]).read_bytes() == b"display"
    assert objects.get(library, photo["original"]) is None
    [entry] = rows.entries(library)

    trash.restore(library, home, entry.id)

    assert home.object_path(photo["original"]).read_bytes() == b"original"
    back = dict(library.row("SELECT * FROM photos"))
    assert back | {"id": 0} == photo | {"id": 0}
    member = library.row("SELECT album, position, kept_by_hand FROM memberships")
    assert tuple(member) == ("Sea", 7, 1)
    assert objects.get(library, photo["original"]).proof == "checksum"
    assert rows.entries(library) == []
    with pytest.raises(UsageError):
        trash.restore(library, home, entry.id)


def test_an_object_of_another_photo_stays(library, home, photo):
    own = add_object(library, home, b"its own display copy")
    add_photo(library, "home:b", original=photo["original"], display=own)
    discard(library, home, photo)
    assert home.object_path(photo["original"]).exists()
    assert objects.get(library, photo["original"]) is not None
    assert not home.object_path(photo["display"]).exists()


def watch(library, home, clock: ManualClock, *, days: int, keep: float = 30) -> int:
    """A look a day; gives the bytes that went."""
    freed = 0
    for _ in range(days):
        freed += trash.expire(library, home, days=keep, clock=clock)
        clock.advance(86400)
    return freed


def test_what_is_old_goes_but_only_by_a_trusted_clock(library, home, photo):
    discard(library, home, photo)
    clock = ManualClock(wall=NOW + timedelta(hours=1))
    assert watch(library, home, clock, days=30) == 0
    clock.believed = False
    assert trash.expire(library, home, days=30, clock=clock) == 0
    clock.believed = True
    assert trash.expire(library, home, days=32, clock=clock) == 0
    assert trash.expire(library, home, days=30, clock=clock) == 15
    assert list(home.trash.iterdir()) == []
    assert rows.entries(library) == []


@pytest.mark.parametrize("years", [5, -1], ids=["five years ahead", "a year back and right again"])
def test_a_clock_that_jumps_makes_nothing_old(library, home, photo, years):
    clock = ManualClock(wall=NOW)
    watch(library, home, clock, days=40)
    discard(library, home, photo, now=clock.now())
    clock.step(years * 365 * 86400)
    assert watch(library, home, clock, days=10) == 0
    clock.step(-years * 365 * 86400)
    assert watch(library, home, clock, days=10) == 0
    assert (home.trash / photo["original"]).exists()
    assert watch(library, home, clock, days=15) == 15


def test_what_was_discarded_by_a_clock_not_yet_set_is_not_old_when_it_is(library, home, photo):
    clock = ManualClock(wall=NOW)
    watch(library, home, clock, days=40)
    discard(library, home, photo, now=datetime(1970, 1, 1, tzinfo=UTC))
    assert watch(library, home, clock, days=30) == 0
    assert watch(library, home, clock, days=2) == 15


def test_room_is_made_from_the_oldest_and_no_more_than_wanted(library, home):
    for number in range(3):
        content = bytes([number]) * 1000
        name = add_object(library, home, content)
        one = add_photo(library, f"home:{number}", original=name, display=name)
        discard(library, home, one, now=NOW + timedelta(hours=number))
    assert trash.make_room(library, home, 1500) == 2000
    assert [entry.key for entry in rows.entries(library)] == ["home:2"]


def test_a_file_that_two_entries_name_stays_until_both_are_gone(library, home):
    name = add_object(library, home, b"shared")
    first = add_photo(library, "home:a", original=name, display=name)
    second = add_photo(library, "home:b", original=name, display=name)
    clock = ManualClock(wall=NOW + timedelta(hours=1))
    discard(library, home, first)
    assert watch(library, home, clock, days=20) == 0
    discard(library, home, second, now=clock.now())
    assert watch(library, home, clock, days=12) == 0
    assert [entry.key for entry in rows.entries(library)] == ["home:b"]
    assert (home.trash / name).exists()
    assert watch(library, home, clock, days=20) == 6


def test_a_crash_before_the_files_moved_is_finished_at_the_next_start(library, home, photo):
    discard(library, home, photo)
    name, place = photo["original"], home.object_path(photo["original"])
    (home.trash / name).rename(place)
    assert trash.reconcile(library, home) == 1
    assert not place.exists()
    assert (home.trash / name).exists()
    assert trash.reconcile(library, home) == 0


def test_a_file_in_the_trash_that_a_row_names_goes_back_at_the_next_start(library, home, photo):
    discard(library, home, photo)
    name, place = photo["original"], home.object_path(photo["original"])
    add_photo(library, "home:b", original=name, display=name)
    assert trash.reconcile(library, home) == 1
    assert place.exists()
    assert not (home.trash / name).exists()


def test_the_job_refuses_an_album_that_is_not_set_up(library, home, photo):
    discard(library, home, photo)
    [entry] = rows.entries(library)
    settings = Settings(servers={"home": Server(url="http://x")})
    work = Work(home, settings, True, library, ManualClock())
    with pytest.raises(UsageError):
        trash.restore_handler(work, {"id": entry.id})
    work.settings = Settings(servers={"home": Server(url="http://x")}, albums=(Album(name="Sea", server="home"),))
    assert trash.restore_handler(work, {"id": entry.id}).facts["bytes"] == 15
    assert Catalogue(home.catalogue).count == 1
    assert (home.albums / "Sea" / "a.jpg").exists()


def test_emptying_leaves_nothing_but_what_is_shown(library, home, photo):
    shown = add_object(library, home, b"shown")
    discard(library, home, photo)
    trash.quarantine(home, shown, now=NOW)
    kept = add_object(library, home, b"kept")
    work = Work(home, Settings(), True, library, ManualClock())
    assert trash.empty_handler(work, {}).facts == {"photos": 1, "bytes": 20}
    assert home.object_path(kept).exists()
    assert [file for file in home.trash.rglob("*") if file.is_file()] == []
