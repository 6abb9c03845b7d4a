"""Albums on the server that keep themselves: what is put in, what leaves, and what a person did by hand stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.settings.tree import Mode
from tests.fakes.immich import FakeImmich
from tests.fakes.smart import Keeper, keeper_of, smart
from tests.sync.smart.libraries import add, person
from tests.sync.smart.truth import TRUTH

ANNA = {"people": ["Anna"]}


@pytest.fixture
def keeper(server: FakeImmich, tmp_path: Path) -> Keeper:
    """Anna is in a.jpg to f.jpg, Ben in b.jpg too, nobody in z.jpg."""
    library = server.library
    for letter in "abcdef":
        add(library, f"{letter}.jpg", "Anna", *(["Ben"] if letter == "b" else []))
    add(library, "z.jpg")
    return keeper_of(server, tmp_path, smart("Anna", ANNA))


ALL = {f"{letter}.jpg" for letter in "abcdef"}


def test_a_missing_album_is_made_and_filled_and_a_second_run_changes_nothing(keeper: Keeper) -> None:
    assert keeper.facts("Anna")["added"] == 6
    assert keeper.names("Anna") == ALL
    before = keeper.home.library.read_bytes()
    keeper.server.clear_log()
    assert keeper.facts("Anna") == {
        "added": 0, "removed": 0, "held": 0, "total": 6, "refused": {}, "created": False, "run": None,
        "listed": "a person asked", "problems": [],
    }  # fmt: skip
    writes = [entry for entry in keeper.server.log if entry.method != "GET" and "/search/" not in entry.path]
    assert writes == []
    assert keeper.home.library.read_bytes() == before


def test_what_no_longer_matches_leaves_and_what_a_person_added_stays(keeper: Keeper) -> None:
    keeper.run("Anna")
    keeper.server.edits.add_to_album("z.jpg", "Anna")
    take_face(keeper, "a.jpg")
    assert keeper.facts("Anna")["removed"] == 1
    assert keeper.names("Anna") == ALL - {"a.jpg"} | {"z.jpg"}


def test_add_only_never_removes(keeper: Keeper) -> None:
    keeper.set(smart("Anna", ANNA, mode=Mode.ADD))
    keeper.run("Anna")
    take_face(keeper, "a.jpg")
    assert keeper.facts("Anna")["removed"] == 0
    assert keeper.names("Anna") == ALL


def test_an_album_that_is_wholly_ours_loses_what_others_put_in(keeper: Keeper) -> None:
    keeper.set(smart("Anna", ANNA, mode=Mode.OWN))
    keeper.run("Anna")
    keeper.server.edits.add_to_album("z.jpg", "Anna")
    keeper.server.edits.remove_from_album("a.jpg", "Anna")
    keeper.run("Anna")
    assert keeper.names("Anna") == ALL


def test_what_a_person_took_out_stays_out_until_they_put_it_back(keeper: Keeper) -> None:
    keeper.run("Anna")
    keeper.server.edits.remove_from_album("a.jpg", "Anna")
    assert keeper.facts("Anna")["added"] == 0
    assert keeper.facts("Anna")["added"] == 0
    assert keeper.names("Anna") == ALL - {"a.jpg"}
    keeper.server.edits.add_to_album("a.jpg", "Anna")
    keeper.run("Anna")
    take_face(keeper, "a.jpg")
    keeper.run("Anna")
    assert "a.jpg" in keeper.names("Anna"), "it is theirs now"


def test_a_photo_in_the_trash_comes_back_as_ours(keeper: Keeper) -> None:
    keeper.run("Anna")
    keeper.server.edits.trash("a.jpg")
    keeper.run("Anna")
    keeper.server.edits.restore("a.jpg")
    keeper.run("Anna")
    assert keeper.names("Anna") == ALL
    take_face(keeper, "a.jpg")
    assert keeper.facts("Anna")["removed"] == 1


def test_half_of_an_album_is_held_until_its_plan_is_confirmed(keeper: Keeper) -> None:
    keeper.run("Anna")
    for letter in "abcd":
        take_face(keeper, f"{letter}.jpg")
    result = keeper.run("Anna")
    assert result.exit_code == 4
    assert "more than half" in result.problems[0]
    assert keeper.names("Anna") == ALL
    plan = keeper.preview("Anna").facts
    assert plan["counts"] == {"add": 0, "remove": 0, "hold": 4}
    assert {(item["do"], item["what"]) for item in plan["items"]} == {("hold", f"{n}.jpg") for n in "abcd"}
    assert "not of Anna" in plan["items"][0]["why"]
    assert keeper.facts("Anna", plan=plan["plan"])["removed"] == 4
    assert keeper.names("Anna") == {"e.jpg", "f.jpg"}


def test_a_plan_that_the_world_has_moved_beyond_is_not_applied(keeper: Keeper) -> None:
    keeper.run("Anna")
    for letter in "abcd":
        take_face(keeper, f"{letter}.jpg")
    plan = keeper.preview("Anna").facts["plan"]
    take_face(keeper, "e.jpg")
    facts = keeper.facts("Anna", plan=plan)
    assert "Nothing was done" in facts["problems"][0]
    assert keeper.names("Anna") == ALL


def test_photos_whose_time_has_passed_leave_without_a_question(keeper: Keeper) -> None:
    keeper.set(smart("Lately", {"last": "3 days"}))
    keeper.run("Lately")
    assert len(keeper.names("Lately")) == 7
    keeper.clock.advance(30 * 86400)
    result = keeper.run("Lately")
    assert result.exit_code == 0
    assert result.facts["albums"]["Lately"]["removed"] == 7


def test_a_calendar_that_goes_back_explains_nothing(keeper: Keeper) -> None:
    keeper.set(smart("Recent", {"last": "30 days"}))
    keeper.run()
    keeper.clock.advance(-60 * 86400)
    facts = keeper.facts("Recent")
    assert (facts["removed"], facts["held"]) == (0, 7)


def test_another_rule_explains_what_leaves(keeper: Keeper) -> None:
    keeper.run("Anna")
    keeper.set(smart("Anna", {"people": ["Anna", "Ben"], "operator": "AND"}))
    assert keeper.facts("Anna")["removed"] == 5
    assert keeper.names("Anna") == {"b.jpg"}


def test_a_calendar_that_cannot_be_believed_moves_nothing(keeper: Keeper) -> None:
    keeper.set(smart("Lately", {"last": "3 days"}))
    keeper.clock.believed = False
    assert "clock is not set" in keeper.facts("Lately")["problems"][0]
    assert "Lately" not in keeper.server.albums


def test_the_first_run_after_an_upgrade_only_adds(keeper: Keeper) -> None:
    keeper.run("Anna")
    take_face(keeper, "a.jpg")
    add(keeper.server.library, "new.jpg", "Anna")
    keeper.server.version = keeper.server.version % 3 + 1
    facts = keeper.facts("Anna")
    assert (facts["added"], facts["removed"]) == (1, 0)
    assert "only added" in facts["problems"][0]
    assert keeper.facts("Anna")["removed"] == 1


def test_what_left_with_the_calendar_during_an_upgrade_is_not_asked_about_later(keeper: Keeper) -> None:
    keeper.set(smart("Lately", {"last": "3 days"}))
    keeper.run()
    keeper.clock.advance(30 * 86400)
    keeper.server.version = keeper.server.version % 3 + 1
    assert keeper.facts("Lately")["removed"] == 0
    facts = keeper.facts("Lately")
    assert (facts["removed"], facts["held"]) == (7, 0)


def test_a_run_is_taken_back_and_the_album_rests_until_it_is_asked_for(keeper: Keeper) -> None:
    keeper.run("Anna")
    keeper.server.edits.add_to_album("z.jpg", "Anna")
    take_face(keeper, "a.jpg")
    add(keeper.server.library, "new.jpg", "Anna")
    keeper.run("Anna")
    assert keeper.names("Anna") == ALL - {"a.jpg"} | {"z.jpg", "new.jpg"}
    assert "1 taken out, 1 put back" in keeper.undo("Anna").sentence
    assert keeper.names("Anna") == ALL | {"z.jpg"}
    assert "taken back" in keeper.facts("Anna", asked=False)["problems"][0]
    assert keeper.names("Anna") == ALL | {"z.jpg"}
    keeper.undo("Anna")
    assert keeper.names("Anna") == {"z.jpg"}, "the run before, too"
    keeper.run("Anna")
    assert keeper.names("Anna") == ALL - {"a.jpg"} | {"z.jpg", "new.jpg"}


def test_partners_photos_are_left_out_unless_they_are_asked_for(keeper: Keeper) -> None:
    library = keeper.server.library
    bea = library.add_user("Bea", "bea@example.org")
    library.add_partner(bea, in_timeline=True)
    add(library, "hers.jpg", "Anna", owner_id=bea.id)
    assert keeper.facts("Anna")["added"] == 6
    keeper.set(smart("Anna", ANNA, partners=True))
    facts = keeper.facts("Anna")
    assert facts["refused"] == {"no_permission": 1}
    assert "refused 1 photo (no_permission)" in facts["problems"][0]


def test_a_rule_that_asks_for_photos_which_nobody_looks_at_is_refused(keeper: Keeper) -> None:
    library = keeper.server.library
    library.add_partner(library.add_user("Bea", "bea@example.org"), in_timeline=True)
    keeper.set(smart("Hers", {"owner": "Bea"}), smart("Not hers", {"none": [{"owner": "Bea"}]}))
    told = keeper.run().facts["albums"]
    assert "Set partners = true" in told["Hers"]["problems"][0]
    assert (told["Not hers"]["added"], told["Not hers"]["problems"]) == (7, [])


@pytest.mark.parametrize(("operator", "letters", "wanted"), TRUTH, ids=lambda value: str(value) or "nothing")
def test_the_truth_table_holds_on_every_version(
    server: FakeImmich, tmp_path: Path, operator: str, letters: str | None, wanted: str
) -> None:
    library = server.library
    people = {"A": "Anna", "B": "Ben", "C": "Carl"}
    for name in ("none", "A", "AB", "ABC", "C"):
        add(library, name, *(people[letter] for letter in name if letter in people))
    add(library, "A+unnamed", "Anna", "")
    value = None if letters is None else [people[letter] for letter in letters]
    keeper = keeper_of(server, tmp_path)
    keeper.set(smart("Table", {}, filters=({"key": "people", "val": value, "operator": operator},)))
    result = keeper.run("Table")
    if letters == "":
        assert result.exit_code == 2, "nobody to look for is refused, and nothing is matched"
    assert (keeper.names("Table") if "Table" in server.albums else set()) == set(wanted.split())


def test_why_tells_which_test_decides(keeper: Keeper) -> None:
    keeper.set(smart("Both", {"all": [ANNA, {"none": [{"people": ["Ben"]}]}, {"favourite": False}]}))
    told = keeper.why("Both", "b.jpg")
    assert told.facts["matches"] is False
    assert [(one["test"], one["fits"], one["decides"]) for one in told.facts["tests"]] == [
        ("of Anna", True, False), ("of Ben", True, True), ("that are no favourites", True, False),
    ]  # fmt: skip
    assert keeper.why("Both", "a.jpg").facts["matches"] is True
    keeper.server.edits.archive("a.jpg")
    assert "not in the timeline (archive)" in keeper.why("Both", keeper.server.library.asset_named("a.jpg").id).sentence


def test_why_tells_that_a_person_took_it_out(keeper: Keeper) -> None:
    keeper.set(smart("Anna", ANNA))
    keeper.run("Anna")
    keeper.server.edits.remove_from_album("a.jpg", "Anna")
    keeper.run("Anna")
    told = keeper.why("Anna", "a.jpg")
    assert told.facts["matches"] and told.facts["taken_out"]
    assert told.sentence.endswith("Somebody took it out by hand: it stays out until somebody puts it back.")
    assert not keeper.why("Anna", "b.jpg").facts["taken_out"]
    keeper.server.edits.add_to_album("a.jpg", "Anna")
    keeper.run("Anna")
    assert not keeper.why("Anna", "a.jpg").facts["taken_out"]


def test_photos_of_the_same_day_in_other_places_go_by_their_own_clocks(keeper: Keeper) -> None:
    late = datetime(2024, 1, 1, 11, tzinfo=UTC)
    add(keeper.server.library, "east.jpg", taken=late, offset_minutes=840)
    add(keeper.server.library, "west.jpg", taken=late, offset_minutes=-720)
    keeper.set(smart("New Year", {"between": ["2024-01-01", "2024-01-01"]}))
    keeper.run("New Year")
    assert "New Year" not in keeper.server.albums, "it is 2 January in the east, 31 December in the west"


def take_face(keeper: Keeper, name: str, who: str = "Anna") -> None:
    """That person is somebody else, or nobody, in a photo: no version moves updatedAt by it."""
    library = keeper.server.library
    asset, wanted = library.asset_named(name), person(library, who)
    asset.faces = tuple(face for face in asset.faces if face.person_id != wanted.id)
    library.changed()
