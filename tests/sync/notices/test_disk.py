"""A disk that fails takes the library with it: that it does, and that it works again, is told without either."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sync import secrets
from sync.home import Home
from sync.notices.alarm import run
from sync.notices.disk_watch import DiskWatch
from tests.fakes.post import Hook, webhook
from tests.manual_clock import ManualClock
from tests.patience import PATIENCE_SECONDS

PROGRAM = (sys.executable, "-m", "sync")


@pytest.fixture
def hook(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setenv("MANTELPIECE_HOME", str(home.root))
    with webhook() as made:
        secrets.put(home.secrets, "notices", "webhook", address=made.address)
        yield made


def ended(watch: DiskWatch) -> None:
    assert watch._telling is not None
    watch._telling.wait(PATIENCE_SECONDS)


def test_it_is_told_once_when_it_has_lasted_and_once_when_it_is_over(home: Home, hook: Hook) -> None:
    clock = ManualClock()
    watch = DiskWatch(home, clock, PROGRAM)
    watch.works()
    watch.fails("The card is read-only.")
    assert watch._telling is None, "not before it has lasted an hour"
    clock.advance(3600)
    watch.fails("The card is read-only.")
    ended(watch)
    clock.advance(300)
    watch.fails("The card is read-only.")
    watch.works()
    ended(watch)
    watch.works()
    assert [one["news"][0]["kind"] for one in hook.posted] == ["problem", "over"]
    assert hook.posted[0]["news"][0]["sentence"] == "The card is read-only."
    assert not home.library.exists(), "nothing of it needs the library"


def test_one_that_was_not_taken_is_sent_again(home: Home, hook: Hook) -> None:
    clock = ManualClock()
    watch = DiskWatch(home, clock, PROGRAM)
    watch.fails("x")
    clock.advance(3600)
    hook.status = 500
    watch.fails("x")
    ended(watch)
    hook.status = 200
    clock.advance(300)
    watch.fails("x")
    ended(watch)
    assert len(hook.posted) == 2


def test_a_blip_is_nobodys_news(home: Home, hook: Hook) -> None:
    clock = ManualClock()
    watch = DiskWatch(home, clock, PROGRAM)
    watch.fails("x")
    clock.advance(300)
    watch.works()
    assert watch._telling is None
    assert hook.posted == []


def test_no_secret_leaves_in_it(home: Home, hook: Hook) -> None:
    secrets.put(home.secrets, "servers", "home", key="CANARYkeyOfTheServer")
    moment = datetime(2026, 11, 21, tzinfo=UTC).isoformat()
    words = f'{{"sentence": "Failed at CANARYkeyOfTheServer.", "since": "{moment}"}}'
    assert run(home, io.BytesIO(words.encode()), clock=ManualClock()) == 0
    assert "CANARY" not in str(hook.posted)
