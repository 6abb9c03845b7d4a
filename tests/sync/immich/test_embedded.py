"""Assets inside an album's answer: the same, however the bytes arrive and whatever the texts hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import SchemaDrift
from sync.immich import arrays
from sync.immich.answers import Album12, AssetOld, Stack
from sync.immich.arrays import read_elements
from sync.immich.convert import to_asset
from sync.immich.embedded import read_embedded
from sync.immich.facts import Version
from sync.immich.refusal import message_of
from sync.immich.shapes import shapes_of

TEXTS = st.text(alphabet=st.sampled_from(list('},{"[]\\:a é')), max_size=12)


def _asset(number: int, text: str) -> dict[str, Any]:
    exif_texts = ("make", "model", "timeZone", "lensModel", "city", "state", "country", "description")
    exif: dict[str, Any] = dict.fromkeys(exif_texts, text)
    exif |= {"fileSizeInByte": 1, "latitude": None, "longitude": None, "rating": None}
    moment = "2026-11-21T09:57:47.98363+00:00"
    moments = ("fileCreatedAt", "fileModifiedAt", "updatedAt", "localDateTime")
    return {
        "id": f"id-{number}", "ownerId": "o", "libraryId": None, "type": "IMAGE", "originalFileName": text,
        "originalPath": text, "checksum": "c", **dict.fromkeys(moments, moment), "isFavorite": False,
        "isTrashed": False, "isOffline": False, "visibility": "timeline", "livePhotoVideoId": None, "thumbhash": None,
        "exifInfo": exif, "people": [{"id": "p", "name": text, "birthDate": None, "isHidden": False, "faces": []}] * 2,
    }  # fmt: skip


def _album(assets: list[dict[str, Any]], text: str) -> bytes:
    album = {
        "id": "a", "albumName": text, "description": text, "albumThumbnailAssetId": None, "ownerId": "o",
        "updatedAt": "2026-11-21T09:57:47Z", "shared": False, "assets": assets, "assetCount": len(assets),
        "albumUsers": [{"x": 1}, {"x": 2}, {"y": text}],
    }  # fmt: skip
    return json.dumps(album, separators=(",", ":"), ensure_ascii=False).encode()


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def _read(body: bytes, size: int) -> tuple[list[str], int]:
    parts = list(read_embedded(_pieces(body, size), shapes_of(Version(1, 135, 3)), what="album"))
    assert isinstance(parts[-1], Album12)
    return [part.id for part in parts[:-1]], parts[-1].asset_count


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, max_size=12), size=st.integers(1, 4000))
def test_every_asset_is_read_once_and_in_order(texts: list[str], size: int) -> None:
    small, arrays._BATCH_BYTES = arrays._BATCH_BYTES, 1500
    try:
        album_name = texts[0] if texts else ""
        body = _album([_asset(number, text) for number, text in enumerate(texts)], album_name)
        assert _read(body, size) == ([f"id-{number}" for number in range(len(texts))], len(texts))
    finally:
        arrays._BATCH_BYTES = small


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_body_that_ends_early_is_drift_and_never_a_shorter_album(cut: int) -> None:
    body = _album([_asset(number, "x") for number in range(10)], "")
    with pytest.raises(SchemaDrift):
        _read(body[:-cut], 700)


@pytest.mark.parametrize("spoil", [b'"assetz":[', b'"assets":null,"x":[', b'"assets":{"a":['])
def test_an_album_without_its_list_is_drift(spoil: bytes) -> None:
    body = _album([_asset(number, "x") for number in range(10)], "").replace(b'"assets":[', spoil)
    with pytest.raises(SchemaDrift):
        _read(body, 700)


def test_a_renamed_list_in_a_huge_album_is_drift_before_it_fills_the_memory() -> None:
    body = _album([_asset(number, "x") for number in range(10)], "").replace(b'"assets"', b'"photos"')

    def endless() -> Iterator[bytes]:
        yield body[:3000]
        for _ in range(100):
            yield b'"x",' * 10_000
        raise AssertionError("read on and on")

    with pytest.raises(SchemaDrift):
        list(read_embedded(endless(), shapes_of(Version(2, 7, 5)), what="album"))


def test_a_list_of_stacks_is_read_in_pieces() -> None:
    stacks = [{"id": "s", "primaryAssetId": f"{n}", "assets": [{"id": "a"}, {"id": "b"}]} for n in range(40_000)]
    body = json.dumps(stacks, separators=(",", ":")).encode()[1:]
    buffer = bytearray()
    found = list(read_elements(_pieces(body, 65536), buffer, Stack, what="stacks"))
    assert [stack.primary_asset_id for stack in found] == [f"{n}" for n in range(len(found))]
    assert 20_000 < len(found) < 40_000


def test_an_asset_whose_metadata_could_not_be_read_is_listed_without() -> None:
    broken = _asset(1, "x")
    del broken["exifInfo"]
    parts = list(read_embedded([_album([_asset(0, "x"), broken], "")], shapes_of(Version(2, 6, 0)), what="album"))
    assert isinstance(parts[1], AssetOld)
    assert parts[1].exif_info is None
    assert to_asset(parts[1], {}).caption is None


@pytest.mark.parametrize(
    ("moment", "year"),
    [("0000-12-31T10:00:00.000Z", 1), ("-000044-03-15T12:00:00+00:00", 1), ("+010000-01-01T04:59:59.000Z", 9999)],
)
def test_a_photo_from_beyond_the_calendar_does_not_hide_its_album(moment: str, year: int) -> None:
    strange = _asset(1, "a") | {"fileCreatedAt": moment, "localDateTime": moment}
    for assets in ([_asset(0, "a"), strange], [strange, _asset(0, "a")]):
        *parts, _ = read_embedded(_pieces(_album(assets, "x"), 100), shapes_of(Version(1, 135, 3)), what="album")
        years = {part.id: part.file_created_at.year for part in parts}
        assert years == {"id-0": 2026, "id-1": year}


@pytest.mark.parametrize("moment", ["", "soon", "2026-13-01T00:00:00Z", "10000-01-01T00:00:00Z"])
def test_a_time_that_is_none_stays_drift(moment: str) -> None:
    body = _album([_asset(0, "a") | {"fileCreatedAt": moment}], "x")
    with pytest.raises(SchemaDrift):
        list(read_embedded(_pieces(body, 100), shapes_of(Version(1, 135, 3)), what="album"))


@pytest.mark.parametrize(
    "hostile",
    [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000],
    ids=["deep list", "deep object"],
)
def test_an_answer_too_deep_to_read_is_drift(hostile: bytes) -> None:
    body = _album([_asset(0, "a")], "x")
    for spoilt in (body.replace(b'"albumUsers":[', b'"deep":' + hostile + b',"albumUsers":['),
                   body.replace(b'"checksum":', b'"deep":' + hostile + b',"checksum":')):  # fmt: skip
        with pytest.raises(SchemaDrift):
            list(read_embedded(_pieces(spoilt, 65536), shapes_of(Version(1, 135, 3)), what="album"))
    assert message_of(b'{"message":' + hostile + b"}") == ""


def test_a_number_that_no_table_holds_is_drift() -> None:
    asset = _asset(0, "a")
    asset["exifInfo"]["rating"] = 10**30
    with pytest.raises(SchemaDrift, match="rating"):
        list(read_embedded(_pieces(_album([asset], "x"), 100), shapes_of(Version(1, 135, 3)), what="album"))
