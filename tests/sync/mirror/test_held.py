"""What a person says to a held removal, and what a preview tells beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import Held, UsageError
from sync.library import held as rows
from sync.mirror.held import held
from sync.mirror.preview import preview
from sync.work import Result
from tests.fakes.immich import FakeImmich
from tests.fakes.mirror import Mirror, album_of, mirror_of

GONE = ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg", "IMG_0004.jpg", "IMG_0005.jpg"]


@pytest.fixture
def mirror(server: FakeImmich, tmp_path: Path) -> Mirror:
    """Eight photos were mirrored; five are gone on the server, and held."""
    made = mirror_of(server, tmp_path, album_of(server, "Holidays"))
    made.run()
    for name in GONE:
        server.edits.remove_from_album(name, "Holidays")
    assert made.run().exit_code == 4
    return made


def say(mirror: Mirror, decision: str, **more: str) -> Result:
    mirror.clock.advance(1)
    with mirror.work(asked=True) as work:
        return held(work, {"album": "Holidays", "decision": decision, **more})


def plan_of(mirror: Mirror) -> str:
    with mirror.work() as work:
        holding = rows.get(work.library, "Holidays")
    assert holding is not None
    return holding.plan


def test_held_photos_that_are_kept_stay_and_are_not_asked_for_again(mirror: Mirror) -> None:
    say(mirror, "keep")
    for _ in range(3):
        mirror.clock.advance(86400)
        assert mirror.run(asked=True).exit_code == 0
    assert len(mirror.shown("Holidays")) == 8


def test_what_was_kept_is_asked_about_again_and_can_be_kept_again(mirror: Mirror) -> None:
    say(mirror, "keep")
    mirror.run(asked=True)
    assert say(mirror, "ask").sentence == "5 photos wait for your yes in 'Holidays' again."
    assert len(mirror.shown("Holidays")) == 8, "nothing leaves by it"
    mirror.clock.advance(86400)
    assert mirror.run(asked=True).exit_code == 4, "and nothing leaves by the next listings"
    assert say(mirror, "remove", plan=plan_of(mirror)).facts["removed"] == 5


def test_one_photo_that_was_kept_is_asked_about_again_although_few_leave_unasked(
    server: FakeImmich, mirror: Mirror
) -> None:
    say(mirror, "keep")
    for name in GONE[1:]:
        server.edits.add_to_album(name, "Holidays")
    mirror.run(asked=True)
    assert say(mirror, "ask").sentence == "1 photo waits for your yes in 'Holidays' again."
    assert mirror.facts("Holidays")["held"] == 1
    assert say(mirror, "keep").sentence == "1 photo stays in 'Holidays'."


def test_only_what_was_kept_is_asked_about_again(mirror: Mirror) -> None:
    with pytest.raises(UsageError, match="Nothing is kept"):
        say(mirror, "ask")


def test_held_photos_that_are_removed_leave_exactly(server: FakeImmich, mirror: Mirror) -> None:
    server.edits.add_to_album(GONE[0], "Holidays")
    server.edits.remove_from_album("IMG_0008.jpg", "Holidays")
    server.edits.remove_from_album("IMG_0007.jpg", "Holidays")
    result = say(mirror, "remove")
    assert result.facts["removed"] == 4
    # That two others go too was never agreed to: the next listing judges them.
    assert set(mirror.shown("Holidays")) == {GONE[0], "IMG_0006.jpg", "IMG_0007.jpg", "IMG_0008.jpg"}
    assert mirror.facts("Holidays")["removed"] == 2


@pytest.mark.parametrize("decision", ["keep", "remove"])
def test_a_plan_that_the_world_left_behind_is_not_decided(server: FakeImmich, mirror: Mirror, decision: str) -> None:
    looked_at = plan_of(mirror)
    server.edits.remove_from_album("IMG_0006.jpg", "Holidays")
    mirror.run()
    assert plan_of(mirror) != looked_at
    before = mirror.disk()
    with pytest.raises(Held, match="no longer what you looked at"):
        say(mirror, decision, plan=looked_at)
    assert mirror.disk() == before
    assert mirror.facts("Holidays")["held"] == 6


def test_the_plan_that_was_looked_at_is_decided_and_only_once(mirror: Mirror) -> None:
    looked_at = plan_of(mirror)
    assert say(mirror, "remove", plan=looked_at).facts["removed"] == 5
    with pytest.raises(Held, match="Nothing is held"):
        say(mirror, "remove", plan=looked_at)


def test_an_album_that_grows_does_not_answer_for_a_person(server: FakeImmich, mirror: Mirror) -> None:
    for asset in list(server.library.assets.values()):
        if asset.name not in GONE:
            server.edits.add_to_album(asset.name, "Holidays")
    for _ in range(2):
        mirror.clock.advance(86400)
        assert mirror.facts("Holidays")["held"] == len(GONE)
    assert set(GONE) <= set(mirror.shown("Holidays"))


def test_while_the_server_is_gone_a_decision_waits(server: FakeImmich, mirror: Mirror) -> None:
    server.edits.set_mode("maintenance")
    assert say(mirror, "remove").exit_code == 3
    assert len(mirror.shown("Holidays")) == 8
    server.edits.set_mode("normal")
    assert mirror.facts("Holidays")["removed"] == 5
    assert len(mirror.shown("Holidays")) == 3


def test_photos_that_come_back_are_no_longer_held(server: FakeImmich, mirror: Mirror) -> None:
    for name in GONE:
        server.edits.add_to_album(name, "Holidays")
    assert mirror.facts("Holidays")["held"] == 0
    with pytest.raises(UsageError, match="Nothing is held"):
        say(mirror, "remove")


def test_a_preview_names_every_change_and_makes_none(server: FakeImmich, mirror: Mirror) -> None:
    server.edits.add_to_album("IMG_0012.jpg", "Holidays")
    server.edits.archive("IMG_0008.jpg")
    server.edits.describe("IMG_0007.jpg", "new words")
    before = mirror.disk()
    with mirror.work() as work:
        result = preview(work, {"album": "Holidays"})
    assert mirror.disk() == before
    told = {(item["action"], item["file_name"], item["reason"]) for item in result.facts["items"]}
    assert told == {
        ("add", "IMG_0012.jpg", "new in the album"),
        ("remove", "IMG_0008.jpg", "archived"),
        ("update", "IMG_0007.jpg", "its facts changed"),
        *(("hold", name, "no longer listed") for name in GONE),
    }
    assert result.exit_code == 4
