"""What ingest asks of Immich: libraries and scans, arrivals, uploads, stacks, favourites, live videos. All versions."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from sync.errors import BadTransfer, NotAvailable, PermissionMissing
from sync.immich.facts import Visibility
from sync.immich.server import Immich
from sync.immich.upload import Upload
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.special import special_library

Make = Callable[..., Immich]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("special")


@pytest.fixture(params=[1, 2, 3], ids=["v1", "v2", "v3"])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[FakeImmich]:
    """One of its own for each test: these change what is there."""
    with FakeImmich(version=request.param, library=special_library(folder)) as running:
        yield running


def photo(folder: Path, name: str, colour: str = "red") -> Path:
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(folder / name, "JPEG")
    return folder / name


def to_upload(path: Path, name: str | None = None) -> Upload:
    data = path.read_bytes()
    moment = datetime(2024, 5, 1, 12, tzinfo=UTC)
    return Upload(path=path, name=name or path.name, size_bytes=len(data), sha1=hashlib.sha1(data).hexdigest(),
                  modified_at=moment)  # fmt: skip


def test_an_upload_arrives_whole_and_twice_is_once(server: FakeImmich, connect: Make, tmp_path: Path) -> None:
    immich = connect(server)
    big = tmp_path / "Größe \"1\".JPG"
    big.write_bytes(b"\xff\xd8" + os.urandom(3_000_000))
    wanted = to_upload(big)
    assert immich.known_uploads([wanted.sha1]) == {}
    first, again = immich.upload(wanted), immich.upload(wanted)
    assert (first.duplicate, again.duplicate, first.id == again.id) == (False, True, True)
    asset = server.library.assets[first.id]
    assert asset.original is not None
    assert asset.original.read() == big.read_bytes()
    assert asset.name == big.name
    assert immich.known_uploads(["0" * 40, wanted.sha1])[wanted.sha1].asset_id == first.id
    server.edits.trash(first.id)
    assert immich.known_uploads([wanted.sha1])[wanted.sha1].trashed


def test_a_sidecar_goes_up_with_its_photo(server: FakeImmich, connect: Make, tmp_path: Path) -> None:
    sidecar = b"""<x xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>By the lake</dc:description></x>"""
    wanted = to_upload(photo(tmp_path, "a.jpg"))
    told = connect(server).upload(Upload(**{f: getattr(wanted, f) for f in wanted.__struct_fields__}
                                         | {"sidecar": sidecar}))  # fmt: skip
    assert server.library.assets[told.id].description == "By the lake"


def test_a_file_that_shrinks_on_the_way_is_no_upload(server: FakeImmich, connect: Make, tmp_path: Path) -> None:
    wanted = to_upload(photo(tmp_path, "a.jpg"))
    wanted.path.write_bytes(b"\xff\xd8")
    with pytest.raises(BadTransfer, match="changed before it went up"):
        connect(server).upload(wanted)


def test_a_gateway_that_lets_no_large_file_pass_is_told_apart(
    server: FakeImmich, connect: Make, tmp_path: Path
) -> None:
    server.faults.add("status", status=413, path="/assets", headers={"Content-Type": "text/html"})
    with pytest.raises(NotAvailable, match=r"refuses upload of a\.jpg: it is too large") as caught:
        connect(server).upload(to_upload(photo(tmp_path, "a.jpg")))
    assert "client_max_body_size" in caught.value.advice


def test_a_lost_answer_to_an_upload_makes_no_second_asset(server: FakeImmich, connect: Make, tmp_path: Path) -> None:
    before = len(server.library.assets)
    server.faults.add("status", status=502, method="POST", path="/assets$", times=1)
    connect(server).upload(to_upload(photo(tmp_path, "a.jpg")))
    assert len(server.library.assets) == before + 1


def test_a_library_is_scanned_and_its_arrivals_are_listed(server: FakeImmich, connect: Make, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    photo(folder, "a.jpg")
    library = server.edits.add_library("Phone", ["/phone"], {"/phone": str(folder)})["id"]
    immich = connect(server)
    assert immich.library(library).import_paths == ("/phone",)
    assert library in [one.id for one in immich.libraries()]
    immich.scan_library(library)
    (first,) = [one for page in immich.arrivals(library, since=None) for one in page]
    assert first.original_path == "/phone/a.jpg"
    photo(folder, "b.jpg")
    immich.scan_library(library)
    later = first.updated_at + timedelta(milliseconds=1)
    found = [one.original_path for page in immich.arrivals(library, since=later) for one in page]
    assert found == ["/phone/b.jpg"]


def test_a_library_is_for_administrators_and_says_so(server: FakeImmich, connect: Make) -> None:
    library = next(iter(server.library.libraries))
    key = server.edits.make_key("two", user="two@example.org")["api_key"]
    with pytest.raises(PermissionMissing) as refused:
        connect(server, key=key).scan_library(library)
    assert "administrator" in refused.value.advice


def test_a_stack_is_made_and_taken_apart(server: FakeImmich, connect: Make) -> None:
    immich = connect(server)
    ids = [server.library.asset_named(name).id for name in ("plain.jpg", "square.png", "portrait.jpg")]
    made = immich.create_stack(ids)
    assert made.members == tuple(ids)
    assert made.id in [stack.id for stack in immich.stacks()]
    immich.delete_stack(made.id)
    with pytest.raises(NotAvailable):
        immich.delete_stack(made.id)


def test_many_assets_change_at_once_or_none(server: FakeImmich, connect: Make) -> None:
    immich = connect(server)
    one, two = (server.library.asset_named(name) for name in ("plain.jpg", "square.png"))
    immich.set_favourites([one.id, two.id], value=True)
    immich.set_visibility([one.id], Visibility.ARCHIVE)
    assert (one.favourite, two.favourite, one.visibility) == (True, True, "archive")
    theirs = server.library.asset_named("carl.jpg").id
    with pytest.raises(NotAvailable):
        immich.set_favourites([one.id, theirs], value=False)
    assert one.favourite


def test_a_photo_is_linked_to_its_live_video(server: FakeImmich, connect: Make) -> None:
    immich = connect(server)
    still, video = (server.library.asset_named(name) for name in ("plain.jpg", "live.MOV"))
    immich.link_live_video(still.id, video.id)
    assert still.live_video_id == video.id
    with pytest.raises(NotAvailable, match="must be a video"):
        immich.link_live_video(still.id, server.library.asset_named("square.png").id)
