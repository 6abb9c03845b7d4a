"""Little is taken out of files at once; much only when a person says yes, and exactly what was said yes to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.loss import FEW, SHARE
from sync.settings.writeback import Module
from sync.writeback import put
from sync.writeback.examine import examine_all
from sync.writeback.examined import Examined
from sync.writeback.guard import Losing, judge, losses
from tests.fakes.writeback import Originals, originals_of, root_of, scan

NAMES = [f"{number:02}.jpg" for number in range(8)]

OURS = st.dictionaries(
    st.sampled_from(tuple(Module)),
    st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from("xyz"), min_size=1) | st.just("one"), min_size=1),
)
LOSING = st.lists(
    st.builds(
        Losing, st.integers(0, 99), st.just("archive"), st.frozensets(st.sampled_from(tuple(Module)[:3]), min_size=1),
        st.just("digest"), st.booleans(),
    ),
    unique_by=lambda one: one.number, max_size=60,
)  # fmt: skip
HAVING = st.fixed_dictionaries({module: st.integers(0, 100) for module in tuple(Module)[:3]})


@given(losing=LOSING, having=HAVING)
def test_nobody_needs_to_be_asked_for_what_goes(losing: list[Losing], having: dict[str, int]) -> None:
    verdict = judge(losing, having)
    assert {*verdict.go, *verdict.hold} == {*losing}
    assert bool(verdict.hold) == bool(verdict.reasons)
    assert not any(one.waits for one in verdict.go)
    for module in tuple(Module)[:3]:
        goes = sum(module in one.modules for one in verdict.go)
        assert goes <= max(FEW, SHARE * having[module])
        assert goes < 3 or goes * 2 <= having[module]


@given(losing=LOSING, having=HAVING)
def test_what_waits_stays_held_however_much_else_there_is(losing: list[Losing], having: dict[str, int]) -> None:
    more = {module: number + 10_000 for module, number in having.items()}
    assert {one for one in losing if one.waits} == set(judge(losing, more).hold)


@given(before=OURS, after=OURS, changed=st.frozensets(st.sampled_from("abc")))
def test_less_is_less_of_a_tag_that_is_written(
    before: dict[str, dict[str, object]], after: dict[str, dict[str, object]], changed: frozenset[str]
) -> None:
    found = losses(before, after, changed)
    assert found <= set(before)
    assert losses(before, before, changed) == frozenset()
    assert losses(before, after, frozenset()) == frozenset()
    assert losses({}, after, changed) == frozenset()
    assert losses(before, {}, changed) == {module for module, tags in before.items() if changed & set(tags)}


def test_one_name_for_another_is_no_loss() -> None:
    assert losses({"people": {"a": ["Anna", "Ben"]}}, {"people": {"a": ["Ben", "Hanna"]}}, {"a"}) == frozenset()


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Originals]:
    """Eight photos, all of Anna, in an album, with a caption; written."""
    made = originals_of(tmp_path, 3, *NAMES)
    library, edits = made.server.library, made.server.edits
    for name in ("Anna", "Ben"):
        library.add_person(name)
    for name in NAMES:
        edits.add_face(name, "Anna", (8, 8, 24, 24))
        edits.describe(name, f"Caption of {name}")
    library.add_album("Summer", [library.asset_named(name) for name in NAMES])
    made.run()
    yield made
    made.server.stop()


def named(originals: Originals) -> list[str]:
    """The files in which Anna is."""
    return [name for name in NAMES if originals.tags(name, "XMP-iptcExt:PersonInImage")]


@pytest.mark.parametrize("asked", [True, False])
def test_a_reset_of_all_recognition_asks_before_a_name_is_taken_out(many: Originals, asked: bool) -> None:
    before = many.disk()
    many.server.edits.delete_person("Anna")
    result = many.run(asked=asked)
    assert result.exit_code == 4
    assert result.facts["counts"]["held"] == 8
    assert "8 photos, more than half" in " ".join(result.problems)
    assert "--take-out" in " ".join(result.problems)
    assert many.disk() == before
    assert many.run(asked=asked).facts["roots"] == {"archive": {"held": 8}}
    assert many.disk() == before
    assert "What we wrote of" in many.explain(many.file("00.jpg")).facts["reason"]


def test_what_was_held_is_taken_out_by_the_plan_that_a_person_confirms(many: Originals) -> None:
    many.server.edits.delete_person("Anna")
    many.run()
    shown = many.preview(most=5)
    assert {item["do"] for item in shown.facts["items"]} == {"hold"}
    assert shown.exit_code == 4
    assert many.counts(plan=shown.facts["plan"])["updated"] == 5
    assert len(named(many)) == 3
    assert many.counts() == {"total": 8, "held": 3}, "few are left, and nobody said yes to them"


def test_what_was_held_is_taken_out_where_a_person_says_yes_to_all_of_it(many: Originals) -> None:
    many.server.edits.delete_person("Anna")
    many.run()
    many.server.edits.describe("00.jpg", "Meanwhile")
    assert many.counts(take_out=True)["updated"] == 7
    assert named(many) == ["00.jpg"], "it would be written otherwise than when it was held"
    many.undo()
    assert named(many) == NAMES


def test_what_is_held_is_not_read_again_while_all_is_as_it_was(
    many: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    many.server.edits.delete_person("Anna")
    many.run()
    started: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", lambda *words, **_: started.append(words))
        assert many.counts() == {"total": 8, "held": 8}
    assert started == []
    path = many.file("03.jpg")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-iptcExt:PersonInImage=", str(path)], check=True)
    many.server.edits.describe("04.jpg", "Meanwhile")
    scan(many.server)
    looked_at: list[Path] = []
    monkeypatch.setattr(put, "examine_all", lambda around, rows: seen_of(looked_at, examine_all(around, rows)))
    many.run()
    assert {each.name for each in looked_at} == {"03.jpg", "04.jpg"}


def seen_of(looked_at: list[Path], found: list[Examined]) -> list[Examined]:
    looked_at += [each.path for each in found]
    return found


def test_a_yes_before_anything_was_held_is_none(many: Originals) -> None:
    many.server.edits.delete_person("Anna")
    assert many.counts(take_out=True) == {"total": 8, "held": 8}


def test_beside_what_is_held_all_else_is_written_and_what_comes_back_is_no_longer_held(many: Originals) -> None:
    for name in NAMES[:6]:
        many.server.edits.describe(name, "")
    many.server.edits.describe("07.jpg", "Another")
    counts = many.counts()
    assert (counts["held"], counts["updated"]) == (6, 1)
    for name in NAMES[:6]:
        many.server.edits.describe(name, f"Caption of {name}")
    assert many.counts() == {"total": 8, "skipped": 6}
    assert many.run().facts["roots"] == {"archive": {}}


@pytest.mark.parametrize("few", [1, 2])
def test_a_few_go_without_a_word(many: Originals, few: int) -> None:
    for name in NAMES[:few]:
        many.server.edits.describe(name, "")
    assert many.counts(asked=False) == {"total": 8, "updated": few, "files_written": few}


def test_of_all_that_is_lost_at_once_everything_is_named(many: Originals) -> None:
    many.set(root_of(many.folder, modules=tuple(Module)))
    many.server.edits.delete_person("Anna")
    many.server.edits.delete_album("Summer")
    told = " ".join(many.run().problems)
    assert all(f"of {module} would" in told for module in ("people", "faces", "albums"))
    assert "caption" not in told
