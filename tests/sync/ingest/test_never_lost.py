"""No way of taking photos in loses one: what leaves the inbox is on the server, byte for byte."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from sync.immich.server import Immich
from sync.immich.upload import Known, Upload, Uploaded
from sync.ingest.let_go import let_go
from sync.settings.ingest import After, Inbox, Way
from sync.settings.writeback import Root
from tests.fakes.icloud import Asset, Options, download, sidecar
from tests.fakes.icloud_photos import NOON
from tests.fakes.immich import FakeImmich, Library
from tests.fakes.ingest import SERVER, Taker, make_taker

PHOTO = Asset("IMG_1.JPG", "AY6xVvQq1", taken=NOON, title="Lake")


@pytest.fixture
def taker(tmp_path: Path) -> Iterator[Taker]:
    """An inbox that uploads and deletes."""
    with FakeImmich(version=3, library=Library(tmp_path / "server")) as server:
        found = make_taker(tmp_path, server)
        found.set(way=Way.UPLOAD, folder=str(found.landing), landing="", library="", after=After.DELETE)
        yield found


def put(taker: Taker, *, name: str = "IMG_1.JPG", salt: int = 0) -> bytes:
    """A photo in the inbox; its bytes."""
    download([dataclasses.replace(PHOTO, name=name, salt=salt)], taker.landing, Options())
    return (taker.landing / name).read_bytes()


def on_server(taker: Taker) -> set[str]:
    """The SHA-1 of everything that the server keeps."""
    folder = taker.server.library.folder / "upload"
    return {hashlib.sha1(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


def disguise(file: Path, content: bytes) -> None:
    """Other bytes of the same length under the same name and time."""
    before = file.stat()
    assert len(content) == before.st_size
    file.write_bytes(content)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_other_bytes_of_the_same_length_and_time_are_not_deleted_and_go_up_next(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = put(taker)
    file = taker.landing / "IMG_1.JPG"
    edited = content[:-4] + b"edit"
    finish = let_go

    def replaced_before(run, todos):  # type: ignore[no-untyped-def]
        if todos:
            disguise(file, edited)
        finish(run, todos)

    monkeypatch.setattr("sync.ingest.run.let_go", replaced_before)
    assert "IMG_1.JPG was kept: it changed after it was uploaded." in taker.run().problems[0]
    assert file.read_bytes() == edited
    monkeypatch.undo()
    assert taker.run().problems == []
    assert not file.exists()
    assert {sha1(content), sha1(edited)} <= on_server(taker)


@pytest.mark.parametrize("after", [After.DELETE, After.MOVE])
def test_other_bytes_that_come_while_the_server_is_asked_are_not_lost(
    taker: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: After
) -> None:
    (tmp_path / "taken").mkdir()
    taker.set(after=after, move_to=str(tmp_path / "taken"))
    content = put(taker)
    file, edited, ask = taker.landing / "IMG_1.JPG", content[:-4] + b"edit", Immich.known_uploads
    asked = iter(range(9))

    def disguised(immich: Immich, sha1s: Sequence[str]) -> dict[str, Known]:
        told = ask(immich, sha1s)
        if next(asked) == 1:
            disguise(file, edited)
        return told

    monkeypatch.setattr(Immich, "known_uploads", disguised)
    assert "IMG_1.JPG changed at the last moment" in taker.run().problems[0]
    assert file.read_bytes() == edited
    assert list((tmp_path / "taken").iterdir()) == []
    taker.run()
    assert {sha1(content), sha1(edited)} <= on_server(taker)
    assert not file.exists()


def test_a_card_that_gives_an_old_name_to_a_new_photo_has_it_taken_in(taker: Taker) -> None:
    taker.set(after=After.KEEP)
    first = put(taker)
    taker.run()
    (taker.landing / "IMG_1.JPG").unlink()
    second = put(taker, salt=900)
    assert taker.run().problems == []
    assert {sha1(first), sha1(second)} <= on_server(taker)


def test_a_file_that_grows_while_it_goes_up_is_no_upload(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    put(taker)
    file, upload = taker.landing / "IMG_1.JPG", Immich.upload

    def grows(immich: Immich, what: Upload) -> Uploaded:
        with file.open("ab") as more:
            more.write(b"more")
        return upload(immich, what)

    monkeypatch.setattr(Immich, "upload", grows)
    assert "changed before it went up" in taker.run().problems[0]
    assert on_server(taker) == set()
    monkeypatch.undo()
    assert taker.run().problems == []
    assert not file.exists()


def test_a_sidecar_that_did_not_go_up_is_not_deleted(taker: Taker) -> None:
    put(taker)
    refused = b"<x" + b" " * 2_000_000 + b"/>"
    (taker.landing / "IMG_1.JPG.xmp").write_bytes(refused)
    result = taker.run()
    assert not (taker.landing / "IMG_1.JPG").exists()
    assert (taker.landing / "IMG_1.JPG.xmp").read_bytes() == refused
    assert any("IMG_1.JPG.xmp did not go up" in problem for problem in result.problems)
    assert any("IMG_1.JPG.xmp was kept" in problem for problem in result.problems)


def test_the_sidecar_of_a_photo_that_was_there_already_is_not_deleted(taker: Taker) -> None:
    taker.set(after=After.KEEP)
    put(taker, name="IMG_1.JPG")
    taker.run()
    (taker.landing / "again.JPG").write_bytes((taker.landing / "IMG_1.JPG").read_bytes())
    (taker.landing / "again.JPG.xmp").write_bytes(sidecar(PHOTO))
    taker.set(after=After.DELETE)
    taker.run()
    assert not (taker.landing / "again.JPG").exists()
    assert (taker.landing / "again.JPG.xmp").exists()


def test_a_sidecar_that_cannot_be_moved_stays(taker: Taker, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "IMG_1.JPG.xmp").write_text("somebody else's")
    taker.set(after=After.MOVE, move_to=str(tmp_path / "taken"))
    put(taker)
    mine = (taker.landing / "IMG_1.JPG.xmp").read_bytes()
    taker.run()
    assert (tmp_path / "taken" / "IMG_1.JPG").exists()
    assert (tmp_path / "taken" / "IMG_1.JPG.xmp").read_text() == "somebody else's"
    assert (taker.landing / "IMG_1.JPG.xmp").read_bytes() == mine


def test_a_folder_to_move_to_that_is_gone_with_its_disk_takes_nothing(taker: Taker, tmp_path: Path) -> None:
    taker.set(after=After.MOVE, move_to=str(tmp_path / "disk" / "taken"))
    put(taker)
    assert "is not there; make it, or mount its disk" in taker.run().problems[0]
    assert not (tmp_path / "disk").exists()
    assert (taker.landing / "IMG_1.JPG").exists()


def test_a_pipe_in_place_of_a_sidecar_holds_nobody_up(taker: Taker) -> None:
    put(taker)
    (taker.landing / "IMG_1.JPG.xmp").unlink()
    os.mkfifo(taker.landing / "IMG_1.JPG.xmp")
    taker.run()
    assert not (taker.landing / "IMG_1.JPG").exists()


def test_an_answer_that_does_not_say_whether_it_lies_in_the_trash_deletes_nothing(taker: Taker) -> None:
    put(taker)
    taker.server.faults.add("json", op="drop", key="results[].isTrashed", path="bulk-upload-check", nth=2)
    assert "does not say what it has" in taker.run().problems[0]
    assert (taker.landing / "IMG_1.JPG").exists()


def test_immichs_own_folder_is_no_inbox(taker: Taker) -> None:
    put(taker)
    taker.set(after=After.KEEP)
    taker.run()
    (taker.landing / ".immich").write_text("1")
    taker.set(after=After.DELETE)
    assert "is Immich's own, where it keeps what was uploaded" in taker.run().problems[0]
    assert (taker.landing / "IMG_1.JPG").exists()
    (taker.landing / ".immich").unlink()
    inside = taker.landing / "library"
    inside.mkdir()
    (inside / ".immich").write_text("1")
    (taker.landing / "IMG_1.JPG").rename(inside / "IMG_1.JPG")
    taker.run()
    assert (inside / "IMG_1.JPG").exists()


def test_an_inbox_never_deletes_what_is_anothers(taker: Taker) -> None:
    put(taker)
    below = taker.landing / "below"
    below.mkdir()
    other = Inbox(name="other", server=SERVER, folder=str(below), library="x")
    taker.settings = msgspec.structs.replace(taker.settings, inboxes=(*taker.settings.inboxes, other))
    result = taker.run(inboxes=["phone"])
    assert "one of the inbox 'other' lie in one another: files that 'phone' moves or deletes" in result.problems[0]
    roots = (Root(name="originals", folder=str(taker.landing.parent)),)
    taker.settings = msgspec.structs.replace(taker.settings, inboxes=taker.settings.inboxes[:1], writeback=roots)
    assert "one of the originals 'originals' lie in one another" in taker.run().problems[0]
    assert (taker.landing / "IMG_1.JPG").exists()


def kept_on_a_read_only_card(taker: Taker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A photo that was uploaded and confirmed, and could not be deleted."""
    real = Path.unlink

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if self.parent == taker.landing:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        real(self, missing_ok=missing_ok)

    with monkeypatch.context() as card:
        card.setattr(Path, "unlink", refuse)
        assert "could not be deleted: Removing IMG_1.JPG: Read-only file system" in taker.run().problems[0]


def test_an_upload_that_the_server_lost_with_its_backup_goes_up_again_before_its_file_leaves(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = put(taker)
    kept_on_a_read_only_card(taker, monkeypatch)
    taker.server.edits.delete("IMG_1.JPG")
    taker.run()
    assert taker.state()["assets"] == ["IMG_1.JPG"]
    assert sha1(content) in on_server(taker)
    assert not (taker.landing / "IMG_1.JPG").exists()


def test_a_confirmed_upload_that_lies_in_the_trash_now_keeps_its_file(
    taker: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(taker)
    kept_on_a_read_only_card(taker, monkeypatch)
    taker.server.edits.trash("IMG_1.JPG")
    assert "was kept: Immich does not name an upload of exactly this content" in taker.run().problems[0]
    assert (taker.landing / "IMG_1.JPG").exists()


def test_a_photo_that_waits_for_its_album_goes_up_again_where_the_server_lost_it(taker: Taker) -> None:
    put(taker)
    taker.server.faults.add("status", status=403, path="/albums", times=9)
    assert "lacks a permission" in taker.run().problems[0]
    taker.server.faults.clear()
    taker.server.edits.delete("IMG_1.JPG")
    assert taker.run().problems == []
    assert taker.state()["albums"] == [("iCloud/2024/05", ["IMG_1.JPG"])]
    assert not (taker.landing / "IMG_1.JPG").exists()


def test_a_full_pass_uploads_what_the_server_has_no_more(taker: Taker) -> None:
    taker.set(after=After.KEEP)
    put(taker)
    taker.run()
    taker.server.edits.delete("IMG_1.JPG")
    facts = taker.facts(full=True)
    assert (facts["files"], taker.state()["assets"]) == (1, ["IMG_1.JPG"])
    again = taker.facts(full=True)
    assert (again["files"], again["there"], again["problems"]) == (0, 0, [])


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_power_cut_between_the_files_of_one_photo_makes_no_photo_of_its_video(
    taker: Taker, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    download([dataclasses.replace(PHOTO, live=True)], taker.landing, Options())
    steps, real = iter(range(1, 99)), Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self.parent == taker.landing and next(steps) == cut:
            raise PowerCut
        real(self, missing_ok=missing_ok)

    with monkeypatch.context() as power, pytest.raises(PowerCut):
        power.setattr(Path, "unlink", unlink)
        taker.run()
    assert taker.run().problems == []
    state = taker.state()
    assert state["albums"] == [("iCloud/2024/05", ["IMG_1.JPG"])]
    assert state["live"] == {"IMG_1.JPG": "IMG_1.MOV"}
    assert not list(taker.landing.glob("IMG_1.[JM]*[GV]"))


class PowerCut(Exception):
    pass
