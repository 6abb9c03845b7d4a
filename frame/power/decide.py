"""How bright the wall is now. One precedence, and it is: a person, then night hours, then motion, then lit.

Pure. A person's word holds until night hours would have changed the same thing anyway: `off` until they next make the
wall brighter, `on` until they next make it darker. Called by screen.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Press(StrEnum):
    """What a person last said."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


class Why(StrEnum):
    PERSON = "person"
    NIGHT = "night"
    MOTION = "motion"
    LIT = "lit"


@dataclass(frozen=True)
class Decision:
    level: int
    """0 is dark, 100 full."""
    why: Why


def decide(
    press: Press, *, planned: int, brightness: int, still_seconds: float | None, patience_seconds: float
) -> Decision:
    """`planned` is what night hours say now; `still_seconds` since the last motion, None without a sensor."""
    if press is Press.OFF:
        return Decision(0, Why.PERSON)
    if press is Press.ON:
        return Decision(brightness, Why.PERSON)
    if planned == 0:
        return Decision(0, Why.NIGHT)
    if still_seconds is not None and patience_seconds > 0 and still_seconds >= patience_seconds:
        return Decision(0, Why.MOTION)
    return Decision(min(planned, brightness), Why.NIGHT if planned < brightness else Why.LIT)


def still_holds(press: Press, *, before: int, planned: int) -> bool:
    """Whether a person's word outlives this change of what night hours say."""
    if press is Press.OFF:
        return planned <= before
    if press is Press.ON:
        return planned >= before
    return True
