"""What failed is not tried on every run for ever: after growing pauses, when anything is new, and for a person."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.writeback.pause import failed, rests
from tests.fakes.writeback import Originals, scan

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_pauses_grow_to_a_month_and_begin_anew_where_anything_is_new() -> None:
    kept, pauses = "", []
    for _ in range(6):
        kept = failed(kept, "this", NOW)
        pauses.append(next(hours for hours in range(10_000) if not rests(kept, "this", NOW + timedelta(hours=hours))))
    assert pauses == [6, 24, 96, 384, 720, 720]
    assert not rests(kept, "that", NOW)
    assert rests(failed(kept, "that", NOW), "that", NOW + timedelta(hours=5))
    assert not rests(failed(kept, "that", NOW), "that", NOW + timedelta(hours=6))


def test_a_clock_that_was_set_back_lengthens_no_pause() -> None:
    assert not rests(failed("", "this", NOW), "this", NOW - timedelta(days=400))


@given(kept=st.text() | st.from_regex(r"this \d+ \S*"))
def test_whatever_is_kept_a_file_fails_again(kept: str) -> None:
    rests(kept, "this", NOW)
    assert rests(failed(kept, "this", NOW), "this", NOW)


@pytest.mark.parametrize("originals", [3], indirect=True)
def test_a_file_that_failed_rests_until_something_is_new_or_a_person_asks(
    originals: Originals, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = originals.file("c.jpg")
    whole = path.read_bytes()
    path.write_bytes(whole[:300])
    scan(originals.server)
    originals.server.edits.describe("c.jpg", "Never written")
    assert originals.counts() == {"total": 3, "updated": 2, "files_written": 2, "errors": 1}
    assert path.read_bytes() == whole[:300]

    def tries(*, asked: bool = False) -> bool:
        started: list[object] = []
        popen = subprocess.Popen

        def counted(*words: object, **how: object) -> object:
            started.append(words)
            return popen(*words, **how)  # type: ignore[call-overload]

        with monkeypatch.context() as patched:
            patched.setattr(subprocess, "Popen", counted)
            result = originals.run(asked=asked)
        assert result.facts["counts"]["errors"] == 1
        assert "c.jpg" in result.problems[0]
        return bool(started)

    assert not tries()
    assert tries(asked=True)
    assert not tries()
    originals.clock.advance(2 * 86400)
    assert tries()
    assert not tries()
    originals.server.edits.describe("c.jpg", "Something new")
    assert tries()
    path.write_bytes(whole)
    scan(originals.server)
    originals.server.edits.describe("c.jpg", "Written at last")
    assert originals.counts(asked=False)["updated"] == 1
