"""How large a loss is: the one measure by which the mirror, smart albums and write-back ask a person first (promise 5).

Pure. Each of them says in its own words what would be lost; a last photo is judged by who knows what remains.
"""

from __future__ import annotations

from enum import Enum, auto

FEW = 10
SHARE = 0.2


class Loss(Enum):
    SMALL = auto()
    LARGE = auto()
    """More than a fifth, and more than a few."""
    MOST = auto()
    """More than half."""


def loss_of(gone: int, *, of: int) -> Loss:
    """Measure the loss of `gone` out of so many."""
    if gone * 2 > of:
        return Loss.MOST
    return Loss.LARGE if gone > max(FEW, SHARE * of) else Loss.SMALL
