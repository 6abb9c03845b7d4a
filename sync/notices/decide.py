"""Which matters become news for one channel, and when: pure.

One notice for a problem when it has lasted, one when it is over; what waits for a person is told at once. However many
things come and go, messages keep a distance, so that a restless server never fills a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.library.notices import NoticeRow
from sync.notices.matters import Matter
from sync.settings.tree import Notices

GAP = timedelta(minutes=10)
"""Between two messages; news of the meantime goes into the next."""
MANY = 10
"""After so many messages in a day the gap is the long one."""
LONG_GAP = timedelta(hours=2)
RETURNS = timedelta(days=1)
"""What comes back within this time must last `RETURNED_LASTS` before it is told again."""
RETURNED_LASTS = timedelta(hours=6)
SUMMARY = "summary"
SUMMARY_HOUR = 8


@dataclass(frozen=True)
class News:
    """One matter as it is told now."""

    kind: str
    """problem, held or over."""
    key: str
    what: str
    sentence: str
    advice: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Decision:
    news: tuple[News, ...] = ()
    closed: tuple[str, ...] = ()
    """Keys that are over without a word: a person decided, and knows."""
    forgotten: tuple[str, ...] = ()
    """Keys whose end is long ago."""

    def __bool__(self) -> bool:
        return bool(self.news or self.closed)


def decide(
    found: Sequence[Matter], told: Sequence[NoticeRow], rules: Notices, *, now: datetime, whole: bool
) -> Decision:
    """Compare what is with what was told. `whole`: the settings could be read, so that what is missing is over."""
    known = {row.key: row for row in told if row.key != SUMMARY}
    news = [_problem(one) for one in found if _is_news(one, known.get(one.key), rules, now=now)]
    keys = {one.key for one in found}
    ended = [row for row in known.values() if row.over_at is None and row.key not in keys] if whole else []
    news += [News("over", row.key, row.what, "It is over.", since=row.told_at) for row in ended if _is_told(row, rules)]
    closed = [row.key for row in ended if not _is_told(row, rules)]
    old = [row.key for row in known.values()
           if row.over_at is not None and now - row.over_at > RETURNS and row.key not in keys]  # fmt: skip
    if news and _too_soon(known.values(), now):
        news = []
    return Decision(tuple(news), tuple(closed), tuple(old))


def summary_is_due(told: Sequence[NoticeRow], rules: Notices, *, now_here: datetime) -> bool:
    """Once a day from eight in the morning; `now_here` is the time where the device hangs."""
    if not rules.summary or now_here.hour < SUMMARY_HOUR:
        return False
    last = next((row.told_at for row in told if row.key == SUMMARY), None)
    return last is None or last.astimezone(now_here.tzinfo).date() != now_here.date()


def _is_news(one: Matter, row: NoticeRow | None, rules: Notices, *, now: datetime) -> bool:
    if (row is not None and row.over_at is None) or not (rules.held if one.held else rules.problems):
        return False
    lasts = timedelta() if one.held else timedelta(minutes=rules.after_minutes)
    if row is not None and row.over_at is not None and timedelta() <= now - row.over_at < RETURNS and not one.held:
        lasts = max(lasts, RETURNED_LASTS)
    # A beginning in the future was noted by a wrong clock: it is old enough.
    return one.since > now or now - one.since >= lasts


def _problem(one: Matter) -> News:
    kind = "held" if one.held else "problem"
    return News(kind, one.key, one.what, one.sentence, one.advice, None if one.held else one.since)


def _is_told(row: NoticeRow, rules: Notices) -> bool:
    return rules.problems and "held" not in row.key.split(" ")[0]


def _too_soon(known: Iterable[NoticeRow], now: datetime) -> bool:
    moments = {moment for row in known for moment in (row.told_at, row.over_at) if moment is not None}
    lately = [moment for moment in moments if timedelta() <= now - moment < timedelta(days=1)]
    gap = LONG_GAP if len(lately) >= MANY else GAP
    return any(now - moment < gap for moment in lately)
