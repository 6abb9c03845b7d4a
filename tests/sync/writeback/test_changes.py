"""What is decided holds for any knowledge and any file: ours comes and goes, theirs stays, and twice is once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.settings.writeback import Module
from sync.writeback.changes import Decided, changes
from sync.writeback.found import Found, items
from sync.writeback.knowledge import FaceBox, Knowledge
from sync.writeback.mapping import FILES, LISTS, REGIONS, SIDECAR, Options
from sync.writeback.moments import moment_facts, same_moment
from tests.sync.writeback.originals import EVERYTHING

WORDS = st.sampled_from(["Ann", "Bob", "Carl", "ann", "true", "a/b", "x|y", "日本", "n" * 80, " ", ""])
FACES = st.builds(FaceBox, WORDS, *[st.floats(0, 1)] * 4)
SOME = st.lists(WORDS, max_size=4).map(tuple)
KNOWLEDGE = st.builds(
    Knowledge,
    people=st.none() | SOME,
    latitude=st.sampled_from([None, 1.5, -33.25]),
    longitude=st.sampled_from([None, 16.0, -70.5]),
    city=st.none() | WORDS,
    caption=st.none() | WORDS,
    local_time=st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    offset_minutes=st.none() | st.sampled_from([0, 120, -210]),
    rating=st.sampled_from([None, -1, 0, 1, 5]),
    favourite=st.booleans(),
    albums=st.none() | SOME,
    tags=st.none() | SOME,
    faces=st.none() | st.lists(FACES, max_size=3).map(tuple),
    edited=st.booleans(),
)
MODULE_SETS = st.sets(st.sampled_from(tuple(Module)))
OPTIONS = st.builds(Options, favourite_as_rating=st.booleans(), caption_limit=st.sampled_from([3, 2000]))


def found_in(file_type: str, tags: dict[str, Any]) -> Found:
    return Found(path="/photo", file_type=file_type, width=400, height=300, tags=tags)


def after(found: Found, decided: Decided) -> Found:
    """The file as it is then."""
    tags = {**found.tags, **{change.tag: change.new for change in decided.changes}}
    return found_in(found.file_type, {tag: value for tag, value in tags.items() if value is not None})


THEIRS = {
    "XMP-dc:Subject": ["Carl", "sea"],
    "IPTC:Keywords": "sea",
    "XMP-lr:HierarchicalSubject": ["Places|Vienna"],
    "XMP-xmp:Label": "Red",
    "XMP-iptcExt:Event": "Wedding",
    "ExifIFD:UserComment": "mine",
    "XMP-photoshop:City": "Graz",
    "ExifIFD:DateTimeOriginal": "2001:01:01 00:00:00",
    REGIONS: {
        "AppliedToDimensions": {"W": "400", "H": "300", "Unit": "pixel"},
        "RegionList": [{"Area": {"X": "0.5", "Y": "0.5", "W": "0.1", "H": "0.1"}, "Type": "Pet", "Name": "Mia"}],
    },
}
FILE = st.builds(
    found_in,
    st.sampled_from(FILES + SIDECAR),
    st.sets(st.sampled_from(sorted(THEIRS))).map(lambda chosen: {tag: THEIRS[tag] for tag in chosen}),
)


@given(FILE, KNOWLEDGE, MODULE_SETS, OPTIONS)
def test_twice_is_once(found: Found, knowledge: Knowledge, modules: set[str], options: Options) -> None:
    first = changes(knowledge, found, {}, modules=modules, options=options)
    second = changes(knowledge, after(found, first), first.ours, modules=modules, options=options)
    assert second == Decided((), first.ours)


@given(FILE, st.lists(KNOWLEDGE, min_size=1, max_size=4), OPTIONS)
def test_whatever_immich_says_nothing_of_anybody_elses_goes(
    found: Found, said: list[Knowledge], options: Options
) -> None:
    ours: dict[str, Any] = {}
    theirs = found
    for knowledge in [*said, Knowledge(people=(), caption="", albums=(), tags=(), faces=())]:
        decided = changes(knowledge, found, ours, modules=tuple(Module), options=options)
        found, ours = after(found, decided), decided.ours
        for tag in LISTS:
            assert set(items(theirs.tags.get(tag))) <= set(items(found.tags.get(tag))), tag
        for tag in ("XMP-xmp:Label", "XMP-iptcExt:Event", "ExifIFD:UserComment", "XMP-photoshop:City"):
            assert theirs.tags.get(tag) in (None, found.tags.get(tag)), tag
        their_regions = theirs.tags.get(REGIONS, {}).get("RegionList", [])
        assert all(region in found.tags[REGIONS]["RegionList"] for region in their_regions)
    # And of ours, when Immich knows nothing any more, nothing is left.
    for tag in LISTS:
        assert items(found.tags.get(tag)) == items(theirs.tags.get(tag)), tag
    assert found.tags.get(REGIONS) == theirs.tags.get(REGIONS)


@given(FILE, MODULE_SETS)
def test_a_module_that_is_off_writes_and_forgets_nothing(found: Found, modules: set[str]) -> None:
    first = changes(EVERYTHING, found, {}, modules=tuple(Module), options=Options())
    nothing = Knowledge(people=(), caption="", albums=(), tags=(), faces=())
    second = changes(nothing, after(found, first), first.ours, modules=modules, options=Options())
    for module in set(Module) - modules:
        assert second.ours.get(module) == first.ours.get(module)
    before = after(after(found, first), second)
    third = changes(EVERYTHING, before, second.ours, modules=tuple(Module), options=Options())
    assert {c.tag: sorted(items(c.new)) for c in third.changes if c.tag in LISTS} == {
        c.tag: sorted(items(after(found, first).tags[c.tag])) for c in second.changes if c.tag in LISTS
    }


def test_what_is_not_known_now_is_left_as_it_is() -> None:
    first = changes(EVERYTHING, found_in("JPEG", {}), {}, modules=tuple(Module), options=Options())
    unknown = Knowledge(
        latitude=EVERYTHING.latitude, longitude=EVERYTHING.longitude, rating=4, favourite=True, city=EVERYTHING.city,
        state=EVERYTHING.state, country=EVERYTHING.country,
    )  # fmt: skip
    again = changes(unknown, after(found_in("JPEG", {}), first), first.ours, modules=tuple(Module), options=Options())
    assert again == Decided((), first.ours)


def test_people_and_albums_that_come_back_as_tags_are_no_tags() -> None:
    empty = found_in("JPEG", {})
    first = changes(
        Knowledge(people=("Ann",), albums=("Trip",), tags=()), empty, {}, modules=tuple(Module), options=Options()
    )
    back = Knowledge(people=("Ann",), albums=("Trip",), tags=("Ann", "Albums/Trip"))
    assert changes(back, after(empty, first), first.ours, modules=tuple(Module), options=Options()).changes == ()


LOCAL = datetime(2021, 7, 14, 10, 30, 45)


@pytest.mark.parametrize(
    ("fact", "found", "wanted", "same"),
    [
        ("moment", "2021:07:14 10:30:45", "2021:07:14 10:30:45", True),
        ("moment", "2021:07:14 08:30:45", "2021:07:14 10:30:45", False),
        ("subsec", "12", "120", True),
        ("subsec", "1204", "120", True),
        ("subsec", "13", "120", False),
        ("stamp", "2021:07:14 10:30:45.120400+02:00", "2021:07:14 10:30:45.120+02:00", True),
        ("stamp", "2021:07:14 10:30:45.5", "2021:07:14 10:30:45", True),
        ("stamp", "2021:07:14 10:30:45Z", "2021:07:14 10:30:45+00:00", True),
        ("stamp", "2021:07:14 10:30:45", "2021:07:14 10:30:45+02:00", False),
        ("stamp", "2021:07:14 10:30:45+02:00", "2021:07:14 10:30:45", True),
        ("stamp", "2021:07:14", "2021:07:14 10:30:45", False),
        ("zoned", "2021:07:14 10:30:45+02:00", "2021:07:14 10:30:45+02:00", True),
    ],
)
def test_when_two_times_are_the_same(fact: str, found: str, wanted: str, same: bool) -> None:
    assert same_moment(fact, found, wanted) is same


def test_an_offset_behind_utc_is_said_so() -> None:
    facts = moment_facts(LOCAL, -210, {})
    assert facts is not None
    assert facts["offset"] == "-03:30"
    assert facts["clock"] == "10:30:45-03:30"
