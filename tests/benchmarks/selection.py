"""Choosing beside its goals: `python -m tests.benchmarks.selection`.

slide      of 100,000 photos the next one, and taking it
start      a chooser for 100,000 photos that were read already, with all criteria at work
fairness   10,000 photos through a round and 20 restarts: the largest number of showings over the smallest
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from random import Random

from frame.selection.choose import chooser
from frame.selection.memory import Memory
from frame.selection.narrow import Criteria, narrow
from frame.selection.pool import Pool, digest_of, gather
from sync.catalogue import Candidate
from sync.settings.wall import Selection
from tests.benchmarks.report import report

TODAY = date(2026, 11, 21)


def pool_of(count: int) -> Pool:
    random = Random(1)
    return gather(
        Candidate(
            number, f"home:{number}", 1.0, 1_000_000_000 + number * 900, (0, number),
            (1920, 1440), f"{2000 + number % 26}-{1 + number % 12:02d}-{1 + number % 28:02d}T12:00:00",
            random.random() < 0.05,
        )
        for number in range(1, count + 1)
    )  # fmt: skip


def speed() -> None:
    whole, criteria = pool_of(100_000), Criteria(favourites=2, recent=2, recent_since=1_080_000_000, today=TODAY)
    for mode in (Selection.RANDOM, Selection.STORY, Selection.NEWEST):
        memory = Memory(seed=1)
        before = time.process_time()
        pool = narrow(whole, criteria)
        choice = chooser(mode, pool, memory)
        start = time.process_time() - before
        worst = 0.0
        for _ in range(50):
            before = time.process_time()
            index = choice.peek()
            assert index is not None
            choice.take(pool.digests[index])
            worst = max(worst, time.process_time() - before)
        report(f"a slide of 100,000, {mode}", f"{worst * 1000:.1f} ms at most", "< 20 ms", good=worst < 0.02)
        report(f"choosing begins, 100,000, {mode}", f"{start * 1000:.0f} ms", "< 150 ms", good=start < 0.15)


def fairness() -> None:
    names = [f"home:{number}" for number in range(1, 10_001)]
    pool, memory, shown = pool_of(10_000), Memory(seed=7), Counter[str]()
    for _ in range(20):
        memory = Memory(memory.seed, memory.now, dict(memory.marks), memory.last)
        choice = chooser(Selection.RANDOM, pool, memory)
        for _ in range(500):
            index = choice.peek()
            assert index is not None
            name = names[pool.numbers[index] - 1]
            choice.take(digest_of(name))
            memory.last = digest_of(name)
            shown[name] += 1
    largest, smallest = max(shown.values()), min(shown[name] for name in names)
    report("10,000 photos, one round, 20 restarts", f"{largest} / {smallest}", "= 1 / 1", good=largest == smallest == 1)


if __name__ == "__main__":
    speed()
    fairness()
