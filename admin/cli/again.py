"""What an error promises, made true for who runs a job from the command line: without a service nobody tries again, and
what a person asked once is asked by nobody else. Pure.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sync.errors import Maintenance, RuleError, Unreachable
from sync.jobs.progress import Ended

_ASKED_ONCE = ("probe", "resolve", "albums", "preview")
_ONCE = {
    Unreachable.default_advice: "Check the address, and that Immich is running there; then try again.",
    RuleError.default_advice: "Nothing was changed.",
    Maintenance.default_advice: "Nothing was changed; try again later.",
}
_ALONE = {
    Maintenance.default_advice: "Photos stay; try again later.",
    "this is tried again by itself": "no service runs that would try again, so do it yourself later",
    "This is tried again by itself.": "Try again later.",
    "It is tried again by itself.": "Try again later.",
    "this is tried again once the clock is right": "set the clock, then try again",
    "tried again next time": "the next run tries again",
}


def told_truly(ended: Ended, *, kind: str, serving: bool) -> Ended:
    """How a job of that kind ended, without a promise that nobody keeps."""
    once = kind in _ASKED_ONCE
    advice = _ONCE.get(ended.advice, ended.advice) if once else ended.advice
    if serving and not once:
        return ended
    return msgspec.structs.replace(
        ended,
        sentence=_alone(ended.sentence),
        advice=_alone(advice),
        problems=tuple(_alone(problem) for problem in ended.problems),
        facts=_alone(ended.facts),
    )


def _alone(told: Any) -> Any:
    """The same, with every sentence in it as it is where nobody tries again."""
    if isinstance(told, str):
        for promise, truth in _ALONE.items():
            told = told.replace(promise, truth)
        return told
    if isinstance(told, dict):
        return {key: _alone(value) for key, value in told.items()}
    return [_alone(each) for each in told] if isinstance(told, list | tuple) else told
