"""A photo from the phone straight to the wall, and down again; what is no photo leaves nothing behind."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from admin import uploads
from admin.context import Context
from admin.security.gate import LARGE
from admin.security.server import MOST_BYTES
from sync.errors import UsageError
from sync.handlers import handlers
from sync.home import Home
from sync.library import jobs, memberships
from sync.library.database import Library
from sync.mirror.folders import PICTURES
from sync.settings.reading import load
from sync.work import Result, Work
from tests.admin.phone import HOST, Phone
from tests.admin.served import serving
from tests.manual_clock import ManualClock


def jpeg(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def send(phone: Phone, *files: tuple[str, bytes]) -> TestResponse:
    phone.get("/upload")
    return phone.post("/upload", {"photo": [(io.BytesIO(content), name) for name, content in files]})


Doer = Callable[[], Result]


@pytest.fixture
def do(home: Home, library: Library, clock: ManualClock) -> Doer:
    """Works the newest job off, as sync does."""

    def run() -> Result:
        job = jobs.in_state(library, jobs.State.WAITING)[-1]
        loaded = load(home.settings)
        work = Work(home, loaded.settings, not loaded.problems, library, clock, asked=True)
        done = handlers()[job.kind](work, job.arguments)
        jobs.cancel(library, job.id)
        return done

    return run


def left(home: Home) -> list[str]:
    return sorted(path.name for path in home.uploads.rglob("*") if path.is_file())


def test_a_photo_is_kept_unopened_then_hangs_and_comes_down(
    phone: Phone, home: Home, library: Library, do: Doer
) -> None:
    answer = send(phone, ("IMG 1.JPG", jpeg()), ("IMG 1.JPG", jpeg("blue")))
    assert answer.headers["Location"].startswith("/upload/")
    assert (home.new_uploads / "IMG 1.jpg").read_bytes() == jpeg()
    done = do()
    assert done.facts["kept"] == ["IMG 1 (2).jpg", "IMG 1.jpg"]
    album = uploads.album_of(load(home.settings).settings, home)
    assert album is not None
    assert memberships.count(library, album.name) == 2
    page = phone.get("/upload")
    assert page.text.count("/thumb/") == 2
    for number in (1, 0):
        asset = next(iter(memberships.members(library, album.name))).asset if number else _last(library, album.name)
        phone.get("/upload")
        assert phone.post("/upload/remove", {"asset": asset}).status_code == 303
        do()
        assert memberships.count(library, album.name) == number, "a person asked for it: nothing is held"
    assert left(home) == []


def _last(library: Library, album: str) -> str:
    return next(each.asset for each in memberships.members(library, album) if not each.gone)


def test_what_is_no_picture_is_said_and_thrown_away(phone: Phone, home: Home, do: Doer, library: Library) -> None:
    send(phone, ("holiday.jpg", b"<script>alert(1)</script>"), ("good.jpg", jpeg()))
    done = do()
    assert done.exit_code == 1
    assert [each["name"] for each in done.facts["refused"]] == ["holiday.jpg"]
    assert left(home) == ["good.jpg"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.svg", b"<svg/>", "not a photo"),
        ("empty.jpg", b"", "is empty"),
        ("", b"x", "Choose 1 to"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field(
    phone: Phone, home: Home, library: Library, name: str, content: bytes, said: str
) -> None:
    answer = send(phone, (name, content))
    assert answer.status_code == 422
    assert said in answer.text
    assert left(home) == []
    assert uploads.album_of(load(home.settings).settings, home) is None


def test_a_photo_that_is_too_large_is_not_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    with pytest.raises(UsageError, match="larger than"):
        uploads.put(home, io.BytesIO(b"x" * 1001), "a.jpg")
    assert left(home) == []


@pytest.mark.parametrize(
    ("limit", "value"), [("MOST_FILES", 1), ("MOST_TOTAL_BYTES", 1)], ids=["number", "bytes"]
)
def test_photos_from_phones_never_fill_the_disk(
    home: Home, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    uploads.put(home, io.BytesIO(b"x"), "a.jpg")
    monkeypatch.setattr(uploads, limit, value)
    with pytest.raises(UsageError, match="very many"):
        uploads.put(home, io.BytesIO(b"x"), "b.jpg")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\photos\\a.JPG", "a.jpg"),
        (".hidden.jpg", "hidden.jpg"),
        ("a\x00\nb.png", "a__b.png"),
        ("é ☃.jpg", "é _.jpg"),
        ("x" * 300 + ".jpg", "x" * 60 + ".jpg"),
        ("/", "photo"),
        (".jpg", "jpg"),
    ],
)
def test_names_are_made_harmless(name: str, clean: str) -> None:
    assert uploads.clean_name(name) == clean


def test_only_kinds_that_a_folder_shows_are_taken() -> None:
    assert set(uploads.ENDINGS) <= PICTURES


def test_nobody_who_is_not_signed_in_may_send_much(phone: Phone, context: Context, app: Flask) -> None:
    """Refused by the length that is announced, before a byte of the body is kept."""
    assert {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in LARGE} == {
        path for path, _ in LARGE.values()
    }
    cookie = phone.client.get_cookie("mantelpiece", domain=HOST.partition(":")[0])
    assert cookie is not None
    with serving(app) as (_, where):
        for path, cookies in (("/upload", "stranger"), ("/wall", cookie.value)):
            assert b" 413 " in _answer(where, path, cookies, announced=40_000_000)
        body = b"x" * (MOST_BYTES + 1)
        assert b" 413 " not in _answer(where, "/upload", cookie.value, announced=len(body), body=body)


def _answer(where: tuple[str, int], path: str, cookie: str, *, announced: int, body: bytes = b"") -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", f"Cookie: mantelpiece={cookie}", f"Content-Length: {announced}"]
    with socket.create_connection(where, timeout=60) as phone:
        phone.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return phone.recv(1000).partition(b"\r\n")[0]
