"""Night hours on the page: a row a window, written whole or not at all; nothing is lost between text and form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from admin.hours_form import NIGHT, rows_of, text_of, typed_rows
from frame.power.hours import Place, level_at
from sync.home import Home
from sync.settings.edit import set_value
from sync.settings.hours import Edge, Window, read_windows, write_windows
from sync.settings.reading import load, parse_value
from tests.admin.phone import Phone
from tests.admin.phone import fields_of as sent_by

CLOCK = st.integers(0, 24 * 60).map(lambda minutes: Edge("", minutes))
SUN = st.builds(Edge, st.sampled_from(["sunrise", "sunset"]), st.integers(-999, 999))
WINDOW = st.builds(
    Window, st.frozensets(st.integers(0, 6), min_size=1), CLOCK | SUN, CLOCK | SUN, st.integers(0, 100)
)
WINDOWS = st.lists(WINDOW, max_size=6).map(tuple)


def fields_of(page: str) -> MultiDict[str, str]:
    return sent_by(page, "/night/change")


@given(windows=WINDOWS)
def test_windows_become_text_and_the_same_windows_again(windows: tuple[Window, ...]) -> None:
    text = write_windows(windows)
    assert read_windows(text) == windows
    assert parse_value("power.night", text) == text, "the settings take it"


@given(windows=WINDOWS, moment=st.datetimes(), level=st.integers(0, 100))
def test_rows_mean_what_the_text_meant(windows: tuple[Window, ...], moment, level: int) -> None:  # type: ignore[no-untyped-def]
    from datetime import UTC

    written, wrong = text_of(rows_of(write_windows(windows)))
    assert not wrong
    moment, place = moment.replace(year=2026, tzinfo=UTC, day=min(moment.day, 28)), Place(UTC, 48.2, 16.4)
    assert level_at(read_windows(written), moment, place) == level_at(windows, moment, place)


@given(
    typed=st.dictionaries(
        st.sampled_from(
            [f"w0_{each}" for each in ("days", "from", "from_time", "from_minutes", "to", "to_time", "level", "text")]
        ),
        st.one_of(st.sampled_from(["0", "6", "clock", "sunset", "22:30", "24:00", "-5", "\u22125", "Mo 24:00-6:00"]),
                  st.text(max_size=8)),
    )
)  # fmt: skip
def test_whatever_is_typed_becomes_hours_that_the_settings_take_or_a_sentence(typed: dict[str, str]) -> None:
    text, wrong = text_of(typed_rows(MultiDict({"window": "0"} | typed)))
    assert wrong or parse_value("power.night", text) == text


WRITTEN = (
    "Mo-Fr 22:30-06:30; Sa,Su 23:30-08:00", "20:00-22:30 40%; 22:30-06:30", "sunset-22:00 50%; 22:00-sunrise",
    "sunset+30-24:00 5%", "Mo 24:00-06:00", "su 9:05-23:00;", "",
)  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_form_that_nobody_touched_leaves_the_text_as_it_is(phone: Phone, home: Home, written: str) -> None:
    set_value(home, "power.latitude", "48.2")
    set_value(home, "power.night", written)
    before = home.settings.read_bytes()
    sent = fields_of(phone.get("/night").text)
    assert phone.post("/night/change", sent.to_dict(flat=False)).status_code == 303
    assert home.settings.read_bytes() == before


def night(home: Home) -> str:
    return load(home.settings).settings.power.night


def test_windows_are_added_and_removed_and_nothing_is_saved_before_save(phone: Phone, home: Home) -> None:
    page = phone.get("/night").text
    assert "the wall is always on" in page
    for _ in range(2):
        sent = fields_of(page)
        page = phone.post("/night/change", sent.to_dict(flat=False) | {"add": "1"}).text
    assert "Nothing is saved yet" in page
    assert night(home) == ""
    sent = fields_of(page)
    sent.setlist("w1_days", ["5", "6"])
    sent["w1_from"], sent["w1_from_minutes"], sent["w1_to_time"], sent["w1_level"] = "sunset", "30", "22:00", "40"
    sent["latitude"] = "48.2"
    page = phone.follow(phone.post("/night/change", sent.to_dict(flat=False))).text
    assert "The wall has changed." in page
    assert night(home) == "22:30-06:30; Sa,Su sunset+30-22:00 40%"
    page = phone.post("/night/change", fields_of(page).to_dict(flat=False) | {"remove": "0"}).text
    assert night(home).startswith("22:30"), "not before save"
    phone.post("/night/change", fields_of(page).to_dict(flat=False))
    assert night(home) == "Sa,Su sunset+30-22:00 40%"


SLIPS = {
    "no day": ({"w0_days": []}, "Tick at least one day"),
    "no time": ({"w0_from_time": ""}, "Something is missing here"),
    "no such time": ({"w0_to_time": "26:00"}, "Something is missing here"),
    "no minutes": ({"w0_from": "sunset", "w0_from_minutes": "soon"}, "Something is missing here"),
    "no level": ({"w0_level": "bright"}, "Something is missing here"),
    "the sun of nowhere": ({"w0_from": "sunrise"}, "need to know where the wall hangs"),
    "text that is none": ({"w0_text": "at night"}, "cannot be read"),
    "a number": ({"brightness": "dark"}, "it must be a whole number"),
}


@pytest.mark.parametrize(("slip", "sentence"), SLIPS.values(), ids=SLIPS)
def test_a_slip_stands_beside_its_window_and_loses_nothing(
    phone: Phone, home: Home, slip: dict[str, object], sentence: str
) -> None:
    page = phone.post("/night/change", fields_of(phone.get("/night").text).to_dict(flat=False) | {"add": "1"}).text
    sent = fields_of(page).to_dict(flat=False) | {"w0_to_time": "05:55", "motion_minutes": "7"}
    answer = phone.post("/night/change", sent | slip)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="05:55"' in answer.text or "w0_to_time" in slip or "w0_text" in slip
    power = load(home.settings).settings.power
    assert (power.night, power.motion_minutes) == ("", 0), "nothing of a form is written that has a slip"


def test_the_second_of_two_phones_is_told(phone: Phone, home: Home) -> None:
    mine = fields_of(phone.get("/night").text).to_dict(flat=False)
    set_value(home, "power.night", "22:30-06:30")
    answer = phone.post("/night/change", mine)
    assert answer.status_code == 409
    assert 'value="22:30"' in answer.text


def test_pinned_hours_are_shown_and_stay(phone: Phone, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANTELPIECE_POWER_NIGHT", "22:30-06:30")
    home.settings.write_text("[power]\nbrightness = 90\n")
    page = phone.get("/night").text
    assert "<fieldset class=\"card window\" disabled>" in page
    assert "Add night hours" not in page
    sent = {name: value for name, value in fields_of(page).items(multi=True) if not name.startswith(("w0", "window"))}
    assert phone.post("/night/change", sent | {"brightness": "70"}).status_code == 303
    assert "night" not in home.settings.read_text()


def test_what_is_added_is_every_night() -> None:
    assert text_of([NIGHT]) == ("22:30-06:30", {})
