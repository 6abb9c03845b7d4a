"""Promise 10 in this room: no key, header, link key or password in anything that an error carries."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sync.errors import MantelpieceError
from sync.immich.facts import Wanted
from sync.secrets import LinkSecrets, Secret
from sync.settings.tree import Source
from tests.sync.immich.conftest import CANARY, Connect, RawServer, Script

PASSWORD = "CANARY-link-password"
HEADER = "CANARY-gateway-header"
ECHO = (CANARY, PASSWORD, HEADER)


def _message(status: str, kind: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


ANSWERS: dict[str, bytes] = {
    "echoed in a 401": _message("401 No", "application/json", f'{{"message":"bad key {CANARY} {PASSWORD} {HEADER}"}}'),
    "echoed in a 403": _message("403 No", "application/json", f'{{"message":"Missing required permission: {CANARY}"}}'),
    "echoed in a 400": _message("400 No", "application/json", f'{{"message":["{CANARY}","?key={CANARY}"]}}'),
    "echoed in a 500": _message("500 No", "application/json", f'{{"message":"GET /x?key={CANARY}"}}'),
    "a page": _message("200 OK", "text/html", CANARY),
    "drift": _message("200 OK", "application/json", f'{{"major":"{CANARY}","minor":1,"patch":0}}'),
    "garbage": b"\x16\x03\x01 no http",
    "nothing": b"",
    "cut": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
    "redirect": f"HTTP/1.1 302 Found\r\nLocation: http://evil.example/?key={CANARY}\r\n\r\n".encode(),
}


def _everything(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        link = queue.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield from (str(link), repr(link), repr(link.args), repr(getattr(link, "facts", "")))
        queue += [link.__cause__, link.__context__]
    yield "".join(traceback.format_exception(error))


@pytest.mark.parametrize("by_link", [False, True], ids=["key", "link"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_no_error_tells_a_secret(
    answer: bytes, by_link: bool, raw_server: Callable[[Script], RawServer], connect: Connect
) -> None:
    link = LinkSecrets(key=Secret(CANARY), password=Secret(PASSWORD)) if by_link else None
    client = connect(raw_server(lambda _: answer).url, link=link, headers=(("X-Gate", Secret(HEADER)),))
    with pytest.raises(MantelpieceError) as raised:
        client.version()
    known = (CANARY, HEADER, PASSWORD) if by_link else (CANARY, HEADER)
    assert not [text for text in _everything(raised.value) if any(secret in text for secret in known)]
    assert CANARY not in repr(client)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nonexistent.invalid"])
def test_an_unreachable_server_tells_no_secret(url: str, connect: Connect) -> None:
    client = connect(url, link=LinkSecrets(key=Secret(CANARY), password=Secret(PASSWORD)))
    for ask in (client.version, lambda: list(client.listing(Wanted(source=Source.LINK)))):
        with pytest.raises(MantelpieceError) as raised:
            ask()
        assert not any(secret in text for text in _everything(raised.value) for secret in ECHO)


def test_a_download_that_breaks_tells_no_secret(
    servers: Any, raw_server: Callable[[Script], RawServer], connect: Connect
) -> None:
    wanted = Wanted(source=Source.ALBUM, id=servers[3].albums["Holidays"])
    asset = next(iter(connect(servers[3]).listing(wanted)))
    link = LinkSecrets(key=Secret(CANARY), password=Secret(PASSWORD))
    client = connect(raw_server(lambda _: ANSWERS["cut"]).url, link=link)
    with pytest.raises(MantelpieceError) as raised:
        client.download_original(asset, io.BytesIO(), cancelled=lambda: False)
    assert not any(secret in text for text in _everything(raised.value) for secret in ECHO)
