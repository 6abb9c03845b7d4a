"""Puts news into words: a subject, a text for people, and the same as data for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.notices.decide import News

_MOST_SUBJECT = 150
_HEADS = {"problem": "Something is wrong", "held": "Waits for your yes", "over": "Over"}


@dataclass(frozen=True)
class Letter:
    subject: str
    """One line."""
    text: str
    data: dict[str, Any]
    """For the webhook."""


def write(device: str, news: Sequence[News], *, now: datetime, summary: Sequence[str] = ()) -> Letter:
    """One message of all the news, the gravest first."""
    ordered = sorted(news, key=lambda one: list(_HEADS).index(one.kind))
    lines: list[str] = []
    for kind, head in _HEADS.items():
        mine = [one for one in ordered if one.kind == kind]
        if mine:
            lines += [head, *(line for one in mine for line in _lines(one)), ""]
    if summary:
        lines += ["Since the last summary", *(f"- {line}" for line in summary), ""]
    subject = _subject(ordered, summary)
    return _letter(device, subject, lines, ordered, now, kind="news" if ordered else "summary")


def trial(device: str, *, now: datetime) -> Letter:
    """What the test button sends."""
    lines = ["Notices of this frame reach you here. There is nothing to do.", ""]
    return _letter(device, "a test", lines, (), now, kind="test")


def _letter(
    device: str, subject: str, lines: Sequence[str], news: Sequence[News], now: datetime, *, kind: str
) -> Letter:
    subject = one_line(f"mantelpiece on {device}: {subject}")[:_MOST_SUBJECT]
    text = "\n".join([*lines, f"-- \nmantelpiece on {one_line(device)}"])
    data = {
        "kind": kind, "device": device, "at": now.isoformat(timespec="seconds"), "title": subject, "text": text,
        "news": [_data(one) for one in news],
    }  # fmt: skip
    return Letter(subject, text, data)


def _subject(news: Sequence[News], summary: Sequence[str]) -> str:
    if not news:
        return "summary" if summary else "nothing"
    first = news[0]
    told = f"{first.what}: {first.sentence}" if first.kind != "over" else f"{first.what} is well again"
    return told if len(news) == 1 else f"{told} (and {len(news) - 1} more)"


def _lines(one: News) -> list[str]:
    word = "you were told of it at" if one.kind == "over" else "since"
    known = one.since is not None and one.since.year > 1970
    since = f" ({word} {one.since:%Y-%m-%d %H:%M} UTC)" if known else ""
    lines = [f"- {one.what}: {one.sentence}{since}"]
    return lines + ([f"  {one.advice}"] if one.advice else [])


def _data(one: News) -> dict[str, Any]:
    since = None if one.since is None or one.since.year <= 1970 else one.since.isoformat(timespec="seconds")
    return {"kind": one.kind, "key": one.key, "what": one.what, "sentence": one.sentence, "advice": one.advice,
            "since": since}  # fmt: skip


def one_line(text: str) -> str:
    """Without anything that could begin another line or header."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
