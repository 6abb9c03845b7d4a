"""When a file that could not be written is tried again: at once where it, or what is known of it, is another; else
after a pause that grows. Pure.

What is kept is one word-wise text: what it failed for, how often, and until when it rests.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_FIRST = timedelta(hours=6)
_GROWS = 4
_MOST = timedelta(days=30)


def failed(before: str, of: str, now: datetime) -> str:
    """To be kept after a failure; `before` is what was kept until now, `of` tells what it failed for (one word)."""
    same, times, _ = _read(before)
    times = times + 1 if same == of else 1
    pause = min(_FIRST * _GROWS ** min(times - 1, 9), _MOST)
    return f"{of} {times} {(now + pause).isoformat(timespec='seconds')}"


def rests(kept: str, of: str, now: datetime) -> bool:
    """Whether it is not tried now. A clock that was set back lengthens no pause."""
    same, _, until = _read(kept)
    return same == of and until is not None and now < until <= now + _MOST


def _read(kept: str) -> tuple[str, int, datetime | None]:
    words = kept.split(" ")
    if len(words) != 3 or not words[1].isdigit():
        return "", 0, None
    try:
        return words[0], int(words[1]), datetime.fromisoformat(words[2])
    except ValueError:
        return "", 0, None
