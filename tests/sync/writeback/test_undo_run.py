"""A run is shown beforehand, done as it was shown, and taken back."""

from __future__ import annotations

import os
import subprocess

import pytest

from sync.errors import Cancelled, UsageError
from sync.library import writeback as ledger
from sync.settings.writeback import Where
from sync.writeback import crew
from tests.fakes.writeback import Originals, photo, rename, root_of, scan, tags_of
from tests.sync.writeback.originals import make as original_of


def everything(originals: Originals, name: str) -> dict[str, object]:
    """All that exiftool lists, but what says when and by whom a file was written."""
    found = tags_of(originals.file(name), "all")
    spared = ("System:", "File:Directory", "XMP-x:XMPToolkit", "XMP-xmp:MetadataDate", "ExifTool:", "File:Padding")
    return {tag: value for tag, value in found.items() if not tag.startswith(spared)}


def test_a_preview_tells_every_field_and_writes_nothing(originals: Originals) -> None:
    before = originals.disk()
    facts = originals.preview().facts
    assert originals.disk() == before
    assert facts["counts"]["simulated"] == 3
    item = next(item for item in facts["items"] if item["what"].endswith("a.jpg"))
    fields = {field["name"]: (field["old"], field["new"]) for field in item["fields"]}
    assert fields["XMP-dc:Description"] == ("", "On the beach")
    assert fields["XMP-iptcExt:PersonInImage"] == ("", "Anna, Ben")
    assert item["asset"] == originals.server.library.asset_named("a.jpg").id


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_confirmed_plan_is_what_is_done(originals: Originals) -> None:
    plan = originals.preview(most=1).facts
    assert (len(plan["items"]), plan["more"]) == (1, 2)
    assert originals.counts(plan=plan["plan"])["updated"] == 1
    with pytest.raises(UsageError, match="nothing was done"):
        originals.run(plan=plan["plan"])
    assert originals.counts()["updated"] == 2


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_plan_that_the_world_moved_beyond_is_not_done(originals: Originals) -> None:
    plan = originals.preview().facts["plan"]
    originals.server.edits.describe("c.jpg", "Meanwhile")
    before = originals.disk()
    with pytest.raises(UsageError, match="nothing was done"):
        originals.run(plan=plan)
    assert originals.disk() == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_that_changes_after_the_plan_was_compared_is_left_as_it_is(
    originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "BATCH", 1)
    path, changed = originals.file("a.jpg"), list[bytes]()
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Description=theirs", str(path)], check=True)
    scan(originals.server)
    originals.server.edits.describe("a.jpg", "Ours")
    plan = originals.preview().facts["plan"]

    def writes() -> bool:
        """Between the look at all of the plan and the file's own turn; nothing but its bytes tells."""
        if not changed and originals.tags("c.jpg", "XMP-photoshop:DateCreated"):
            status = path.stat()
            changed.append(path.read_bytes().replace(b"theirs", b"others"))
            path.write_bytes(changed[0])
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        return False

    result = originals.run(plan=plan, cancelled=writes)
    assert path.read_bytes() == changed[0]
    assert (result.facts["counts"]["updated"], result.facts["counts"]["moved"], result.exit_code) == (2, 1, 1)
    assert "no longer as the preview showed" in " ".join(result.problems)
    assert originals.counts()["updated"] == 1, "what was not confirmed is written by a run of its own"


@pytest.mark.parametrize(
    ("originals", "where"),
    [(1, Where.BOTH), (2, Where.BOTH), (3, Where.BOTH), (3, Where.FILE), (3, Where.SIDECAR)],
    indirect=["originals"],
)
def test_a_run_is_taken_back_and_rests_until_it_is_asked_for(originals: Originals, where: Where) -> None:
    originals.set(root_of(originals.folder, where=where))
    before = {name: everything(originals, name) for name in ("a.jpg", "b.jpg", "c.jpg")}
    files = set(originals.folder.rglob("*"))
    originals.run()
    result = originals.undo()
    assert result.facts["failed"] == 0
    assert {name: everything(originals, name) for name in before} == before
    assert set(originals.folder.rglob("*")) == files
    assert "rests" in originals.run(asked=False).problems[0]
    assert {name: everything(originals, name) for name in before} == before
    assert originals.counts()["updated"] == 3
    with originals.work() as work:
        assert [run.undone_at is None for run in ledger.runs(work.library)] == [True, False]


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_what_others_changed_since_stays_when_a_run_is_taken_back(originals: Originals) -> None:
    originals.run()
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=mine", str(originals.file("a.jpg"))], check=True
    )
    facts = originals.undo().facts
    assert (facts["exact"], facts["merged"]) == (2, 1)
    assert tags_of(originals.file("a.jpg"), "XMP-dc:Subject")["XMP-dc:Subject"] == ["mine"]


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_cancelled_undo_goes_on_later(originals: Originals) -> None:
    before = {name: everything(originals, name) for name in ("a.jpg", "b.jpg", "c.jpg")}
    originals.run()
    asked = iter([False, True])
    with pytest.raises(Cancelled), originals.work(cancelled=lambda: next(asked, True)) as work:
        from sync.writeback.undo_run import undo

        undo(work, {})
    originals.undo()
    assert {name: everything(originals, name) for name in before} == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_is_explained(originals: Originals) -> None:
    originals.preview()
    facts = originals.explain(originals.file("a.jpg")).facts
    assert facts["known"]["people"] == ("Anna", "Ben")
    assert facts["fields"]
    originals.run()
    told = originals.explain(originals.server.library.asset_named("a.jpg").id)
    assert told.facts["fields"] == []
    assert told.facts["history"][0]["fields"]
    assert "says all" in told.sentence


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_of_an_edited_picture_names_are_written_and_no_faces_and_that_is_explained(originals: Originals) -> None:
    originals.run()
    before = originals.tags("b.jpg", "XMP-mwg-rs:all")
    edited = originals.server.library.asset_named("b.jpg")
    edited.edited = True
    originals.server.library.touch(edited)
    originals.server.edits.move_face("b.jpg", "Anna", (20, 20, 40, 40))
    originals.server.edits.add_face("b.jpg", "Ben", (1, 1, 9, 9))
    originals.run()
    assert before
    assert originals.tags("b.jpg", "XMP-mwg-rs:all") == before
    assert originals.tags("b.jpg", "XMP-iptcExt:PersonInImage") == {"XMP-iptcExt:PersonInImage": ["Anna", "Ben"]}
    assert "edited in Immich" in " ".join(originals.explain(originals.file("b.jpg")).facts["notes"])
    assert originals.explain(originals.file("a.jpg")).facts["notes"] == []


@pytest.mark.parametrize("originals", [3], indirect=True)
@pytest.mark.parametrize("first", ["older", "newer"])
def test_of_two_runs_each_takes_back_its_own_and_what_a_person_adds_stays(originals: Originals, first: str) -> None:
    originals.run()
    originals.server.edits.describe("c.jpg", "Later")
    originals.server.edits.add_face("c.jpg", "Anna", (8, 8, 24, 24))
    originals.run()
    originals.server.edits.add_face("c.jpg", "Ben", (30, 8, 46, 24))
    originals.run()
    with originals.work() as work:
        runs = [run.id for run in ledger.runs(work.library)]
    for run in (runs[1], runs[0]) if first == "older" else runs[:2]:
        originals.undo(run)
    path = originals.file("c.jpg")
    with originals.work() as work:
        row = ledger.file(work.library, str(path))
    assert row is not None
    assert "Anna" not in row.ours
    assert "Ben" not in row.ours
    assert "PersonInImage" not in str(tags_of(path, "XMP-iptcExt:all"))


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_run_is_not_taken_back_from_another_picture_of_the_same_name(originals: Originals) -> None:
    originals.run()
    originals.server.edits.describe("a.jpg", "")
    originals.run()
    with originals.work() as work:
        newest = ledger.runs(work.library)[0].id
    path = photo(originals.file("a.jpg"), colour="red")
    before = path.read_bytes()
    assert originals.undo(newest).facts["failed"] == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("originals", [3], indirect=True)
@pytest.mark.parametrize("where", [Where.FILE, Where.SIDECAR])
def test_a_file_that_was_moved_is_followed_and_taken_back(originals: Originals, where: Where) -> None:
    originals.set(root_of(originals.folder, where=where))
    before = originals.file("a.jpg").read_bytes()
    originals.run()
    with originals.work() as work:
        number = ledger.runs(work.library)[0].id
    rename(originals, "a.jpg", "z.jpg")
    originals.run()
    facts = originals.undo(number).facts
    assert (facts["exact"], facts["merged"], facts["failed"]) == (3, 0, 0)
    assert originals.file("z.jpg").read_bytes() == before
    assert list(originals.folder.rglob("*.xmp")) == []
    assert originals.counts()["updated"] == 3


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_the_root_that_a_file_was_moved_into_rests_too_when_it_is_taken_back(originals: Originals) -> None:
    originals.run()
    with originals.work() as work:
        number = ledger.runs(work.library)[0].id
    rename(originals, "a.jpg", "z.jpg")
    originals.set(root_of(originals.folder, name="other"))
    originals.run()
    assert originals.undo(number).facts["exact"] == 3
    with originals.work() as work:
        assert ledger.root(work.library, "other").rests, "or its next run would write all of it once more"


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_what_lies_where_a_file_was_moved_to_and_is_not_what_we_wrote_is_not_taken_for_it(
    originals: Originals,
) -> None:
    originals.run()
    with originals.work() as work:
        number = ledger.runs(work.library)[0].id
    rename(originals, "a.jpg", "z.jpg")
    originals.run()
    path = originals.file("z.jpg")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=mine", str(path)], check=True)
    others = path.read_bytes()
    assert originals.undo(number).facts["failed"] == 1
    assert path.read_bytes() == others


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_that_was_moved_in_anothers_place_is_still_its_own_in_the_ledger(originals: Originals) -> None:
    originals.run()
    asset, before = originals.server.library.asset_named("a.jpg").id, originals.file("b.jpg")
    before.unlink()
    originals.server.edits.delete("b.jpg")
    rename(originals, "a.jpg", "b.jpg")
    originals.preview()
    facts = originals.undo().facts
    assert (facts["exact"], facts["failed"]) == (2, 1), "the other one is another picture now"
    with originals.work() as work:
        row = ledger.file(work.library, str(before))
    assert row is not None
    assert (row.asset, row.ours) == (asset, "{}")


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_why_a_file_could_not_be_written_is_explained(originals: Originals) -> None:
    path = originals.file("c.jpg")
    path.write_bytes(original_of(path.parent, "png").read_bytes()[:-20])
    scan(originals.server)
    assert originals.counts()["errors"] == 1
    told = originals.explain(path)
    assert told.facts["state"] == "failed"
    assert told.sentence.startswith("c.jpg is not written: exiftool does not write into c.jpg")
