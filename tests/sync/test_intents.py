"""What people did at the wall: recorded once, whatever breaks off in between, and nothing else read or followed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frame.intents import write_intent
from sync.home import Home
from sync.intents import Intents
from sync.library import intents
from sync.library.database import Library
from sync.library.intents import FAVOURITE, State

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def wish(home: Home, kind: str, key: str, *, value: bool = True, after_seconds: int = 0) -> None:
    write_intent(home, kind, key, value=value, now=NOON + timedelta(seconds=after_seconds))


def test_what_was_done_at_the_wall_is_recorded_and_its_file_goes(home: Home, library: Library) -> None:
    wish(home, "favourite", "home:a")
    wish(home, "hide", "home:b")
    assert Intents(home).take(library) == 2
    assert list(home.intents.iterdir()) == []
    (row,) = intents.waiting(library)
    assert (row.kind, row.key, row.value, row.at, row.state) == (
        "favourite", "home:a", True, int(NOON.timestamp()), State.WAITING,
    )  # fmt: skip
    assert intents.hidden(library) == ["home:b"]


def test_the_last_of_several_wishes_counts(home: Home, library: Library) -> None:
    taker = Intents(home)
    for second, value in enumerate((True, False, True, False)):
        wish(home, "hide", "home:a", value=value, after_seconds=second)
    taker.take(library)
    assert intents.hidden(library) == []
    wish(home, "hide", "home:a", value=True, after_seconds=9)
    taker.take(library)
    assert intents.hidden(library) == ["home:a"]


def test_a_file_that_outlived_a_crash_is_not_a_new_wish(home: Home, library: Library) -> None:
    wish(home, "favourite", "home:a")
    (file,) = home.intents.iterdir()
    content = file.read_bytes()
    Intents(home).take(library)
    (row,) = intents.waiting(library)
    with library.transaction() as db:
        intents.settle(db, type(row)(**{name: getattr(row, name) for name in row.__struct_fields__}
                                     | {"state": State.DONE}))  # fmt: skip
    file.write_bytes(content)
    assert Intents(home).take(library) == 1
    assert not file.exists()
    assert intents.waiting(library) == []


def test_the_file_stays_until_its_row_is_durable(home: Home, library: Library) -> None:
    wish(home, "favourite", "home:a")
    library.db.execute("DROP TABLE intents")
    with pytest.raises(Exception, match="no such table"):
        Intents(home).take(library)
    assert len(list(home.intents.iterdir())) == 1


def test_a_wish_of_a_moment_later_survives_the_end_of_the_earlier_one(home: Home, library: Library) -> None:
    wish(home, "favourite", "home:a")
    taker = Intents(home)
    taker.take(library)
    (first,) = intents.waiting(library)
    wish(home, "favourite", "home:a", value=False, after_seconds=1)
    taker.take(library)
    with library.transaction() as db:
        assert not intents.settle(db, first)
    assert [row.value for row in intents.waiting(library)] == [False]


def test_an_idle_look_reads_nothing_and_a_new_file_is_seen(
    home: Home, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker = Intents(home)
    for _ in range(3):
        taker.take(library)
    reads: list[object] = []
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: reads.append(path) or scan(path))
    taker.take(library)
    assert reads == []
    wish(home, "favourite", "home:a")
    assert taker.take(library) == 1


def _link(path: Path) -> None:
    secret = path.parent.parent / "secret.json"
    secret.write_text('{"kind":"hide","key":"home:stolen","value":true,"at":1}')
    path.symlink_to(secret)


HOSTILE = {
    "a link to somewhere else": (_link, True),
    "a pipe": (os.mkfifo, True),
    "a folder": (Path.mkdir, True),
    "no JSON": (lambda path: path.write_bytes(b"\xff{"), False),
    "another kind": (lambda path: path.write_text('{"kind":"delete","key":"a","value":true,"at":1}'), False),
    "an endless key": (
        lambda path: path.write_text('{"kind":"hide","key":"%s","value":true,"at":1}' % ("x" * 900)), False,
    ),
    "a huge file": (lambda path: path.write_bytes(b'{"kind":"hide","key":"a"' + b" " * 5000 + b"}"), False),
    "an endless number": (
        lambda path: path.write_text('{"kind":"hide","key":"a","value":true,"at":9223372036854775807}'), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_intent_is_neither_followed_nor_in_the_way(home: Home, library: Library, name: str) -> None:
    make, stays = HOSTILE[name]
    made = home.intents / "0000000000.000-x.json"
    make(made)
    wish(home, "favourite", "home:a")
    Intents(home).take(library)
    assert [row.key for row in intents.waiting(library)] == ["home:a"]
    assert intents.hidden(library) == []
    assert os.path.lexists(made) is stays


def test_many_are_taken_in_several_looks(home: Home, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.intents.MOST_AT_ONCE", 2)
    for number in range(5):
        wish(home, FAVOURITE, f"home:{number}", after_seconds=number)
    taker = Intents(home)
    assert [taker.take(library) for _ in range(4)] == [2, 2, 1, 0]
    assert len(intents.waiting(library)) == 5
