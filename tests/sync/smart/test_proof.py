"""A quiet hour costs no listing, and nothing that happens on the server stays unseen because of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.immich import FakeImmich
from tests.fakes.smart import Keeper, keeper_of, smart
from tests.sync.smart.libraries import add, person

BOX = (1, 1, 9, 9)
RULES: dict[str, dict[str, Any]] = {
    "a person": {"people": ["Anna"]},
    "a person's favourites": {"people": ["Anna"], "favourite": True},
    "two together": {"people": ["Anna", "Ben"], "operator": "AND"},
    "either": {"people": ["Anna", "Ben"]},
    "a tag": {"tags": ["Trips"]},
    "not an album": {"rating": 5, "not_in_album": ["Screens"]},
    "not a person": {"people": ["Anna"], "none": [{"people": ["Ben"]}]},
    "everything named": {"file_name": "*"},
}


@pytest.fixture
def keeper(server: FakeImmich, tmp_path: Path) -> Keeper:
    library = server.library
    library.now_us = int((time.time() - 36_000) * 1_000_000)
    tags = {tag.value: tag.id for tag in library.tags.values()}
    for number in range(12):
        people = ["Anna"] * (number % 2 == 0) + ["Ben"] * (number % 3 == 0)
        add(library, f"{number:02d}.jpg", *people, favourite=number % 4 == 0, rating=5 if number % 3 else 3,
            tag_ids=(tags["Trips"],) if number < 5 else ())  # fmt: skip
    return keeper_of(server, tmp_path, *(smart(name, rule) for name, rule in RULES.items()))


def happens(keeper: Keeper) -> Any:
    """Edits from now on; the stand-in's clock is not this machine's, whose time its answers bear."""
    keeper.server.library.now_us = int((time.time() + 3600) * 1_000_000)
    return keeper.server.edits


def hour(keeper: Keeper) -> dict[str, str]:
    """A run of the schedule, an hour later: why each album was listed."""
    keeper.clock.advance(3600)
    keeper.server.clear_log()
    facts = keeper.run(asked=False).facts["albums"]
    return {name: one["listed"] for name, one in facts.items()}


def pages(keeper: Keeper) -> int:
    """How many requests told of more than one photo."""
    return sum(entry.path.endswith("/search/metadata") for entry in keeper.server.log)


def test_a_quiet_hour_lists_nothing_changes_nothing_and_writes_nothing(keeper: Keeper) -> None:
    assert set(hour(keeper).values()) == {"nothing is known of an earlier run"}
    before = keeper.home.library.read_bytes()
    assert hour(keeper) == dict.fromkeys(RULES, ""), "the run after the one that filled them"
    assert keeper.home.library.read_bytes() == before
    assert not [entry for entry in keeper.server.log if entry.method != "GET" and "/search/" not in entry.path]
    asked = len(keeper.server.log)
    hour(keeper)
    assert len(keeper.server.log) == asked < 60


def test_searches_that_several_rules_share_are_asked_about_once(keeper: Keeper) -> None:
    keeper.set(*(smart(f"Anna {number}", {"people": ["Anna"]}, album=f"Anna {number}") for number in range(5)))
    hour(keeper)
    hour(keeper)
    assert sum(entry.path.endswith("/search/statistics") for entry in keeper.server.log) == 1
    assert pages(keeper) == 1, "one photo at most, to see whether any was updated"


CHANGES: dict[str, tuple[Callable[[Any], None], str]] = {
    "favourite": (lambda edits: edits.favourite("02.jpg"), "a person's favourites"),
    "no favourite": (lambda edits: edits.favourite("04.jpg", False), "a person's favourites"),
    "face added": (lambda edits: edits.add_face("01.jpg", "Anna", BOX), "a person"),
    "face removed": (lambda edits: edits.remove_face("02.jpg", "Anna"), "a person"),
    "no more without": (lambda edits: edits.add_face("02.jpg", "Ben", BOX), "not a person"),
    "both together now": (lambda edits: edits.add_face("02.jpg", "Ben", BOX), "two together"),
    "tag added": (lambda edits: edits.tag("09.jpg", "Trips"), "a tag"),
    "tag removed": (lambda edits: edits.untag("01.jpg", "Trips"), "a tag"),
    "trashed": (lambda edits: edits.trash("02.jpg"), "a person"),
    "archived": (lambda edits: edits.archive("02.jpg"), "a person"),
    "rated": (lambda edits: edits.rate("00.jpg", 5), "not an album"),
    "put into the other album": (lambda edits: edits.add_to_album("01.jpg", "Screens"), "not an album"),
    "taken out by hand": (lambda edits: edits.remove_from_album("02.jpg", "a person"), "a person"),
    "put in by hand": (lambda edits: edits.add_to_album("01.jpg", "a person"), "a person"),
    "person renamed": (lambda edits: edits.rename_person("Anna", "Anna Maria"), "either"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_happens_is_seen_within_the_hour_as_by_a_full_look(keeper: Keeper, name: str) -> None:
    change, concerned = CHANGES[name]
    hour(keeper)
    hour(keeper)
    change(happens(keeper))
    listed = hour(keeper)
    problems = keeper.run(asked=False).facts["albums"]
    assert listed[concerned] or problems[concerned]["problems"]
    after = {album: keeper.names(album) for album in RULES}
    keeper.run(asked=True)
    assert {album: keeper.names(album) for album in RULES} == after, "a person's own look finds nothing more"


def test_a_new_photo_is_put_in_within_the_hour(keeper: Keeper) -> None:
    hour(keeper)
    hour(keeper)
    happens(keeper)
    add(keeper.server.library, "new.jpg", "Anna", "Ben", favourite=True, rating=5)
    hour(keeper)
    for name in RULES.keys() - {"a tag", "not a person"}:
        assert "new.jpg" in keeper.names(name), name


def test_one_more_and_one_less_of_a_person_is_found_within_a_day(keeper: Keeper) -> None:
    keeper.set(smart("a person", RULES["a person"]))
    hour(keeper)
    hour(keeper)
    happens(keeper).add_face("01.jpg", "Anna", BOX)
    keeper.server.edits.remove_face("02.jpg", "Anna")
    for _ in range(24):
        hour(keeper)
    assert "01.jpg" in keeper.names("a person")
    assert "02.jpg" not in keeper.names("a person")


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"people": ["Anna"], "operator": "ONLY"}, "who else"),
        ({"nobody": True}, "who else"),
    ],
)
def test_what_nothing_else_tells_is_listed_every_time_and_says_so(
    keeper: Keeper, rule: dict[str, Any], why: str
) -> None:
    keeper.set(smart("Hard", rule))
    hour(keeper)
    assert why in hour(keeper)["Hard"]
    before = keeper.home.library.read_bytes()
    assert why in hour(keeper)["Hard"]
    assert keeper.home.library.read_bytes() == before


def test_a_person_who_asks_gets_a_full_look(keeper: Keeper) -> None:
    hour(keeper)
    assert keeper.facts("a person")["listed"] == "a person asked"


def test_a_rule_of_days_is_listed_on_a_new_day(keeper: Keeper) -> None:
    keeper.set(smart("Lately", {"last": "30 days"}))
    hour(keeper)
    assert hour(keeper) == {"Lately": ""}
    keeper.clock.advance(12 * 3600)
    assert hour(keeper) == {"Lately": "it is another day"}


def test_other_settings_and_another_version_are_looked_at_anew(keeper: Keeper) -> None:
    one = smart("a person", RULES["a person"])
    keeper.set(one)
    hour(keeper)
    keeper.set(smart("a person", RULES["a person"], description="Of Anna"))
    assert "settings" in hour(keeper)["a person"]
    assert keeper.album("a person").description == "Of Anna"
    hour(keeper)
    assert hour(keeper)["a person"] == ""
    keeper.set(smart("a person", {"people": ["Anna"], "favourite": True}))
    assert "settings" in hour(keeper)["a person"]
    assert keeper.names("a person") == {"00.jpg", "04.jpg", "08.jpg"}


def test_an_album_that_somebody_filled_meanwhile_is_no_proof(keeper: Keeper) -> None:
    """Between our change and the token that we take after it, a person takes one out: the count does not fit."""
    keeper.set(smart("a person", RULES["a person"]))
    library = keeper.server.library
    add(library, "z.jpg")
    first = hour(keeper)
    assert first["a person"]
    keeper.server.edits.remove_from_album("02.jpg", "a person")
    hour(keeper)
    assert "02.jpg" not in keeper.names("a person"), "taken out by hand stays out"
    assert hour(keeper)["a person"] == ""


def test_a_merged_person_ends_in_a_sentence_also_when_nothing_else_is_new(keeper: Keeper) -> None:
    hour(keeper)
    hour(keeper)
    del keeper.server.library.people[person(keeper.server.library, "Anna").id]
    keeper.server.library.changed()
    keeper.clock.advance(3600)
    facts = keeper.run(asked=False).facts["albums"]
    assert "Anna" in facts["a person"]["problems"][0]
    assert len(keeper.names("a person")) == 6
