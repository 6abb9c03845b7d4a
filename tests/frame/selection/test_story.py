"""Days and trips in sequence, as fair as the shuffle beneath."""

from __future__ import annotations

from itertools import pairwise

from frame.selection.memory import Memory
from frame.selection.pool import digest_of, gather
from frame.selection.proof import prove
from frame.selection.shuffle import Shuffle
from frame.selection.story import Story
from sync.catalogue import Candidate
from tests.frame.selection.album import reborn

DAY = 86_400
NAMES = [f"d{day}-{number:02d}" for day in range(6) for number in range(10)]


def pool_of_days():  # type: ignore[no-untyped-def]
    return gather(
        Candidate(place + 1, name, 1.0, 1_000_000 + int(name[1]) * 3 * DAY + int(name[3:]) * 600, (0, place))
        for place, name in enumerate(NAMES)
    )


def tell(memory: Memory, count: int, *, length: int = 4, restart: bool = False) -> list[str]:
    pool = pool_of_days()
    story, told = Story(pool, memory, length), []
    for _ in range(count):
        if restart:
            memory = reborn(memory)
            story = Story(pool, memory, length)
        index = story.peek()
        assert index is not None
        told.append(NAMES[pool.numbers[index] - 1])
        story.take(digest_of(told[-1]))
        memory.last = digest_of(told[-1])
    return told


def test_photos_of_a_day_come_in_a_row_and_each_once_in_a_round() -> None:
    told = tell(Memory(seed=5), len(NAMES))
    assert sorted(told) == NAMES
    rows = 1 + sum(1 for one, other in pairwise(told) if int(other[3:]) != int(one[3:]) + 1 or one[:2] != other[:2])
    assert rows <= 6 * 3 + 3


def test_a_day_that_was_left_goes_on_where_it_was_left() -> None:
    told = tell(Memory(seed=5), len(NAMES))
    for day in range(6):
        of_day = [name for name in told if name.startswith(f"d{day}")]
        assert of_day == sorted(of_day)


def test_a_restart_in_the_middle_of_a_story_goes_on_with_it() -> None:
    assert tell(Memory(seed=5), 30, restart=True) == tell(Memory(seed=5), 30)


def test_who_rests_lets_others_go_first_and_comes_where_everybody_rests() -> None:
    pool, memory = pool_of_days(), Memory(seed=1)
    shuffle = Shuffle(pool, memory)
    first = shuffle.peek()
    assert first is not None
    other = shuffle.peek(lambda digest: digest == pool.digests[first])
    assert other not in (None, first)
    assert shuffle.peek(lambda _digest: True) == first
    assert shuffle.peek() == first


def test_the_proof_counts_what_was_shown_of_each_album() -> None:
    pool = gather(
        Candidate(n + 1, f"k{n}", 1.0, 0, (0, n), albums=1 if n < 3 else 3) for n in range(5)
    )
    seen = {digest_of(f"k{n}"): 1000 + n for n in range(3, 5)}
    all_of, two = prove(pool, ["All", "Two", "Empty"], seen)
    assert (all_of.album, all_of.photos, all_of.shown, all_of.since) == ("All", 5, 2, None)
    assert (two.album, two.photos, two.shown, two.since) == ("Two", 2, 2, 1003)
