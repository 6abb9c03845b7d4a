"""Albums of numbered photos, and walks through them, for tests of selection."""

from __future__ import annotations

from typing import Any

import msgspec

from frame.selection.choose import Chooser, chooser
from frame.selection.memory import Memory, Position
from frame.selection.pool import Pool, digest_of, gather
from sync.catalogue import Candidate
from sync.settings.wall import Selection


def pool_of(names: list[str], *, weights: dict[str, float] | None = None, taken: dict[str, int] | None = None) -> Pool:
    """One album in the order of `names`."""
    return gather(
        Candidate(place + 1, name, (weights or {}).get(name, 1.0), (taken or {}).get(name, 0), (0, place))
        for place, name in enumerate(names)
    )


def step(choice: Chooser, pool: Pool, memory: Memory, names: list[str]) -> str | None:
    """Show the next photo and give its name."""
    index = choice.peek()
    if index is None:
        return None
    assert choice.peek() == index, "peeking changed something"
    name = names[pool.numbers[index] - 1]
    choice.take(digest_of(name))
    memory.last = digest_of(name)
    return name


def walk(mode: Selection, names: list[str], memory: Memory, count: int, **facts: Any) -> list[str | None]:
    """Show `count` photos, as one process does."""
    pool = pool_of(names, **facts)
    choice = chooser(mode, pool, memory)
    return [step(choice, pool, memory, names) for _ in range(count)]


def reborn(memory: Memory) -> Memory:
    """The memory as another process reads it."""
    positions = msgspec.json.decode(msgspec.json.encode(memory.positions), type=dict[Selection, Position])
    return Memory(memory.seed, memory.now, dict(memory.marks), memory.last, positions)
