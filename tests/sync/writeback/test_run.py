"""Originals follow what Immich knows: what is written, what is left alone, and that a second run does nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from sync import secrets
from sync.settings.writeback import Module, Owner, Where
from sync.writeback import exiftool
from sync.writeback.run import run
from tests.fakes.writeback import INSIDE, SERVER, Originals, photo, rename, root_of, scan, tags_of

XMP = ("XMP-dc:Subject", "XMP-iptcExt:PersonInImage", "XMP-dc:Description", "XMP-xmp:Rating", "XMP-lr:all")


def subjects(originals: Originals, name: str) -> set[str]:
    found = originals.tags(name, "XMP-dc:Subject").get("XMP-dc:Subject", [])
    return {found} if isinstance(found, str) else set(found)


def test_what_immich_knows_is_in_the_files_and_a_second_run_writes_nothing(
    originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert originals.counts() == {"total": 3, "updated": 3, "files_written": 3}
    assert originals.tags("a.jpg", *XMP)["XMP-iptcExt:PersonInImage"] == ["Anna", "Ben"]
    assert originals.tags("a.jpg", *XMP)["XMP-dc:Description"] == "On the beach"
    assert originals.tags("b.jpg", *XMP)["XMP-xmp:Rating"] == 4
    before = originals.disk()
    originals.run()
    monkeypatch.setattr(exiftool, "DEADLINE_SECONDS", -1.0)
    started: list[object] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **_: started.append(words))
    assert originals.counts() == {"total": 3}
    assert started == []
    assert originals.disk() == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_of_an_impossible_time_is_written_like_any_other(originals: Originals) -> None:
    root = originals.settings.writeback[0]
    originals.set(msgspec.structs.replace(root, keep_mtime=True))
    os.utime(originals.file("a.jpg"), (10**10, 10**10))
    scan(originals.server)
    assert originals.counts() == {"total": 3, "updated": 3, "files_written": 3}
    assert originals.counts() == {"total": 3}
    assert originals.file("a.jpg").stat().st_mtime == 10**10


def test_immich_reads_again_what_was_written(originals: Originals) -> None:
    originals.run()
    asset = originals.server.library.asset_named("a.jpg")
    assert asset.size_bytes == originals.file("a.jpg").stat().st_size


CHANGES: dict[str, tuple[Callable[[Originals], None], str, str, object]] = {
    "a caption": (lambda o: o.server.edits.describe("c.jpg", "New"), "c.jpg", "XMP-dc:Description", "New"),
    "a rating": (lambda o: o.server.edits.rate("c.jpg", 2), "c.jpg", "XMP-xmp:Rating", 2),
    "a renamed person": (lambda o: o.server.edits.rename_person("Anna", "Hanna"), "b.jpg",
                         "XMP-iptcExt:PersonInImage", ["Hanna"]),
    "a renamed album": (lambda o: o.server.edits.rename_album("Summer", "Sommer"), "b.jpg", "XMP-iptcExt:Event",
                        "Sommer"),
    "into an album": (lambda o: o.server.edits.add_to_album("c.jpg", "Summer"), "c.jpg", "XMP-iptcExt:Event",
                      "Summer"),
    "out of an album": (lambda o: o.server.edits.remove_from_album("b.jpg", "Summer"), "b.jpg", "XMP-iptcExt:Event",
                        None),
    "an album is gone": (lambda o: o.server.edits.delete_album("Summer"), "b.jpg", "XMP-iptcExt:Event", None),
    "a new tag": (lambda o: o.server.edits.tag("c.jpg", "Work"), "c.jpg", "XMP-digiKam:TagsList", ["Work"]),
    "a lost tag": (lambda o: o.server.edits.untag("b.jpg", "Trips/Sea"), "b.jpg", "XMP-digiKam:TagsList", None),
    "no caption": (lambda o: o.server.edits.describe("a.jpg", ""), "a.jpg", "XMP-dc:Description", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_in_immich_reaches_its_files_and_no_other(
    originals: Originals, case: tuple[Callable[[Originals], None], str, str, object]
) -> None:
    change, name, tag, expected = case
    originals.run()
    before = originals.disk()
    change(originals)
    result = originals.run()
    assert originals.tags(name, tag).get(tag) == expected, result
    moved = {path for path, state in originals.disk().items() if before[path] != state}
    assert str(originals.file(name).relative_to(originals.folder)) in moved
    assert "2025/c.jpg" not in moved or name == "c.jpg"


def test_a_deleted_person_is_taken_out_only_where_we_wrote_them(originals: Originals) -> None:
    for name, words in (("b.jpg", ["Anna", "mine"]), ("c.jpg", ["Anna"])):
        subprocess.run(
            ["exiftool", "-q", "-overwrite_original", *(f"-XMP-dc:Subject+={word}" for word in words),
             str(originals.file(name))], check=True,
        )  # fmt: skip
    scan(originals.server)
    originals.run()
    originals.server.edits.delete_person("Anna")
    originals.server.edits.untag("b.jpg", "Anna")
    originals.run()
    assert "Anna" not in subjects(originals, "a.jpg")
    assert {"Anna", "mine"} <= subjects(originals, "b.jpg"), "it was there before we came"
    assert "Anna" in subjects(originals, "c.jpg")


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_two_roots_with_equal_tails_never_mix(originals: Originals, tmp_path: Path) -> None:
    other = photo(tmp_path / "other" / "2024" / "a.jpg", colour="red")
    originals.server.edits.add_library("Other", ["/mnt/other"], {"/mnt/other": str(tmp_path / "other")})
    scan(originals.server)
    theirs = next(a for a in originals.server.library.assets.values() if a.path == "/mnt/other/2024/a.jpg")
    originals.server.edits.describe(theirs.id, "The other one")
    originals.set(
        root_of(originals.folder),
        root_of(tmp_path / "other", name="other", prefix="/mnt/other"),
    )
    assert originals.counts()["updated"] == 4
    assert tags_of(other, "XMP-dc:Description")["XMP-dc:Description"] == "The other one"
    assert originals.tags("a.jpg", "XMP-dc:Description")["XMP-dc:Description"] == "On the beach"
    originals.set(root_of(tmp_path / "other", prefix=INSIDE))
    before = other.read_bytes()
    counts = originals.counts()
    assert "updated" not in counts
    assert counts.get("unproved", 0) + counts.get("ambiguous", 0) == 1
    assert other.read_bytes() == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_that_is_not_the_asset_is_never_written(originals: Originals) -> None:
    wrong = photo(originals.file("a.jpg"), colour="red", size=(99, 48))
    before = wrong.read_bytes()
    assert originals.counts()["unproved"] == 1
    assert wrong.read_bytes() == before
    scan(originals.server)
    originals.run()
    assert originals.tags("a.jpg", *XMP)["XMP-dc:Description"] == "On the beach"


def test_a_file_that_others_changed_is_read_again_and_merged(originals: Originals) -> None:
    originals.run()
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject+=mine", "-XMP-dc:Description=theirs",
         str(originals.file("a.jpg"))], check=True,
    )  # fmt: skip
    assert originals.counts() == {"total": 3, "unproved": 1}, "Immich has not read it yet"
    scan(originals.server)
    originals.server.edits.describe("a.jpg", "On the beach")
    originals.server.edits.place("a.jpg", -33.5, -70.25)
    originals.run()
    assert {"mine", "Anna", "Ben"} <= subjects(originals, "a.jpg")
    assert "updated" not in originals.counts()


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_what_a_person_wrote_into_a_sidecar_since_is_read_by_immich_before_anything_is_written(
    originals: Originals,
) -> None:
    originals.set(root_of(originals.folder, where=Where.SIDECAR))
    originals.run()
    sidecar = originals.file("a.jpg.xmp")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Description=theirs", str(sidecar)], check=True)
    # By the stand-in's clock, a second after each of its own changes.
    later = originals.server.library.asset_named("a.jpg").updated_us * 1000 + 500_000_000
    os.utime(sidecar, ns=(later, later))
    assert originals.counts() == {"total": 3, "unproved": 1}
    assert tags_of(sidecar, "XMP-dc:Description") == {"XMP-dc:Description": "theirs"}
    assert originals.server.library.asset_named("a.jpg").updated_us * 1000 > later, "it was told to read it"
    originals.server.edits.describe("a.jpg", "theirs")
    assert "updated" not in originals.counts()
    assert tags_of(sidecar, "XMP-dc:Description") == {"XMP-dc:Description": "theirs"}
    originals.server.edits.describe("a.jpg", "Later in Immich")
    originals.run()
    assert tags_of(sidecar, "XMP-dc:Description") == {"XMP-dc:Description": "Later in Immich"}


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_link_to_a_file_that_is_another_assets_is_ambiguous(originals: Originals) -> None:
    originals.run()
    path = originals.file("a.jpg")
    before = path.read_bytes()
    path.with_name("link.jpg").symlink_to(path.name)
    scan(originals.server)
    originals.server.edits.describe("link.jpg", "Of the link")
    assert originals.counts()["ambiguous"] == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_link_to_a_file_of_two_names_is_ambiguous_before_anything_is_written(originals: Originals) -> None:
    path = originals.file("a.jpg")
    os.link(path, originals.folder / "kept elsewhere")
    path.with_name("link.jpg").symlink_to(path.name)
    scan(originals.server)
    before = path.read_bytes()
    assert originals.counts()["ambiguous"] == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_link_into_a_folder_of_another_encoding_is_left_alone_and_keeps_no_other(originals: Originals) -> None:
    path = originals.file("a.jpg")
    folder = path.parent / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    shutil.move(path, folder)
    path.symlink_to(folder / path.name)
    counts = originals.counts()
    assert (counts["unwritable"], counts["updated"]) == (1, 2)
    assert "line" not in originals.explain(path).sentence


@pytest.mark.parametrize("originals", [3], indirect=True)
@pytest.mark.parametrize("where", [Where.BOTH, None])
def test_beside_a_format_that_is_not_written_into_its_sidecar_is_written(
    originals: Originals, where: Where | None
) -> None:
    path = originals.file("c.jpg").with_name("moving.gif")
    Image.new("P", (40, 30)).save(path)
    before = path.read_bytes()
    scan(originals.server)
    originals.server.edits.describe("moving.gif", "It moves")
    originals.set(root_of(originals.folder, where=where))
    beside = 4 if where is Where.BOTH else 1
    assert originals.counts() == {"total": 4, "updated": 4, "files_written": 3, "sidecars_written": beside}
    assert originals.tags("moving.gif.xmp", "XMP-dc:Description") == {"XMP-dc:Description": "It moves"}
    assert path.read_bytes() == before
    assert originals.counts() == {"total": 4}


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_where_the_file_itself_cannot_be_written_its_sidecar_is_all_the_same(originals: Originals) -> None:
    path = originals.file("c.jpg")
    path.write_bytes(path.read_bytes()[:300])
    before = path.read_bytes()
    scan(originals.server)
    originals.server.edits.describe("c.jpg", "Of a broken one")
    originals.set(root_of(originals.folder, where=Where.BOTH))
    result = originals.run()
    counts = {word: number for word, number in result.facts["counts"].items() if number}
    assert counts == {"total": 3, "updated": 2, "errors": 1, "files_written": 2, "sidecars_written": 3}
    assert "c.jpg" in result.problems[0]
    assert path.read_bytes() == before
    assert originals.tags("c.jpg.xmp", "XMP-dc:Description") == {"XMP-dc:Description": "Of a broken one"}
    assert originals.undo().facts["exact"] == 5
    assert not originals.folder.joinpath("2025/c.jpg.xmp").exists()


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_root_that_wants_files_alone_makes_no_sidecar(originals: Originals) -> None:
    path = originals.file("c.jpg").with_name("moving.gif")
    Image.new("P", (40, 30)).save(path)
    scan(originals.server)
    originals.set(root_of(originals.folder, where=Where.FILE))
    assert originals.counts() == {"total": 4, "updated": 3, "files_written": 3, "unwritable": 1}
    assert not list(originals.folder.rglob("*.xmp"))


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_missing_files_are_counted_and_written_once_they_are_there(originals: Originals) -> None:
    path = originals.file("a.jpg")
    away = path.rename(path.with_name("away"))
    assert originals.counts() == {"total": 3, "updated": 2, "files_written": 2, "file_not_found": 1}
    away.rename(path)
    assert originals.counts()["updated"] == 1


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_disk_that_is_not_there_is_named_and_nothing_is_concluded(originals: Originals) -> None:
    originals.run()
    away = originals.folder.rename(originals.folder.with_name("away"))
    result = originals.run()
    assert "may not be mounted" in result.problems[0]
    assert result.exit_code == 1
    originals.folder.mkdir()
    assert "None of the originals" in originals.run().problems[0]
    assert list(originals.folder.iterdir()) == []
    originals.folder.rmdir()
    away.rename(originals.folder)
    assert originals.counts() == {"total": 3}


@pytest.mark.parametrize("originals", [3], indirect=True)
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.root
def test_a_read_only_root_is_left_alone_and_said_so(originals: Originals) -> None:
    subprocess.run(["mount", "--bind", str(originals.folder), str(originals.folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(originals.folder)], check=True)
        result = originals.run()
        assert "cannot be written into" in result.problems[0] or "read-only" in result.problems[0]
        assert result.facts["counts"]["waiting"] == 3
    finally:
        subprocess.run(["umount", str(originals.folder)], check=True)
    assert originals.counts()["updated"] == 3


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_folder_that_lies_elsewhere_now_is_known_again(originals: Originals) -> None:
    originals.run()
    originals.folder = originals.folder.rename(originals.folder.with_name("moved"))
    originals.set(root_of(originals.folder))
    assert originals.counts() == {"total": 3, "skipped": 3}
    originals.server.edits.describe("a.jpg", "")
    originals.run()
    assert "XMP-dc:Description" not in originals.tags("a.jpg", "XMP-dc:Description")


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_link_out_of_the_root_is_not_followed(originals: Originals, tmp_path: Path) -> None:
    path = originals.file("a.jpg")
    path.rename(tmp_path / "outside.jpg")
    path.symlink_to(tmp_path / "outside.jpg")
    before = (tmp_path / "outside.jpg").read_bytes()
    assert originals.counts()["outside"] == 1
    assert (tmp_path / "outside.jpg").read_bytes() == before


def anew(originals: Originals, name: str, number: str) -> None:
    """As a library that was made again does it: another asset for the same file."""
    library = originals.server.library
    asset = library.asset_named(name)
    del library.assets[asset.id]
    asset.id = number
    library.assets[number] = asset
    library.touch(asset)


@pytest.mark.parametrize("originals", [3], indirect=True)
@pytest.mark.parametrize("what", ["moved", "taken in anew"])
@pytest.mark.parametrize("where", [Where.FILE, Where.SIDECAR])
def test_what_is_ours_stays_ours_where_immich_moves_a_file_or_takes_it_in_anew(
    originals: Originals, what: str, where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals.set(root_of(originals.folder, where=where))
    originals.run()
    if what == "moved":
        rename(originals, "a.jpg", "z.jpg")
    else:
        anew(originals, "a.jpg", "0f0f0f0f-0000-4000-8000-00000000000a")
    with originals.work() as work:
        run(work, {"whole": True})
    name = "z.jpg" if what == "moved" else "a.jpg"
    file = f"{name}.xmp" if where is Where.SIDECAR else name
    assert originals.tags(file, "XMP-dc:Description") == {"XMP-dc:Description": "On the beach"}
    started: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", lambda *words, **_: started.append(words))
        assert originals.counts() == {"total": 3}
    assert started == [], "nothing of where it lay before is looked for again"
    asset = originals.server.library.asset_named("a.jpg")
    originals.server.edits.describe(asset.id, "")
    assert originals.counts()["updated"] == 1
    assert originals.tags(file, "XMP-dc:Description") == {}


@pytest.mark.parametrize("originals", [3], indirect=True)
@pytest.mark.parametrize("there", ["elsewhere", "nothing", "itself", "another's"])
def test_a_link_in_place_of_a_sidecar_is_not_followed(originals: Originals, tmp_path: Path, there: str) -> None:
    sidecar = originals.file("a.jpg").with_name("a.jpg.xmp")
    elsewhere = {
        "elsewhere": tmp_path / "elsewhere.xmp", "nothing": tmp_path / "nothing.xmp", "itself": sidecar,
        "another's": sidecar.with_name("z.jpg.xmp"),
    }[there]  # fmt: skip
    if there in ("elsewhere", "another's"):
        subprocess.run(["exiftool", "-q", "-XMP-dc:Title=somebody's", str(elsewhere)], check=True)
        before = elsewhere.read_bytes()
    sidecar.symlink_to(elsewhere)
    originals.set(root_of(originals.folder, where=Where.SIDECAR))
    assert originals.counts() == {"total": 3, "updated": 2, "sidecars_written": 2, "outside": 1}
    if there in ("elsewhere", "another's"):
        assert elsewhere.read_bytes() == before
    assert sidecar.is_symlink()
    assert there == "itself" or elsewhere.exists() == (there != "nothing")


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_that_two_assets_claim_is_written_for_neither(originals: Originals) -> None:
    originals.server.edits.add_library("Again", ["/again"], {"/again": str(originals.folder)})
    scan(originals.server)
    before = originals.disk()
    originals.set(root_of(originals.folder), root_of(originals.folder, name="again", prefix="/again"))
    counts = originals.counts()
    assert counts["ambiguous"] >= 3
    if "updated" in counts:
        assert counts["updated"] == 3
        assert counts["ambiguous"] == 3
    else:
        assert originals.disk() == before


def test_a_key_without_permission_names_what_it_lacks_and_the_rest_is_written(originals: Originals) -> None:
    if originals.server.version == 1:
        return  # 1.x lets any key read.
    key = originals.server.edits.make_key("few", ["asset.read", "asset.statistics", "user.read", "person.read"])
    secrets.put(originals.home.secrets, "servers", SERVER, key=key["api_key"])
    result = originals.run()
    assert result.facts["counts"]["updated"] == 3
    told = " ".join(result.problems)
    assert "album.read" in told
    assert "tag.read" in told
    assert "job.create" in told
    assert "XMP-iptcExt:Event" not in originals.tags("a.jpg", "XMP-iptcExt:Event")


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_new_root_waits_for_a_person(originals: Originals) -> None:
    before = originals.disk()
    assert "rests" in originals.run(asked=False).problems[0]
    assert originals.disk() == before
    originals.run()
    originals.server.edits.describe("c.jpg", "New")
    assert originals.counts(asked=False)["updated"] == 1


def test_where_uploads_lie_sidecars_are_written_and_the_files_stay(originals: Originals) -> None:
    for asset in originals.server.library.assets.values():
        asset.library_id = None
        asset.checksum = asset.original.checksum() if asset.original else ""
    before = {path: path.read_bytes() for path in originals.folder.rglob("*.jpg")}
    assert originals.counts()["sidecars_written"] == 3
    assert {path: path.read_bytes() for path in originals.folder.rglob("*.jpg")} == before
    sidecar = originals.file("a.jpg.xmp")
    assert tags_of(sidecar, "XMP-dc:Description")["XMP-dc:Description"] == "On the beach"
    assert originals.counts() == {"total": 3}


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_sidecar_that_is_there_is_written_beside_the_file(originals: Originals) -> None:
    path = originals.file("a.jpg")
    subprocess.run(["exiftool", "-q", "-o", f"{path}.xmp", "-XMP-dc:Creator=me", str(path)], check=True)
    counts = originals.counts()
    assert (counts["files_written"], counts["sidecars_written"]) == (3, 1)
    found = tags_of(Path(f"{path}.xmp"), "XMP-dc:Creator", "XMP-dc:Description")
    assert found == {"XMP-dc:Creator": ["me"], "XMP-dc:Description": "On the beach"} | found


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_other_settings_have_every_file_looked_at(originals: Originals) -> None:
    originals.set(root_of(originals.folder, modules=(Module.CAPTION,)))
    originals.run()
    assert subjects(originals, "a.jpg") == set()
    originals.set(root_of(originals.folder, modules=(Module.CAPTION, Module.PEOPLE), where=Where.BOTH))
    originals.run()
    assert subjects(originals, "a.jpg") == {"Anna", "Ben"}
    assert originals.file("a.jpg.xmp").exists()


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_copies_of_originals_are_kept_and_without_room_nothing_is_written(originals: Originals, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in originals.folder.rglob("*.jpg")}
    originals.set(root_of(originals.folder, backup_gb=1e-9, backup_folder=str(tmp_path / "copies")))
    result = originals.run()
    assert "no room for a copy" in " ".join(result.problems)
    assert {path.name: path.read_bytes() for path in originals.folder.rglob("*.jpg")} == before
    originals.set(root_of(originals.folder, backup_gb=1, backup_folder=str(tmp_path / "copies")))
    assert originals.counts()["copies"] == 3
    assert {path.name: path.read_bytes() for path in (tmp_path / "copies").rglob("*.jpg")} == before


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_another_picture_under_the_same_name_has_a_copy_of_its_own(originals: Originals, tmp_path: Path) -> None:
    copies = tmp_path / "copies" / "archive"
    originals.set(root_of(originals.folder, backup_gb=1, backup_folder=str(copies.parent)))
    first = originals.file("a.jpg").read_bytes()
    originals.run()
    originals.server.edits.describe("a.jpg", "Of the first")
    assert originals.counts()["files_written"] == 1
    second = photo(originals.file("a.jpg"), colour="red").read_bytes()
    scan(originals.server)
    originals.server.edits.describe("a.jpg", "Of the second")
    counts = originals.counts()
    assert (counts["files_written"], counts["copies"]) == (1, 1)
    originals.server.edits.describe("a.jpg", "Of the second, once more")
    counts = originals.counts()
    assert (counts["files_written"], counts.get("copies", 0)) == (1, 0)
    [place] = copies.rglob("a.jpg")
    assert {path.name: path.read_bytes() for path in place.parent.glob("a*")} == {"a.jpg": first, "a~2.jpg": second}


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_copy_of_a_name_as_long_as_a_name_may_be_is_kept(originals: Originals, tmp_path: Path) -> None:
    name = "写" * 83 + ".jpg"
    path = photo(originals.folder / name)
    before = path.read_bytes()
    scan(originals.server)
    originals.server.edits.describe(name, "Long")
    originals.set(root_of(originals.folder, backup_gb=1, backup_folder=str(tmp_path / "copies")))
    assert originals.counts()["copies"] == 4
    assert (tmp_path / "copies" / "archive" / name).read_bytes() == before


def test_the_first_run_after_an_upgrade_takes_nothing_out(originals: Originals) -> None:
    originals.run()
    originals.server.edits.describe("a.jpg", "")
    originals.server.edits.remove_from_album("b.jpg", "Summer")
    originals.server.version = originals.server.version % 3 + 1
    assert "Nothing was taken out" in " ".join(originals.run().problems)
    assert originals.tags("a.jpg", "XMP-dc:Description")["XMP-dc:Description"] == "On the beach"
    assert originals.tags("b.jpg", "XMP-iptcExt:Event")["XMP-iptcExt:Event"] == "Summer"


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_that_would_change_hands_gets_a_sidecar(originals: Originals, monkeypatch: pytest.MonkeyPatch) -> None:
    from sync.writeback.roots import Probed

    monkeypatch.setattr(Probed, "keeps_owner", lambda *_: False)
    counts = originals.counts()
    assert (counts.get("files_written", 0), counts["sidecars_written"]) == (0, 3)
    originals.set(root_of(originals.folder, owner=Owner.ANY))
    assert originals.counts()["files_written"] == 3


@pytest.mark.parametrize("originals", [2, 3], indirect=True)  # 1.x lets any key read
def test_what_is_known_of_albums_is_not_written_once_it_is_old(originals: Originals) -> None:
    originals.run()
    key = originals.server.edits.make_key("few", ["asset.read", "asset.statistics", "user.read", "person.read"])
    secrets.put(originals.home.secrets, "servers", SERVER, key=key["api_key"])
    originals.clock.advance(8 * 86400)
    originals.server.edits.describe("c.jpg", "New")
    originals.server.edits.add_to_album("c.jpg", "Summer")
    originals.run()
    assert "XMP-iptcExt:Event" not in originals.tags("c.jpg", "XMP-iptcExt:Event")
    assert originals.tags("a.jpg", "XMP-iptcExt:Event")["XMP-iptcExt:Event"] == "Summer"
