"""Sidecars: icloudpd's are understood, survive Immich's rewriting once published, and hostile ones are refused."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.ingest.sidecar_writing import normalised, write
from sync.ingest.sidecars import Sidecar, SidecarRefused, read
from tests.fakes.icloud import Asset, sidecar

PARIS = timezone(timedelta(hours=2))
ASSET = Asset(
    "IMG_1.HEIC", "AY6x", taken=datetime(2024, 5, 1, 10, 0, 7, tzinfo=PARIS), favourite=True,
    title="Ein <Baum> & mehr", description="Zwei\nZeilen", keywords=("Sommer", "Österreich, Wien", "a|b"),
    place=(-33.508333, 151.25),
)  # fmt: skip


def test_icloudpds_sidecar_is_understood() -> None:
    found = read(sidecar(ASSET))
    assert (found.title, found.description, found.keywords) == (ASSET.title, ASSET.description, ASSET.keywords)
    assert found.place == ASSET.place and found.created == ASSET.taken
    assert found.by_icloudpd and not found.whole and not found.ours
    assert found.favourite(5) and found.favourite(1) and not found.favourite(0) and not found.hidden
    assert read(sidecar(Asset("a", "b", hidden=True))).hidden
    assert read(sidecar(Asset("a", "b"))).rating is None, "a favourite no more has no rating at all"


def tags(path: Path) -> dict[str, object]:
    """As Immich reads a sidecar, with exiftool."""
    wanted = ["-Title", "-Description", "-Subject", "-GPSLatitude#", "-GPSLongitude#", "-CreateDate", "-Rating"]
    told = subprocess.run(["exiftool", "-j", *wanted, path], capture_output=True, check=True)
    found: dict[str, object] = json.loads(told.stdout)[0]
    del found["SourceFile"]
    return found


def immich_rewrites(path: Path, *assignments: str) -> None:
    """As Immich writes an edit into a sidecar: minor errors are passed over."""
    done = ["exiftool", "-q", "-m", "-overwrite_original", *assignments, path]
    subprocess.run(done, capture_output=True, check=False)


def test_an_edit_in_immich_wipes_icloudpds_sidecar_and_leaves_ours_whole(tmp_path: Path) -> None:
    raw, ours = tmp_path / "raw.xmp", tmp_path / "ours.xmp"
    raw.write_bytes(sidecar(ASSET))
    ours.write_bytes(normalised(sidecar(ASSET)))
    before = tags(ours)
    told = {key: value for key, value in tags(raw).items() if key != "Rating"}
    assert before == told | {"CreateDate": "2024:05:01 10:00:07+02:00"}, "all of it, and the zone in XMP's own form"
    for path in (raw, ours):
        immich_rewrites(path, "-Rating=3")
    assert tags(raw).keys() == {"Rating"}, "the trap this exists for"
    assert tags(ours) == before | {"Rating": 3}
    immich_rewrites(ours, "-Description=anders", "-Subject=", "-Subject=neu")
    assert tags(ours) == before | {"Rating": 3, "Description": "anders", "Subject": "neu"}
    assert not read(ours.read_bytes()).ours, "what Immich edited is its own from then on"


def test_others_sidecars_pass_byte_for_byte(tmp_path: Path) -> None:
    made = tmp_path / "camera.xmp"
    subprocess.run(["exiftool", "-q", "-Title=x", "-HierarchicalSubject=A|B", "-Rating=4", made], check=True)
    data = made.read_bytes()
    assert normalised(data) == data and read(data).title == "x"
    assert read(data).favourite(4) and not read(data).favourite(5)


def test_stars_are_kept_where_they_are_wanted() -> None:
    assert read(normalised(sidecar(ASSET), stars=True)).rating == 5
    assert read(normalised(sidecar(ASSET))).rating is None


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co", "Cf", "Zs")), max_size=30)


@given(
    title=TEXT, description=TEXT, keywords=st.lists(TEXT.filter(bool), unique=True, max_size=4),
    latitude=st.floats(-90, 90), longitude=st.floats(-180, 180), altitude=st.one_of(st.none(), st.floats(-400, 9000)),
    when=st.datetimes(datetime(1971, 1, 2), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, PARIS])),
)  # fmt: skip
def test_what_is_written_reads_the_same(title, description, keywords, latitude, longitude, altitude, when) -> None:
    properties = {
        "dc:title": (title,), "dc:description": (description,), "dc:subject": tuple(keywords),
        "exif:GPSLatitude": (f"{latitude:.8f}",), "exif:GPSLongitude": (f"{longitude:.8f}",),
        "exif:GPSAltitude": (f"{altitude:.3f}" if altitude is not None else "",),
        "xmp:CreateDate": (when.isoformat(timespec="seconds"),),
    }  # fmt: skip
    there = read(write(Sidecar(properties=properties)))
    assert (there.title, there.description, there.keywords) == (title, description, tuple(keywords))
    assert there.place == pytest.approx((latitude, longitude), abs=1e-7)
    assert there.altitude == (pytest.approx(altitude, abs=2e-3) if altitude is not None else None)
    assert there.created == when.replace(microsecond=0)
    assert there.ours and there.whole
    assert normalised(write(there)) == write(there)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x:xmpmeta xmlns:x="adobe:ns:meta/">&l8;</x:xmpmeta>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&f;</x:xmpmeta>'
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(BOMB.encode(), "document type", id="entities that grow"),
        pytest.param(BOMB.encode("utf-16"), "document type", id="entities that grow, in UTF-16"),
        pytest.param(FILE.encode(), "document type", id="another file"),
        pytest.param(b"<a>" * 100_000, "too deep", id="depth"),
        pytest.param(b" " * (1 << 21), "larger", id="length"),
        pytest.param(b"", "not XML", id="nothing"),
        pytest.param(b"\0\0\0\0", "not XML", id="zeros, as a power cut leaves them"),
        pytest.param(sidecar(ASSET)[:-30], "not XML", id="cut short"),
        pytest.param(b"<svg/>", "no XMP", id="something else"),
        pytest.param(b"<?xml version='1.0' encoding='utf-99'?><a/>", "cannot be read", id="an encoding of fantasy"),
    ],
)
def test_a_hostile_sidecar_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(SidecarRefused, match=said):
        normalised(data)


def test_numbers_and_dates_of_fantasy_are_passed_over() -> None:
    body = (
        "<exif:GPSLatitude>1e999999999</exif:GPSLatitude><exif:GPSLongitude>9/0</exif:GPSLongitude>"
        "<exif:GPSAltitude>NaN</exif:GPSAltitude><xmp:Rating>five</xmp:Rating><xmp:CreateDate>soon</xmp:CreateDate>"
    )
    spaces = 'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    text = f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description {spaces}>{body}</rdf:Description></rdf:RDF>'
    found = read(text.encode())
    assert (found.place, found.altitude, found.rating, found.created) == (None, None, None, None)
