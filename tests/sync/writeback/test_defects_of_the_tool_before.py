"""Every defect that was seen in the tool that write-back replaces, as a file that it would have spoiled."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sync.replaced.ultra_sync import ALL
from sync.settings.writeback import Module
from sync.writeback.changes import Decided, changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.knowledge import FaceBox, Knowledge
from sync.writeback.look import look
from sync.writeback.mapping import Options
from sync.writeback.write import write
from tests.sync.writeback import originals


def written(
    tool: ExifTool,
    path: Path,
    knowledge: Knowledge,
    *modules: str,
    ours: Any = None,
    options: Options = Options(),  # noqa: B008 - frozen
) -> Decided:
    """Write what `knowledge` says; gives what was decided."""
    found = look(tool, path)
    decided = changes(knowledge, found, ours or {}, modules=modules, options=options)
    if decided.changes:
        write(tool, found, decided.changes)
    return decided


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return originals.make(tmp_path, "jpg")


def test_names_are_a_list_beside_the_keywords_that_were_there(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, XMP_dc__Subject=["holiday", "sea"], IPTC__Keywords="holiday")
    written(tool, photo, Knowledge(people=("Ålice 日", "Bob, jr.")), "people")
    told = originals.read(photo)
    assert told["XMP-dc:Subject"] == ["holiday", "sea", "Bob, jr.", "Ålice 日"]
    assert told["IPTC:Keywords"] == ["holiday", "Bob, jr.", "Ålice 日"]
    assert told["XMP-iptcExt:PersonInImage"] == ["Bob, jr.", "Ålice 日"]
    assert told["IPTC:CodedCharacterSet"] == "\x1b%G"


def test_a_name_that_immich_forgot_goes_and_the_owners_stays(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, XMP_dc__Subject=["Carl"])
    first = written(tool, photo, Knowledge(people=("Bob", "Carl")), "people")
    written(tool, photo, Knowledge(people=()), "people", ours=first.ours)
    told = originals.read(photo)
    assert told["XMP-dc:Subject"] == ["Carl"]
    assert "IPTC:Keywords" not in told
    assert "XMP-iptcExt:PersonInImage" not in told


def test_a_person_who_was_named_anew_loses_the_old_name(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, XMP_dc__Subject=["sea"])
    first = written(tool, photo, Knowledge(people=("Anna", "Ben")), "people")
    written(tool, photo, Knowledge(people=("Hanna", "Ben")), "people", ours=first.ours)
    told = originals.read(photo)
    assert sorted(told["XMP-dc:Subject"]) == ["Ben", "Hanna", "sea"]
    assert sorted(told["IPTC:Keywords"]) == ["Ben", "Hanna"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "north", "east"),
    [(-33.5, -70.25, "S", "W"), (48.2, 16.37, "N", "E"), (0.0, -0.5, "N", "W")],
)
def test_south_and_west_stay_south_and_west_and_the_altitude_is_not_touched(
    tool: ExifTool, photo: Path, latitude: float, longitude: float, north: str, east: str
) -> None:
    originals.tell(photo, GPS__GPSAltitude="1234", GPS__GPSAltitudeRef="0")
    written(tool, photo, Knowledge(latitude=latitude, longitude=longitude), "gps")
    told = originals.read(photo)
    assert (told["GPS:GPSLatitudeRef"], told["GPS:GPSLongitudeRef"]) == (north, east)
    assert told["Composite:GPSLatitude"] == pytest.approx(latitude)
    assert told["Composite:GPSLongitude"] == pytest.approx(longitude)
    assert told["GPS:GPSAltitude"] == 1234


def test_no_altitude_is_made_up(tool: ExifTool, photo: Path) -> None:
    written(tool, photo, Knowledge(latitude=1.0, longitude=2.0), "gps")
    assert "GPS:GPSAltitude" not in originals.read(photo)


def test_a_position_goes_when_immich_lost_it_and_it_was_ours(tool: ExifTool, photo: Path) -> None:
    first = written(tool, photo, Knowledge(latitude=1.0, longitude=2.0), "gps")
    second = written(tool, photo, Knowledge(), "gps", ours=first.ours)
    assert not [tag for tag in originals.read(photo) if "Latitude" in tag or "Longitude" in tag]
    assert second.ours == {}
    originals.tell(
        photo, GPS__GPSLatitude="5", GPS__GPSLatitudeRef="N", GPS__GPSLongitude="6", GPS__GPSLongitudeRef="E"
    )
    assert written(tool, photo, Knowledge(), "gps", ours=first.ours).changes == ()


def test_a_caption_keeps_its_lines_its_letters_and_its_limits(tool: ExifTool, photo: Path) -> None:
    caption = "First line\nsecond line\n" + "日本" * 1200
    written(tool, photo, Knowledge(caption=caption), "caption")
    told = originals.read(photo)
    assert told["XMP-dc:Description"] == caption[:2000] == told["IFD0:ImageDescription"]
    assert told["IPTC:Caption-Abstract"] == caption.encode()[:2000].decode(errors="ignore")
    assert len(told["IPTC:Caption-Abstract"].encode()) <= 2000


def test_a_caption_in_other_languages_stays(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, XMP_dc__Description="old", XMP_dc__Description_de="deutsch")
    written(tool, photo, Knowledge(caption="new"), "caption")
    told = originals.read(photo)
    assert (told["XMP-dc:Description"], told["XMP-dc:Description-de"]) == ("new", "deutsch")


LOCAL = datetime(2021, 7, 14, 10, 30, 45, 120_000)


def test_the_local_time_keeps_its_offset_and_its_fraction_and_never_moves(tool: ExifTool, photo: Path) -> None:
    originals.tell(
        photo,
        ExifIFD__DateTimeOriginal="2021:07:14 10:30:45",
        ExifIFD__SubSecTimeOriginal="1204",
        ExifIFD__OffsetTimeOriginal="+02:00",
        IFD0__ModifyDate="2022:01:01 00:00:00",
    )
    ours: Any = {}
    for _ in range(3):
        ours = written(tool, photo, Knowledge(local_time=LOCAL, offset_minutes=120), "time", ours=ours).ours
    told = originals.read(photo)
    assert told["ExifIFD:DateTimeOriginal"] == "2021:07:14 10:30:45"
    assert told["ExifIFD:SubSecTimeOriginal"] == 1204
    assert told["ExifIFD:OffsetTimeOriginal"] == "+02:00"
    assert told["XMP-photoshop:DateCreated"] == "2021:07:14 10:30:45.120+02:00"
    assert (told["IPTC:DateCreated"], told["IPTC:TimeCreated"]) == ("2021:07:14", "10:30:45+02:00")
    assert told["IFD0:ModifyDate"] == "2022:01:01 00:00:00"


def test_a_later_date_that_was_set_in_immich_wins_over_an_older_one_in_the_file(tool: ExifTool, photo: Path) -> None:
    originals.tell(
        photo,
        ExifIFD__DateTimeOriginal="2011:01:01 00:00:00",
        ExifIFD__CreateDate="2011:01:01 00:00:00",
        XMP_xmp__CreateDate="2009:09:09 09:09:09",
    )
    written(tool, photo, Knowledge(local_time=LOCAL, offset_minutes=None), "time")
    told = originals.read(photo)
    assert told["ExifIFD:DateTimeOriginal"] == told["ExifIFD:CreateDate"] == "2021:07:14 10:30:45"
    assert told["XMP-xmp:CreateDate"] == "2009:09:09 09:09:09", "when it was scanned is another matter"
    assert "ExifIFD:OffsetTimeOriginal" not in told


def test_a_time_that_immich_only_guessed_from_the_files_date_is_not_written(tool: ExifTool, photo: Path) -> None:
    assert written(tool, photo, Knowledge(local_time=LOCAL), "time").changes == ()


@pytest.mark.parametrize("rating", [None, 0])
def test_an_unrated_photo_keeps_the_stars_in_its_file(tool: ExifTool, photo: Path, rating: int | None) -> None:
    originals.tell(photo, XMP_xmp__Rating="4")
    assert written(tool, photo, Knowledge(rating=rating, favourite=False), "rating").changes == ()
    assert originals.read(photo)["XMP-xmp:Rating"] == 4


def test_stars_are_written_on_both_scales(tool: ExifTool, photo: Path) -> None:
    for stars, percent in {1: 1, 2: 25, 3: 50, 4: 75, 5: 99}.items():
        written(tool, photo, Knowledge(rating=stars), "rating")
        told = originals.read(photo)
        assert told["XMP-xmp:Rating"] == told["IFD0:Rating"] == stars
        assert told["XMP-microsoft:RatingPercent"] == told["IFD0:RatingPercent"] == percent


def test_a_favourite_counts_as_five_stars_only_where_that_is_wished_and_it_is_unrated(
    tool: ExifTool, photo: Path
) -> None:
    wish = Options(favourite_as_rating=True)
    assert written(tool, photo, Knowledge(favourite=True), "rating").changes == ()
    ours = written(tool, photo, Knowledge(favourite=True), "rating", options=wish).ours
    assert originals.read(photo)["XMP-xmp:Rating"] == 5
    ours = written(tool, photo, Knowledge(favourite=True, rating=2), "rating", options=wish, ours=ours).ours
    assert originals.read(photo)["XMP-xmp:Rating"] == 2
    written(tool, photo, Knowledge(favourite=False), "rating", options=wish, ours=ours)
    assert "XMP-xmp:Rating" not in originals.read(photo)


def test_a_colour_label_of_the_owner_survives_a_favourite(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, XMP_xmp__Label="Red")
    for favourite in (True, False):
        assert written(tool, photo, Knowledge(favourite=favourite), "favourite").changes == ()
    assert originals.read(photo)["XMP-xmp:Label"] == "Red"


def test_our_own_label_comes_and_goes(tool: ExifTool, photo: Path) -> None:
    first = written(tool, photo, Knowledge(favourite=True), "favourite")
    assert originals.read(photo)["XMP-xmp:Label"] == "Favorite"
    written(tool, photo, Knowledge(favourite=False), "favourite", ours=first.ours)
    assert "XMP-xmp:Label" not in originals.read(photo)


def test_album_names_with_commas_stay_whole_and_nothing_of_the_owners_is_overwritten(
    tool: ExifTool, photo: Path
) -> None:
    originals.tell(photo, ExifIFD__UserComment="mine", XMP_lr__HierarchicalSubject="Places|Vienna")
    first = written(tool, photo, Knowledge(albums=("Trips", "Summer, 2024")), "albums")
    told = originals.read(photo)
    assert told["XMP-lr:HierarchicalSubject"] == ["Places|Vienna", "Albums|Summer, 2024", "Albums|Trips"]
    assert told["ExifIFD:UserComment"] == "mine"
    assert told["XMP-iptcExt:Event"] == "Summer, 2024; Trips"
    written(tool, photo, Knowledge(albums=()), "albums", ours=first.ours)
    told = originals.read(photo)
    assert told["XMP-lr:HierarchicalSubject"] == ["Places|Vienna"]
    assert "XMP-iptcExt:Event" not in told


def test_a_comment_of_ours_follows_the_albums(tool: ExifTool, photo: Path) -> None:
    first = written(tool, photo, Knowledge(albums=("Trips",)), "albums")
    second = written(tool, photo, Knowledge(albums=("Trips", "Wien 日")), "albums", ours=first.ours)
    assert originals.read(photo)["ExifIFD:UserComment"] == "Trips, Wien 日"
    written(tool, photo, Knowledge(albums=()), "albums", ours=second.ours)
    assert "ExifIFD:UserComment" not in originals.read(photo)


def test_faces_of_a_portrait_photo_are_written_for_the_stored_picture(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, IFD0__Orientation="6")
    # As a server showed it: 900..1200 of 1500 across, 400..600 of 2000 down.
    written(tool, photo, Knowledge(faces=(FaceBox("Dreh", 0.6, 0.2, 0.8, 0.3),)), "faces")
    told = originals.read(photo)["XMP-mwg-rs:RegionInfo"]
    assert told["AppliedToDimensions"] == {"W": 240, "H": 160, "Unit": "pixel"}
    [region] = told["RegionList"]
    assert region == {
        "Area": {"X": 0.25, "Y": 0.3, "W": 0.1, "H": 0.2, "Unit": "normalized"},
        "Name": "Dreh",
        "Type": "Face",
    }


def test_faces_of_an_edited_picture_are_not_written(tool: ExifTool, photo: Path) -> None:
    faces = (FaceBox("A", 0.1, 0.1, 0.2, 0.2),)
    assert written(tool, photo, Knowledge(faces=faces, edited=True), "faces").changes == ()


PET = (
    "{AppliedToDimensions={W=240,H=160,Unit=pixel},RegionList=[{Area={X=0.5,Y=0.5,W=0.2,H=0.2,Unit=normalized},"
    "Name=Mia,Type=Pet,Description=a cat},{Area={X=0.8,Y=0.2,W=0.1,H=0.1,Unit=normalized},Type=Face}]}"
)


def test_pets_and_unnamed_faces_of_other_programs_stay(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, XMP_mwg_rs__RegionInfo=PET)
    theirs = originals.read(photo)["XMP-mwg-rs:RegionInfo"]["RegionList"]
    first = written(tool, photo, Knowledge(faces=(FaceBox("Bob", 0.1, 0.1, 0.2, 0.3),)), "faces")
    told = originals.read(photo)["XMP-mwg-rs:RegionInfo"]["RegionList"]
    assert told[:2] == theirs
    assert told[2]["Name"] == "Bob"
    written(tool, photo, Knowledge(faces=()), "faces", ours=first.ours)
    assert originals.read(photo)["XMP-mwg-rs:RegionInfo"]["RegionList"] == theirs


def test_keywords_in_an_older_encoding_are_carried_over_whole(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, IPTC__Keywords=["Zürich", "café"], IPTC__City="Genève")
    written(tool, photo, Knowledge(people=("日本",)), "people")
    told = originals.read(photo)
    assert told["IPTC:Keywords"] == ["Zürich", "café", "日本"]
    assert told["IPTC:City"] == "Genève"
    assert told["IPTC:CodedCharacterSet"] == "\x1b%G"


def test_utf8_that_nobody_declared_is_read_as_what_it_is(tool: ExifTool, photo: Path) -> None:
    originals.tell(photo, "-charset", "iptc=utf8", IPTC__Keywords=["Zürich", "日本"], IPTC__City="Genève")
    assert "IPTC:CodedCharacterSet" not in originals.read(photo)
    written(tool, photo, Knowledge(people=("Bob", "日本")), "people")
    told = originals.read(photo)
    assert told["IPTC:Keywords"] == ["Zürich", "日本", "Bob"]
    assert told["IPTC:City"] == "Genève"
    assert told["IPTC:CodedCharacterSet"] == "\x1b%G"


def test_the_second_run_finds_nothing_whatever_was_in_the_file(tool: ExifTool, photo: Path) -> None:
    originals.tell(
        photo,
        XMP_dc__Subject=["a", "b"],
        XMP_xmp__Label="Red",
        ExifIFD__DateTimeOriginal="2011:01:01 00:00:00",
        ExifIFD__SubSecTimeOriginal="7",
        XMP_xmp__CreateDate="2011:01:01 00:00:00",
        XMP_exif__GPSLatitude="1.5",
        XMP_mwg_rs__RegionInfo=PET,
        IPTC__Keywords="é",
    )
    for modules in (ALL, tuple(Module)):
        first = written(tool, photo, originals.EVERYTHING, *modules)
        assert first.changes
        again = changes(originals.EVERYTHING, look(tool, photo), first.ours, modules=modules, options=Options())
        assert again == Decided((), first.ours)
