from __future__ import annotations

import errno
import os
from pathlib import Path
from random import Random
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frame.selection.memory import Position
from frame.selection.pool import digest_of
from frame.state import FLUSH_SECONDS, SEEN_BESIDE, State
from sync.settings.wall import Selection
from tests.manual_clock import ManualClock


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "shown.jsonl"


def state_at(journal: Path, *, clock: ManualClock | None = None, keep: bool = True, seed: int = 1) -> State:
    recent = journal.with_name("frame.json")
    state = State(journal, recent, clock=clock or ManualClock(), random=Random(seed), keep=keep)
    state.load()
    return state


def show(state: State, number: int) -> str:
    """Photo `number` is shown in its turn of the shuffle."""
    key = f"home:{number}"
    state.memory.marks[digest_of(key)] = state.memory.now = number / 10
    state.memory.last = digest_of(key)
    state.shown(key)
    state.flush_if_due()
    state.settle()
    return key


def filled(journal: Path) -> State:
    """A state with everything in it, stopped cleanly."""
    state = state_at(journal)
    for number in range(20):
        show(state, number)
    state.memory.positions[Selection.NEWEST] = Position(at=1, value=2, following=3, front=4)
    state.hide("home:7", True)
    state.hide("home:8", True)
    state.hide("home:8", False)
    state.flush()
    return state


def test_all_of_it_comes_back(journal: Path) -> None:
    before, after = filled(journal), state_at(journal, seed=2)
    assert after.memory == before.memory
    assert (after.history, after.hidden, after.problems) == (before.history, {"home:7"}, {})
    assert after.last_key() == "home:19"


def test_all_of_it_comes_back_after_the_runtime_folder_is_lost(journal: Path) -> None:
    before = filled(journal)
    journal.with_name("frame.json").unlink()
    after = state_at(journal)
    assert (after.memory, after.history, after.last_key()) == (before.memory, before.history, "home:19")


def test_a_killed_process_loses_nothing(journal: Path) -> None:
    state = state_at(journal)
    for number in range(5):
        show(state, number)
    after = state_at(journal)  # nothing was flushed since the first picture
    assert [entry.key for entry in after.history] == [f"home:{number}" for number in range(5)]
    assert (after.memory.marks, after.memory.seed) == (state.memory.marks, state.memory.seed)
    after.flush()
    assert [entry.key for entry in state_at(journal).history] == [f"home:{number}" for number in range(5)]


def test_the_card_is_written_after_the_first_picture_then_every_ten_minutes(journal: Path) -> None:
    clock = ManualClock()
    state = state_at(journal, clock=clock)
    state.flush_if_due()
    assert not journal.exists()
    seen = set()
    for number in range(100):
        show(state, number)
        seen.add(journal.stat().st_mtime_ns)
        clock.advance(30)
    assert len(seen) == 1 + int(99 * 30 / FLUSH_SECONDS)


def test_a_card_that_takes_its_time_holds_up_no_picture(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_at(journal)
    show(state, 1)
    ready = Event()
    monkeypatch.setattr("frame.journal.os.fsync", lambda _: ready.wait())
    state._flushed_at = -FLUSH_SECONDS
    state.shown("home:2")
    state.flush_if_due()
    state.shown("home:3")
    state.flush_if_due()
    assert [entry.key for entry in state_at(journal).history][-1] == "home:3", "a process killed now loses nothing"
    ready.set()
    state.flush()
    journal.with_name("frame.json").unlink()
    assert [entry.key for entry in state_at(journal).history] == ["home:1", "home:2", "home:3"]


def test_a_frame_that_does_not_own_the_state_writes_nothing(journal: Path) -> None:
    filled(journal)
    before = {path: path.read_bytes() for path in journal.parent.iterdir()}
    state = state_at(journal, keep=False)
    show(state, 99)
    state.hide("home:1", True)
    state.flush()
    assert {path: path.read_bytes() for path in journal.parent.iterdir()} == before


DAMAGE = {
    "empty": b"",
    "zeros": b"\0" * 5000,
    "garbage": bytes(Random(3).randbytes(5000)),
    "not JSON": b"hello\n[1,\n{}\n\n[]\n",
    "wrong types": b'["shown",1]\n["shown","a","b","c","d","e"]\n["hide",3,4]\n["positions",{"newest":5}]\n',
    "strange numbers": b'["shown",1,"home:1",5,1e999,0.1]\n["mark",99999999999999999999999,0.5]\n["mark",1,NaN]\n',
    "deep": b"[" * 100_000,
    "lone surrogates": b'["shown",1,"\\ud800",5,0.1,0.1]\n',
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("name", ["shown.jsonl", "frame.json"])
def test_damaged_memory_costs_only_itself(journal: Path, name: str, content: bytes) -> None:
    filled(journal)
    (journal.parent / name).write_bytes(content)
    state = state_at(journal)
    state.last_key()
    show(state, 500)
    state.flush()
    assert show(state_at(journal), 501) == "home:501"
    assert [entry.key for entry in state_at(journal).history][-2:] == ["home:500", "home:501"]


def test_a_torn_last_line_costs_that_line_and_is_named(journal: Path) -> None:
    filled(journal)
    journal.with_name("frame.json").unlink()
    lines = journal.read_bytes().split(b"\n")
    torn = next(number for number, line in enumerate(lines) if b"home:19" in line)
    journal.write_bytes(b"\n".join([*lines[:torn], lines[torn][:12]]))
    state = state_at(journal)
    assert state.history[-1].key == "home:18"
    assert "damaged" in state.problems["state"]
    show(state, 77)
    state.flush()
    journal.with_name("frame.json").unlink()
    assert state_at(journal).history[-1].key == "home:77"


def test_a_newer_format_is_kept_aside_and_not_written_into(journal: Path) -> None:
    newer = b'["mantelpiece frame",2]\n["shown",1,"home:1",5,0.1,0.1]\n'
    journal.write_bytes(newer)
    state = state_at(journal)
    assert "newer version" in state.problems["state"]
    show(state, 1)
    assert journal.with_name("shown.jsonl.newer").read_bytes() == newer
    assert state_at(journal).history[-1].key == "home:1"


@given(st.binary(max_size=300))
def test_reading_never_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    journal = tmp_path_factory.mktemp("any") / "shown.jsonl"
    journal.write_bytes(b'["mantelpiece frame",1]\n["shown",1,"k",5,' + content)
    state = state_at(journal)
    assert len(state.history) <= 1


def test_the_journal_stays_small_while_everything_is_remembered(journal: Path) -> None:
    clock = ManualClock()
    state = state_at(journal, clock=clock)
    state.hide("home:3", True)
    sizes = []
    for number in range(2500):
        key = f"home:{'x' * 200}{number % 40}"
        # What the shuffle does: one mark a photo.
        state.memory.marks[digest_of(key)] = state.memory.now = number / 40
        state.shown(key)
        clock.advance(30)
        state.flush_if_due()
        state.settle()
        sizes.append(journal.stat().st_size)
    assert max(sizes) < 400_000
    state.flush()
    after = state_at(journal)
    assert (after.memory, after.hidden, after.history) == (state.memory, {"home:3"}, state.history)


def test_photos_that_left_long_ago_are_forgotten_and_those_that_may_come_are_not(journal: Path) -> None:
    state = state_at(journal)
    state.memory.seen = {number: number for number in range(SEEN_BESIDE + 100)}
    state.forget_old(50)
    assert len(state.memory.seen) == SEEN_BESIDE + 100
    state.forget_old(10)
    assert list(state.memory.seen) == list(range(80, SEEN_BESIDE + 100)), "the latest stay"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO], ids=errno.errorcode.get)
def test_a_card_that_refuses_is_a_problem_and_nothing_more(
    journal: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frame.state._MOST_PENDING", 5)
    monkeypatch.setattr("frame.state._KEEP_PENDING", 20)
    clock = ManualClock()
    state = state_at(journal, clock=clock)
    show(state, 1)

    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        for _ in range(30 if number == errno.ENOSPC else 3):
            show(state, 2)
        clock.advance(FLUSH_SECONDS)
        show(state, 3)
        assert os.strerror(number) in state.problems["card"]
    clock.advance(FLUSH_SECONDS)
    show(state, 4)
    assert "card" not in state.problems
    assert state_at(journal).history[-1].key == "home:4"
