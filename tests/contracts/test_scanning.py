"""A scan makes assets of the files of a folder, with what their sidecars say, and again of nothing that is known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.fakes.immich import FakeImmich, Library

_ID = b"0A1B2C3D-0000-4000-8000-0123456789AB"
_SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">By the lake</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>Lake</rdf:li></rdf:Bag></dc:subject><xmp:Rating>4</xmp:Rating>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture(params=[1, 2, 3])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeImmich]:
    with FakeImmich(version=request.param, library=Library(tmp_path / "server")) as running:
        yield running


def ask(server: FakeImmich, method: str, path: str, **options: Any) -> requests.Response:
    headers = {"x-api-key": server.api_key}
    return requests.request(method, f"{server.url}/api{path}", headers=headers, timeout=300, **options)


def photos(folder: Path) -> None:
    folder.mkdir()
    for name in ("IMG_1.JPG", "IMG_2.JPG"):
        Image.new("RGB", (40, 30), "red").save(folder / name, "JPEG")
    with (folder / "IMG_1.JPG").open("ab") as file:
        file.write(b"Apple iOS\0\0" + _ID)
    (folder / "IMG_1.MOV").write_bytes(b"\0\0\0\x14ftypqt  com.apple.quicktime.content.identifier\0" + _ID)
    (folder / "IMG_2.JPG.xmp").write_text(_SIDECAR)
    (folder / "half.JPG.part").write_bytes(b"half")


def test_a_scan_makes_assets_once_and_notices_what_goes(server: FakeImmich, tmp_path: Path) -> None:
    photos(tmp_path / "photos")
    library = server.edits.add_library("Phone", ["/mnt/phone"], {"/mnt/phone": str(tmp_path / "photos")})["id"]
    for _ in range(2):
        assert ask(server, "POST", f"/libraries/{library}/scan").status_code == 204
    still, second, video = (server.library.asset_named(n) for n in ("IMG_1.JPG", "IMG_2.JPG", "IMG_1.MOV"))
    assert len(server.library.assets) == 3
    assert (still.path, still.live_video_id, video.visibility) == ("/mnt/phone/IMG_1.JPG", video.id, "hidden")
    assert (second.description, second.rating, len(second.tag_ids)) == ("By the lake", 4, 1)
    (tmp_path / "photos" / "IMG_2.JPG").unlink()
    os.utime(tmp_path / "photos" / "IMG_1.JPG", (1, 1))
    ask(server, "POST", f"/libraries/{library}/scan")
    assert second.offline
    assert still.modified_ms == 1000
    answer = ask(server, "POST", f"/libraries/{library}/validate", json={"importPaths": ["/mnt/phone", "/nowhere"]})
    assert [path["isValid"] for path in answer.json()["importPaths"]] == [True, False]


def test_a_path_is_searched_with_wildcards_in_it(server: FakeImmich, tmp_path: Path) -> None:
    photos(tmp_path / "photos")
    Image.new("RGB", (8, 8)).save(tmp_path / "photos" / "IMG-1.JPG")
    library = server.edits.add_library("Phone", [str(tmp_path / "photos")])["id"]
    ask(server, "POST", f"/libraries/{library}/scan")
    found = ask(server, "POST", "/search/metadata", json={"originalPath": "/img_1.jpg"}).json()["assets"]["items"]
    assert {item["originalFileName"] for item in found} == {"IMG_1.JPG", "IMG-1.JPG"}


def test_a_held_scan_is_accepted_and_does_nothing_yet(server: FakeImmich, tmp_path: Path) -> None:
    photos(tmp_path / "photos")
    library = server.edits.add_library("Phone", [str(tmp_path / "photos")])["id"]
    server.edits.hold_scans()
    assert ask(server, "POST", f"/libraries/{library}/scan").status_code == 204
    assert not server.library.assets
    server.edits.hold_scans(held=False)
    assert len(server.library.assets) == 3
