"""The JSON API: its tokens open it and nothing else, and its description says what there is."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from admin.context import Context
from admin.openapi import description
from sync.home import Home
from sync.library import jobs
from sync.library.database import Library
from sync.library.jobs import State
from tests.admin.phone import HOST, Phone


@pytest.fixture
def token(phone: Phone) -> str:
    phone.get("/tokens")
    page = phone.post("/tokens/make", {"name": "Home Assistant"}).text
    found = re.search(r"<code>([\w-]{40,})</code>", page)
    assert found
    return found[1]


def sent(token: str) -> dict[str, str]:
    return {"Host": HOST, "Authorization": f"Bearer {token}"}


def test_the_description_names_exactly_the_routes_there_are(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, verb) for path, verbs in description()["paths"].items() for verb in verbs if verb != "parameters"}
    assert routes == told


def test_answers_have_the_keys_that_are_described(phone: Phone, library: Library) -> None:
    answer = phone.get("/api/v1/state").json
    described = description()["paths"]["/state"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer.keys() == described["properties"].keys()


def test_a_token_opens_the_api_without_a_cookie(app: Flask, token: str, library: Library) -> None:
    client = app.test_client()
    assert client.get("/api/v1/state", headers=sent(token)).status_code == 200
    assert client.get("/api/v1/runs", headers=sent(token)).json == []
    assert client.post("/api/v1/sync", headers=sent(token), json={"albums": None}).json["job"] == 1
    assert jobs.in_state(library, State.WAITING)[0].kind == "sync"
    assert client.post("/api/v1/sync", headers=sent(token), json={"albums": ["no such"]}).status_code == 400
    refused = client.post("/api/v1/wall/next", headers=sent(token) | {"Accept": "application/json"})
    assert refused.status_code == 503
    assert "The wall is not running" in refused.json["sentence"]
    assert client.post("/api/v1/wall/quit", headers=sent(token)).status_code == 404


def test_a_token_opens_nothing_but_the_api(app: Flask, token: str) -> None:
    client = app.test_client()
    for path in ("/", "/albums", "/device", "/tokens", "/picture/" + "0" * 40 + ".jpg"):
        assert client.get(path, headers=sent(token)).status_code == 403, path
    for path in ("/logout", "/tokens/make", "/wall/change", "/sign-out-everywhere"):
        assert client.post(path, headers=sent(token)).status_code == 403, path


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer  "])
def test_without_a_token_the_api_is_closed(app: Flask, phone: Phone, header: str) -> None:
    client = app.test_client()
    assert client.get("/api/v1/state", headers={"Host": HOST, "Authorization": header}).status_code == 403
    assert client.post("/api/v1/sync", headers={"Host": HOST, "Authorization": header}).status_code == 403


def test_a_removed_token_opens_nothing(app: Flask, phone: Phone, token: str) -> None:
    phone.post("/tokens/remove", {"name": "Home Assistant"})
    assert app.test_client().get("/api/v1/state", headers=sent(token)).status_code == 403


def test_a_token_is_shown_once_and_kept_as_a_hash(phone: Phone, token: str, home: Home) -> None:
    assert token not in phone.get("/tokens").text
    for path in home.root.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path


def test_a_token_needs_a_name_of_its_own(phone: Phone, token: str, context: Context) -> None:
    for name in ("", "Home Assistant", "x" * 61):
        answer = phone.post("/tokens/make", {"name": name})
        assert answer.status_code == 422, name
        assert "wrong-text" in answer.text
    assert len(context.tokens.every()) == 1
