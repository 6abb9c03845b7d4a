"""Waiting in tests: for what is to happen, never for a length of time. The limit tells a hang from a slow machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from frame.control import FrameNotRunning

PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.02

Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], otherwise: str = "it never came to be so") -> Seen:
    """What `look` gives as soon as it gives anything; a frame that does not answer yet is nothing. Fails with the
    sentence `otherwise`."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(FrameNotRunning):
            if found := look():
                return found
        assert time.monotonic() < end, otherwise
        time.sleep(_LOOK_SECONDS)
