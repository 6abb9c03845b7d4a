"""What is broken beside the page must not take the page with it: library, settings, secrets, disk."""

from __future__ import annotations

import sqlite3

import pytest
from flask import Flask

from admin.context import Context
from sync.home import Home
from sync.library.database import Library
from sync.settings.edit import add_album, put_server
from tests.admin.phone import PASSWORD, Phone

PAGES = ("/", "/albums", "/held", "/trash", "/jobs", "/device", "/wall", "/servers", "/more", "/api/v1/state",
         "/now?parts=bar+wall+work")  # fmt: skip


def test_without_a_library_every_page_opens(phone: Phone) -> None:
    for page in PAGES:
        assert phone.get(page).status_code == 200, page
    answer = phone.post("/albums/sync")
    assert answer.status_code == 503
    assert "not started" in answer.text


@pytest.mark.parametrize("damage", [b"garbage" * 1000, b"", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_library_leaves_every_page_open(phone: Phone, home: Home, damage: bytes) -> None:
    Library(home.library).close()
    home.library.write_bytes(damage)
    for page in PAGES:
        assert phone.get(page).status_code == 200, page


def test_a_page_that_finds_the_library_busy_looks_again_by_itself(app: Flask, phone: Phone) -> None:
    def busy() -> str:
        raise sqlite3.OperationalError("database is locked")

    (endpoint,) = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule == "/device"}
    app.view_functions[endpoint] = busy
    answer = phone.get("/device")
    assert (answer.status_code, 'http-equiv="refresh"' in answer.text) == (503, True)
    assert 'http-equiv="refresh"' not in phone.get("/no-such-page").text


def test_a_library_of_a_newer_version_leaves_every_page_open(phone: Phone, home: Home) -> None:
    Library(home.library).close()
    with sqlite3.connect(home.library) as db:
        db.execute("PRAGMA user_version = 999")
    for page in PAGES:
        assert phone.get(page).status_code == 200, page


def test_torn_settings_are_named_and_nothing_is_written_over_them(phone: Phone, home: Home) -> None:
    phone.get("/wall")
    home.settings.write_text("[wall\nlayout = ")
    assert "not valid TOML" in phone.get("/device").text
    page = phone.get("/wall").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert phone.post("/wall/change", {"seen": seen, "layout": "fill"}).status_code == 400
    assert home.settings.read_text() == "[wall\nlayout = "


def test_a_disk_that_cannot_be_written_locks_nobody_out(phone: Phone, app: Flask, context: Context, home: Home) -> None:
    (home.private / "sessions.json").unlink()
    (home.private / "sessions.json").mkdir()
    other = Phone(app.test_client())
    other.get("/login")
    assert other.post("/login", {"password": PASSWORD}).status_code == 303
    assert other.get("/more").status_code == 200
    context.clock.sleep(7200)
    assert phone.get("/more").status_code == 200


def test_without_a_library_a_person_finds_the_way_back(phone: Phone, home: Home) -> None:
    put_server(home, "home", {"url": "http://192.0.2.1:2283"})
    add_album(home, {"name": "A & B", "server": "home", "id": "a"})
    phone.get("/more")
    assert 'href="/albums"' in phone.post("/albums/sync").text
    assert 'href="/album?name=A+%26+B"' in phone.post("/album/sync", {"name": "A & B"}).text
    trial = phone.get("/servers/trial/1?next=x")
    assert trial.status_code == 503
    assert 'href="/servers/trial/1?next=x"' in trial.text, "the same once more"
