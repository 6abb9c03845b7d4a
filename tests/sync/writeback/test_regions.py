"""Boxes of the upright picture become regions of the stored one; what others wrote stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from sync.writeback.knowledge import FaceBox
from sync.writeback.regions import merged, orientation_of, stored_region

RECORDED = json.loads(Path(__file__).with_name("recorded_regions.json").read_text())
SIZE = (400, 300)


def region(name: str, *, x: float = 0.5, y: float = 0.5, w: float = 0.1, h: float = 0.1, **more: Any) -> dict[str, Any]:
    area = {"X": str(x), "Y": str(y), "W": str(w), "H": str(h), "Unit": "normalized"}
    return {"Area": area, "Name": name, "Type": "Face"} | more


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda each: f"orientation {each['file']['orientation']}")
def test_the_region_of_a_box_is_the_one_that_a_real_server_made_the_box_from(recorded: dict[str, Any]) -> None:
    answer, stored = recorded["answer"], recorded["stored"]
    wide, high = answer["imageWidth"], answer["imageHeight"]
    box = FaceBox(
        "Erna",
        answer["boundingBoxX1"] / wide,
        answer["boundingBoxY1"] / high,
        answer["boundingBoxX2"] / wide,
        answer["boundingBoxY2"] / high,
    )
    made = stored_region(box, recorded["file"]["orientation"])
    assert made is not None
    for key, value in stored.items():
        # The server cuts to whole pixels.
        assert float(made["Area"][key]) == pytest.approx(value, abs=1 / 1500), key


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_spot_of_the_stored_picture_is_found_again_from_where_it_shows(orientation: int) -> None:
    picture = Image.new("L", SIZE)
    picture.paste(255, (40, 60, 120, 90))
    exif = Image.Exif()
    exif[0x112] = orientation
    turned = Image.new("L", SIZE)
    turned.paste(picture)
    turned.getexif().update(exif)
    upright = ImageOps.exif_transpose(turned)
    left, top, right, bottom = upright.point(lambda level: level > 128 and 255).getbbox()
    wide, high = upright.size
    made = stored_region(FaceBox("Spot", left / wide, top / high, right / wide, bottom / high), orientation)
    assert made is not None
    assert {key: float(value) for key, value in made["Area"].items() if key != "Unit"} == pytest.approx(
        {"X": 0.2, "Y": 0.25, "W": 0.2, "H": 0.1}, abs=1e-6
    )


@pytest.mark.parametrize(
    ("file_type", "tags", "expected"),
    [
        ("JPEG", {"IFD0:Orientation": "6"}, 6),
        ("JPEG", {}, 1),
        ("JPEG", {"IFD0:Orientation": "0"}, 1),
        ("XMP", {"XMP-tiff:Orientation": "8"}, 8),
        ("HEIC", {"IFD0:Orientation": "6"}, 1),
        ("HEIC", {"IFD0:Orientation": "1", "QuickTime:Rotation": "270"}, 6),
        ("HEIC", {"QuickTime:Rotation": "90"}, 8),
        ("HEIC", {"QuickTime:Rotation": "180"}, 3),
        ("HEIC", {"QuickTime:Rotation": "3"}, 6),
    ],
)
def test_heic_turns_by_its_own_rotation_and_all_others_by_exif(file_type: str, tags: Any, expected: int) -> None:
    assert orientation_of(file_type, tags) == expected


@pytest.mark.parametrize("box", [(0.2, 0.2, 0.2, 0.6), (1.2, 0.1, 1.4, 0.3), (-0.5, 0, -0.1, 1)])
def test_a_box_without_area_in_the_picture_is_none(box: tuple[float, float, float, float]) -> None:
    assert stored_region(FaceBox("A", *box), 1) is None


def test_others_regions_stay_with_everything_in_them() -> None:
    cat = {"Area": {"X": "0.9", "Y": "0.9", "D": "0.1", "Unit": "normalized"}, "Type": "Pet", "Name": "Mia"}
    size = {"W": "400", "H": "300", "Unit": "pixel"}
    found = {"AppliedToDimensions": size, "RegionList": [cat, region("Ann", x=0.1)]}
    new, own = merged([region("Bob")], found, [], SIZE)
    assert new == {**found, "RegionList": [cat, region("Ann", x=0.1), region("Bob")]}
    assert own == [region("Bob")]


def test_a_face_that_somebody_else_wrote_is_not_written_twice() -> None:
    found = {"RegionList": [region("bob", x=0.51)]}
    assert merged([region("Bob")], found, [], SIZE) == (found, [])


def test_only_our_own_region_goes_when_immich_no_longer_knows_the_face() -> None:
    found = {"RegionList": [region("Ann", x=0.2), region("Bob")]}
    assert merged([], found, [region("Bob")], SIZE)[0]["RegionList"] == [region("Ann", x=0.2)]
    assert merged([], found, [], SIZE) == (found, [])
    assert merged([], {"RegionList": [region("Bob")]}, [region("Bob")], SIZE) == (None, [])


def test_a_box_that_comes_back_rounded_changes_nothing() -> None:
    found = {"RegionList": [region("Bob")]}
    assert merged([region("Bob", x=0.5003, w=0.0995)], found, [region("Bob")], SIZE) == (found, [region("Bob")])


def test_a_face_that_was_named_anew_loses_our_old_name() -> None:
    new, own = merged([region("Robert")], {"RegionList": [region("Bob")]}, [region("Bob")], SIZE)
    assert new["RegionList"] == own == [region("Robert")]


def plainly_merged(wanted: list[dict[str, Any]], there: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[str]:
    """The rule, face by face: what is left of those in the file, and which come."""
    left = [place for place, region in enumerate(there) if region in ours]
    kept = [region for region in there if region not in ours]
    gone, came = list(left), []
    for region in wanted:
        same = next((place for place in gone if close(there[place], region)), -1)
        if same >= 0:
            gone.remove(same)
        elif not any(each["Name"] == region["Name"] and covers(each, region) for each in kept):
            came.append(region)
    return [str(region) for place, region in enumerate(there) if place not in gone] + list(map(str, came))


def close(one: dict[str, Any], other: dict[str, Any]) -> bool:
    near = all(abs(float(one["Area"][key]) - float(other["Area"][key])) <= 0.01 for key in "XYWH")
    return near and one["Name"] == other["Name"]


def covers(one: dict[str, Any], other: dict[str, Any]) -> bool:
    (x, y, w, h), (p, q, v, g) = ([float(each["Area"][key]) for key in "XYWH"] for each in (one, other))
    wide = min(x + w / 2, p + v / 2) - max(x - w / 2, p - v / 2)
    high = min(y + h / 2, q + g / 2) - max(y - h / 2, q - g / 2)
    common = max(0.0, wide) * max(0.0, high)
    return common / (w * h + v * g - common) > 0.5


TENTHS = st.integers(1, 9).map(lambda number: number / 10)
REGIONS = st.lists(
    st.builds(lambda name, x, y, w, h: region(name, x=x, y=y, w=w, h=h), st.sampled_from("AB"), *[TENTHS] * 4),
    max_size=8,
)


@given(wanted=REGIONS, foreign=REGIONS, ours=REGIONS)
def test_whoever_is_near_decides_as_if_each_face_were_compared_with_each(
    wanted: list[dict[str, Any]], foreign: list[dict[str, Any]], ours: list[dict[str, Any]]
) -> None:
    there = foreign + ours
    new, own = merged(wanted, {"RegionList": there}, ours, SIZE)
    assert list(map(str, (new or {}).get("RegionList", []))) == plainly_merged(wanted, there, ours)
    assert [each for each in own if each not in (new or {}).get("RegionList", [])] == []


def test_of_two_equal_regions_of_ours_one_stays() -> None:
    assert merged([region("Bob")], {"RegionList": [region("Bob"), region("Bob")]}, [region("Bob")], SIZE)[0] == {
        "AppliedToDimensions": {"W": "400", "H": "300", "Unit": "pixel"}, "RegionList": [region("Bob")],
    }  # fmt: skip


class Read(dict[str, str]):
    """An area that counts how often any is looked at."""

    times = 0

    def __getitem__(self, key: str) -> str:
        Read.times += 1
        return super().__getitem__(key)


@pytest.mark.parametrize("name", ["Ann", "Ann {}"], ids=["of one name", "each of its own"])
def test_a_crowd_is_merged_at_once(name: str) -> None:
    crowd = [
        region(name.format(number), x=round(number / 6_000, 6), y=round(number % 97 / 100, 6), w=0.001, h=0.001)
        for number in range(6_000)
    ]
    crowd = [each | {"Area": Read(each["Area"])} for each in crowd]
    found = {"AppliedToDimensions": {"W": "400", "H": "300", "Unit": "pixel"}, "RegionList": crowd[:4_000]}
    Read.times = 0
    new, own = merged(crowd[2_000:], found, crowd[:4_000], SIZE)
    assert Read.times < 1000 * len(crowd), "each with each is 70 million"
    assert new is not None
    assert new["RegionList"] == own == crowd[2_000:]
