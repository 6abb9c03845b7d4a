"""Bursts and near twins: the best one stays, and pictures that only share a minute all do."""

from __future__ import annotations

import base64

import pytest

from frame.selection.bursts import LONGEST, Shot, alike, look_of, spares


def shot(index: int, taken: int, *, look: bytes = b"", shape: float = 1.5, worth: tuple[int, int] = (0, 0)) -> Shot:
    return Shot(index, taken, shape, look, worth)


LOOK = bytes([0x5A, 0x21, 0x0E, 0x87, 0x28, 0x67, 0x88, 0x76, 0x98, 0x77, 0x87, 0x78])
NEAR = bytes([0x5B, 0x21, 0x0E, 0x87, 0x28, 0x67, 0x98, 0x76, 0x97, 0x77, 0x87, 0x78])
FAR = bytes([0x12, 0xA5, 0x3C, 0x87, 0x28, 0x1F, 0xE1, 0x0C, 0xF2, 0x3B, 0x90, 0x4D])


@pytest.mark.parametrize(
    ("shots", "gone"),
    [
        ([shot(0, 100, look=LOOK), shot(1, 101, look=LOOK), shot(2, 102, look=LOOK)], {0, 2}),
        ([shot(0, 100, look=LOOK, worth=(0, 4)), shot(1, 104, look=LOOK, worth=(0, 5))], {0}),
        ([shot(0, 100, look=LOOK, worth=(1, 0)), shot(1, 102, look=LOOK, worth=(0, 5))], {1}),
        ([shot(0, 100), shot(1, 100), shot(2, 101)], set()),
        ([shot(0, 100, look=LOOK), shot(1, 100)], set()),
        ([shot(0, 100, look=LOOK), shot(1, 150, look=NEAR)], {1}),
        ([shot(0, 100, look=LOOK), shot(1, 101, look=FAR)], set()),
        ([shot(0, 100, look=LOOK), shot(1, 250, look=LOOK)], set()),
        ([shot(0, 100, look=LOOK), shot(1, 101, look=LOOK, shape=0.67)], set()),
        ([shot(0, 0, look=LOOK), shot(1, 0, look=LOOK)], set()),
    ],
    ids=[
        "a burst", "the best rated", "a favourite", "scans of one date", "one without a look", "alike", "not alike",
        "long apart", "shapes", "undated",
    ],
)
def test_one_of_a_burst_stays(shots: list[Shot], gone: set[int]) -> None:
    assert set(spares(shots)) == gone


def test_an_endless_series_is_not_one_photo() -> None:
    series = [shot(number, 1000 + 60 * number, look=LOOK) for number in range(200)]
    assert 200 - len(set(spares(series))) == 200 // LONGEST


@pytest.mark.parametrize("last", [LOOK, FAR], ids=["all alike", "ends on something else"])
def test_whoever_kept_a_finger_on_the_button_has_one_photo(last: bytes) -> None:
    burst = [shot(number, 1000 + number // 10, look=LOOK) for number in range(499)]
    left = set(range(500)) - set(spares([*burst, shot(499, 1049, look=last)]))
    assert left == ({249} if last is LOOK else {249, 499})


def test_thumbhashes_of_any_bytes_are_compared() -> None:
    assert alike(LOOK, NEAR)
    assert not alike(LOOK, FAR)
    assert not alike(b"", LOOK)
    assert alike(b"ab", b"ab")
    assert look_of(base64.b64encode(LOOK).decode()) == LOOK
    assert look_of(None) == look_of("a") == b""
