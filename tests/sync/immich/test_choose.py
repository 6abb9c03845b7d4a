"""One thing by what a person typed: exactly, else however its letters are written, and never a guess."""

from __future__ import annotations

import pytest

from sync.errors import UsageError
from sync.immich.choose import choose

KNOWN = [("a1", "Zo\u00eb"), ("b2", "ZO\u00cb"), ("c3", "A\u030asa"), ("d4", "Ben")]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("Zo\u00eb", "a1"), ("\u00c5sa", "c3"), (" \u00e5SA ", "c3"), ("ben", "d4"), ("D4", "d4")],
)
def test_letters_are_the_same_however_they_are_composed(typed: str, found: str) -> None:
    assert choose(typed, KNOWN, what="person")[0] == found


@pytest.mark.parametrize("typed", ["zoe\u0308", "zoe", "asa", ""])
def test_what_could_be_two_or_nobody_is_never_guessed(typed: str) -> None:
    with pytest.raises(UsageError):
        choose(typed, KNOWN, what="person")
