"""The jobs `notices` and `notices-test`: send what is news by every channel, each with a memory of its own.

What was told is written down after it was sent: a crash between the two tells it twice, never not at all.
"""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import Any

from sync import questions, secrets
from sync.errors import NoticeFailed, UsageError
from sync.library import notices as rows
from sync.library.notices import NoticeRow
from sync.notices import letter
from sync.notices.channels import Send, senders
from sync.notices.decide import SUMMARY, Decision, decide, summary_is_due
from sync.notices.matters import matters
from sync.notices.summary import summary
from sync.today import here
from sync.work import Result, Work


def tell(work: Work, _arguments: dict[str, Any]) -> Result:
    """Send what is due. Facts: {"sent": {channel: how many matters}, "failed": {channel: sentence}}."""
    if not work.clock.trusted():
        return Result({"sent": {}, "failed": {}}, "The clock is not set yet; notices wait until then.")
    sent: dict[str, int] = {}
    failed: dict[str, str] = {}
    for channel, send in _senders(work).items():
        work.check()
        try:
            count, partly = _tell(work, channel, send)
        except (NoticeFailed, UsageError) as error:
            failed[channel] = str(error)
        else:
            sent |= {channel: count} if count else {}
            failed |= {channel: partly} if partly else {}
    sentence = ", ".join(f"{count} by {channel}" for channel, count in sent.items())
    problems = [f"{channel}: {text}" for channel, text in failed.items()]
    told = f"Told: {sentence}." if sentence else "Nothing was told."
    return Result({"sent": sent, "failed": failed}, told, exit_code=1 if failed else 0, problems=problems)


def test(work: Work, _arguments: dict[str, Any]) -> Result:
    """Send a test by every channel. Facts: {"channels": {name: "" or what went wrong}}. Raises UsageError."""
    every = _senders(work)
    if not every:
        raise UsageError(
            "No way for notices is set up.",
            advice="Set notices.mail_to and notices.mail_host, or give an address with 'mantelpiece notices webhook'.",
        )
    told: dict[str, str] = {}
    for channel, send in every.items():
        work.check()
        try:
            told[channel] = send(letter.trial(_device(), now=work.clock.now()))
        except (NoticeFailed, UsageError) as error:
            told[channel] = str(error) if isinstance(error, UsageError) else error.sentence
    problems = [f"{channel}: {text}" for channel, text in told.items() if text]
    well = [channel for channel, text in told.items() if not text]
    sentence = f"A test was sent by {' and '.join(well)}." if well else "No test could be sent."
    return Result({"channels": told}, sentence, exit_code=1 if problems else 0, problems=problems)


def _senders(work: Work) -> dict[str, Send]:
    path = work.home.secrets
    return senders(work.settings.notices, secrets.of_notices(path), secrets.all_values(path))


def _tell(work: Work, channel: str, send: Send) -> tuple[int, str]:
    now, rules = work.clock.now(), work.settings.notices
    told = rows.every(work.library, channel)
    found = matters(work.library, work.settings, questions.pending(work.home))
    decision = decide(found, told, rules, now=now, whole=work.settings_whole)
    morning = summary_is_due(told, rules, now_here=here(work))
    partly = ""
    if decision.news or morning:
        last = next((row.told_at for row in told if row.key == SUMMARY), now - timedelta(days=1))
        lines = summary(work.library, work.settings, since=last) if morning else ()
        partly = send(letter.write(_device(), decision.news, now=now, summary=lines))
    _remember(work, channel, decision, now, known={row.key: row for row in told}, morning=morning)
    return len(decision.news) + morning, partly


def _remember(
    work: Work, channel: str, decision: Decision, now: datetime, *, known: dict[str, NoticeRow], morning: bool
) -> None:
    fresh = [NoticeRow(channel=channel, key=one.key, what=one.what, told_at=now)
             for one in decision.news if one.kind != "over"]  # fmt: skip
    fresh += [NoticeRow(channel=channel, key=one.key, what=one.what, told_at=known[one.key].told_at, over_at=now)
              for one in decision.news if one.kind == "over"]  # fmt: skip
    fresh += [NoticeRow(channel=channel, key=SUMMARY, what="Summary", told_at=now)] * morning
    gone = (*decision.closed, *decision.forgotten)
    if not fresh and not gone:
        return
    with work.library.transaction() as db:
        for row in fresh:
            rows.put(db, row)
        for key in gone:
            rows.remove(db, channel, key)


def _device() -> str:
    return socket.gethostname()
