"""What a check found."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


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


def ok(check: str, sentence: str) -> Finding:
    return Finding(check, Verdict.OK, sentence)


def warn(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check, Verdict.WARN, sentence, advice)


def bad(check: str, sentence: str, advice: str = "") -> Finding:
    return Finding(check, Verdict.BAD, sentence, advice)
