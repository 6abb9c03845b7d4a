"""Numbers in sentences: one, several, none, grouped; a value's braces are no blanks."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

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


TOP = Path(__file__).parents[2]
NOUNS = "photos|files|albums|favourites|sidecars|stacks|objects|removals|inboxes|keys|servers|people|pictures|runs"
_PLURAL = re.compile(rf"^ (?:more |new |smart |live |empty |damaged )?(?:{NOUNS})\b")
NEVER_ONE = ("sync/catalogue.py", "sync/immich/members.py", "sync/mirror/scrub.py", "sync/writeback/guard.py")
"""Less than all of several, and what only much is said of."""


def test_no_sentence_counts_in_the_plural_alone() -> None:
    found = []
    for room in ("sync", "frame", "admin"):
        for path in sorted((TOP / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                parts = node.values if isinstance(node, ast.JoinedStr) else []
                texts = [text.value for blank, text in pairwise(parts)
                         if isinstance(blank, ast.FormattedValue) and isinstance(text, ast.Constant)]  # fmt: skip
                name = str(path.relative_to(TOP))
                found += [f"{name}:{text}" for text in texts if _PLURAL.match(str(text)) and name not in NEVER_ONE]
    assert not found, "\n".join(found)
