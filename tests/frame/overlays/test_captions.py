"""What the wall says of a photo: in the chosen language, and never what hangs on a clock that nobody trusts."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from msgspec.structs import replace

from frame.overlays.captions import camera, captions, clock_lines
from frame.overlays.locale import FOLDER, locale_of
from frame.overlays.style import Style
from frame.selection.why import Why
from sync.catalogue import FaceEntry, PhotoEntry
from sync.settings.wall import Corner, Hours, Words

TODAY = date(2026, 11, 21)
ALL = Words(people=True, album=True, camera=True)
ENTRY = PhotoEntry(
    key="home:1", display="x", display_width=1, display_height=1, local_time="2023-11-21T23:30:00",
    caption="  In the\ngarden ", city="Vienna", state="Vienna", country="Austria", make="FUJIFILM", model="X-T4",
    lens="XF35mm", albums=(("Summer", 3),),
    faces=(
        FaceEntry(person_key="b", name="Ben", birth_date="2023-04-22", box=(0.6, 0.1, 0.7, 0.3)),
        FaceEntry(person_key="a", name="Anna", birth_date="2019-11-22", box=(0.1, 0.1, 0.2, 0.3)),
        FaceEntry(person_key="a", name="Anna", birth_date="2019-11-22", box=(0.8, 0.1, 0.9, 0.3)),
        FaceEntry(box=(0.4, 0.4, 0.5, 0.5)),
    ),
)  # fmt: skip


def test_everything_that_is_wanted_is_said_line_by_line() -> None:
    assert captions(ENTRY, ALL, locale_of("en"), TODAY) == (
        "In the garden",
        "Anna (3) and Ben (6 months)",
        "Vienna, Austria · 21 November 2023 · three years ago today",
        "Summer · Fujifilm X-T4 · XF35mm",
    )
    assert captions(ENTRY, ALL, locale_of("de-AT"), TODAY)[1:3] == (
        "Anna (3) und Ben (6 Monate)",
        "Vienna, Austria · 21. November 2023 · heute vor drei Jahren",
    )
    nothing = Words(caption=False, place=False, taken=False)
    assert captions(ENTRY, nothing, locale_of("en"), TODAY) == ()


def test_a_phone_is_named_once() -> None:
    phone = replace(ENTRY, make="Apple", model="iPhone 14 Pro", lens="iPhone 14 Pro back camera 6.86mm f/1.78")
    assert camera(phone) == "Apple iPhone 14 Pro · back camera 6.86mm f/1.78"
    assert camera(replace(phone, lens="iPhone 14 Pro")) == "Apple iPhone 14 Pro"


@pytest.mark.parametrize(
    ("taken", "today", "said"),
    [
        ("2025-11-21", TODAY, "21 November 2025 · a year ago today"),
        ("2026-11-21", TODAY, "Today"),
        ("2026-11-20", TODAY, "Yesterday"),
        ("2023-11-22", TODAY, "22 November 2023"),
        ("1999-11-21", TODAY, "21 November 1999 · 27 years ago today"),
        ("2020-02-29", date(2026, 2, 28), "29 February 2020 · six years ago today"),
        ("2020-02-29", date(2024, 2, 28), "29 February 2020"),
        ("2023-11-21", None, "21 November 2023"),
        ("nonsense", TODAY, None),
        (None, TODAY, None),
    ],
)
def test_the_day_of_a_photo(taken: str | None, today: date | None, said: str | None) -> None:
    words = Words(caption=False, place=False)
    lines = captions(replace(ENTRY, local_time=taken), words, locale_of("en"), today)
    assert lines == (() if said is None else (said,))


@pytest.mark.parametrize(
    ("born", "day", "said"),
    [
        (date(2020, 5, 1), date(2020, 5, 1), "A (newborn)"),
        (date(2020, 5, 1), date(2020, 5, 2), "A (1 day)"),
        (date(2020, 5, 1), date(2020, 5, 31), "A (30 days)"),
        (date(2020, 5, 1), date(2020, 6, 1), "A (1 month)"),
        (date(2020, 5, 31), date(2022, 5, 30), "A (23 months)"),
        (date(2020, 5, 31), date(2022, 5, 31), "A (2)"),
        (date(2020, 5, 31), date(2020, 5, 30), "A"),
        (None, date(2020, 5, 30), "A"),
        (date(2020, 2, 29), date(2026, 2, 28), "A (5)"),
        (date(1, 6, 21), date(2026, 2, 28), "A"),
        (date(1904, 6, 21), date(2024, 6, 21), "A (120)"),
        (date(9900, 1, 1), date(9999, 12, 31), "A (99)"),
    ],
)
def test_ages_are_those_of_the_photo_s_day(born: date | None, day: date, said: str) -> None:
    assert locale_of("en").person("A", born, day) == said


def test_every_language_says_everything() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert {"de", "en", "fr"} <= set(names)
    for name in names:
        words = locale_of(name)
        assert (len(words.months), len(words.weekdays), len(words.numbers)) == (12, 7, 12)
        assert words.dated(TODAY)
        assert words.weekday(TODAY)
        assert words.ago(date(2021, 11, 21), TODAY)
        assert [words.person("A", TODAY, date(2026, month, day)) for month, day in ((11, 21), (11, 22), (11, 30))]
    assert locale_of("xx").today == "today"
    assert locale_of("fr").dated(date(2020, 5, 1)) == "1er mai 2020"
    assert locale_of("fr-CA").weekday(date(2020, 5, 2)) == "samedi 2 mai"


@pytest.mark.parametrize("language", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_an_album_is_named_in_the_quotation_marks_of_the_language(language: str) -> None:
    told = locale_of(language).because(Why("only", album="Mama's"))
    assert "Mama's" in told
    assert not set(told.replace("Mama's", "")) & set("'\"")


def test_the_clock_is_silent_while_nobody_knows_the_time() -> None:
    words = Words(clock=True, date=True)
    evening = datetime(2026, 11, 21, 18, 5)
    assert clock_lines(evening, words, locale_of("en")) == ("18:05", "Saturday, 21 November")
    assert clock_lines(evening, words, locale_of("en-US")) == ("6:05 pm", "Saturday, November 21")
    assert clock_lines(evening, replace(words, hours=Hours.HALF, date=False), locale_of("de")) == ("6:05 pm",)
    assert clock_lines(None, words, locale_of("en")) == ()
    assert locale_of("en-US").clock(time(0, 7)) == "12:07 am"


def test_two_photos_say_once_what_is_true_of_both() -> None:
    other = replace(ENTRY, caption="Inside", faces=())
    wording = Style(ALL, "en", datetime(2026, 11, 21, 18, 5)).wording(ENTRY, other, size=(800, 480), rotation=0)
    assert wording is not None
    assert len(wording.blocks[0]) == 4
    assert wording.blocks[1] == ("Inside",)
    shared = Words(clock=True, position=Corner.TOP_RIGHT)
    leaves_room = Style(shared, "en", None).wording(ENTRY, None, size=(800, 480), rotation=0)
    assert leaves_room is not None
    assert leaves_room.clock is not None
