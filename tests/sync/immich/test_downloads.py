"""Originals and previews: whole, hashed, under their announced length, resumed only where that is the same file."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

import pytest
from msgspec.structs import replace

from sync import errors
from sync.immich.facts import Asset, Wanted
from sync.immich.server import Immich
from sync.settings.tree import Source
from tests.fakes.immich import FakeImmich
from tests.sync.immich.conftest import BRISK, STEADY, Connect


def _asset(client: Immich, server: FakeImmich, name: str) -> Asset:
    wanted = Wanted(source=Source.ALBUM, id=server.albums["Everything"])
    return next(asset for asset in client.listing(wanted) if asset.file_name == name)


def _bytes(server: FakeImmich, name: str, kind: str = "original") -> bytes:
    blob: Any = getattr(server.library.asset_named(name), kind)
    data: bytes = blob.read()
    return data


def _fetch(client: Immich, asset: Asset, part: io.BytesIO, **options: Any) -> Any:
    return client.download_original(asset, part, cancelled=lambda: False, **options)


def test_an_original_arrives_whole_and_its_etag_spares_the_next_time(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    asset = _asset(client, server, "plain.jpg")
    part = io.BytesIO()
    got = _fetch(client, asset, part)
    data = _bytes(server, "plain.jpg")
    assert part.getvalue() == data
    assert (got.sha1, got.bytes, got.announced) == (hashlib.sha1(data).hexdigest(), len(data), len(data))
    part = io.BytesIO()
    assert _fetch(client, asset, part, etag=got.etag) is None
    assert part.getvalue() == b""


def test_files_follow_each_other_on_one_connection_and_a_broken_one_is_not_used_again(
    server: FakeImmich, connect: Connect
) -> None:
    client = connect(server)
    asset = _asset(client, server, "plain.jpg")
    before = server.connections
    for _ in range(4):
        _fetch(client, asset, io.BytesIO())
        client.download_display(asset, io.BytesIO(), cancelled=lambda: False)
    assert server.connections == before
    server.faults.add("truncate", path="/original", times=1)
    _fetch(client, asset, io.BytesIO())
    _fetch(client, asset, io.BytesIO())
    assert server.connections == before + 1


def test_the_display_copy_is_the_edited_picture_where_there_is_one(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    for name in ("plain.jpg", "edited.jpg"):
        part = io.BytesIO()
        client.download_display(_asset(client, server, name), part, cancelled=lambda: False)
        edited = name == "edited.jpg" and server.version > 1
        assert part.getvalue() == _bytes(server, name, "edited_preview" if edited else "preview")


def test_a_missing_preview_is_not_available(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    with pytest.raises(errors.NotAvailable):
        client.download_display(_asset(client, server, "no-preview.jpg"), io.BytesIO(), cancelled=lambda: False)


@pytest.mark.parametrize("fault", ["truncate", "reset", "status"])
def test_a_transfer_that_breaks_once_is_cured(fault: str, server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    asset = _asset(client, server, "plain.jpg")
    server.clear_log()
    server.faults.add(fault, path="/original", times=1, **({"status": 503} if fault == "status" else {}))
    part = io.BytesIO()
    part.write(b"kept in front")
    got = _fetch(client, asset, part)
    data = _bytes(server, "plain.jpg")
    assert part.getvalue() == b"kept in front" + data
    assert got.sha1 == hashlib.sha1(data).hexdigest()
    assert server.count("/original") == 2
    if fault == "truncate":
        assert server.log[-1].status == 206


def test_a_resumed_transfer_of_a_file_that_changed_meanwhile_begins_anew(
    servers: dict[int, FakeImmich], connect: Connect, raw_server: Any
) -> None:
    first, second = b"A" * 1000, b"B" * 1000
    seen: list[bytes] = []

    def script(request: bytes) -> bytes:
        seen.append(request)
        old = (
            b'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\nETag: W/"a"\r\n\r\n' + first[:400]
        )
        new = b'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\nETag: W/"b"\r\n\r\n' + second
        return old if len(seen) == 1 else new

    asset = _asset(connect(servers[3]), servers[3], "plain.jpg")
    part = io.BytesIO()
    got = _fetch(connect(raw_server(script).url), asset, part)
    assert b"range: bytes=400-" in seen[1].lower()
    assert b'if-range: w/"a"' in seen[1].lower()
    assert part.getvalue() == second
    assert got.etag == 'W/"b"'


@pytest.mark.parametrize(
    "headers",
    [
        b'Content-Range: bytes 400-999/1000\r\nETag: W/"b"\r\n',
        b'Content-Range: bytes 300-899/1000\r\nETag: W/"a"\r\n',
        b'Content-Range: bytes 400-999/1001\r\nETag: W/"a"\r\n',
        b'ETag: W/"a"\r\n',
    ],
    ids=["another file", "another place", "another length", "no place"],
)
def test_a_part_that_does_not_fit_is_never_joined_on(
    headers: bytes, servers: dict[int, FakeImmich], connect: Connect, raw_server: Any
) -> None:
    def script(request: bytes) -> bytes:
        if b"range:" in request.lower():
            start = b"HTTP/1.1 206 Partial Content\r\nContent-Type: image/jpeg\r\nContent-Length: 600\r\n"
            return start + headers + b"\r\n" + b"B" * 600
        start = b'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\nETag: W/"a"\r\n\r\n'
        return start + b"A" * (400 if len(server.requests) == 1 else 1000)

    asset = _asset(connect(servers[3]), servers[3], "plain.jpg")
    server = raw_server(script)
    part = io.BytesIO()
    got = _fetch(connect(server.url), asset, part)
    assert part.getvalue() == b"A" * 1000
    assert (got.bytes, got.announced, got.etag) == (1000, 1000, 'W/"a"')


@pytest.mark.parametrize(
    ("head", "body", "error"),
    [
        (b"Content-Type: image/jpeg\r\nContent-Length: 1000", b"x" * 10, errors.BadTransfer),
        (b"Content-Type: text/html\r\nContent-Length: 4", b"<htm", errors.NotImmich),
        (b"Content-Type: application/json\r\nContent-Length: 2", b"{}", errors.NotImmich),
        (b"Content-Length: 2", b"{}", errors.NotImmich),
        (b"Content-Type: image/jpeg\r\nContent-Encoding: gzip\r\nContent-Length: 2", b"{}", errors.BadTransfer),
        (b"Content-Type: image/jpeg\r\nTransfer-Encoding: chunked", b"5\r\nab", errors.BadTransfer),
    ],
    ids=["short", "html", "json", "no type", "packed", "chunk cut"],
)
def test_a_body_that_is_not_the_file_is_refused(
    head: bytes,
    body: bytes,
    error: type[Exception],
    servers: dict[int, FakeImmich],
    connect: Connect,
    raw_server: Any,
) -> None:
    asset = _asset(connect(servers[3]), servers[3], "plain.jpg")
    broken = raw_server(lambda _: b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + body)
    with pytest.raises(error):
        _fetch(connect(broken.url), asset, io.BytesIO())


def test_a_film_whose_connection_died_without_a_word_is_not_waited_for_by_its_length(
    servers: dict[int, FakeImmich], connect: Connect, raw_server: Any
) -> None:
    asset = _asset(connect(servers[3]), servers[3], "plain.jpg")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 9000000000\r\n\r\n"
    silent = raw_server(lambda _: head + b"x" * 1000)
    silent.may_close.clear()
    patience = replace(STEADY, silent_seconds=0.6)
    with pytest.raises(errors.Unreachable, match="slowly"):
        _fetch(connect(silent.url, patience=patience), asset, io.BytesIO())


def test_a_length_that_is_no_number_of_bytes_announces_nothing(
    servers: dict[int, FakeImmich], connect: Connect, raw_server: Any
) -> None:
    asset = _asset(connect(servers[3]), servers[3], "plain.jpg")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"
    got = _fetch(connect(raw_server(lambda _: head + b"abc").url), asset, io.BytesIO())
    assert (got.bytes, got.announced) == (3, None)


def test_more_bytes_than_announced_are_not_taken_and_spoil_nothing_that_follows(
    servers: dict[int, FakeImmich], connect: Connect, raw_server: Any
) -> None:
    longer = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\nabcdHTTP/1.1 200 OK\r\n"
    asset = _asset(connect(servers[3]), servers[3], "plain.jpg")
    client = connect(raw_server(lambda _: longer).url)
    for _ in range(3):
        part = io.BytesIO()
        assert _fetch(client, asset, part).bytes == 4
        assert part.getvalue() == b"abcd"


def test_a_body_without_length_is_taken_and_said_to_be_unproved(
    servers: dict[int, FakeImmich], connect: Connect
) -> None:
    server = servers[3]
    client = connect(server)
    asset = _asset(client, server, "plain.jpg")
    server.faults.add("no_length", path="/original")
    got = _fetch(client, asset, io.BytesIO())
    server.faults.clear()
    assert got.announced is None
    assert got.sha1 == hashlib.sha1(_bytes(server, "plain.jpg")).hexdigest()


def test_a_dripping_body_ends_by_its_deadline(servers: dict[int, FakeImmich], connect: Connect) -> None:
    server = servers[3]
    asset = _asset(connect(server), server, "plain.jpg")
    server.faults.add("drip_body", path="/original", seconds=0.05)
    with pytest.raises(errors.Unreachable) as raised:
        _fetch(connect(server, patience=BRISK), asset, io.BytesIO())
    server.faults.clear()
    assert "slowly" in raised.value.sentence


def test_faces_are_fractions_of_their_own_picture_and_details_carry_tags(server: FakeImmich, connect: Connect) -> None:
    client = connect(server)
    people = client.details(_asset(client, server, "people.jpg")).people
    assert {person.name for person in people} == {"Anna", "Grandma Erna"}
    for person in people:
        for face in person.faces:
            assert 0 <= face.x1 < face.x2 <= 1
            assert 0 <= face.y1 < face.y2 <= 1
        assert person.faces
    tags = client.details(_asset(client, server, "tagged.jpg")).tags
    assert any(re.search("/", tag) for tag in tags)


def test_a_key_without_face_read_still_knows_who_is_there(servers: dict[int, FakeImmich], connect: Connect) -> None:
    server = servers[3]
    library = server.library
    rights = ("asset.read", "album.read", "stack.read")
    key = library.add_key(library.me, "faceless", permissions=rights)
    client = connect(server, key=key.secret)
    people = client.details(_asset(client, server, "people.jpg")).people
    assert {person.name for person in people} == {"Anna", "Grandma Erna"}
    assert all(person.faces == () for person in people)
