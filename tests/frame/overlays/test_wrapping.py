"""Rows of words: what does not fit is cut where least is lost."""

from __future__ import annotations

import pytest

from frame.overlays.fonts import Fonts
from frame.overlays.wrapping import wrapped
from frame.overlays.writing import Line

FONTS = Fonts()
VILLAGE = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        (f"{VILLAGE}, {VILLAGE} · 3 May 2016 · ten years ago today", "3 May 2016 · ten years ago today"),
        (f"{VILLAGE}, {VILLAGE} · 3 May 2024", "3 May 2024"),
        (f"{VILLAGE}, {VILLAGE}, {VILLAGE} · 3 May 2024 · {VILLAGE}", VILLAGE),
    ],
    ids=["a day and how long ago", "a day", "no more than a row holds"],
)
def test_a_long_place_leaves_its_day_a_row(text: str, ending: str) -> None:
    rows = wrapped(Line(text, 30, style="dejavusans"), 1050, FONTS, 2)
    assert len(rows) == 2
    assert rows[0].text.startswith(VILLAGE)
    assert rows[1].text == ending


def test_what_fits_is_broken_between_its_facts() -> None:
    rows = wrapped(Line("Vienna, Austria · 21 November 2023 · three years ago today", 30), 600, FONTS, 2)
    assert " · ".join(row.text for row in rows) == "Vienna, Austria · 21 November 2023 · three years ago today"
