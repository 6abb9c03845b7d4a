"""What is read from the bytes of a file, held against exiftool, and what torn bytes do."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.ingest.identifiers import FileFacts, read_facts
from tests.fakes import icloud

IDENTIFIER = "6F0CC9F5-0B94-4C9A-9B7E-0123456789AB"
WHEN = datetime(2024, 5, 1, 10, 0, 7)
KINDS = {
    "still.HEIC": icloud.heic(IDENTIFIER, taken=WHEN),
    "still.JPG": icloud.jpeg(IDENTIFIER, taken=WHEN),
    "still.DNG": icloud.tiff(IDENTIFIER, taken=WHEN),
    "video.MOV": icloud.movie(IDENTIFIER, taken=WHEN.replace(tzinfo=timezone(timedelta(hours=2))), filling=9000),
}


@pytest.mark.parametrize("name", KINDS)
def test_identifier_and_moment_are_read_as_exiftool_reads_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(KINDS[name])
    facts = read_facts(path)
    assert (facts.identifier, facts.taken) == (IDENTIFIER, WHEN)
    tags = ["-ContentIdentifier", "-MediaGroupUUID", "-DateTimeOriginal", "-CreationDate"]
    told = json.loads(subprocess.run(["exiftool", "-j", *tags, path], capture_output=True, check=True).stdout)[0]
    assert IDENTIFIER in told.values(), "what the test writes is what exiftool takes for an identifier"
    assert any(str(value).startswith("2024:05:01 10:00:07") for value in told.values())


def test_a_camera_is_named_with_its_maker_once(tmp_path: Path) -> None:
    path = tmp_path / "a.NEF"
    path.write_bytes(icloud.tiff(camera=("NIKON", "Nikon Z 6"), taken=WHEN))
    assert read_facts(path).camera == "Nikon Z 6"
    path.write_bytes(icloud.tiff(taken=WHEN))
    assert read_facts(path).camera == "Apple iPhone 13"


@given(cut=st.integers(0, 9999), at=st.integers(0, 9999), byte=st.integers(0, 255), name=st.sampled_from(list(KINDS)))
def test_torn_and_altered_files_give_facts_or_none_and_no_error(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int, name: str
) -> None:
    data = bytearray(KINDS[name])
    data[at % len(data)] = byte
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data[: len(data) - cut % len(data)])
    assert isinstance(read_facts(path), FileFacts)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.JPG").write_bytes(KINDS["still.JPG"])
    (tmp_path / "link.JPG").symlink_to("real.JPG")
    with pytest.raises(OSError, match="symbolic"):
        read_facts(tmp_path / "link.JPG")
