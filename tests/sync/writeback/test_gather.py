"""What a server is asked: little when nothing is new, and one request at most for the faces of one asset."""

from __future__ import annotations

import msgspec
import pytest

from sync.library import known, known_groups
from tests.fakes.writeback import SERVER, Originals


def asked(originals: Originals) -> list[str]:
    """Method and path of every request since the log was cleared."""
    return [f"{entry.method} {entry.path}" for entry in originals.server.log]


def test_an_unchanged_run_asks_little_and_nothing_of_single_assets(originals: Originals) -> None:
    originals.run()
    originals.run()
    originals.server.clear_log()
    originals.run()
    requests = asked(originals)
    assert len(requests) <= 1 + len(originals.server.library.albums) + 5, requests
    assert not any("/faces" in one or "/assets/" in one for one in requests)


def test_a_server_whose_clock_was_set_back_is_listed_whole(originals: Originals) -> None:
    originals.run()
    with originals.work() as work, work.library.transaction() as db:
        row = known.server(work.library, SERVER)
        assert row is not None
        known.put_server(db, msgspec.structs.replace(row, since="2099-01-01T00:00:00+00:00"))
    originals.server.edits.describe("a.jpg", "by the new time")
    originals.server.library.asset_named("c.jpg").updated_us += 10**15
    assert originals.counts()["updated"] == 1
    assert originals.tags("a.jpg", "XMP-dc:Description") == {"XMP-dc:Description": "by the new time"}
    originals.run()
    originals.server.clear_log()
    originals.run()
    assert len(asked(originals)) <= 1 + len(originals.server.library.albums) + 5, "its own clock counts again"


def test_the_first_run_asks_for_faces_once_an_asset_with_people_at_most(originals: Originals) -> None:
    originals.run()
    faces = [one for one in asked(originals) if "/faces" in one]
    assert len(faces) == (2 if originals.server.version == 3 else 0)
    originals.server.clear_log()
    originals.run()
    assert not [one for one in asked(originals) if "/faces" in one], "Immich read the files again; nobody moved"


def test_a_face_that_moved_is_found_within_the_round_of_days(originals: Originals) -> None:
    originals.run()
    before = originals.tags("b.jpg", "XMP-mwg-rs:all")
    originals.server.edits.move_face("b.jpg", "Anna", (20, 20, 40, 40))
    for _ in range(3):
        originals.clock.advance(86400 + 60)
        originals.server.clear_log()
        originals.run()
        assert sum("/faces" in one for one in asked(originals)) <= 2
    assert originals.tags("b.jpg", "XMP-mwg-rs:all") != before


def test_somebody_recognised_later_is_found_though_no_time_moved(originals: Originals) -> None:
    originals.run()
    originals.server.edits.add_face("c.jpg", "Ben", (2, 2, 30, 30))
    originals.run()
    assert originals.tags("c.jpg", "XMP-iptcExt:PersonInImage") == {"XMP-iptcExt:PersonInImage": ["Ben"]}


def test_a_hidden_person_is_not_written(originals: Originals) -> None:
    ben = next(one for one in originals.server.library.people.values() if one.name == "Ben")
    ben.hidden, ben.updated_us = True, originals.server.library.tick_us()
    originals.server.library.changed()
    originals.run()
    assert originals.tags("a.jpg", "XMP-iptcExt:PersonInImage") == {"XMP-iptcExt:PersonInImage": ["Anna"]}


def test_the_photos_of_partners_are_left_out(originals: Originals) -> None:
    library = originals.server.library
    bea = library.add_user("Bea", "bea@example.org")
    library.add_partner(bea, in_timeline=True)
    library.asset_named("a.jpg").owner_id = bea.id
    assert originals.counts()["total"] == 2


@pytest.mark.parametrize("mode", ["maintenance", "db-down"])
def test_a_server_in_trouble_changes_nothing(originals: Originals, mode: str) -> None:
    originals.run()
    before = originals.disk()
    originals.server.edits.describe("a.jpg", "")
    originals.server.mode = mode
    result = originals.run()
    assert result.exit_code == 3
    assert originals.disk() == before
    originals.server.mode = "normal"
    originals.run()
    assert "XMP-dc:Description" not in originals.tags("a.jpg", "XMP-dc:Description")


def test_an_asset_that_is_gone_from_immich_keeps_what_was_written(originals: Originals) -> None:
    originals.run()
    before = originals.disk()
    originals.server.edits.delete("a.jpg")
    originals.clock.advance(8 * 86400)
    originals.run()
    assert originals.disk()["2024/a.jpg"] == before["2024/a.jpg"]
    with originals.work() as work:
        assert known.count(work.library, SERVER) == 2


def test_a_list_that_lost_its_tags_takes_no_keyword_out(originals: Originals) -> None:
    """An answer without tags looks like a server on which all were deleted."""
    originals.server.edits.tag("a.jpg", "Places/Vienna")
    originals.run()
    written = originals.tags("a.jpg", "XMP-dc:Subject")
    assert "Vienna" in str(written)
    originals.server.faults.add("short_page", path="/tags$", items=1000)
    originals.run()
    originals.run()
    assert originals.tags("a.jpg", "XMP-dc:Subject") == written
    originals.server.faults.clear()
    originals.server.edits.untag("a.jpg", "Places/Vienna")
    originals.run()
    assert "Vienna" not in str(originals.tags("a.jpg", "XMP-dc:Subject"))


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_crowd_that_a_list_lacks_is_gone_only_where_the_server_says_so_of_some_from_all_over_it(
    originals: Originals,
) -> None:
    crowd = [originals.server.library.add_person(f"Person {number}") for number in range(410)]

    def names() -> set[str]:
        with originals.work() as work:
            return {group.name for group in known_groups.groups(work.library, SERVER, "person").values()}

    originals.run()
    assert len(names()) == 412
    originals.server.faults.add("short_page", path=r"/people\?", items=410)
    told = " ".join(originals.run().problems)
    assert "410 that were there before are missing" in told
    assert len(names()) == 412
    originals.server.faults.clear()
    for person in crowd[:405]:
        del originals.server.library.people[person.id]
    originals.server.library.changed()
    originals.server.clear_log()
    assert originals.run().problems == []
    assert len(names()) == 7
    assert sum("/people/" in one for one in asked(originals)) <= 200
