"""Immich's four ways of writing an instant; each answer field has exactly one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def top(ms: int) -> str:
    """Fields the server itself writes: `2026-11-21T09:57:46.980Z`."""
    return (_EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def nested(us: int) -> str:
    """Fields the database nests: `2026-11-21T09:57:47.98363+00:00`, fraction without trailing zeros."""
    text = (_EPOCH + timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{us % 1_000_000:06d}".rstrip("0")
    return f"{text}.{fraction}+00:00" if fraction else f"{text}+00:00"


def bare(us: int) -> str:
    """Fields of a timeline bucket: UTC without saying so."""
    return nested(us)[:-6]


def midnight(ms: int) -> str:
    """startDate and endDate of an album."""
    return top(ms - ms % 86_400_000)


def month(ms: int) -> str:
    """The name of a timeline bucket."""
    return (_EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-01")


def parse_ms(text: str) -> int:
    """Milliseconds of an ISO instant; without a zone it is UTC. ValueError when it is none."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int((moment - _EPOCH) / timedelta(milliseconds=1))
