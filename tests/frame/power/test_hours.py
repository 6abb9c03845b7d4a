"""Night hours by the calendar, the clock and the sun."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.power.hours import Place, level_at
from frame.power.sun import sun
from sync.settings.hours import read_windows
from sync.settings.reading import parse_value
from sync.settings.wall import DAYS

VIENNA = Place(ZoneInfo("Europe/Vienna"), 48.21, 16.37)
TROMSO = Place(ZoneInfo("Europe/Oslo"), 69.65, 18.96)
NOWHERE = Place(ZoneInfo("Europe/Vienna"))

# windows, place, local moment, level
CASES = {
    "none at all": ("", VIENNA, "2026-11-21T23:00", 100),
    "before the night": ("22:30-06:30", VIENNA, "2026-11-21T22:29", 100),
    "the first minute": ("22:30-06:30", VIENNA, "2026-11-21T22:30", 0),
    "after midnight": ("22:30-06:30", VIENNA, "2026-11-22T06:29", 0),
    "the morning": ("22:30-06:30", VIENNA, "2026-11-22T06:30", 100),
    "a weekday's window on Saturday": ("Mo-Fr 08:00-16:00", VIENNA, "2026-11-21T10:00", 100),
    "a weekday's window on Monday": ("Mo-Fr 08:00-16:00", VIENNA, "2026-11-23T10:00", 0),
    "Friday's night reaches into Saturday": ("Mo-Fr 22:30-06:30", VIENNA, "2026-11-21T03:00", 0),
    "Sunday's early hours belong to Saturday": ("Mo-Fr 22:30-06:30", VIENNA, "2026-11-22T03:00", 100),
    "days over the week's end": ("Fr-Mo 10:00-11:00", VIENNA, "2026-11-23T10:30", 0),
    "whole names and commas": ("saturday, sunday 10:00-11:00", VIENNA, "2026-11-21T10:30", 0),
    "several, the darkest counts": ("20:00-23:00 40%; 22:00-06:00", VIENNA, "2026-11-21T22:30", 0),
    "dim": ("20:00-22:00 40%", VIENNA, "2026-11-21T21:00", 40),
    "until midnight": ("20:00-24:00", VIENNA, "2026-11-21T23:59", 0),
    "after midnight it is over": ("20:00-24:00", VIENNA, "2026-11-22T00:00", 100),
    "sunset in winter": ("sunset-22:00 40%", VIENNA, "2026-12-21T16:10", 40),
    "not yet sunset": ("sunset-22:00 40%", VIENNA, "2026-12-21T15:50", 100),
    "summer's sunset after the end is no window": ("sunset+120-22:00", VIENNA, "2026-06-22T12:00", 100),
    "until sunrise": ("23:00-sunrise", VIENNA, "2026-06-22T04:50", 0),
    "after sunrise": ("23:00-sunrise", VIENNA, "2026-06-22T05:00", 100),
    "minutes before sunset": ("sunset-30-sunrise+15", VIENNA, "2026-12-21T15:40", 0),
    "no sunset in the polar summer": ("sunset-sunrise", TROMSO, "2026-06-21T23:50", 100),
    "nothing but night in the polar winter": ("sunset-sunrise", TROMSO, "2026-12-21T12:30", 0),
    "the sun of nowhere": ("sunset-sunrise", NOWHERE, "2026-12-21T23:00", 100),
    "the clocks go on: the night ends by the clock": ("22:30-06:30", VIENNA, "2026-03-29T06:29", 0),
    "the clocks go on: lit in time": ("22:30-06:30", VIENNA, "2026-03-29T06:30", 100),
    "the clocks go back: the second of two hours": ("22:30-02:30", VIENNA, "2026-10-25T02:40", 100),
    "an hour that the night of the clocks leaves out": ("02:15-02:45", VIENNA, "2026-03-29T03:20", 0),
}


@pytest.mark.parametrize(("text", "place", "local", "level"), CASES.values(), ids=CASES)
def test_how_bright_by_the_hours(text: str, place: Place, local: str, level: int) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=place.zone)
    assert level_at(read_windows(text), moment, place) == level
    assert level_at(read_windows(text), moment.astimezone(UTC), place) == level, "whatever zone it is told in"


@pytest.mark.parametrize(
    ("day", "place", "rise", "fall"),
    [  # of the almanac, local time
        (date(2026, 6, 21), VIENNA, "04:54", "20:58"),
        (date(2026, 12, 21), VIENNA, "07:42", "16:02"),
        (date(2026, 12, 21), Place(ZoneInfo("Australia/Sydney"), -33.87, 151.21), "05:41", "20:05"),
        (date(2026, 6, 21), Place(ZoneInfo("Pacific/Auckland"), -36.85, 174.76), "07:33", "17:11"),
    ],
)
def test_the_sun_is_right_to_three_minutes(day: date, place: Place, rise: str, fall: str) -> None:
    found = sun(day, latitude=place.latitude, longitude=place.longitude)
    for moment, told in zip(found, (rise, fall), strict=True):
        wanted = datetime.fromisoformat(f"{day}T{told}").replace(tzinfo=place.zone)
        assert abs(moment - wanted) < timedelta(minutes=3)


@pytest.mark.parametrize(
    "text",
    ["22:30", "25:00-06:00", "Mo-Xx 22:00-06:00", "22:00-06:00 130%", "sundown-06:00", "22:00-06:00, 23:00-07:00", "x"],
)
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="22:30"):
        parse_value("power.night", text)


edges = st.one_of(
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.builds("{}{:+d}".format, st.sampled_from(["sunset", "sunrise"]), st.integers(-300, 300)),
)
days = st.lists(st.sampled_from(DAYS), min_size=0, max_size=4, unique=True).map(lambda names: ",".join(names))
windows = st.builds("{} {}-{} {}".format, days, edges, edges, st.sampled_from(["", "30%"])).map(str.strip)


places = st.builds(Place, st.just(ZoneInfo("Europe/Oslo")), st.floats(-90, 90), st.floats(-180, 180))


@given(st.lists(windows, max_size=4).map("; ".join), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), places)
def test_whatever_the_settings_take_has_a_level_at_every_moment_and_place(
    text: str, moment: datetime, place: Place
) -> None:
    read = read_windows(parse_value("power.night", text))
    assert level_at(read, moment.replace(tzinfo=UTC), place) in (0, 30, 100)


# Zones whose clocks change at 2 or 3 in the morning, at midnight, by half an hour, and not at all.
ZONES = ("Europe/Vienna", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Tokyo")


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.sampled_from(ZONES))
def test_on_every_day_the_night_ends_and_begins_by_the_clock_on_the_wall(day: date, zone: str) -> None:
    place = Place(ZoneInfo(zone))
    read = read_windows("22:30-06:30")
    for local, level in (("06:29", 0), ("06:30", 100), ("12:00", 100), ("22:29", 100), ("22:30", 0)):
        moment = datetime.fromisoformat(f"{day}T{local}").replace(tzinfo=place.zone)
        assert level_at(read, moment, place) == level, local
