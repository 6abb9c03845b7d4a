from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mirror import names

ITEM = "a" * 40 + ".jpg"
OTHER = "b" * 40 + ".jpg"

ANY_TEXT = st.text(st.characters(), max_size=300) | st.sampled_from(["", ".", "..", "/", "\0", "-rf", "#x", "con.jpg"])

CASES = {
    "plain": ("IMG_1.jpg", "IMG_1.jpg"),
    "dots": ("..", "photo"),
    "empty": ("", "photo"),
    "slash": ("../../etc/passwd", "__._etc_passwd"),
    "option": ("-rf", "_rf"),
    "comment": ("#x.jpg", "_x.jpg"),
    "hidden": (".hidden.jpg", "_hidden.jpg"),
    "spaces": ("  a .jpg. ", "_a.jpg"),
    "newline": ("a\nb.jpg", "a_b.jpg"),
    "direction": ("a\u202egpj.exe", "a_gpj.exe"),
    "surrogate": ("a\udcffb.jpg", "a_b.jpg"),
    "decomposed": ("Cafe\u0301.jpg", "Café.jpg"),
    "kept": ("Ferien (Süden) & \\ 北京 🌊.jpg", "Ferien (Süden) & \\ 北京 🌊.jpg"),
}


@pytest.mark.parametrize(("name", "expected"), CASES.values(), ids=CASES.keys())
def test_a_name_is_made_safe_and_stays_readable(name, expected):
    assert names.safe(name) == expected


def test_a_long_name_keeps_its_ending():
    made = names.safe("é" * 300 + ".jpeg")
    assert made.endswith("é.jpeg")
    assert len(made.encode()) <= 240


@given(ANY_TEXT)
def test_no_name_can_mislead(name):
    made = names.safe(name)
    assert made not in ("", ".", "..")
    assert "/" not in made
    assert made[0] not in "-.#~ "
    assert made[-1] not in " ."
    assert len(made.encode("utf-8")) <= names.MOST_BYTES
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in made)
    assert names.safe(made) == made


@given(st.lists(st.tuples(ANY_TEXT, st.sampled_from([ITEM, OTHER, "c" * 40 + ".heic"])), max_size=30), st.randoms())
def test_names_differ_on_every_file_system_and_in_every_order(entries, random):
    assigned = names.assign(entries)
    assert sorted(assigned.values()) == sorted(item for _, item in entries)
    folded = {unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold()) for name in assigned}
    assert len(folded) == len(entries)
    assert all(len(name.encode()) <= names.MOST_BYTES for name in assigned)
    assert all(name.lower().endswith((".jpg", ".jpeg", ".heic", ".heif", ".jpe")) for name in assigned)
    random.shuffle(entries)
    assert names.assign(entries) == assigned


@given(st.lists(st.tuples(ANY_TEXT, st.sampled_from([ITEM, OTHER])), max_size=20))
def test_the_sums_are_read_as_they_were_written(entries):
    assigned = names.assign(entries)
    read = names.read_sums(names.sums(assigned))
    assert read == {name: item.partition(".")[0] for name, item in assigned.items()}


def test_sums_of_other_folders_are_passed_over():
    digest = ITEM.partition(".")[0]
    assert names.read_sums(f"{digest}  ../objects/a.jpg\n{digest}  a.jpg\n".encode()) == {"a.jpg": digest}


def test_twins_are_numbered_by_their_content():
    entries = [("IMG.jpg", OTHER), ("img.JPG", ITEM), ("IMG.jpg", ITEM)]
    assert names.assign(entries) == {"IMG.jpg": ITEM, "IMG (2).jpg": OTHER, "img (3).JPG": ITEM}
    assert names.assign([("a.jpg", ITEM)], taken=["A.JPG"]) == {"a (2).jpg": ITEM}
    assert names.assign([("SHA1SUMS", ITEM)]) == {"SHA1SUMS.jpg": ITEM}


def test_the_ending_is_that_of_the_object():
    assert set(names.assign([("IMG_1.HEIC", ITEM)])) == {"IMG_1.jpg"}
    assert set(names.assign([("a.JPEG", ITEM)])) == {"a.JPEG"}
    assert set(names.assign([("no ending", ITEM)])) == {"no ending.jpg"}
    assert set(names.assign([("Dr. Who visits", ITEM)])) == {"Dr. Who visits.jpg"}


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"), min_size=1))
def test_two_albums_never_share_a_folder(one, other):
    assert Path(names.folder_name(one)).name == names.folder_name(one)
    if one != other:
        assert names.folder_name(one) != names.folder_name(other)
