"""Sweeps over every route there is: a page that is added tomorrow is covered without a word here."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from werkzeug.routing import Rule

from admin.context import Context
from admin.security.gate import PUBLIC, SETUP
from admin.security.headers import HEADERS
from sync.home import Home
from sync.library.database import Library
from tests.admin.phone import HOST, PASSWORD, Phone

ARGUMENTS = {"number": 1, "name": "0" * 40 + ".jpg", "button": "next", "form": "json", "filename": "page.css",
             "tool": "smart", "draft": "0" * 16 + ".py"}  # fmt: skip


def _address(app: Flask, rule: Rule) -> str:
    with app.test_request_context("/", headers={"Host": HOST}):
        return app.url_map.bind(HOST).build(rule.endpoint, {name: ARGUMENTS[name] for name in rule.arguments})


def _rules(app: Flask, method: str) -> list[tuple[str, str]]:
    return [(rule.endpoint, _address(app, rule)) for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def test_nothing_that_changes_anything_works_without_the_token(app: Flask, phone: Phone, library: Library) -> None:
    for _, address in _rules(app, "POST"):
        for token in ("", "0" * 64, "é"):
            assert phone.post(address, token=token).status_code == 403, address


def test_nothing_that_changes_anything_works_from_another_site(app: Flask, phone: Phone, library: Library) -> None:
    token = phone.token
    for _, address in _rules(app, "POST"):
        for site in ("cross-site", "same-site"):
            assert phone.post(address, token=token, **{"Sec-Fetch-Site": site}).status_code == 403, address


def test_the_token_of_one_browser_is_of_no_use_to_another(app: Flask, phone: Phone, visitor: Phone) -> None:
    visitor.get("/login")
    assert visitor.post("/login", {"password": PASSWORD}, token=phone.token).status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_every_page_is_closed_to_whoever_is_not_signed_in(
    app: Flask, phone: Phone, visitor: Phone, library: Library, method: str
) -> None:
    visitor.get("/login")
    for endpoint, address in [*_rules(app, "GET"), *_rules(app, "POST"), ("", "/nothing/here")]:
        if endpoint in PUBLIC:
            continue
        sent = {"Host": HOST, "Accept": "text/html"}
        answer = visitor.client.open(address, method=method, headers=sent, data={"token": visitor.token})
        if method == "GET":
            assert answer.status_code == 303, address
            assert answer.headers["Location"].startswith("/login"), address
        else:
            assert answer.status_code == 403, (method, address)


def test_before_the_first_password_there_is_only_the_set_up(app: Flask, visitor: Phone, context: Context) -> None:
    visitor.get("/setup")
    for endpoint, address in [*_rules(app, "GET"), *_rules(app, "POST")]:
        if endpoint in SETUP:
            continue
        assert visitor.get(address).status_code == 303, address
        assert visitor.post(address, {"password": "12345678"}).status_code == 403, address
    assert not context.password_hash()


def test_every_answer_has_every_header(app: Flask, phone: Phone, visitor: Phone, library: Library) -> None:
    answers = [(address, phone.get(address)) for _, address in _rules(app, "GET")]
    answers += [(address, visitor.get(address)) for _, address in _rules(app, "GET")]
    answers += [(address, visitor.post(address, token="")) for _, address in _rules(app, "POST")]
    answers += [("evil", visitor.get("/", Host="evil.com")), ("nothing", phone.get("/nothing"))]
    for address, answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (address, name)
        caching = answer.headers["Cache-Control"]
        kept = address.startswith(("/static", "/thumb", "/picture", "/frame.jpg"))
        assert caching == "no-store" or kept, (address, caching)
        assert "Server" not in answer.headers


def test_opening_pages_changes_nothing(app: Flask, phone: Phone, library: Library, home: Home) -> None:
    home.settings.write_text("[wall]\nlayout = 'fit'\n")
    phone.get("/")
    library.checkpoint()
    before = _everything(home)
    for _, address in _rules(app, "GET"):
        for path in (address, address + "?name=x&saved=1&was_layout=fill&next=/"):
            assert phone.get(path).status_code < 500 or "healthz" in path, path
    assert _everything(home) == before


def _everything(home: Home) -> dict[str, bytes]:
    found = {}
    for path in sorted(home.root.rglob("*")):
        # The index of the log is written by every reader that opens the library.
        if path.is_file() and not path.name.endswith("-shm"):
            found[str(path)] = path.read_bytes()
    return found


@pytest.mark.parametrize("host", ["evil.com", "192.168.1.9.nip.io", "", "frame.evil.com", "127.1"])
def test_a_foreign_host_is_refused_before_everything_else(app: Flask, phone: Phone, host: str) -> None:
    for _, address in [*_rules(app, "GET"), ("", "/nothing")]:
        answer = phone.get(address, Host=host)
        assert answer.status_code == 400, address
        assert "Set-Cookie" not in answer.headers


def test_cookies_are_kept_from_scripts_and_other_sites(app: Flask, context: Context) -> None:
    phone = Phone(app.test_client())
    answers = [phone.get("/setup"), phone.claim(context.code.current())]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie


def test_no_page_holds_a_secret(app: Flask, phone: Phone, library: Library, home: Home) -> None:
    from sync import secrets
    from sync.settings.edit import put_server

    key = "CANARY0123456789abcdef"
    secrets.put(home.secrets, "servers", "home", key=key)
    put_server(home, "home", {"url": "http://192.0.2.1:2283"})
    phone.get("/servers")
    phone.post("/servers/new", {"url": "192.0.2.7:2283", "key": key + "second", "name": "home"})
    told = secrets.all_values(home.secrets)
    assert any("second" in value for value in told)
    for _, address in _rules(app, "GET"):
        page = _unpacked(phone.get(address + "?name=home").data)
        assert not [value for value in told if value.encode() in page], address
    library.checkpoint()
    for path in home.root.rglob("*"):
        if path.is_file() and path != home.secrets:
            assert key.encode() not in path.read_bytes(), path


def _unpacked(content: bytes) -> bytes:
    """What is in an answer, also where that is a zip."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_every_page_there_is_a_file_for_is_registered(app: Flask) -> None:
    from importlib import import_module
    from pathlib import Path

    import admin.pages

    modules = [path.stem for path in Path(admin.pages.__file__).parent.glob("*.py") if path.stem != "__init__"]
    made = {name for name in modules if hasattr(import_module(f"admin.pages.{name}"), "pages")}
    assert made | {"api"} == set(app.blueprints)
