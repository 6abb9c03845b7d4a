"""A rule as the wall's source, by itself and narrowing another: what shows, what leaves and why, and what never may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.mirror import sources
from sync.settings.tree import Album, Source
from sync.smart import source
from tests.fakes.immich import FakeImmich, sample_library
from tests.fakes.mirror import SERVER, Mirror, album_of, mirror_of
from tests.sync.smart.libraries import add

ANNA = {"people": ["Anna"]}
OF_ANNA = ["IMG_0001.jpg", "IMG_0005.jpg", "IMG_0009.jpg"]


@pytest.fixture(params=(1, 2, 3), ids=("1.135", "2.7", "3.1"))
def server(request: pytest.FixtureRequest, pictures: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=request.param, library=sample_library(pictures)) as fake:
        yield fake


def by(rule: dict[str, Any], **values: Any) -> Album:
    return Album(**{"name": "Rule", "source": Source.RULE, "server": SERVER, "rule": rule} | values)


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    return mirror_of(server, tmp_path, by(ANNA))


def shown(mirror: Mirror) -> list[str]:
    return sorted(mirror.shown("Rule"))


def test_what_matches_hangs_on_the_wall_without_any_album_on_the_server(mirror: Mirror, server: FakeImmich) -> None:
    albums = len(server.library.albums)
    facts = mirror.facts("Rule")
    assert (facts["added"], facts["problems"]) == (3, [])
    assert shown(mirror) == OF_ANNA
    mirror.check()
    assert len(server.library.albums) == albums
    assert not [entry for entry in server.log if entry.method in ("PUT", "PATCH", "DELETE")]


def test_a_second_sync_changes_and_downloads_nothing(mirror: Mirror, server: FakeImmich) -> None:
    mirror.run()
    before = mirror.disk()
    server.clear_log()
    assert mirror.facts("Rule")["bytes"] == 0
    assert not [entry for entry in server.log if "/thumbnail" in entry.path or "/original" in entry.path]
    after = mirror.disk()
    assert {name for name in after if after[name] != before.get(name)} <= {"private/library.db"}


def test_a_narrow_rule_costs_a_narrow_listing(mirror: Mirror, server: FakeImmich) -> None:
    mirror.run()
    alone = len([entry for entry in server.log if entry.path.endswith("/search/metadata")])
    for number in range(1500):
        add(server.library, f"more-{number}.jpg")
    server.clear_log()
    mirror.run()
    pages = [entry for entry in server.log if entry.path.endswith("/search/metadata")]
    assert len(pages) == alone, "1,500 photos of nobody cost no page more"


def test_one_who_no_longer_matches_leaves_and_is_guarded_like_any_loss(mirror: Mirror, server: FakeImmich) -> None:
    mirror.set_albums(by({"any": [ANNA, {"file_name": "IMG_00*"}]}))
    mirror.run()
    server.edits.favourite("IMG_0002.jpg")
    mirror.set_albums(by({"none": [{"favourite": True}]}))
    mirror.run()
    server.edits.favourite("IMG_0003.jpg")
    facts = mirror.facts("Rule")
    assert (facts["removed"], facts["held"]) == (1, 0)
    for number in range(4, 12):
        server.edits.favourite(f"IMG_{number:04d}.jpg")
    held = mirror.run()
    assert held.exit_code == 4
    assert held.facts["albums"]["Rule"]["held"] == 8, "a person merged by mistake must not empty the wall"


def test_another_rule_explains_what_leaves(mirror: Mirror) -> None:
    mirror.run()
    mirror.set_albums(by({"favourite": True}))
    facts = mirror.facts("Rule")
    assert (facts["added"], facts["removed"], facts["held"]) == (1, 3, 0)
    assert shown(mirror) == ["IMG_0012.jpg"]


def test_a_day_that_passes_is_explained_and_never_held(mirror: Mirror, server: FakeImmich) -> None:
    for number in range(1, 13):
        moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
        server.edits.take_at(f"IMG_{number:04d}.jpg", int(moment.timestamp() * 1000), 0, "UTC")
    mirror.set_albums(by({"last": "2 days"}))
    assert mirror.facts("Rule")["added"] == 12
    mirror.clock.advance(timedelta(days=2).total_seconds())
    preview = mirror.preview("Rule")
    assert {item["reason"] for item in preview.facts["items"]} == {source.PASSED}
    facts = mirror.facts("Rule")
    assert (facts["removed"], facts["held"]) == (12, 0)
    assert facts["left_out"] == {source.PASSED: 12}
    assert mirror.facts("Rule")["problems"] == []


def test_while_the_clock_is_not_set_a_rule_of_days_waits(mirror: Mirror) -> None:
    mirror.set_albums(by({"last": "20 years"}))
    mirror.run()
    before = mirror.shown("Rule")
    assert before
    mirror.clock.believed = False
    result = mirror.run()
    assert result.exit_code == 2
    assert "clock" in result.problems[0]
    assert mirror.shown("Rule") == before


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"people": ["Ana"]}, "Did you mean 'Anna'?"),
        ({"peple": ["Anna"]}, "Did you mean 'people'?"),
        ({"tags": ["Trips"]}, "no tag"),
        ({"in_album": ["Nowhere"]}, "no album"),
    ],
)
def test_a_name_that_is_not_there_keeps_the_wall_and_stops_no_other_album(
    mirror: Mirror, server: FakeImmich, rule: dict[str, Any], told: str
) -> None:
    mirror.run()
    mirror.set_albums(by(rule), album_of(server, "Family"))
    result = mirror.run()
    assert told in result.problems[0]
    assert shown(mirror) == OF_ANNA
    assert result.facts["albums"]["Family"]["added"] == 6


def test_a_listing_that_is_not_proved_whole_removes_nothing(mirror: Mirror, server: FakeImmich) -> None:
    mirror.run()
    server.edits.remove_face("IMG_0001.jpg", "Anna")
    server.edits.add_face("IMG_0002.jpg", "Anna", (1, 1, 9, 9))
    server.faults.add("json", path="/search/statistics", key="total", op="set", value=99)
    facts = mirror.facts("Rule")
    assert (facts["added"], facts["removed"]) == (1, 0)
    assert "not complete" in facts["problems"][0]
    assert shown(mirror) == sorted([*OF_ANNA, "IMG_0002.jpg"])


def test_the_archive_shows_where_the_rule_asks_for_it(mirror: Mirror, server: FakeImmich) -> None:
    server.edits.archive("IMG_0005.jpg")
    mirror.run()
    assert shown(mirror) == ["IMG_0001.jpg", "IMG_0009.jpg"]
    mirror.set_albums(by({**ANNA, "visibility": ["timeline", "archive"]}))
    mirror.run()
    assert shown(mirror) == OF_ANNA


def test_a_stack_shows_its_primary(mirror: Mirror, server: FakeImmich) -> None:
    named = server.library.asset_named
    server.library.add_stack([named("IMG_0009.jpg"), named("IMG_0005.jpg")])
    facts = mirror.facts("Rule")
    assert facts["left_out"] == {sources.STACKED: 1}
    assert shown(mirror) == ["IMG_0001.jpg", "IMG_0009.jpg"]


def test_an_album_is_narrowed_by_a_rule(mirror: Mirror, server: FakeImmich) -> None:
    mirror.set_albums(album_of(server, "Holidays", rule={"none": [ANNA]}))
    facts = mirror.facts("Holidays")
    assert (facts["added"], facts["left_out"]) == (6, {sources.NO_MATCH: 2})
    assert not {*OF_ANNA} & set(mirror.shown("Holidays"))
    server.edits.add_face("IMG_0002.jpg", "Anna", (1, 1, 9, 9))
    assert mirror.facts("Holidays")["removed"] == 1, "although nothing of the album itself has changed"
    for number in (3, 4, 6, 7):
        server.edits.add_face(f"IMG_{number:04d}.jpg", "Anna", (1, 1, 9, 9))
    assert mirror.facts("Holidays")["held"] == 4


@pytest.mark.parametrize("values", [{"source": Source.FAVOURITES}, {"source": Source.ALL}], ids=["favourites", "all"])
def test_other_sources_are_narrowed_too(mirror: Mirror, server: FakeImmich, values: dict[str, Any]) -> None:
    mirror.set_albums(by({"any": [ANNA, {"favourite": True}]}, **values))
    mirror.run()
    expected = ["IMG_0012.jpg"] if values["source"] is Source.FAVOURITES else [*OF_ANNA, "IMG_0012.jpg"]
    assert shown(mirror) == expected


def test_what_only_searches_tell_is_refused_beside_another_source(mirror: Mirror, server: FakeImmich) -> None:
    mirror.set_albums(album_of(server, "Holidays", rule={"orientation": "landscape"}))
    assert "cannot be narrowed by format" in mirror.run().problems[0]
    mirror.set_albums(by({"orientation": "landscape", "in_album": "Holidays"}))
    assert mirror.facts("Rule")["added"] == 8


def test_the_words_of_both_rooms_are_the_same() -> None:
    assert source.NO_MATCH == sources.NO_MATCH
    assert source.PASSED not in sources.ABSENT


def test_a_rule_is_settled_only_for_its_own_words() -> None:
    one, other = by(ANNA), by({"people": ["Ben"]})
    assert sources.identity_of(one) != sources.identity_of(other)
    assert sources.identity_of(one) == sources.identity_of(by(dict(ANNA)))
