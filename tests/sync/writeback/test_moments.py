"""A time is written with the offset that Immich knows, and not at all where Immich took the file's own for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.immich.convert import to_asset
from sync.immich.decoding import decode
from sync.immich.facts import Asset, Version
from sync.immich.shapes import shapes_of
from sync.writeback.moments import known_offset, moment_facts
from sync.writeback.remembered import facts_of, pack_facts

RECORDINGS = Path(__file__).parents[2] / "contracts" / "recordings"
VERSIONS = {"1.135.3": Version(1, 135, 3), "2.7.5": Version(2, 7, 5), "3.1.0": Version(3, 1, 0)}


def _recorded(version: str, name: str) -> Asset:
    answer = json.loads((RECORDINGS / version / f"{name}.json").read_text())["answer"]
    return to_asset(decode(json.dumps(answer).encode(), shapes_of(VERSIONS[version]).whole, what="asset"), {})


@pytest.mark.parametrize("version", VERSIONS)
def test_the_files_own_time_beside_a_place_is_no_moment(version: str) -> None:
    asset = _recorded(version, "asset-get-external")
    assert asset.zone == "Asia/Tokyo"
    facts = facts_of(pack_facts(asset))
    assert facts.offset_minutes is None
    assert moment_facts(asset.local_time, facts.offset_minutes, {}) is None


@pytest.mark.parametrize("version", VERSIONS)
def test_a_moment_that_the_camera_wrote_keeps_its_offset(version: str) -> None:
    assert facts_of(pack_facts(_recorded(version, "asset-get-live-still"))).offset_minutes == 120


TAKEN = datetime(2020, 1, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "ahead", "file_is_older", "known"),
    [
        pytest.param(None, 0, 5, None, id="no zone"),
        pytest.param("UTC", 0, 0, 0, id="utc, said by somebody"),
        pytest.param("UTC+0", 0, 5, 0, id="utc, set by a person"),
        pytest.param("UTC-5", -300, 5, -300, id="an offset"),
        pytest.param("UTC+5:30", 330, 0, 330, id="half an hour"),
        pytest.param("UTC-5", 0, 5, None, id="an offset that the clocks do not keep"),
        pytest.param("Asia/Tokyo", 540, 0, 540, id="a place"),
        pytest.param("Asia/Tokyo", 0, 5, None, id="a place whose clocks it does not keep"),
        pytest.param("Europe/London", 0, 5, 0, id="a place on utc"),
        pytest.param("Europe/London", 0, 0, None, id="a place on utc, and the file's own time"),
        pytest.param("Nowhere/At/All", 60, 0, 60, id="a zone not known here"),
        pytest.param("Nowhere/At/All", 0, 5, 0, id="a zone not known here, on utc"),
    ],
)
def test_an_offset_is_known_where_clocks_and_zone_agree(
    zone: str | None, ahead: int, file_is_older: int, known: int | None
) -> None:
    local = TAKEN.replace(tzinfo=None) + timedelta(minutes=ahead)
    modified = TAKEN + timedelta(hours=file_is_older)
    assert known_offset(local=local, created=TAKEN, modified=modified, zone=zone) == known
