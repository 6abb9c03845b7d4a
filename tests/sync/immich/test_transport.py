"""Bad servers and bad ways to them: what comes of each, and that it comes to an end."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from sync import errors
from sync.errors import ServerError
from sync.immich.facts import Wanted
from sync.immich.server import Immich
from sync.secrets import Secret
from sync.settings.tree import Source
from tests.fakes.immich import FakeImmich
from tests.manual_clock import ManualClock
from tests.sync.immich.conftest import BRISK, CANARY, HASTY, STEADY, Connect, RawServer, Script, json_answer

HUNG_SECONDS = 120
VERSION = b'{"major":3,"minor":1,"patch":0}'
Raw = Callable[[Script], RawServer]


def _list(client: Immich, server: FakeImmich) -> Any:
    return list(client.listing(Wanted(source=Source.ALBUM, id=server.albums["Holidays"])))


def _fetch(client: Immich, server: FakeImmich) -> Any:
    part = io.BytesIO()
    asset = _list(client, server)[0]
    server.clear_log()
    return client.download_original(asset, part, cancelled=lambda: False)


@pytest.mark.parametrize(
    ("fault", "options", "error"),
    [
        ("status", {"status": 401, "message": "Invalid API key"}, errors.KeyRefused),
        ("status", {"status": 403, "message": "Missing required permission: album.read"}, errors.PermissionMissing),
        ("status", {"status": 400, "message": "Not found or no album.read access"}, errors.NotAvailable),
        ("status", {"status": 404, "message": "Not Found"}, errors.NotAvailable),
        ("status", {"status": 429}, errors.TooManyRequests),
        ("status", {"status": 500}, errors.ServerFailure),
        ("status", {"status": 503}, errors.ServerFailure),
        ("html", {}, errors.NotImmich),
        ("garbage", {}, errors.SchemaDrift),
        ("reset", {}, errors.Unreachable),
        ("truncate", {}, errors.BadTransfer),
        ("drip_headers", {"seconds": 0.1}, errors.Unreachable),
        ("drip_body", {"seconds": 0.1}, errors.Unreachable),
        ("gzip_bomb", {"megabytes": 100}, errors.BadTransfer),
        ("redirect", {"location": "http://127.0.0.1:1/api/albums"}, errors.ForeignRedirect),
        ("redirect", {"location": "https://127.0.0.1/api/albums"}, errors.ForeignRedirect),
        ("redirect", {"location": "//evil.example/"}, errors.ForeignRedirect),
        ("redirect", {"location": "http://[broken"}, errors.ForeignRedirect),
    ],
)
def test_every_fault_of_a_listing_is_its_own_error_and_ends(
    fault: str, options: dict[str, Any], error: type[ServerError], servers: dict[int, FakeImmich], connect: Connect
) -> None:
    server = servers[2]
    client = connect(server, patience={"drip_headers": HASTY, "drip_body": BRISK}.get(fault, STEADY))
    client._version = connect(server).version()
    server.faults.add(fault, path="/albums/", **options)
    begun = time.monotonic()
    try:
        with pytest.raises(error) as raised:
            _list(client, server)
    finally:
        server.faults.clear()
    assert time.monotonic() - begun < HUNG_SECONDS
    assert type(raised.value) is error
    assert raised.value.sentence


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_stumbles_once_is_asked_again(
    status: int, servers: dict[int, FakeImmich], connect: Connect
) -> None:
    server = servers[3]
    server.faults.add("status", path="/search/metadata", status=status, times=1)
    assert len(_list(connect(server), server)) == 2
    server.faults.clear()


def test_an_html_error_page_of_a_gateway_is_not_taken_for_immichs_refusal(raw_server: Raw, connect: Connect) -> None:
    page = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<html"
    with pytest.raises(errors.NotImmich) as raised:
        connect(raw_server(lambda _: page).url).version()
    assert "headers" in raised.value.advice


def test_maintenance_is_told_from_what_is_missing(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    asset = _list(client, server)[0]
    server.mode = "maintenance"
    for ask in (client.albums, lambda: _list(client, server)):
        with pytest.raises(errors.Maintenance if server.version > 1 else ServerError):
            ask()
    with pytest.raises(errors.Maintenance if server.version > 1 else ServerError):
        client.download_original(asset, io.BytesIO(), cancelled=lambda: False)


def test_a_missing_permission_is_named(servers: dict[int, FakeImmich], connect: Connect) -> None:
    key = servers[3].library.add_key(servers[3].library.me, "narrow", permissions=("server.about",))
    with pytest.raises(errors.PermissionMissing) as raised:
        connect(servers[3], key=key.secret).albums()
    assert raised.value.facts["permission"] == "album.read"


def test_retry_after_is_waited_for_when_it_is_short(servers: dict[int, FakeImmich], connect: Connect) -> None:
    clock = ManualClock()
    server = servers[3]
    server.faults.add("status", path="/albums", status=429, headers={"Retry-After": "1"}, times=1)
    assert connect(server, clock=clock).albums()
    server.faults.clear()
    assert 1001 <= clock.mono < 1002


def test_a_long_retry_after_is_handed_to_the_caller_capped_at_an_hour(
    servers: dict[int, FakeImmich], connect: Connect
) -> None:
    clock = ManualClock()
    server = servers[3]
    server.faults.add("status", path="/albums", status=429, headers={"Retry-After": "86400"})
    with pytest.raises(errors.TooManyRequests) as raised:
        connect(server, clock=clock).albums()
    server.faults.clear()
    assert raised.value.facts["retry_after_seconds"] == 3600
    assert clock.mono == 1000


def test_the_key_reaches_no_other_server(raw_server: Raw, servers: dict[int, FakeImmich], connect: Connect) -> None:
    """Row 21: neither another host nor another port, for JSON or for files, at the first step or the second."""
    sink = raw_server(lambda _: json_answer(b"[]"))
    server = servers[2]
    client = connect(server)
    asset = _list(client, server)[0]
    for path, ask in (
        ("/albums", client.albums),
        ("/original", lambda: client.download_original(asset, io.BytesIO(), cancelled=lambda: False)),
        ("/thumbnail", lambda: client.download_display(asset, io.BytesIO(), cancelled=lambda: False)),
    ):
        server.faults.add("redirect", path=path, location=sink.url + "/api/albums")
        with pytest.raises(errors.ForeignRedirect):
            ask()
        server.faults.clear()
    assert sink.requests == []


def test_a_redirect_within_the_server_is_followed_and_a_circle_is_not(
    servers: dict[int, FakeImmich], connect: Connect
) -> None:
    server = servers[2]
    client = connect(server)
    asset = _list(client, server)[0]
    server.faults.add("redirect", path="/original", location=f"/api/assets/{asset.id}/thumbnail?size=preview")
    landed = client.download_original(asset, io.BytesIO(), cancelled=lambda: False)
    server.faults.clear()
    assert landed == client.download_display(asset, io.BytesIO(), cancelled=lambda: False)
    server.faults.add("redirect", path="/original", location=f"/api/assets/{asset.id}/original")
    with pytest.raises(errors.ForeignRedirect):
        client.download_original(asset, io.BytesIO(), cancelled=lambda: False)
    server.faults.clear()


def test_a_gzip_bomb_is_stopped_at_the_cap(servers: dict[int, FakeImmich], connect: Connect) -> None:
    server = servers[3]
    client = connect(server)
    client.version()
    server.faults.add("gzip_bomb", path="/users/me", megabytes=300)
    tracemalloc.start()
    try:
        with pytest.raises(errors.BadTransfer):
            client.me()
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        server.faults.clear()
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nonexistent.invalid", "name service"),
        ("http://127.0.0.1:1", "refuses"),
        ("http://192.0.2.1:9", "nonexistent"),
    ],
    ids=["unknown name", "refused", "unroutable"],
)
def test_a_server_that_is_not_there_is_unreachable(url: str, words: str, connect: Connect) -> None:
    with pytest.raises(errors.Unreachable) as raised:
        connect(url, patience=HASTY).version()
    assert words in raised.value.sentence or "192" in url


def test_a_connection_that_died_while_idle_costs_no_error(raw_server: Raw, connect: Connect) -> None:
    """The server closes after every answer without saying so, as Immich does after five idle seconds."""
    server = raw_server(lambda _: json_answer(VERSION))
    client = connect(server.url)
    for _ in range(5):
        client._version = None
        assert client.version().major == 3
    assert len(server.requests) == 5


def test_nothing_of_the_environment_decides_where_requests_go(
    raw_server: Raw, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    proxy = raw_server(lambda _: b"")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password x\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    monkeypatch.setenv("NETRC", str(netrc))
    server = raw_server(lambda _: json_answer(VERSION))
    connect(server.url).version()
    assert proxy.requests == []
    assert b"authorization" not in server.requests[0].lower()


def test_the_key_and_the_extra_headers_are_sent_and_no_cookie_is_ever_kept(raw_server: Raw, connect: Connect) -> None:
    server = raw_server(lambda _: json_answer(VERSION, "Set-Cookie: immich_access_token=abc; Path=/"))
    client = connect(server.url, headers=(("CF-Access-Client-Id", Secret("gate-7")),))
    for _ in range(2):
        client._version = None
        client.version()
    for request in server.requests:
        head = request.decode().lower()
        assert f"x-api-key: {CANARY}".lower() in head
        assert "cf-access-client-id: gate-7" in head
        assert "cookie" not in head
        assert CANARY not in head.splitlines()[0]


def test_a_link_shows_its_key_in_the_query_and_no_api_key(raw_server: Raw, connect: Connect) -> None:
    from sync.secrets import LinkSecrets

    server = raw_server(lambda _: json_answer(VERSION))
    link = LinkSecrets(key=Secret("LINK KEY"), password=Secret("p&ss"))
    connect(server.url, link=link).version()
    head = server.requests[0].decode()
    assert re.match(r"GET /api/server/version\?key=LINK\+KEY HTTP", head)
    assert "x-api-key" not in head.lower()


@pytest.mark.parametrize("bad", ["line\nbreak", "ümlaut", "nul\0"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(bad: str, connect: Connect) -> None:
    with pytest.raises(errors.UsageError) as raised:
        connect("http://127.0.0.1:1", key=CANARY + bad)
    assert CANARY not in str(raised.value)


def test_a_drip_can_be_cancelled(servers: dict[int, FakeImmich], connect: Connect) -> None:
    server = servers[2]
    patient = connect(server)
    asset = _list(patient, server)[0]
    server.faults.add("drip_body", path="/original", seconds=0.05)
    part = io.BytesIO()
    begun = time.monotonic()
    with pytest.raises(errors.Cancelled):
        patient.download_original(asset, part, cancelled=lambda: time.monotonic() - begun > 0.3)
    server.faults.clear()
    assert time.monotonic() - begun < HUNG_SECONDS


def test_a_listing_can_be_cancelled_while_the_server_is_silent(
    servers: dict[int, FakeImmich], connect: Connect
) -> None:
    server = servers[3]
    begun = time.monotonic()
    client = connect(server, cancelled=lambda: time.monotonic() - begun > 0.3)
    server.faults.add("drip_body", path="/albums", seconds=0.05)
    with pytest.raises(errors.Cancelled):
        client.albums()
    server.faults.clear()
    assert time.monotonic() - begun < HUNG_SECONDS
