"""What a check found."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from sync.errors import Held


class Verdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, but not as it should."""
    BAD = "bad"
    """Something that was asked for does not work."""


class Finding(Struct, frozen=True):
    check: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    exit_code: int = 0
    """What the verb ends with where nothing weighs more."""


def ok(check: str, sentence: str) -> Finding:
    return Finding(check, Verdict.OK, sentence)


def warn(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check, Verdict.WARN, sentence, advice)


def bad(check: str, sentence: str, advice: str = "", *, exit_code: int = 1) -> Finding:
    return Finding(check, Verdict.BAD, sentence, advice, exit_code)


def waits(check: str, sentence: str, advice: str) -> Finding:
    """Nothing is wrong, and somebody is asked."""
    return Finding(check, Verdict.WARN, sentence, advice, Held.exit_code)
