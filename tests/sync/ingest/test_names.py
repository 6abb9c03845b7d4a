"""A name, taken apart; and names that only look like one of icloudpd's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.ingest.names import Name, key_of, parse, stripped, unedited, without_id7


@pytest.mark.parametrize(
    ("name", "size", "parsed"),
    [
        ("IMG_1.HEIC", 9, Name("IMG_1", "heic")),
        ("IMG_1_HEVC.MOV", 9, Name("IMG_1", "mov", live=True)),
        ("IMG_1_HEVC-medium.MOV", 9, Name("IMG_1", "mov", "medium", live=True)),
        ("IMG_1_HEVC-900.MOV", 900, Name("IMG_1", "mov", live=True, number=900)),
        ("IMG_1_HEVC.JPG", 9, Name("IMG_1_HEVC", "jpg")),
        ("IMG_1-adjusted-900.JPG", 900, Name("IMG_1", "jpg", "adjusted", number=900)),
        ("IMG_1-adjusted-900.JPG", 901, Name("IMG_1-adjusted-900", "jpg")),
        ("IMG_1-20000.JPG", 20_000 + 500, Name("IMG_1", "jpg", number=20_000)),
        ("IMG_1-20000.HEIC", 20_000 + 500, Name("IMG_1-20000", "heic")),
        ("IMG_1-20000.JPG", 20_000 - 1, Name("IMG_1-20000", "jpg")),
        ("2024-05-01.jpg", 9, Name("2024-05-01", "jpg")),
        ("IMG_1-Medium.JPG", 9, Name("IMG_1-Medium", "jpg")),
        ("-medium.JPG", 9, Name("-medium", "jpg")),
        (".jpg", 9, Name(".jpg", "")),
        ("a.b.c.JPG", 9, Name("a.b.c", "jpg")),
        ("plain", 9, Name("plain", "")),
    ],
)
def test_a_name_taken_apart(name: str, size: int, parsed: Name) -> None:
    assert parse(name, size) == parsed


def test_an_id_is_told_from_a_word() -> None:
    assert without_id7("IMG_1234_QVk2eEU") == "IMG_1234"
    for word in ("Holiday_Picture", "IMG_1234", "Tour_Bicycle", "a_QVk2eE", "_QVk2eEU"):
        assert without_id7(word) is None


def test_letters_are_compared_as_people_read_them() -> None:
    assert key_of("Gro\u0308ße") == key_of("GRÖSSE") == key_of("größe")
    assert stripped("Größe 1") == "Gre 1"


@pytest.mark.parametrize(
    ("stem", "base"),
    [("IMG_E1234", "IMG_1234"), ("IMG_E12", None), ("a-edited", "a"), ("a-Edit", "a"), ("a_edited", "a"),
     ("PXL_2024~2", "PXL_2024"), ("a (edited)", "a"), ("a~12345678", None), ("edited", None), ("credit", None)],
)  # fmt: skip
def test_names_of_edits(stem: str, base: str | None) -> None:
    assert unedited(stem) == base


@given(st.text(max_size=40), st.integers(0, 10**6))
def test_any_name_can_be_taken_apart(name: str, size: int) -> None:
    parse(name, size)
    unedited(name)
    without_id7(name)
