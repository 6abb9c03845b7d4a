"""The schedule keeps its rhythm whatever the wall clock does."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.jobs.entries import entries
from sync.jobs.schedule import Entry, Schedule
from sync.library.schedule import Remembered
from sync.settings.tree import Album, Server, Settings, Source
from tests.manual_clock import ManualClock

HOUR, DAY = 3600.0, 86400.0
SIX = Entry("album A", "sync", {"albums": ["A"]}, 6 * HOUR, "v1")
MEMORIES = Entry("album M", "sync", {"albums": ["M"]}, 168 * HOUR, "v1", daily=True)


def make(clock: ManualClock, *wanted: Entry, known: Remembered | None = None, boot: str = "b1") -> Schedule:
    schedule = Schedule(clock, ZoneInfo("Europe/Vienna"), boot)
    schedule.plan(wanted, {} if known is None else {known.name: known})
    return schedule


def live(schedule: Schedule, clock: ManualClock, *, seconds: float, tick: float = 300.0) -> int:
    """Let time pass; every due thing runs at once and well. Gives how often something ran."""
    runs = 0
    until = clock.mono + seconds
    while clock.mono < until:
        for entry in schedule.due():
            schedule.started(entry.name)
            schedule.ended(entry.name, well=True)
            runs += 1
        clock.advance(tick)
    return runs


STEPS = {
    "three months back": -90 * DAY,
    "five years on": 5 * 365 * DAY,
    "to 1970": -56 * 365 * DAY,
    "one hour on": HOUR,
    "one hour back": -HOUR,
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_a_step_of_the_wall_clock_moves_no_rhythm(step: float) -> None:
    clock = ManualClock()
    schedule = make(clock, SIX)
    assert live(schedule, clock, seconds=DAY) == 4
    clock.step(step)
    assert live(schedule, clock, seconds=DAY) == 4
    clock.step(-step)
    assert live(schedule, clock, seconds=DAY) == 4


def test_an_untrusted_clock_moves_no_rhythm() -> None:
    clock = ManualClock(wall=datetime(1970, 1, 1, tzinfo=UTC), believed=False)
    assert live(make(clock, SIX), clock, seconds=DAY) == 4


@given(st.lists(st.floats(-20 * 365 * DAY, 20 * 365 * DAY), max_size=6), st.booleans())
def test_however_the_clock_is_set_nothing_storms_and_nothing_stalls(steps: list[float], believed: bool) -> None:
    clock = ManualClock(wall=datetime(2200, 1, 1, tzinfo=UTC), believed=believed)
    schedule = make(clock, SIX)
    for step in steps:
        assert live(schedule, clock, seconds=DAY, tick=1800.0) == 4
        clock.step(step)


@pytest.mark.parametrize("start", ["2026-03-28T12:00+00:00", "2026-10-24T12:00+00:00"], ids=["spring", "autumn"])
def test_memories_come_once_a_local_day_over_daylight_saving(start: str) -> None:
    clock = ManualClock(wall=datetime.fromisoformat(start))
    schedule = make(clock, MEMORIES)
    days = set()
    for _ in range(3 * 24 * 12):
        for entry in schedule.due():
            day = clock.now().astimezone(ZoneInfo("Europe/Vienna")).date()
            assert day not in days
            days.add(day)
            schedule.ended(entry.name, well=True)
        clock.advance(300)
    assert len(days) == 4


def test_memories_wait_while_the_clock_is_not_believed_and_come_once_it_is() -> None:
    clock = ManualClock(believed=False)
    schedule = make(clock, MEMORIES)
    assert live(schedule, clock, seconds=3 * DAY) == 1
    clock.believed = True
    assert live(schedule, clock, seconds=HOUR) == 1


RESTARTS = [
    # seconds by the monotonic clock, by the wall clock, same boot, believed then, believed now, due in hours
    ("same boot", 2 * HOUR, 2 * HOUR, True, True, True, 4),
    ("same boot, clock stepped five years on", 2 * HOUR, 5 * 365 * DAY, True, True, True, 4),
    ("same boot, clock stepped back", 2 * HOUR, -90 * DAY, True, False, True, 4),
    ("same boot, clock not believed", 2 * HOUR, 0, True, False, False, 4),
    ("reboot", 0, 2 * HOUR, False, True, True, 4),
    ("reboot after a long time", 0, 40 * DAY, False, True, True, 0),
    ("reboot, clock back three months", 0, -90 * DAY, False, True, True, 0),
    ("reboot, clock not believed now", 0, 2 * HOUR, False, True, False, 0),
    ("reboot, clock was not believed then", 0, 2 * HOUR, False, False, True, 0),
]


@pytest.mark.parametrize(("mono", "wall", "same", "then", "now", "hours"), [row[1:] for row in RESTARTS],
                         ids=[str(row[0]) for row in RESTARTS])  # fmt: skip
def test_after_a_restart_it_is_due_when_it_should_be_or_at_once_where_nobody_can_tell(
    mono: float, wall: float, same: bool, then: bool, now: bool, hours: float
) -> None:
    clock = ManualClock(believed=then)
    known = make(clock, SIX).ended(SIX.name, well=True)
    later = ManualClock(
        wall=clock.wall + timedelta(seconds=wall), mono=clock.mono + mono if same else 5.0, believed=now
    )
    schedule = make(later, SIX, known=known, boot="b1" if same else "b2")
    assert schedule.seconds_to_next() == pytest.approx(hours * HOUR)
    assert live(schedule, later, seconds=6 * HOUR) <= 2


def test_a_changed_setting_is_due_at_once_and_a_changed_interval_only_moves_the_next() -> None:
    clock = ManualClock()
    schedule = make(clock, SIX)
    live(schedule, clock, seconds=HOUR)
    assert not schedule.due()
    schedule.plan([replace(SIX, every_seconds=2 * HOUR)], {})
    assert schedule.seconds_to_next() == pytest.approx(HOUR)
    schedule.plan([replace(SIX, identity="v2")], {})
    assert [entry.name for entry in schedule.due()] == ["album A"]


def test_a_setting_that_changes_while_it_runs_makes_it_due_once_more() -> None:
    clock = ManualClock()
    schedule = make(clock, SIX)
    schedule.started(SIX.name)
    schedule.plan([replace(SIX, identity="v2")], {})
    assert not schedule.due()
    assert schedule.ended(SIX.name, well=True, identity="v1") is None
    assert [entry.identity for entry in schedule.due()] == ["v2"]


def test_failures_are_retried_after_a_minute_then_more_and_more_rarely_up_to_an_hour() -> None:
    clock = ManualClock()
    schedule = make(clock, SIX)
    waits = []
    for _ in range(9):
        schedule.started(SIX.name)
        schedule.ended(SIX.name, well=False)
        waits.append(schedule.seconds_to_next() / 60)
        clock.advance(schedule.seconds_to_next())
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    schedule.ended(SIX.name, well=True)
    assert schedule.seconds_to_next() == 6 * HOUR


def test_what_was_taken_out_of_the_settings_is_no_longer_due() -> None:
    clock = ManualClock()
    schedule = make(clock, SIX)
    assert schedule.plan([], {}) == ["album A"]
    assert not schedule.due()
    assert schedule.seconds_to_next() == math.inf
    assert schedule.ended(SIX.name, well=True) is None


SETTINGS = Settings(
    servers={"home": Server(url="http://a")},
    albums=(
        Album(name="A", server="home", id="1", interval_hours=2),
        Album(name="M", server="home", source=Source.MEMORIES),
        Album(name="P", server="home", id="2", paused=True),
        Album(name="F", source=Source.FOLDER, folder="/x"),
    ),
)


def identities(settings: Settings, secrets_state: str = "s1") -> dict[str, str]:
    return {entry.name: entry.identity for entry in entries(settings, secrets_state=secrets_state)}


def test_every_album_returns_in_its_interval_but_a_paused_one() -> None:
    found = {entry.name: entry for entry in entries(SETTINGS, secrets_state="")}
    assert set(found) == {"album A", "album M", "album F", "mirror", "scrub"}
    assert found["album A"].every_seconds == 2 * HOUR
    assert found["album M"].daily
    assert found["scrub"].every_seconds == DAY


CHANGES = {
    "a new key": (SETTINGS, "s2", {"album A", "album M"}),
    "another address": (
        Settings(servers={"home": Server(url="http://b")}, albums=SETTINGS.albums), "s1", {"album A", "album M"},
    ),
    "a limit": (
        Settings(servers=SETTINGS.servers, albums=(
            Album(name="A", server="home", id="1", interval_hours=2, limit=5), *SETTINGS.albums[1:])),
        "s1", {"album A", "mirror"},
    ),
    "an interval": (
        Settings(servers=SETTINGS.servers, albums=(
            Album(name="A", server="home", id="1", interval_hours=3), *SETTINGS.albums[1:])),
        "s1", {"mirror"},
    ),
    "the wall's layout": (
        Settings(servers=SETTINGS.servers, albums=SETTINGS.albums, language="de"), "s1", set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "secrets_state", "changed"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_setting_concerns_only_what_depends_on_it(
    settings: Settings, secrets_state: str, changed: set[str]
) -> None:
    before, after = identities(SETTINGS), identities(settings, secrets_state)
    assert {name for name in before if before[name] != after[name]} == changed
