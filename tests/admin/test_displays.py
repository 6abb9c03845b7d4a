"""The wall's picture on other displays: off until somebody makes a key, and a key opens nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask

from frame.control import ask
from sync.home import Home
from tests.admin.phone import Phone
from tests.admin.wall import hanging
from tests.patience import until
from tests.sample_catalogues import make


@pytest.fixture
def wall(home: Home) -> Iterator[Home]:
    make(home, count=3)
    with hanging(home):
        until(lambda: ask(home, "now")["showing"] == "photo")
        yield home


def address(phone: Phone, name: str = "Kitchen") -> str:
    """The path that was made for a display."""
    phone.get("/displays")
    found = re.search(r"<code>(http[^<]+)</code>", phone.post("/displays/make", {"name": name}).text)
    assert found
    parts = urlsplit(unescape(found[1]))
    return f"{parts.path}?{parts.query}"


def test_a_key_shows_the_picture_and_nothing_else(app: Flask, phone: Phone, visitor: Phone, wall: Home) -> None:
    assert visitor.get("/frame.jpg").status_code == 303, "off by default"
    bare = address(phone)
    assert "/frame.jpg?key=" in visitor.get(bare).text
    small = bare.replace("/frame?", "/frame.jpg?")
    sent = visitor.get(small)
    assert (sent.status_code, sent.mimetype) == (200, "image/jpeg")
    assert visitor.get(small, **{"If-None-Match": sent.headers["ETag"]}).status_code == 304
    first = ask(wall, "now")["key"]
    phone.get("/")
    phone.post("/wall/next")
    until(lambda: ask(wall, "now")["key"] != first)
    assert visitor.get(small, **{"If-None-Match": sent.headers["ETag"]}).status_code == 200
    key = bare.partition("?")[2]
    for path in ("/", "/albums", "/device", "/api/v1/state", "/backup/file", f"/picture/{'0' * 40}.jpg"):
        assert visitor.get(f"{path}?{key}").status_code == 303, path


def test_a_key_that_was_removed_shows_nothing(phone: Phone, visitor: Phone, home: Home) -> None:
    bare = address(phone)
    assert visitor.get(bare).status_code == 200
    phone.get("/displays")
    phone.post("/displays/remove", {"name": "Kitchen"})
    assert visitor.get(bare).status_code == 303
    assert bare.partition("key=")[2].encode() not in (home.private / "displays.json").read_bytes()


def test_while_the_wall_is_away_there_is_no_picture(phone: Phone) -> None:
    assert phone.get("/frame.jpg").status_code == 404
