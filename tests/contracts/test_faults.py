"""The stand-in's faults and edits really happen: a test that relies on one must not pass because it did not."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.fakes.immich import FakeImmich, key_paths, sample_library, special_library, synthetic_library


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("standing")


@pytest.fixture
def server(folder: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=2, library=sample_library(folder)) as running:
        yield running


def ask(server: FakeImmich, path: str, **options: Any) -> requests.Response:
    method = "POST" if "json" in options else "GET"
    headers = {"x-api-key": server.api_key} | options.pop("headers", {})
    return requests.request(
        method, f"{server.url}/api{path}", headers=headers, timeout=300, allow_redirects=False, **options
    )


def search(server: FakeImmich, **wanted: Any) -> dict[str, Any]:
    page: dict[str, Any] = ask(server, "/search/metadata", json=wanted).json()["assets"]
    return page


def original(server: FakeImmich) -> str:
    return f"/assets/{next(iter(server.library.assets))}/original"


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_status_is_answered_as_often_as_said_and_then_no_more(server: FakeImmich, status: int) -> None:
    server.faults.add("status", status=status, path="/albums", nth=2, times=1, retry_after=2)
    answers = [ask(server, "/albums") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert answers[1].headers["Retry-After"] == "2"
    assert server.count("/albums") == 3


def test_html_redirect_and_garbage_replace_the_answer(server: FakeImmich) -> None:
    server.faults.add_text("html,times=1")
    assert ask(server, "/albums").headers["Content-Type"].startswith("text/html")
    server.faults.clear()
    server.faults.add_text("redirect,location=http://127.0.0.2:9/x")
    assert ask(server, "/albums").headers["Location"] == "http://127.0.0.2:9/x"
    server.faults.clear()
    server.faults.add_text('{"do": "garbage"}')
    with pytest.raises(requests.JSONDecodeError):
        ask(server, "/albums").json()


@pytest.mark.parametrize("operation", ["drop", "null", "rename", "retype"])
def test_every_key_of_an_answer_can_be_spoilt(server: FakeImmich, operation: str) -> None:
    path = f"/albums/{server.albums['Holidays']}"
    whole = ask(server, path).json()
    paths = key_paths(whole)
    assert "assets[].exifInfo.make" in paths
    for key in paths:
        server.faults.clear()
        server.faults.add("json", op=operation, key=key)
        assert ask(server, path).json() != whole or _was_null_already(whole, key, operation), key


def _was_null_already(whole: Any, key: str, operation: str) -> bool:
    """Nulling a null changes nothing; that is no lost fault."""
    values = [whole]
    for step in key.replace("[]", ".[]").split("."):
        if step == "[]":
            values = [inner for value in values for inner in value]
        else:
            values = [value[step] for value in values if isinstance(value, dict) and step in value]
    return operation == "null" and all(value is None for value in values)


def test_pages_come_short_twice_or_without_end(server: FakeImmich) -> None:
    pages = [search(server, size=5, page=n) for n in (1, 2, 3)]
    assert [page["count"] for page in pages] == [5, 5, 2]
    server.faults.add("short_page", items=2, times=1)
    assert search(server, size=5)["count"] == 3
    server.faults.clear()
    server.faults.add("duplicate_page")
    second = search(server, size=5, page=2)
    assert second["items"] == pages[0]["items"]
    assert second["nextPage"] == "3"
    server.faults.clear()
    server.faults.add("repeat_item")
    ids = [asset["id"] for asset in ask(server, f"/albums/{server.albums['Holidays']}").json()["assets"]]
    assert (len(ids), len(set(ids))) == (8, 7)
    server.faults.clear()
    server.faults.add("loop")
    last = search(server, size=5, page=9)
    assert (last["items"], last["nextPage"]) == (pages[0]["items"], "10")


def test_a_wrong_count_is_in_the_album_and_in_the_list(server: FakeImmich) -> None:
    album = server.albums["Holidays"]
    server.faults.add("wrong_count", by=3)
    assert ask(server, f"/albums/{album}").json()["assetCount"] == 11
    assert {a["albumName"]: a["assetCount"] for a in ask(server, "/albums").json()}["Holidays"] == 11


def test_a_body_is_cut_and_a_connection_reset(server: FakeImmich) -> None:
    server.faults.add("truncate", part=0.5, times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(server, original(server))
    server.faults.add("reset", times=1)
    with pytest.raises(requests.ConnectionError):
        ask(server, "/albums")
    assert server.log[-1].status == 0
    assert ask(server, "/albums").status_code == 200


@pytest.mark.parametrize("kind", ["drip_headers", "drip_body"])
def test_a_dripped_answer_comes_a_byte_at_a_time(server: FakeImmich, kind: str) -> None:
    server.faults.add(kind, seconds=0.001)
    with socket.create_connection(("127.0.0.1", server.port), timeout=300) as connection:
        connection.sendall(b"GET /api/server/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while len(received) < 30 or b"pong" not in received:
            piece = connection.recv(65536)
            if kind == "drip_headers" or b"\r\n\r\n" in received:
                assert len(piece) < 30
            received += piece


def test_a_gzip_bomb_unpacks_to_what_was_said(server: FakeImmich) -> None:
    server.faults.add("gzip_bomb", megabytes=3)
    raw = ask(server, "/albums", stream=True).raw.read(decode_content=False)
    assert len(raw) < 20_000
    assert len(gzip.decompress(raw)) == 3_000_000


def test_bytes_are_wrong_longer_or_without_a_length(server: FakeImmich) -> None:
    path = original(server)
    right = ask(server, path).content
    server.faults.add("wrong_bytes", times=2)
    first, second = ask(server, path).content, ask(server, path).content
    assert len(first) == len(second) == len(right)
    assert len({first, second, right}) == 3
    server.faults.clear()
    server.faults.add("longer", bytes=10)
    assert ask(server, path).content == right + b"x" * 10
    server.faults.clear()
    server.faults.add("no_length")
    answer = ask(server, path)
    assert "Content-Length" not in answer.headers
    assert answer.content == right


def test_every_answer_waits_as_long_as_said(folder: Path) -> None:
    with FakeImmich(version=3, library=sample_library(folder), delay_ms=40) as server:
        before = time.monotonic()
        ask(server, "/server/ping")
        assert time.monotonic() - before >= 0.04


def test_faults_edits_and_the_log_are_there_for_other_processes(server: FakeImmich) -> None:
    ask(server, "/albums")
    [entry] = requests.get(f"{server.url}/__log__", timeout=300).json()
    assert (entry["method"], entry["path"], entry["key"]) == ("GET", "/api/albums", server.api_key)
    requests.delete(f"{server.url}/__log__", timeout=300)
    assert requests.get(f"{server.url}/__log__", timeout=300).json() == []
    rule = {"do": "status", "status": 503, "path": "/albums"}
    assert requests.post(f"{server.url}/__fault__", json=rule, timeout=300).json() == {"ok": True}
    assert ask(server, "/albums").status_code == 503
    requests.delete(f"{server.url}/__fault__", timeout=300)
    edit = {"do": "empty_album", "album": "Holidays"}
    requests.post(f"{server.url}/__edit__", json=edit, timeout=300)
    assert ask(server, f"/albums/{server.albums['Holidays']}").json()["assetCount"] == 0
    assert requests.post(f"{server.url}/__edit__", json={"do": "nonsense"}, timeout=300).status_code == 400


def test_edits_change_what_the_next_request_sees(server: FakeImmich) -> None:
    album, [first, *_] = server.albums["Holidays"], server.library.assets.values()
    path = f"/albums/{album}"

    def seen() -> dict[str, Any]:
        answer: dict[str, Any] = ask(server, path).json()
        return answer

    whole, etag = seen(), ask(server, path).headers["ETag"]
    assert ask(server, path, headers={"If-None-Match": etag}).status_code == 304
    server.edits.trash(first.name)
    assert seen()["assetCount"] == whole["assetCount"] - 1
    assert ask(server, path, headers={"If-None-Match": etag}).status_code == 200
    server.edits.restore(first.name)
    server.edits.remove_from_album(first.name, "Holidays")
    assert seen()["updatedAt"] == whole["updatedAt"]
    server.edits.move(server.library.asset_named("IMG_0002.jpg").id, "Holidays", to="Empty")
    assert seen()["assetCount"] == whole["assetCount"] - 2
    server.edits.set_version(3)
    assert "assets" not in seen()
    key = server.edits.make_key("hers", ["album.read"], user="bea@example.org")["api_key"]
    assert ask(server, path, headers={"x-api-key": key}).status_code == 400
    server.edits.delete_album("Holidays")
    assert ask(server, path).status_code == 400


def test_a_rewritten_upload_has_new_bytes_and_etag_and_the_old_checksum(server: FakeImmich) -> None:
    asset = server.library.asset_named("IMG_0001.jpg")
    path = f"/assets/{asset.id}/original"
    before = ask(server, path)
    server.edits.rewrite_upload(asset.name)
    after = ask(server, path)
    assert after.content != before.content
    assert after.headers["ETag"] != before.headers["ETag"]
    assert base64.b64encode(hashlib.sha1(before.content).digest()).decode() == asset.checksum
    with Image.open(io.BytesIO(before.content)) as old, Image.open(io.BytesIO(after.content)) as new:
        assert old.tobytes() == new.tobytes()


def test_an_edited_asset_has_another_picture_only_when_asked_for_it(folder: Path) -> None:
    with FakeImmich(version=3, library=special_library(folder)) as server:
        asset = server.library.asset_named("edited.jpg")
        sizes = []
        for query in ("", "&edited=true"):
            body = ask(server, f"/assets/{asset.id}/thumbnail?size=preview{query}").content
            with Image.open(io.BytesIO(body)) as picture:
                sizes.append(picture.size)
                assert picture.info["icc_profile"]
                assert not picture.getexif()
        assert sizes[0] == sizes[1][::-1]


def test_synthetic_assets_have_bytes_of_their_own_and_a_large_album_streams(tmp_path: Path) -> None:
    with FakeImmich(version=2, library=synthetic_library(tmp_path, 2500)) as server:
        page = search(server, size=3)
        for item in page["items"]:
            body = ask(server, f"/assets/{item['id']}/original").content
            assert base64.b64encode(hashlib.sha1(body).digest()).decode() == item["checksum"]
        path = f"/albums/{server.albums['Big']}"
        plain, packed = (ask(server, path, headers={"Accept-Encoding": e}) for e in ("identity", "gzip"))
        assert plain.json() == packed.json()
        assert len(plain.json()["assets"]) == plain.json()["assetCount"] == 2500
        digest = base64.b64encode(hashlib.sha1(plain.content).digest()).decode()[:27]
        assert plain.headers["ETag"] == f'"{len(plain.content):x}-{digest}"'
        assert ask(server, path, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304


def test_it_runs_alone_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fakes.immich", "--version", "3", "--assets", "5"]
    command += ["--fault", "status,status=503,path=/albums", "--until-stdin-closes", "--folder", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        answer = requests.get(f"{said['url']}/api/server/version", timeout=300).json()
        assert answer["major"] == 3
        assert set(said["albums"]) == {"Big", "Small"}
        assert requests.get(f"{said['url']}/api/albums", timeout=300).status_code == 503
        edit = {"do": "describe", "asset": "IMG_000001.jpg", "description": "now"}
        before = datetime.now(UTC) - timedelta(seconds=1)
        requests.post(f"{said['url']}/__edit__", json=edit, timeout=300)
        found = requests.post(
            f"{said['url']}/api/search/metadata", json={"originalFileName": "IMG_000001"},
            headers={"x-api-key": said["api_key"]}, timeout=300,
        ).json()  # fmt: skip
        updated = datetime.fromisoformat(found["assets"]["items"][0]["updatedAt"])
        assert updated >= before, "one clock, as a real server's"
        process.communicate(timeout=300)
    assert process.returncode == 0
