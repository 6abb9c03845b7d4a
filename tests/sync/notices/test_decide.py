"""When a matter becomes a notice: once when it lasts, once when it is over, and never a storm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.library.notices import NoticeRow
from sync.notices.decide import SUMMARY, Decision, decide, summary_is_due
from sync.notices.matters import Matter
from sync.settings.tree import Notices

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RULES = Notices()
HOUR = timedelta(hours=1)


def matter(key: str = "server home", *, since: timedelta = 2 * HOUR, held: bool = False) -> Matter:
    return Matter(key, "Server home", "It does not answer.", NOW - since, held=held)


def row(key: str = "server home", *, told: timedelta = HOUR, over: timedelta | None = None) -> NoticeRow:
    return NoticeRow(channel="mail", key=key, what="Server home", told_at=NOW - told,
                     over_at=None if over is None else NOW - over)  # fmt: skip


def kinds(decision: Decision) -> list[str]:
    return [one.kind for one in decision.news]


@pytest.mark.parametrize(
    ("found", "told", "rules", "kind"),
    [
        pytest.param([matter()], [], RULES, ["problem"], id="it has lasted"),
        pytest.param([matter(since=timedelta(minutes=59))], [], RULES, [], id="it has not lasted yet"),
        pytest.param([matter(since=timedelta())], [], Notices(after_minutes=0), ["problem"], id="at once if wanted"),
        pytest.param([matter(since=-30 * HOUR)], [], RULES, ["problem"], id="begun by a clock that ran ahead"),
        pytest.param([matter()], [row()], RULES, [], id="told already"),
        pytest.param([], [row()], RULES, ["over"], id="over"),
        pytest.param([], [row(told=9 * HOUR, over=HOUR)], RULES, [], id="told to be over"),
        pytest.param([matter()], [row(told=9 * HOUR, over=3 * HOUR)], RULES, [], id="back so soon must last longer"),
        pytest.param([matter(since=6 * HOUR)], [row(told=19 * HOUR, over=9 * HOUR)], RULES, ["problem"], id="back"),
        pytest.param([matter()], [row(told=99 * HOUR, over=98 * HOUR)], RULES, ["problem"], id="back much later"),
        pytest.param([matter("held A", since=timedelta(), held=True)], [], RULES, ["held"], id="held: at once"),
        pytest.param([], [row("held A")], RULES, [], id="held and decided: no word"),
        pytest.param([matter("held A", held=True)], [], Notices(held=False), [], id="held is not wanted"),
        pytest.param([matter()], [], Notices(problems=False), [], id="problems are not wanted"),
        pytest.param([matter()], [row("album A", told=timedelta(minutes=9))], RULES, [], id="a message just went"),
    ],
)
def test_what_is_told(found: list[Matter], told: list[NoticeRow], rules: Notices, kind: list[str]) -> None:
    # What a case tells of beside its matter is still so.
    still = [matter(one.key) for one in told if one.key == "album A"]
    assert kinds(decide([*found, *still], told, rules, now=NOW, whole=True)) == kind


def test_settings_that_could_not_be_read_end_nothing() -> None:
    assert not decide([], [row()], RULES, now=NOW, whole=False)


def test_what_a_person_decided_is_forgotten_without_a_word_and_told_anew() -> None:
    decision = decide([], [row("held A")], RULES, now=NOW, whole=True)
    assert (decision.news, decision.closed) == ((), ("held A",))
    assert decision, "a job writes it down"


@given(st.lists(st.booleans(), min_size=10, max_size=400), st.sampled_from([0, 5, 60]), st.integers(1, 6))
def test_however_restless_things_are_there_is_no_storm(ups: list[bool], after: int, many: int) -> None:
    """Five minutes a step: a server that comes and goes, with several albums."""
    rules, rows, sent = Notices(after_minutes=after), dict[str, NoticeRow](), list[datetime]()
    began: dict[str, datetime] = {}
    for step, up in enumerate(ups):
        now = NOW + timedelta(minutes=5 * step)
        found = []
        for number in range(many):
            key = f"album {number}"
            down = not up if number % 2 else up
            began = began | {key: began.get(key, now)} if down else {k: v for k, v in began.items() if k != key}
            found += [Matter(key, key, "x", began[key])] if down else []
        decision = decide(found, list(rows.values()), rules, now=now, whole=True)
        sent += [now] * bool(decision.news)
        for one in decision.news:
            was = rows.get(one.key)
            told = was.told_at if one.kind == "over" and was else now
            rows[one.key] = NoticeRow(channel="mail", key=one.key, what="", told_at=told,
                                      over_at=now if one.kind == "over" else None)  # fmt: skip
        for key in (*decision.closed, *decision.forgotten):
            del rows[key]
    days = max(1, -(-len(ups) * 5 // (24 * 60)))
    assert len(sent) <= days * 24
    assert all(later - earlier >= timedelta(minutes=10) for earlier, later in pairwise(sent))


@pytest.mark.parametrize(
    ("here", "told", "due"),
    [
        ("2026-11-21T07:59", None, False),
        ("2026-11-21T08:00", None, True),
        ("2026-11-21T08:00", "2026-11-20T08:00", True),
        ("2026-11-21T23:00", "2026-11-21T08:00", False),
        ("2026-10-25T08:00", "2026-10-24T08:00", True),
    ],
    ids=["too early", "the first", "the next day", "once a day", "an hour longer, as clocks go back"],
)
def test_a_summary_comes_once_a_morning(here: str, told: str | None, due: bool) -> None:
    zone = ZoneInfo("Europe/Vienna")
    moment = datetime.fromisoformat(here).replace(tzinfo=zone)
    rows = [] if told is None else [
        NoticeRow(channel="mail", key=SUMMARY, what="", told_at=datetime.fromisoformat(told).replace(tzinfo=zone))
    ]  # fmt: skip
    assert summary_is_due(rows, Notices(summary=True), now_here=moment) is due
    assert not summary_is_due(rows, RULES, now_here=moment), "off by default"
