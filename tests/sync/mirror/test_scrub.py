from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from sync.catalogue import Catalogue
from sync.errors import DiskFailing, Unreachable
from sync.library import meta, objects
from sync.mirror import scrub, trash, view
from sync.mirror.publish import publish
from sync.work import Result, Work
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import album_of, mirror_of
from tests.sync.mirror.scrubbed import Mirror


@pytest.fixture
def mirror(home):
    made = Mirror(home)
    yield made
    made.library.close()


def rot(path) -> None:
    """Flip a bit as a dying card does: no time moves."""
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def names_in(mirror: Mirror) -> list[str]:
    """All objects with a row, by name."""
    return [str(row[0]) for row in mirror.library.rows("SELECT name FROM objects ORDER BY name")]


def edit(path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"painted over")


DAMAGES = {
    "bit rot": (rot, "bit_rot"),
    "changed by hand": (edit, "changed_by_hand"),
    "missing": (lambda path: path.unlink(), "missing"),
}


@pytest.mark.parametrize(("damage", "kind"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_bad_object_is_named_set_aside_and_wanted_again(mirror, damage, kind):
    good, bad = mirror.add("a"), mirror.add("b")
    view.update(mirror.home, "Sea", [("a.jpg", good.original), ("b.jpg", bad.original)])
    publish(mirror.library, mirror.home, settings=mirror.work.settings)
    damage(mirror.home.object_path(bad.original))

    result = scrub.verify(mirror.work, {})

    assert result.exit_code == 1
    assert result.facts | {"checked": 4, "bad": 1, "repaired": 0, kind: 1} == result.facts
    assert sum(result.facts[name] for name in ("bit_rot", "changed_by_hand", "unreadable", "missing")) == 1
    assert not mirror.home.object_path(bad.original).exists()
    assert objects.get(mirror.library, bad.original) is None
    row = mirror.row("b")
    assert (row["original"], row["original_for"], row["original_etag"]) == (None, None, None)
    assert row["display"] == bad.display
    assert len(trash.quarantined(mirror.home)) == (kind != "missing")
    assert (mirror.home.albums / "Sea" / "b.jpg").exists() is False or kind == "missing"
    again = scrub.verify(mirror.work, {})
    assert (again.exit_code, again.facts["checked"], again.facts["bad"]) == (0, 3, 0)


def test_a_bad_display_copy_leaves_the_wall_at_once(mirror):
    mirror.add("a")
    bad = mirror.add("b")
    publish(mirror.library, mirror.home, settings=mirror.work.settings)
    assert Catalogue(mirror.home.catalogue).count == 2
    rot(mirror.home.object_path(bad.display))
    scrub.verify(mirror.work, {})
    published = Catalogue(mirror.home.catalogue)
    assert [entry.key for entry in published.candidates()] == ["home:a"]


def test_repair_brings_it_back_and_says_so(mirror):
    bad = mirror.add("a")
    rot(mirror.home.object_path(bad.original))
    asked = []

    def refetch(work: Work, albums: list[str]) -> Result:
        asked.append(albums)
        mirror.give("a", original=b"original a")
        return Result({}, "")

    result = scrub.verify(mirror.work, {"repair": True}, refetch=refetch)
    assert asked == [["Sea"]]
    assert (result.facts["bad"], result.facts["repaired"], result.exit_code) == (1, 1, 0)
    assert mirror.home.object_path(bad.original).read_bytes() == b"original a"
    assert trash.quarantined(mirror.home) == []


@pytest.mark.parametrize("part", ["original", "display"])
def test_repair_also_brings_back_what_an_earlier_check_set_aside(mirror, part):
    mirror.add("b")
    bad = mirror.add("a")
    rot(mirror.home.object_path(getattr(bad, part)))
    assert scrub.verify(mirror.work, {}).facts["bad"] == 1
    asked = []

    def refetch(work: Work, albums: list[str]) -> Result:
        asked.append(albums)
        mirror.give("a", **{part: f"{part} a".encode()})
        return Result({}, "")

    result = scrub.verify(mirror.work, {"repair": True}, refetch=refetch)
    assert asked == [["Sea"]]
    assert (result.facts["bad"], result.facts["repaired"], result.exit_code) == (0, 1, 0)
    scrub.verify(mirror.work, {"repair": True}, refetch=refetch)
    assert len(asked) == 1


def test_what_the_server_no_longer_has_is_kept_aside(mirror):
    bad = mirror.add("a")
    edit(mirror.home.object_path(bad.original))
    result = scrub.verify(mirror.work, {"repair": True}, refetch=lambda *_: Result({}, "", problems=["It is gone."]))
    assert (result.facts["repaired"], result.exit_code) == (0, 1)
    assert "It is gone." in result.problems
    mirror.clock.advance(400 * 86400)
    trash.expire(mirror.library, mirror.home, days=30, clock=mirror.clock)
    trash.make_room(mirror.library, mirror.home, 1 << 30)
    [kept] = trash.quarantined(mirror.home)
    assert kept.read_bytes() == b"original apainted over"


def test_a_server_that_does_not_answer_is_no_reason_to_fail_the_check(mirror):
    rot(mirror.home.object_path(mirror.add("a").original))

    def refetch(*_) -> Result:
        raise Unreachable("No answer.")

    result = scrub.verify(mirror.work, {"repair": True}, refetch=refetch)
    assert (result.exit_code, result.facts["bad"], result.facts["repaired"]) == (3, 1, 0)


def test_every_object_is_hashed_once_in_the_days_of_the_round(mirror):
    for number in range(15):
        mirror.add(str(number))
    names = names_in(mirror)
    seen = 0
    for _ in range(30):
        seen += scrub.scrub(mirror.work, {}).facts["checked"]
        mirror.clock.advance(86400)
    assert seen == 30
    for name in (names[0], names[-1]):
        rot(mirror.home.object_path(name))
    for _ in range(16):
        scrub.scrub(mirror.work, {})
        mirror.clock.advance(2 * 86400)
    assert names_in(mirror) == names[1:-1]


def test_what_was_taken_over_unhashed_comes_first(mirror):
    for number in range(20):
        mirror.add(str(number))
    name = max(names_in(mirror))
    mirror.library.db.execute("UPDATE objects SET checked_at = '' WHERE name = ?", (name,))
    rot(mirror.home.object_path(name))
    assert scrub.scrub(mirror.work, {}).facts["bad"] == 1


def test_a_day_without_news_writes_one_small_row(mirror):
    for number in range(20):
        mirror.add(str(number))
    scrub.scrub(mirror.work, {})
    before = mirror.library.db.total_changes
    mirror.clock.advance(86400)
    scrub.scrub(mirror.work, {})
    assert mirror.library.db.total_changes - before == 1


def test_an_object_without_a_row_is_counted_and_goes_only_after_days(mirror):
    mirror.add("a")
    stray = mirror.object(b"stray", row=False)
    assert scrub.scrub(mirror.work, {}).facts["orphans"] == 1
    assert mirror.home.object_path(stray).exists()
    mirror.clock.wall = datetime.now(UTC) + timedelta(days=8)
    mirror.clock.believed = False
    scrub.scrub(mirror.work, {})
    assert mirror.home.object_path(stray).exists()
    mirror.clock.believed = True
    scrub.scrub(mirror.work, {})
    assert not mirror.home.object_path(stray).exists()
    assert (mirror.home.trash / stray).read_bytes() == b"stray"


@pytest.mark.parametrize("why", ["many", "never listed"])
def test_objects_of_a_library_that_is_being_rebuilt_stay(mirror, why):
    mirror.add("a")
    strays = [mirror.object(b"stray %d" % number, row=False) for number in range(12 if why == "many" else 1)]
    if why == "never listed":
        mirror.library.db.execute("UPDATE albums SET complete = 0")
    mirror.clock.wall = datetime.now(UTC) + timedelta(days=80)
    assert scrub.verify(mirror.work, {}).facts["orphans"] == len(strays)
    assert all(mirror.home.object_path(name).exists() for name in strays)


def test_a_disk_that_fails_everywhere_does_not_empty_the_wall(mirror, monkeypatch):
    for number in range(15):
        mirror.add(str(number))
    monkeypatch.setattr(scrub, "UNREADABLE_MOST", 3)
    folder = mirror.home.root / "folder"
    folder.mkdir()
    # Reading a folder fails with EISDIR, which stands for the EIO that no test can order here.
    monkeypatch.setattr(scrub, "_READ_ERRORS", {21})
    for name in names_in(mirror):
        path = mirror.home.object_path(name)
        path.unlink()
        path.mkdir()
    with pytest.raises(DiskFailing):
        scrub.verify(mirror.work, {})
    assert len(names_in(mirror)) == 27


def test_the_cursor_survives_and_starts_again_at_the_end(mirror):
    for number in range(3):
        mirror.add(str(number))
    names = names_in(mirror)
    for name in (*names, names[0]):
        scrub.scrub(mirror.work, {})
        assert name in meta.get(mirror.library, "scrub")


@pytest.mark.parametrize("version", [2, 3])
def test_verify_repairs_from_the_server_what_rotted_here(tmp_path, version):
    with FakeImmich(version=version, library=sample_library(tmp_path / "library")) as server:
        device = mirror_of(server, tmp_path, album_of(server, "Holidays"))
        device.facts("Holidays")
        first, second, *_ = device.entries("Holidays")
        for name, damage in ((first.original, rot), (second.display, rot), (second.original, edit)):
            damage(device.home.object_path(name))
        with device.work() as work:
            result = scrub.verify(work, {"repair": True})
    assert (result.facts["bad"], result.facts["repaired"], result.facts["changed_by_hand"]) == (3, 3, 1)
    assert result.exit_code == 0
    device.check()
    assert len(device.entries("Holidays")) == 8
    folder = device.home.albums / "Holidays"
    assert subprocess.run(["sha1sum", "-c", "--quiet", "SHA1SUMS"], cwd=folder, check=False).returncode == 0
    assert len([file for file in folder.iterdir() if file.name != "SHA1SUMS"]) == 8


VERIFY = """
import json, sys
from pathlib import Path
from sync.home import Home
from sync.library.database import Library
from sync.mirror import scrub
from sync.settings.tree import Settings
from sync.work import Work
from tests.manual_clock import ManualClock
home = Home(root=Path(sys.argv[1]), runtime=Path(sys.argv[2]))
print(json.dumps(scrub.verify(Work(home, Settings(), False, Library(home.library), ManualClock()), {}).facts))
"""


def test_an_object_that_the_card_cannot_read_is_set_aside(mirror):
    bad = mirror.home.object_path(mirror.add("a").original)
    mirror.add("b")
    strace = ["strace", "-f", "-o", "/dev/null", "-P", str(bad), "-e", "trace=read", "-e", "inject=read:error=EIO"]
    verify = [sys.executable, "-c", VERIFY, str(mirror.home.root), str(mirror.home.runtime)]
    done = subprocess.run([*strace, *verify], capture_output=True, text=True, check=True)
    facts = json.loads(done.stdout)
    assert (facts["checked"], facts["bad"], facts["unreadable"]) == (4, 1, 1)
    assert not bad.exists()
    assert mirror.row("a")["original"] is None
