"""The one precedence: a person, night hours, motion, lit."""

from __future__ import annotations

from itertools import product

import pytest

from frame.power.decide import Decision, Press, Why, decide, still_holds

# press, planned, brightness, still seconds, patience
CASES = {
    "nothing said": ((Press.AUTO, 100, 100, None, 0), Decision(100, Why.LIT)),
    "by day as bright as set": ((Press.AUTO, 100, 70, None, 0), Decision(70, Why.LIT)),
    "night": ((Press.AUTO, 0, 100, None, 0), Decision(0, Why.NIGHT)),
    "a dim evening": ((Press.AUTO, 40, 100, None, 0), Decision(40, Why.NIGHT)),
    "an evening brighter than the day": ((Press.AUTO, 90, 70, None, 0), Decision(70, Why.LIT)),
    "nobody moved": ((Press.AUTO, 100, 100, 601, 600), Decision(0, Why.MOTION)),
    "somebody moved": ((Press.AUTO, 100, 100, 10, 600), Decision(100, Why.LIT)),
    "motion does not end the night": ((Press.AUTO, 0, 100, 1, 600), Decision(0, Why.NIGHT)),
    "nobody moved in a dim evening": ((Press.AUTO, 40, 100, 601, 600), Decision(0, Why.MOTION)),
    "a sensor without patience": ((Press.AUTO, 100, 100, 9e9, 0), Decision(100, Why.LIT)),
    "a person at night": ((Press.ON, 0, 80, 601, 600), Decision(80, Why.PERSON)),
    "a person by day": ((Press.OFF, 100, 100, 1, 600), Decision(0, Why.PERSON)),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES)
def test_the_precedence(given: tuple, expected: Decision) -> None:
    press, planned, brightness, still, patience = given
    found = decide(press, planned=planned, brightness=brightness, still_seconds=still, patience_seconds=patience)
    assert found == expected


EVERY = list(product((Press.ON, Press.OFF), (0, 40, 100), (0, 40, 100)))


@pytest.mark.parametrize(("press", "before", "planned"), EVERY)
def test_a_word_ends_where_night_hours_begin_to_say_the_same(press: Press, before: int, planned: int) -> None:
    ends = planned < before if press is Press.ON else planned > before
    assert still_holds(press, before=before, planned=planned) is not ends
