"""The stand-in answers as the recorded servers did: status, headers and shape, exchange by exchange."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contracts.recorded_state import recorded_library, symbols
from tests.contracts.shape import differences
from tests.fakes.immich import FakeImmich

RECORDINGS = Path(__file__).parent / "recordings"
VERSIONS = {1: "1.135.3", 2: "2.7.5", 3: "3.1.0"}
# Which key an exchange was recorded with, where it was not the admin's full one.
KEYS = {
    "api-keys-me-ro": "frame-ro",
    "err-missing-permission": "about",
    "err-admin-route-missing-permission": "about",
    "err-admin-route-as-nonadmin": "two",
    "person-get-other-user": "two",
    "search-metadata-no-permission": "about",
    "original-no-download-permission": "about",
    "thumb-no-view-permission": "about",
    "err-wrong-key": "wrong",
    "err-empty-key": "empty",
}
# Exchanges that find or leave the library changed, each on a server of its own.
CHANGING = re.compile(
    r"maintenance|db-down|shared-link|^album-(create|add|remove|patch|delete)|^asset.*(update|patch|bulk)"
    r"|^upload|^live|^stack-(create|set|merge|remove|delete)"
)
# Values that must be the recorded ones; of the other headers only the presence counts.
SAME_HEADERS = ("Content-Type", "Cache-Control", "Accept-Ranges", "X-Powered-By", "Keep-Alive", "Connection")


def _exchanges() -> list[Any]:
    return [
        pytest.param(version, path, id=f"{name}-{path.stem}")
        for version, name in VERSIONS.items()
        for path in sorted((RECORDINGS / name).glob("*.json"))
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recorded")


@pytest.fixture(scope="module")
def standing(folder: Path) -> Iterator[dict[int, FakeImmich]]:
    servers = {v: FakeImmich(version=v, library=recorded_library(folder, linked=False)) for v in VERSIONS}
    for server in servers.values():
        server.__enter__()
    yield servers
    for server in servers.values():
        server.stop()


@pytest.mark.parametrize(("version", "path"), _exchanges())
def test_the_stand_in_answers_as_the_recorded_server_did(
    version: int, path: Path, folder: Path, standing: dict[int, FakeImmich]
) -> None:
    exchange = json.loads(path.read_text())
    if not CHANGING.search(path.stem):
        _hold(exchange, standing[version])
        return
    linked = "by-shared-link" in path.stem or path.stem == "shared-link-me"
    with FakeImmich(version=version, library=recorded_library(folder, linked=linked)) as server:
        if path.stem.startswith(("maintenance", "db-down")):
            server.mode = "maintenance" if path.stem.startswith("maintenance") else "db-down"
        _hold(exchange, server)


def _hold(exchange: dict[str, Any], server: FakeImmich) -> None:
    response = _ask(exchange, server)
    assert response.status_code == exchange["status"], response.text[:300]
    if "answer" in exchange:
        assert differences(exchange["answer"], response.json()) == []
    elif "text" in exchange and exchange["status"] != 302:
        assert response.text == exchange["text"]
    elif "binary_length" in exchange and exchange["status"] in (200, 206):
        assert response.content or exchange["method"] == "HEAD"
    assert _header_differences(exchange["answer_headers"], response) == []


def _ask(exchange: dict[str, Any], server: FakeImmich) -> requests.Response:
    names = symbols(server.library)
    path, query = _filled(exchange["path"], names), _filled(exchange["query"], names) or {}
    headers = dict(exchange["headers"])
    if "If-None-Match" in headers or "If-Range" in headers:
        wanted = "If-None-Match" if "If-None-Match" in headers else "If-Range"
        if headers[wanted].startswith("W/"):
            headers[wanted] = server.library.asset_named("IMG_1001.JPG").original.etag()  # type: ignore[union-attr]
    secret = _secret(exchange, server)
    if "apiKey" in query:
        query["apiKey"] = secret
    elif exchange["auth"] == "x-api-key":
        headers["x-api-key"] = secret
    elif exchange["auth"] != "none":
        headers["Authorization"] = f"Bearer {secret}"
    body = exchange["body"]
    data = (
        json.dumps(_filled(body, names)) if body is not None else ("{bad" if "bad-json" in exchange["name"] else None)
    )
    files = None
    if "form" in exchange:
        data, files = exchange["form"]["texts"], _files(exchange["form"]["files"], server)
    return requests.request(
        exchange["method"], server.url + path, params=query, headers=_filled(headers, names), data=data, files=files,
        allow_redirects=False, timeout=300,
    )  # fmt: skip


def _files(recorded: dict[str, list[Any]], server: FakeImmich) -> dict[str, tuple[str, bytes]]:
    """So many bytes under that name, or (-1) those of the asset of that name."""
    return {
        part: (name, b"\xff" * size if size >= 0 else server.library.asset_named(name).original.read())  # type: ignore[union-attr]
        for part, (name, size) in recorded.items()
    }


def _filled(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(re.sub(r"\{([^{}\"]+)\}", lambda m: names.get(m[1], m[0]), text))


def _secret(exchange: dict[str, Any], server: FakeImmich) -> str:
    name = KEYS.get(exchange["name"], "all")
    if name in ("wrong", "empty"):
        return "nonsense" if name == "wrong" else ""
    return next(key.secret for key in server.library.keys.values() if key.name == name)


def _header_differences(recorded: dict[str, str], response: requests.Response) -> list[str]:
    found = [f"lacks {name}" for name in recorded if name not in response.headers]
    found += [
        f"{name}: {response.headers[name]!r}, recorded was {recorded.get(name)!r}"
        for name in SAME_HEADERS
        if recorded.get(name, "") != response.headers.get(name, recorded.get(name, ""))
    ]
    if "ETag" in recorded:
        found += [] if _weak(recorded["ETag"]) == _weak(response.headers.get("ETag", "")) else ["another ETag"]
    if "Location" in recorded:
        shown = re.sub(r"[0-9a-f-]{36}", "ID", response.headers["Location"])
        found += [] if re.sub(r"[0-9a-f-]{36}", "ID", recorded["Location"]) == shown else [f"Location {shown}"]
    return found


def _weak(etag: str) -> str:
    """Its form: strong by content, or weak by size and time."""
    forms = {"weak": r'W/"[0-9a-f]+-[0-9a-f]+"', "strong": r'"[0-9a-f]+-[A-Za-z0-9+/]{27}"'}
    return next((name for name, pattern in forms.items() if re.fullmatch(pattern, etag)), etag)


@pytest.mark.parametrize("operation", ["drop", "rename", "retype"])
def test_a_spoilt_key_does_not_pass_for_the_recorded_shape(operation: str, standing: dict[int, FakeImmich]) -> None:
    server = standing[2]
    exchange = json.loads((RECORDINGS / VERSIONS[2] / "album-get.json").read_text())
    server.faults.add("json", op=operation, key="assets[].checksum")
    try:
        with pytest.raises(AssertionError, match="checksum"):
            _hold(exchange, server)
    finally:
        server.faults.clear()
