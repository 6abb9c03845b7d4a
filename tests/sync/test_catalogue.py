"""The catalogue: what is written is what is read, and a torn file is told from a whole one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.catalogue import SINGLE_PAGES_KIB, AlbumEntry, Catalogue, FaceEntry, PhotoEntry
from sync.catalogue_writing import write
from sync.errors import CatalogueUnreadable, LibraryCorrupt
from sync.home import Home
from tests import sample_catalogues

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
fractions = st.floats(0, 1, allow_nan=False)
faces = st.builds(
    FaceEntry,
    person_key=st.sampled_from([None, "home:p1", "home:p2"]),
    name=st.just(""),
    box=st.one_of(st.none(), st.tuples(fractions, fractions, fractions, fractions)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    caption=st.one_of(st.none(), texts),
    city=st.one_of(st.none(), texts),
    rating=st.one_of(st.none(), st.integers(-1, 5)),
    favourite=st.booleans(),
    tags=st.frozensets(texts, max_size=4),
    people=st.lists(faces, max_size=3),
)
def test_what_is_written_is_what_is_read(tmp_path: Path, caption, city, rating, favourite, tags, people) -> None:
    photo = PhotoEntry(
        key="home:1", display="aa.jpg", display_width=3, display_height=2, file_name="x.jpg", caption=caption,
        city=city, rating=rating, favourite=favourite, tags=tuple(sorted(tags)), faces=tuple(people),
        albums=(("A", 0),),
    )  # fmt: skip
    write(tmp_path / "c.db", generation=7, albums=[AlbumEntry(name="A", weight=2.5)], photos=[photo])
    catalogue = Catalogue(tmp_path / "c.db")
    assert catalogue.generation == 7
    assert catalogue.photo(1) == photo
    assert [candidate.weight for candidate in catalogue.candidates()] == [2.5]
    catalogue.close()


def test_candidates_come_in_album_order_and_a_photo_in_two_albums_comes_once(tmp_path: Path) -> None:
    def photo(number: int, *albums: tuple[str, int]) -> PhotoEntry:
        return PhotoEntry(key=f"k{number}", display="d", display_width=1, display_height=1, albums=albums)

    write(
        tmp_path / "c.db",
        generation=1,
        albums=[AlbumEntry(name="Z", weight=1), AlbumEntry(name="A", weight=3)],
        photos=[photo(1, ("A", 0)), photo(2, ("Z", 1), ("A", 1)), photo(3, ("Z", 0)), photo(4)],
    )
    found = [(c.key, c.weight, c.order) for c in Catalogue(tmp_path / "c.db").candidates()]
    assert found == [("k3", 1.0, (0, 0)), ("k2", 3.0, (0, 1)), ("k1", 3.0, (1, 0))]


def test_a_reader_keeps_its_catalogue_when_a_newer_one_takes_its_name(home: Home) -> None:
    sample_catalogues.make(home, count=3)
    old = Catalogue(home.catalogue)
    sample_catalogues.make(home, count=5, generation=2)
    assert (old.count, len(list(old.candidates()))) == (3, 3)
    assert Catalogue(home.catalogue).count == 5


@pytest.mark.parametrize("size", [0, 1, 100, 4096, 5000, 12_000])
def test_a_cut_catalogue_is_unreadable(home: Home, size: int) -> None:
    sample_catalogues.make(home, count=200)
    torn = home.published / "torn.db"
    torn.write_bytes(home.catalogue.read_bytes()[:size])
    with pytest.raises(CatalogueUnreadable):
        catalogue = Catalogue(torn)
        for candidate in catalogue.candidates():
            catalogue.photo(candidate.id)


def test_a_catalogue_of_a_newer_format_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    sample_catalogues.make(home)
    monkeypatch.setattr("sync.catalogue.FORMAT", 1)
    with pytest.raises(CatalogueUnreadable, match="format 2"):
        Catalogue(home.catalogue)


def test_writing_leaves_nothing_behind_when_it_fails(home: Home) -> None:
    sample_catalogues.make(home)
    before = home.catalogue.read_bytes()

    def broken():
        yield PhotoEntry(key="a", display="d", display_width=1, display_height=1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(home.catalogue, generation=2, albums=[], photos=broken())
    assert home.catalogue.read_bytes() == before
    assert [entry.name for entry in home.published.iterdir() if "part" in entry.name] == []


def test_photos_that_contradict_each_other_leave_the_published_catalogue_as_it_is(home: Home) -> None:
    photos = sample_catalogues.make(home)
    before = home.catalogue.read_bytes()
    with pytest.raises(LibraryCorrupt):
        write(home.catalogue, generation=2, albums=[], photos=[photos[0], photos[0]])
    assert home.catalogue.read_bytes() == before
    assert [entry.name for entry in home.published.iterdir() if "part" in entry.name] == []


def test_a_catalogue_in_a_folder_that_cannot_be_written_is_readable(home: Home) -> None:
    sample_catalogues.make(home)
    copy = home.root / "odd name?%41#"
    copy.mkdir()
    shutil.copy(home.catalogue, copy / "catalogue.db")
    copy.chmod(0o555)
    assert Catalogue(copy / "catalogue.db").count == 5


def test_a_catalogue_of_the_first_format_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    entry = PhotoEntry(key="home:1", display="a.jpg", display_width=4, display_height=3, albums=(("A", 0),))
    write(path, generation=3, albums=[AlbumEntry(name="A")], photos=[entry])
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE photos DROP COLUMN thumbhash")
        db.execute("UPDATE meta SET value = '1' WHERE key = 'format'")
    old = Catalogue(path)
    assert [each.key for each in old.candidates()] == ["home:1"]
    assert old.photo(1) == entry
    old.close()


def test_single_photos_are_read_with_few_pages_in_memory(home: Home) -> None:
    sample_catalogues.make(home, count=3)
    catalogue = Catalogue(home.catalogue)
    assert len(list(catalogue.candidates())) == 3
    assert list(catalogue._rows("PRAGMA cache_size")) == [(-SINGLE_PAGES_KIB,)]
    assert catalogue.photo(1).tags == ("Holiday",)
