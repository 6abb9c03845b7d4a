"""Which files are one photo: icloudpd's naming table with its bugs, cameras' pairs, and strangers that share a name."""

from __future__ import annotations

import dataclasses
import itertools
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.ingest.group import Found, Group, Role
from sync.ingest.grouping import group
from sync.ingest.identifiers import FileFacts
from sync.ingest.settled import look
from tests.fakes.icloud import ID7, SIZES, SUFFIXED, Asset, Options, Written, download
from tests.fakes.icloud_photos import LIBRARY, NOON

TWICE = [
    Asset("IMG_1234.JPG", "AY6xVvQq1", taken=NOON, edited=True, live=True),
    Asset("IMG_1234.JPG", "BZ7yWwRr2", taken=NOON - timedelta(days=900), edited=True, live=True, salt=500),
    Asset("IMG_1234.HEIC", "Ca8zXxSs3", taken=NOON - timedelta(days=1800), edited=True, live=True, salt=900),
]
"""Three photos of one name, as a counter that starts again makes them."""


def shape(groups: list[Group]) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((member.role.value, member.found.path) for member in each.members) for each in groups}


def expected(written: Written) -> set[frozenset[tuple[str, str]]]:
    return {frozenset(roles.items()) for roles in written.files.values() if roles}


def seen(folder: Path) -> list[Found]:
    return look(folder).files


POLICIES = [
    pytest.param(policy, live, folders, unicode, id=f"{policy}, live {live}, {folders}, {unicode}")
    for policy, live, folders, unicode in itertools.product(
        (SUFFIXED, ID7), ("suffix", "original"), ("none", "{:%Y/%m/%d}"), (False, True)
    )
]
CHOICES = [
    ("original",), ("original", "adjusted"), ("adjusted",), ("original", "adjusted", "alternative"), SIZES,
    ("original", "medium", "thumb"), ("medium",),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "live", "folders", "unicode"), POLICIES)
@pytest.mark.parametrize("sizes", CHOICES, ids=",".join)
def test_every_row_of_the_naming_table(
    tmp_path: Path, policy: str, live: str, folders: str, unicode: bool, sizes: tuple[str, ...]
) -> None:
    options = Options(sizes=sizes, policy=policy, live_policy=live, folders=folders, keep_unicode=unicode)
    written = download(LIBRARY, tmp_path, options)
    assert shape(group(seen(tmp_path), sizes=frozenset(map(Role, sizes)))) == expected(written)


@pytest.mark.parametrize("live", ["medium", "thumb"])
def test_a_smaller_live_video_is_still_the_live_video(tmp_path: Path, live: str) -> None:
    written = download(LIBRARY[:2], tmp_path, Options(sizes=("original", "adjusted", "medium"), live_size=live))
    assert shape(group(seen(tmp_path))) == expected(written)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("policy", [SUFFIXED, ID7])
def test_photos_of_one_name_are_told_apart(tmp_path: Path, policy: str, order: tuple[int, ...]) -> None:
    written = download([TWICE[number] for number in order], tmp_path, Options(sizes=SIZES, policy=policy))
    assert shape(group(seen(tmp_path))) == expected(written)


def test_the_edit_that_lost_its_id_belongs_to_the_photo_of_its_moment(tmp_path: Path) -> None:
    written = download(TWICE[:2], tmp_path, Options(sizes=("original", "adjusted"), policy=ID7))
    assert written.skipped == ["IMG_1234-adjusted.JPG"], "icloudpd's bug: the second edit is taken for the first"
    first, second = (written.files[asset.record] for asset in TWICE[:2])
    assert first["adjusted"] == "IMG_1234-adjusted.JPG"
    groups = {each.key: each for each in group(seen(tmp_path))}
    assert [member.found.path for member in groups[first["original"]].of(Role.ADJUSTED)] == [first["adjusted"]]
    assert not groups[second["original"]].of(Role.ADJUSTED)


def without_times(files: list[Found]) -> list[Found]:
    """As after copying: the times are those of the copy, and content identifiers are all that is left."""
    return [
        dataclasses.replace(found, modified_ns=1_700_000_000_123_456_789 + number)
        for number, found in enumerate(files)
    ]


def without_facts(files: list[Found]) -> list[Found]:
    return [dataclasses.replace(found, facts=FileFacts(video=found.facts.video)) for found in without_times(files)]


def test_names_alone_join_what_only_one_photo_can_mean(tmp_path: Path) -> None:
    written = download(LIBRARY, tmp_path, Options(sizes=SIZES))
    plain = {("live", written.files[asset.record]["live"]) for asset in (LIBRARY[1], LIBRARY[6])}
    wanted = {frozenset(files - plain) for files in expected(written)}
    # A plain video beside a plain JPEG may be anybody's: it stays a video of its own, and is seen.
    wanted |= {frozenset({("original", path)}) for _, path in plain}
    assert shape(group(without_facts(seen(tmp_path)))) == wanted


def test_names_alone_never_join_photos_of_one_name(tmp_path: Path) -> None:
    written = download(TWICE, tmp_path, Options(sizes=SIZES))
    owner = {path: record for record, roles in written.files.items() for path in roles.values()}
    for each in group(without_facts(seen(tmp_path))):
        assert len({owner[member.found.path] for member in each.members}) == 1


def test_identifiers_alone_tell_live_photos_of_one_name_apart(tmp_path: Path) -> None:
    written = download(TWICE, tmp_path, Options(sizes=("original", "adjusted")))
    assert shape(group(without_times(seen(tmp_path)))) == expected(written)


def found(path: str, *, identifier: str = "", taken: datetime | None = None, at: float = 0.5, size: int = 9) -> Found:
    """A file changed `at` seconds after some whole second."""
    ns = int((1_700_000_000 + at) * 10**9)
    facts = FileFacts(identifier=identifier, taken=taken, video=path.lower().endswith((".mov", ".mp4")))
    return Found(path, size, ns, ns, facts)


MOMENT = datetime(2024, 5, 1, 12, 0, 0)
LATER = MOMENT + timedelta(days=3)


@pytest.mark.parametrize(
    ("files", "shapes"),
    [
        pytest.param(
            [found("DSC_1.NEF", taken=MOMENT), found("DSC_1.JPG", taken=MOMENT)],
            [{"original DSC_1.NEF", "alternative DSC_1.JPG"}], id="RAW and JPEG of one shot"),
        pytest.param(
            [found("DSC_1.NEF", taken=MOMENT), found("DSC_1.JPG", taken=LATER)],
            [{"original DSC_1.NEF"}, {"original DSC_1.JPG"}], id="RAW and JPEG of two cameras"),
        pytest.param(
            [found("DSC_1.NEF"), found("dsc_1.jpg")],
            [{"original DSC_1.NEF", "alternative dsc_1.jpg"}], id="a pair of which nothing but the name is known"),
        pytest.param(
            [found("DSC_1.NEF", at=0), found("DSC_1.JPG", at=4)],
            [{"original DSC_1.NEF", "alternative DSC_1.JPG"}], id="written to a card within seconds"),
        pytest.param(
            [found("DSC_1.NEF", at=0), found("DSC_1.JPG", at=9000)],
            [{"original DSC_1.NEF"}, {"original DSC_1.JPG"}], id="written to a card hours apart"),
        pytest.param(
            [found("a/DSC_1.NEF", at=0), found("b/DSC_1.JPG", at=0)],
            [{"original a/DSC_1.NEF"}, {"original b/DSC_1.JPG"}], id="two folders"),
        pytest.param(
            [found("IMG_1.JPG", taken=MOMENT), found("IMG_E0001.JPG"), found("IMG_0001.JPG", at=77)],
            [{"original IMG_1.JPG"}, {"original IMG_0001.JPG", "adjusted IMG_E0001.JPG"}], id="a phone's own edit"),
        pytest.param(
            [found("IMG_E0001.JPG"), found("IMG_E0001.MOV", identifier="B"), found("IMG_0001.JPG", identifier="A")],
            [{"original IMG_0001.JPG"}, {"original IMG_E0001.JPG", "live IMG_E0001.MOV"}],
            id="an edit whose live video is another photo's"),
        pytest.param(
            [found("a.jpg", taken=MOMENT), found("a-edited.jpg", taken=MOMENT), found("a-Edit.tif", taken=LATER)],
            [{"original a.jpg", "adjusted a-edited.jpg"}, {"original a-Edit.tif"}], id="edits by their moment"),
        pytest.param(
            [found("PXL_1.jpg", taken=MOMENT), found("PXL_1~2.jpg", taken=MOMENT, at=8000)],
            [{"original PXL_1.jpg", "adjusted PXL_1~2.jpg"}], id="an edit of another phone"),
        pytest.param(
            [found("IMG_1.JPG", identifier="A"), found("IMG_1.MOV", identifier="B")],
            [{"original IMG_1.JPG"}, {"original IMG_1.MOV"}], id="identifiers that differ"),
        pytest.param(
            [found("IMG_1.JPG", identifier="A"), found("other.MOV", identifier="A")],
            [{"original IMG_1.JPG", "live other.MOV"}], id="one identifier, two names"),
        pytest.param(
            [found("IMG_1.JPG"), found("IMG_1.MOV", identifier="B")],
            [{"original IMG_1.JPG", "live IMG_1.MOV"}], id="a live video whose still lost its identifier"),
        pytest.param(
            [found("IMG_1.JPG"), found("IMG_1.MOV")],
            [{"original IMG_1.JPG"}, {"original IMG_1.MOV"}], id="a video that nothing calls live"),
        pytest.param(
            [found("A.HEIC", identifier="X"), found("B.HEIC", identifier="X"), found("C.MOV", identifier="X")],
            [{"original A.HEIC"}, {"original B.HEIC"}, {"original C.MOV"}], id="a duplicate with the same identifier"),
        pytest.param(
            [found("IMG-20240501.jpg"), found("IMG.jpg", at=8)],
            [{"original IMG-20240501.jpg"}, {"original IMG.jpg"}], id="a date is no length"),
        pytest.param(
            [found("IMG_1.JPG", at=0), found("IMG_1-900.JPG", size=900, at=0)],
            [{"original IMG_1.JPG", "adjusted IMG_1-900.JPG"}], id="an edit that came later under the same name"),
        pytest.param(
            [found("IMG_1.JPG", at=0), found("IMG_1-900.JPG", size=901, at=0)],
            [{"original IMG_1.JPG"}, {"original IMG_1-900.JPG"}], id="a number that is no length"),
        pytest.param(
            [found("IMG_1.JPG"), found("IMG_1.jpeg")],
            [{"original IMG_1.JPG"}, {"original IMG_1.jpeg"}], id="two of one kind"),
        pytest.param(
            [found("IMG_1.HEIC"), found("IMG_1.JPG"), found("IMG_1-adjusted.JPG")],
            [{"original IMG_1.HEIC", "adjusted IMG_1.JPG"}, {"adjusted IMG_1-adjusted.JPG"}], id="two edits by name"),
        pytest.param(
            [found("IMG_1.JPG", at=-1_700_000_000), found("IMG_1.MOV", at=-1_700_000_000)],
            [{"original IMG_1.JPG"}, {"original IMG_1.MOV"}], id="times of 1970 are none"),
        pytest.param(
            [found("IMG_1_QVk2eEU.HEIC", at=0), found("IMG_1_QVk2eEV.HEIC", at=0), found("IMG_1-adjusted.JPG", at=0)],
            [{"original IMG_1_QVk2eEU.HEIC"}, {"original IMG_1_QVk2eEV.HEIC"}, {"adjusted IMG_1-adjusted.JPG"}],
            id="an edit of either of two"),
        pytest.param(
            [found("IMG_1-original.JPG"), found("IMG_1-adjusted.JPG")],
            [{"original IMG_1-original.JPG", "adjusted IMG_1-adjusted.JPG"}], id="a name of former days"),
        pytest.param(
            [found("Holiday-adjusted.JPG"), found("Holiday_Picture.JPG")],
            [{"adjusted Holiday-adjusted.JPG"}, {"original Holiday_Picture.JPG"}], id="a word is no id"),
        pytest.param(
            [found("IMG_9.MOV"), found("IMG_9-medium.MOV"), found("IMG_9.HEIC")],
            [{"original IMG_9.MOV", "medium IMG_9-medium.MOV"}, {"original IMG_9.HEIC"}], id="a video's smaller size"),
    ],
)  # fmt: skip
def test_pairs_and_strangers(files: list[Found], shapes: list[set[str]]) -> None:
    groups = group(files)
    found_shapes = [{f"{member.role.value} {member.found.path}" for member in each.members} for each in groups]
    assert sorted(map(sorted, found_shapes)) == sorted(map(sorted, shapes))


STEMS = st.sampled_from(["IMG_1", "IMG_1_QVk2eEU", "IMG_E0001", "IMG_0001", "Gre 1", "Größe 1", "a~2", "a"])
MARKS = st.sampled_from(["", "_HEVC", "-medium", "-adjusted", "-alternative", "_HEVC-medium", "-9", "-adjusted-9"])
FILES = st.builds(
    lambda folder, stem, mark, ending, identifier, moment, at: found(
        folder + stem + mark + ending, identifier=identifier, taken=moment, at=at
    ),
    st.sampled_from(["", "a/"]), STEMS, MARKS, st.sampled_from([".JPG", ".HEIC", ".MOV", ".NEF", ".mov", ".jpg"]),
    st.sampled_from(["", "A", "B"]), st.sampled_from([None, MOMENT, LATER]), st.sampled_from([0, 0.5, 60, 7000]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(files=st.lists(FILES, max_size=9, unique_by=lambda each: each.path), random=st.randoms(use_true_random=False))
def test_every_file_is_in_one_group_whatever_the_order_and_identifiers_that_differ_never_meet(
    files: list[Found], random
) -> None:
    groups = group(files)
    assert sorted(member.found.path for each in groups for member in each.members) == sorted(f.path for f in files)
    for each in groups:
        assert len({member.found.facts.identifier for member in each.members} - {""}) <= 1
        assert len({member.found.folder for member in each.members}) == 1
    shuffled = list(files)
    random.shuffle(shuffled)
    assert group(shuffled) == groups


def test_hard_links_and_other_folders_change_no_group(tmp_path: Path) -> None:
    written = download(LIBRARY, tmp_path / "one", Options(sizes=SIZES))
    for path in sorted((tmp_path / "one").rglob("*")):
        (tmp_path / "two").mkdir(exist_ok=True)
        os.link(path, tmp_path / "two" / path.name)
    assert shape(group(seen(tmp_path / "two"))) == expected(written)
