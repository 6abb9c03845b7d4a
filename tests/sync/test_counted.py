"""Numbers in sentences: one, several, none, grouped; a value's braces are no blanks."""

from __future__ import annotations

import pytest

from sync.counted import counted

SENTENCE = "{n} {n:file is|files are} in {folder}."
CASES = {
    "none": (0, "0 files are in x."),
    "one": (1, "1 file is in x."),
    "several": (2, "2 files are in x."),
    "grouped": ("1,200", "1,200 files are in x."),
    "ends with one": (21, "21 files are in x."),
}


@pytest.mark.parametrize(("number", "told"), CASES.values(), ids=CASES)
def test_the_word_follows_the_number(number: object, told: str) -> None:
    assert counted(SENTENCE, n=number, folder="x") == told


def test_what_a_name_holds_is_no_blank() -> None:
    assert counted(SENTENCE, n=1, folder="{n} {n:a|b} \\1") == "1 file is in {n} {n:a|b} \\1."
