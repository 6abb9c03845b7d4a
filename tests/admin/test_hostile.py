"""Names, captions, titles and forms made by strangers are text, and a form that is wrong breaks nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.context import Context
from sync.home import Home
from sync.library import albums, held, trash
from sync.library.albums import AlbumRow
from sync.library.database import Library
from sync.library.held import HeldRow
from sync.settings.edit import add_album, put_server
from tests.admin.phone import HOST, Phone

NASTY = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='x", "{{ 7*7 }}", "{% include 'x' %}",
    "javascript:alert(1)", "\u202egpj.exe", "a\r\nSet-Cookie: x=y", "../../etc/passwd", "%00", "é\U0001f4a9",
    "&lt;b&gt;",
)  # fmt: skip
SINCE = "2026-11-20T10:00:00+00:00"
ALLOWED_TAGS = frozenset(
    """html head meta title link script body a nav svg rect path circle span main div p h1 h2 h3 section ul ol li dl dt
    dd strong small br form input button label select option fieldset legend details summary datalist code progress
    output img figure figcaption table thead tbody tr th td pre textarea del ins""".split()  # noqa: SIM905
)


class Reader(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_calm(page: str) -> None:
    """No tag, handler, style or address came in from outside."""
    reader = Reader()
    reader.feed(page)
    for tag, attributes in reader.tags:
        assert tag in ALLOWED_TAGS, tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        for name in ("src", "href", "action"):
            if name in attributes:
                address = attributes[name] or ""
                assert address.startswith(("/", "#")), (tag, address)
                assert not address.startswith("//"), (tag, address)
        if tag == "script":
            assert (attributes.get("src") or "").startswith("/static/page.js")


@pytest.mark.parametrize("nasty", NASTY)
def test_names_from_the_server_are_text_on_every_page(phone: Phone, home: Home, library: Library, nasty: str) -> None:
    put_server(home, "home", {"url": "http://192.0.2.1"})
    name = "".join(character for character in nasty if character.isprintable())
    add_album(home, {"name": name, "source": "album", "server": "home", "id": nasty})
    with library.transaction() as db:
        row = AlbumRow(
            name=name, problem=nasty, problem_since="2026-11-20T10:00:00+00:00", left_out={nasty: 3}, proof=nasty
        )
        albums.put(db, row)
        held.put(db, HeldRow(album=name, plan=nasty, reason=nasty, photos=(nasty,), since="2026-11-20T10:00:00+00:00"))
        trash.add(db, key=nasty, album=name, position=0, photo={"facts": b"\xff"}, objects=(), reason=nasty,
                  now=SINCE)  # fmt: skip
    with phone.client.application.test_request_context("/", headers={"Host": HOST}):
        from flask import url_for

        own = url_for("album.page", name=name)
    for address in ("/", "/albums", own, "/held", "/trash", "/servers", "/jobs", "/device", "/api/v1/state"):
        answer = phone.get(address)
        assert answer.status_code == 200, address
        if answer.mimetype == "text/html":
            assert_calm(answer.text)


@pytest.fixture
def forms(app: Flask) -> list[str]:
    with app.test_request_context("/", headers={"Host": HOST}):
        bound = app.url_map.bind(HOST)
        return [
            bound.build(rule.endpoint, {name: {"button": "next"}.get(name, 1) for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "POST" in (rule.methods or ()) and rule.endpoint not in ("login.leave", "device.sign_out_everywhere")
        ]


FIELDS = ("name", "album", "server", "source", "person", "url", "key", "seen", "plan", "decision", "id", "layout",
          "interval_seconds", "size", "display", "rotation", "limit", "weight", "interval_hours", "pick", "keep",
          "next", "code", "password", "again", "old", "value")  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.dictionaries(
        st.sampled_from(FIELDS),
        st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=("Cs",)), max_size=40)),
    )
)
def test_no_form_breaks_on_what_is_typed(
    phone: Phone, context: Context, library: Library, forms: list[str], values: dict[str, str]
) -> None:
    for address in forms:
        answer = phone.post(address, values)
        assert answer.status_code in (200, 303, 400, 404, 409, 413, 422, 429, 503), (address, answer.status_code)
        assert "Set-Cookie" not in answer.headers or "x=y" not in str(answer.headers)
        if answer.status_code == 303:
            assert not answer.headers["Location"].startswith(("//", "http", "javascript", "/\\")), address
        if answer.mimetype == "text/html" and answer.status_code != 303:
            assert_calm(answer.text)
    assert not context.loaded().problems
    assert phone.get("/more").status_code == 200, "it signed itself out"


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/x-www-form-urlencoded", b"token=x&key=" + b"a" * 2_000_000, {413}),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(300_000)), {403, 413}),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=token", {400, 403}),
        ("multipart/form-data; boundary=x", b"\xff\xfe\x00--x--", {400, 403}),
        ("multipart/form-data", b"torn", {400, 403}),
        ("application/json", b'{"token":', {400, 403, 415}),
        ("text/plain", b"token=x", {403}),
    ],
    ids=["huge", "many fields", "torn part", "noise", "no boundary", "torn json", "plain"],
)
def test_a_form_that_is_torn_or_too_large_gets_a_sentence(
    phone: Phone, kind: str, body: bytes, expected: set[int]
) -> None:
    sent = {"Host": HOST, "Accept": "text/html"}
    answer = phone.client.post("/servers/new", data=body, content_type=kind, headers=sent)
    assert answer.status_code in expected
    assert "<h1>" in answer.text
