"""The pages of write-back: a folder is tried before it is a root, and what a form says is what the settings get."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sync.home import Home
from sync.library import known
from sync.library import writeback as rows
from sync.library.database import Library
from sync.library.writeback import FileRow
from sync.settings.edit import add_root
from sync.settings.reading import load
from sync.settings.writeback import Module, Root, Where
from tests.admin.phone import Phone, seen_on
from tests.admin.queue import ROOT_TRIED, ended, queued, the_only

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def photos(server: Home) -> Home:
    add_root(server, {"name": "Photos", "server": "home", "prefix": "/usr/src/app/external", "folder": "/mnt/photos"})
    return server


def saved(home: Home) -> Root:
    (root,) = load(home.settings).settings.writeback
    return root


def test_what_was_tried_becomes_a_root(phone: Phone, server: Home, library: Library) -> None:
    phone.get("/writeback/new")
    answer = phone.post("/writeback/probe", {"folder": "/mnt/photos", "prefix": ""})
    assert queued(library) == [("writeback-probe", {"server": "home", "folder": "/mnt/photos", "prefix": None})]
    number = the_only(library, "writeback-probe")
    ended(server, number, **ROOT_TRIED)
    page = phone.follow(answer).text
    assert "12 of 12 photos of Immich are there" in page
    assert "A &lt;b&gt;note." in page
    phone.post(f"/writeback/add/{number}", {"name": "Photos", "module": ["people", "tags"], "where": "both"})
    root = saved(server)
    assert (root.prefix, root.folder, root.server) == ("/usr/src/app/external", "/mnt/photos", "home")
    assert (root.modules, root.where) == ((Module.PEOPLE, Module.TAGS), Where.BOTH)
    assert "rests" not in server.settings.read_text(), "what is as it is by default stands in no file"


def test_a_folder_that_holds_nothing_of_immich_cannot_be_added(phone: Phone, server: Home, library: Library) -> None:
    phone.get("/writeback/new")
    phone.post("/writeback/probe", {"folder": "/mnt/empty"})
    number = the_only(library, "writeback-probe")
    assert phone.post(f"/writeback/add/{number}", {"name": "Photos", "module": "people"}).status_code == 404
    better = {"prefix": "/ext", "folder": "/mnt/photos", "would": 9, "of": 12}
    ended(server, number, **ROOT_TRIED | {"prefix": "", "there": 0, "suggestion": better})
    page = phone.get(f"/writeback/probed/{number}").text
    assert "9 of 12" in page
    assert "/writeback/add/" not in page
    assert phone.post(f"/writeback/add/{number}", {"name": "Photos", "module": "people"}).status_code == 404


def test_a_form_changes_what_it_says_and_no_more(phone: Phone, photos: Home) -> None:
    photos.settings.write_text(photos.settings.read_text() + "# ours\n")
    page = phone.get("/writeback/root?name=Photos").text
    form = {"name": "Photos", "seen": seen_on(page), "module": ["gps"], "where": "sidecar", "interval_hours": "6",
            "backup_gb": "2.5", "keep_mtime": "yes"}  # fmt: skip
    assert phone.post("/writeback/edit", form).status_code == 303
    root = saved(photos)
    assert (root.modules, root.where, root.interval_hours) == ((Module.GPS,), Where.SIDECAR, 6)
    assert (root.backup_gb, root.keep_mtime, root.folder) == (2.5, True, "/mnt/photos")
    assert "# ours" in photos.settings.read_text()
    assert phone.post("/writeback/edit", form).status_code == 409, "another phone was quicker"


WRONG = {
    "nothing to write": ({"module": []}, "Tick at least one"),
    "no number": ({"module": ["gps"], "backup_gb": "much"}, "A number from"),
    "half a character": ({"module": ["gps"], "caption_limit": "2.5"}, "A number from"),
}


@pytest.mark.parametrize(("typed", "sentence"), WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_told_beside_its_field(
    phone: Phone, photos: Home, typed: dict[str, Any], sentence: str
) -> None:
    before = photos.settings.read_bytes()
    form = {"name": "Photos", "seen": seen_on(phone.get("/writeback/root?name=Photos").text)} | typed
    answer = phone.post("/writeback/edit", form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert photos.settings.read_bytes() == before


def test_exactly_the_plan_that_was_shown_is_asked_for(phone: Phone, photos: Home, library: Library) -> None:
    phone.get("/writeback")
    answer = phone.post("/writeback/preview", {"name": "Photos"})
    number = the_only(library, "writeback-preview")
    item = {"what": "/mnt/photos/a.jpg", "asset": "a-1", "do": "write", "why": "",
            "fields": [{"name": "XMP-dc:Subject", "old": "", "new": "Anna"}]}  # fmt: skip
    ended(photos, number, plan="3f9a", counts={"total": 1, "unproved": 0}, items=[item], more=0)
    page = phone.follow(answer).text
    assert "XMP-dc:Subject" in page
    assert "1 looked at" in page
    phone.post(f"/writeback/confirm/{number}")
    assert ("writeback-run", {"roots": ["Photos"], "plan": "3f9a"}) in queued(library)


def test_yes_is_said_on_the_page_to_what_would_be_taken_out(phone: Phone, photos: Home, library: Library) -> None:
    assert "/writeback/take-out" not in phone.get("/writeback/root?name=Photos").text
    with library.transaction() as db:
        for asset in ("a", "b"):
            number, _ = known.put_asset(db, "home", asset, root="Photos", stamp="", facts=b"", proof=b"")
            known.settle(db, number, state="held", reason="Names would go.", tried="3f9a")
    assert "out of 2 photos" in phone.get("/writeback/root?name=Photos").text
    assert "2 wait for your yes" in phone.get("/writeback").text
    phone.post("/writeback/take-out", {"name": "Photos"})
    assert queued(library) == [("writeback-run", {"roots": ["Photos"], "take_out": True})]


def test_what_it_did_can_be_taken_back(phone: Phone, photos: Home, library: Library) -> None:
    file = FileRow(path="/mnt/photos/a.jpg", server="home", asset="a-1", root="Photos", role="original", size_bytes=1,
                   mtime_ns=1, ours="{}")  # fmt: skip
    with library.transaction() as db:
        run = rows.begin(db, now=NOW)
        rows.done(db, rows.intend(db, run, file, fields=[], back=b"", ours_after="{}"))
        rows.end(db, run, {"updated": 3}, now=NOW)
    assert "3 written" in phone.get("/writeback").text
    assert "Yes, take it back" in phone.follow(phone.post("/writeback/undo", {"name": "", "run": str(run)})).text
    assert not queued(library)
    phone.post("/writeback/undo", {"name": "", "run": str(run), "sure": "yes"})
    assert queued(library) == [("writeback-undo", {"run": run})]


def test_a_root_is_paused_and_left_alone(phone: Phone, photos: Home, library: Library) -> None:
    phone.get("/writeback/root?name=Photos")
    phone.post("/writeback/pause", {"name": "Photos", "value": "yes"})
    assert saved(photos).paused
    assert "What was written stays" in phone.follow(phone.post("/writeback/remove", {"name": "Photos"})).text
    phone.post("/writeback/remove", {"name": "Photos", "sure": "yes"})
    assert not load(photos.settings).settings.writeback
    assert phone.get("/writeback/root?name=Photos").status_code == 404


def test_a_file_or_the_address_of_a_photo_is_explained(phone: Phone, photos: Home, library: Library) -> None:
    phone.get("/writeback")
    phone.post("/writeback/explain", {"file": "/mnt/photos/a.jpg"})
    phone.post("/writeback/explain", {"file": "https://immich.example/photos/0f1e"})
    assert [arguments["file"] for _, arguments in queued(library)] == ["/mnt/photos/a.jpg", "0f1e"]
    assert phone.post("/writeback/explain", {"file": ""}).status_code == 400
