"""Which file an asset is: by whole folders of its path, never by its tail."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.settings.writeback import Root
from sync.writeback.paths import Mapping, suggest


def root(name: str, prefix: str, folder: str) -> Root:
    return Root(name=name, server="home", prefix=prefix, folder=folder)


ROOTS = Mapping([
    root("uploads", "/data", "/srv/immich"),
    root("a", "/mnt/a", "/photos/a"),
    root("b", "/mnt/b/", "/photos/b"),
    root("inner", "/mnt/a/best", "/best"),
    root("pc", "D:\\Photos", "/photos/pc"),
    root("share", "\\\\nas\\pictures", "/photos/nas"),
])  # fmt: skip

PLACES = {
    "a file": ("/mnt/a/2024/IMG_1.jpg", ("a", "/photos/a/2024/IMG_1.jpg")),
    "the same tail in another root": ("/mnt/b/2024/IMG_1.jpg", ("b", "/photos/b/2024/IMG_1.jpg")),
    "the longest prefix": ("/mnt/a/best/x.jpg", ("inner", "/best/x.jpg")),
    "only whole folders": ("/mnt/a/bestof/x.jpg", ("a", "/photos/a/bestof/x.jpg")),
    "nobody's": ("/mnt/c/2024/IMG_1.jpg", None),
    "a folder that begins alike": ("/mnt/a2/x.jpg", None),
    "out again": ("/mnt/a/../../etc/passwd", None),
    "the prefix itself": ("/mnt/a", None),
    "needless slashes": ("/mnt//a/./x.jpg", ("a", "/photos/a/x.jpg")),
    "a drive, whatever the case": ("d:\\photos\\Sommer\\x.JPG", ("pc", "/photos/pc/Sommer/x.JPG")),
    "a drive with slashes": ("D:/Photos/x.jpg", ("pc", "/photos/pc/x.jpg")),
    "another drive": ("C:\\Photos\\x.jpg", None),
    "a Windows share": ("\\\\NAS\\Pictures\\x.jpg", ("share", "/photos/nas/x.jpg")),
    "a backslash in a name": ("/mnt/a/odd\\name.jpg", ("a", "/photos/a/odd\\name.jpg")),
    "another case is another folder": ("/mnt/A/x.jpg", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize("case", PLACES.values(), ids=PLACES.keys())
def test_a_path_is_placed_by_the_longest_prefix_of_whole_folders(case: tuple[str, tuple[str, str] | None]) -> None:
    path, expected = case
    place = ROOTS.place(path)
    assert (None if place is None else (place.root, str(place.path))) == expected


@given(st.text(max_size=40))
def test_no_path_ever_leaves_the_folder_of_its_root(tail: str) -> None:
    place = ROOTS.place("/mnt/a/" + tail)
    if place is not None:
        assert ".." not in place.path.parts
        assert place.path.is_relative_to("/photos/a") or place.path.is_relative_to("/best")


def test_a_mapping_that_would_fit_is_suggested_with_its_count() -> None:
    folder = Path("/volume1/photo")
    local = [folder / "family" / str(year) / f"IMG_{number}.jpg" for year in (2023, 2024) for number in range(50)]
    paths = [f"/usr/src/app/external/{year}/IMG_{number}.jpg" for year in (2023, 2024) for number in range(60)]
    found = suggest(paths, local, folder)
    assert found is not None
    assert (found.prefix, found.folder) == ("/usr/src/app/external", "/volume1/photo/family")
    assert (found.would, found.of) == (100, 120)
    assert found.sentence.startswith("100 of 120 would match if")


def test_nothing_is_suggested_where_nothing_would_match() -> None:
    assert suggest(["/a/b.jpg"], [Path("/x/c.jpg")], Path("/x")) is None
