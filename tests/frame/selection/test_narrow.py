"""Which photos may come at this hour, and how often: never nothing at all where there is something."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.criteria import CurrentCriteria, albums_at, celebrated_on
from frame.selection.narrow import BIRTHDAY, Criteria, days_around, narrow
from frame.selection.pool import Pool, gather
from sync.catalogue import AlbumEntry, Candidate, Catalogue, FaceEntry, PhotoEntry
from sync.catalogue_writing import write
from sync.home import Home
from sync.settings.tree import Album, Settings, Source
from sync.settings.wall import Choosing, Selection, Wall

DAY = 86_400
TODAY = date(2026, 11, 21)


def pool(*facts: dict[str, object]) -> Pool:
    return gather(
        Candidate(**{"id": n + 1, "key": f"k{n}", "weight": 1.0, "taken": 10_000 * (n + 1), "order": (0, n)} | each)  # type: ignore[arg-type]
        for n, each in enumerate(facts)
    )


def left(narrowed: Pool) -> list[int]:
    return [number - 1 for number in narrowed.numbers]


def test_albums_of_another_hour_stay_away() -> None:
    both = pool({"albums": 1}, {"albums": 2}, {"albums": 3})
    assert left(narrow(both, Criteria(albums=1))) == [0, 2]
    assert left(narrow(both, Criteria(albums=4))) == [0, 1, 2]
    assert narrow(both, Criteria(bursts=False)) is both


def test_weights_add_up_and_stay_within_bounds() -> None:
    some = pool({"favourite": True}, {"taken": 5000 * DAY}, {}, {"favourite": True, "weight": 90.0})
    criteria = Criteria(favourites=3, recent=2, recent_since=4000 * DAY, celebrated=frozenset({3}))
    assert list(narrow(some, criteria).weights) == [3.0, 2.0, BIRTHDAY, 100.0]
    assert list(some.weights) == [1.0, 1.0, 1.0, 90.0]
    unknown = replace_recent(criteria)
    assert list(narrow(some, unknown).weights)[1] == 1.0


def test_a_camera_whose_clock_is_ahead_takes_no_new_photos() -> None:
    some = pool({"taken": 5000 * DAY}, {"taken": 5003 * DAY})
    criteria = Criteria(recent=2, recent_since=4990 * DAY, recent_until=5001 * DAY)
    assert list(narrow(some, criteria).weights) == [2.0, 1.0]


def replace_recent(criteria: Criteria) -> Criteria:
    return Criteria(favourites=criteria.favourites, recent=criteria.recent, celebrated=criteria.celebrated)


def test_this_day_takes_other_years_alone_and_all_where_there_is_none() -> None:
    days = ["2025-11-20T10:00:00", "2026-11-21T10:00:00", "2024-11-25T00:00:00", "2001-11-24T23:59:59", ""]
    some = pool(*({"local_time": day} for day in days))
    assert left(narrow(some, Criteria(today=TODAY, within_days=3))) == [0, 3]
    assert left(narrow(some, Criteria(today=TODAY, within_days=0))) == [0, 1, 2, 3, 4]
    assert left(narrow(some, Criteria(today=None, within_days=3))) == [0, 1, 2, 3, 4]


def test_days_around_new_year_and_the_29th_of_february() -> None:
    assert date(2024, 12, 30).toordinal() in days_around(date(2026, 1, 1), 2)
    assert date(2026, 1, 3).toordinal() not in days_around(date(2026, 1, 1), 2)
    assert date(2024, 2, 29).toordinal() in days_around(date(2026, 2, 28), 1)
    assert date(2023, 2, 28).toordinal() in days_around(date(2024, 2, 29), 0)
    assert date(2024, 2, 29).toordinal() in days_around(date(2027, 2, 28), 0), "2027 has no other day for it"
    assert date(2024, 2, 29).toordinal() not in days_around(date(2028, 2, 28), 0)
    assert date(2024, 3, 1).toordinal() not in days_around(date(2027, 2, 28), 0)
    assert date(1861, 6, 6).toordinal() in days_around(date(2026, 6, 6), 0)


@given(
    albums=st.lists(st.integers(0, 7), min_size=1, max_size=12),
    wanted=st.integers(-1, 7),
    bursts=st.booleans(),
    within=st.none() | st.integers(0, 30),
)
def test_a_wall_with_photos_never_goes_empty(albums: list[int], wanted: int, bursts: bool, within: int | None) -> None:
    some = pool(*({"albums": bits, "taken": 100} for bits in albums))
    assert len(narrow(some, Criteria(albums=wanted, bursts=bursts, today=TODAY, within_days=within))) > 0


SETTINGS = Settings(
    albums=(
        Album(name="Evening", source=Source.FOLDER, folder="/a", hours="17:00-22:00"),
        Album(name="Weekend", source=Source.FOLDER, folder="/b", hours="Sa,Su 08:00-24:00"),
    )
)
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("at", "names"),
    [
        (datetime(2026, 11, 20, 18, tzinfo=VIENNA), ["Evening"]),
        (datetime(2026, 11, 21, 12, tzinfo=VIENNA), ["Weekend"]),
        (datetime(2026, 11, 21, 18, tzinfo=VIENNA), ["Evening", "Weekend"]),
        (datetime(2026, 11, 20, 12, tzinfo=VIENNA), ["Evening", "Weekend"]),
    ],
    ids=str,
)
def test_albums_come_at_their_hours_and_all_where_none_is_due(at: datetime, names: list[str]) -> None:
    bits = albums_at(SETTINGS, at, ["Evening", "Weekend"])
    assert [name for place, name in enumerate(["Evening", "Weekend"]) if bits & 1 << place] == names


def publish(home: Home) -> Catalogue:
    faces = [("Anna", "2015-11-21"), ("Ben", "1980-01-02"), ("Leap", "2020-02-29"), ("Nobody", None)]
    photos = [
        PhotoEntry(
            key=f"home:{n}", display=f"{n}.jpg", display_width=4, display_height=3, albums=(("Sample", n),),
            tags=("Trips/Italy",) if n == 1 else ("Trips",) if n == 2 else (),
            faces=(FaceEntry(person_key=name, name=name, birth_date=born),),
        )
        for n, (name, born) in enumerate(faces)
    ]  # fmt: skip
    home.published.mkdir(parents=True, exist_ok=True)
    write(home.catalogue, generation=1, albums=[AlbumEntry(name="Sample")], photos=photos)
    return Catalogue(home.catalogue)


def test_birthdays_and_who_is_left_out_are_asked_of_the_catalogue(home: Home) -> None:
    catalogue = publish(home)
    assert celebrated_on(catalogue, TODAY) == {1}
    assert celebrated_on(catalogue, date(2026, 2, 28)) == {3}
    assert celebrated_on(catalogue, date(2024, 2, 28)) == frozenset()
    assert celebrated_on(catalogue, None) == frozenset()
    assert catalogue.ids_of(people=["anna"], albums=[], tags=["trips"]) == {1, 2, 3}
    assert catalogue.ids_of(people=[], albums=["sample"], tags=[]) == {1, 2, 3, 4}
    assert catalogue.ids_of(people=["%"], albums=["_"], tags=["Trip_"]) == set()


def test_an_hour_s_wishes_are_worked_out_once_and_only_with_a_clock(home: Home) -> None:
    catalogue = publish(home)
    settings = Settings(wall=Wall(selection=Selection.THIS_DAY), choosing=Choosing(around_days=2))
    current = CurrentCriteria()
    now = datetime(2026, 11, 21, 12, 0, 30, tzinfo=VIENNA)
    first = current.at(settings, now, catalogue)
    assert (first.today, first.within_days, first.celebrated) == (TODAY, 2, {1})
    assert current.at(settings, now.replace(second=59), catalogue) is first
    silent = current.at(settings, None, catalogue)
    assert (silent.today, silent.within_days, silent.celebrated, silent.recent_since) == (None, None, frozenset(), 0)
    assert datetime.fromtimestamp(first.recent_since, UTC) == datetime(2026, 10, 21, 22, tzinfo=UTC)


def test_pools_keep_their_columns_together() -> None:
    some = pool({"favourite": True, "size": (3, 4), "local_time": "2020-01-01T00:00:00", "albums": 5}, {})
    assert (some.shapes[0], some.flags[0], some.albums[0], some.days[0]) == (0.75, 1, 5, date(2020, 1, 1).toordinal())
    assert replace(some).columns == some.columns
