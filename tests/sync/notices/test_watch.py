"""When the daemon queues the job that tells: not too soon, not twice, more and more rarely where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sync import secrets
from sync.home import Home
from sync.jobs.kinds import NOTICES
from sync.library import jobs, runs, servers
from sync.library.database import Library
from sync.library.jobs import Lane, State
from sync.library.runs import Outcome
from sync.library.servers import ServerRow
from sync.notices.watch import BUSY_SECONDS, FIRST_SECONDS, HANGS_SECONDS, LOOK_SECONDS, SOON_SECONDS, Watch
from tests.manual_clock import ManualClock

SETTINGS = """
[servers.home]
url = "http://192.0.2.1"
[notices]
mail_to = "anna@example.org"
"""


class Watched:
    """A daemon's watch beside its library, hours after the start, with a server in trouble."""

    def __init__(self, home: Home) -> None:
        home.settings.write_text(SETTINGS)
        self.clock, self.library = ManualClock(), Library(home.library)
        self.watch = Watch(home, self.clock)
        row = ServerRow(name="home", url="x")
        began = (self.clock.now() - timedelta(hours=3)).isoformat()
        servers.problem(self.library, row, sentence="It does not answer.", now=began)

    def queued(self, *, after: float = 0.0) -> bool:
        self.clock.advance(after)
        before = self.waiting()
        self.watch.look(self.library, self.clock)
        return len(self.waiting()) > len(before)

    def waiting(self) -> list[int]:
        known = jobs.in_state(self.library, State.WAITING, State.RUNNING)
        return [job.id for job in known if job.kind == NOTICES and not job.cancel]

    def end(self, exit_code: int = 0) -> None:
        [number] = self.waiting()
        job = jobs.get(self.library, number)
        assert job is not None
        with self.library.transaction() as db:
            run = runs.start(db, job, boot="b")
            runs.end(db, run, outcome=Outcome.DONE, exit_code=exit_code, sentence="")
            jobs.set_state(db, number, State.ENDED)
        self.watch.ended(NOTICES, runs.last_of(self.library, number))


@pytest.fixture
def watched(home: Home) -> Iterator[Watched]:
    made = Watched(home)
    yield made
    made.library.close()


def test_what_the_library_remembers_is_not_believed_at_once_after_a_start(watched: Watched) -> None:
    assert not watched.queued()
    watched.watch.ended("sync", None)
    assert not watched.queued(after=SOON_SECONDS)
    assert watched.queued(after=FIRST_SECONDS)


def test_one_job_at_a_time(watched: Watched) -> None:
    assert watched.queued(after=FIRST_SECONDS)
    assert not watched.queued(after=LOOK_SECONDS)


def test_a_look_is_soon_after_a_job_and_else_every_few_minutes(watched: Watched) -> None:
    watched.queued(after=FIRST_SECONDS)
    watched.end()
    assert not watched.queued(after=SOON_SECONDS)
    watched.watch.ended("sync", None)
    assert watched.queued(after=SOON_SECONDS), "nothing was written down as told, so it is due still"


def test_much_on_its_way_puts_a_look_off_but_not_for_ever(watched: Watched) -> None:
    jobs.add(watched.library, kind="sync", lane=Lane.BULK, resource="", arguments={}, asked_by="schedule")
    assert not watched.queued(after=FIRST_SECONDS)
    assert not watched.queued(after=BUSY_SECONDS - 1)
    assert watched.queued(after=2)


def test_a_mail_server_that_fails_is_tried_more_and_more_rarely_up_to_an_hour(watched: Watched) -> None:
    watched.queued(after=FIRST_SECONDS)
    for wait in (600, 1200, 2400, 3600, 3600):
        watched.end(1)
        assert not watched.queued(after=wait - 1)
        assert watched.queued(after=1)


def test_a_mail_server_that_drips_does_not_silence_everything(watched: Watched) -> None:
    watched.queued(after=FIRST_SECONDS)
    [number] = watched.waiting()
    watched.queued(after=HANGS_SECONDS + 1)
    job = jobs.get(watched.library, number)
    assert job is not None
    assert job.cancel


@pytest.mark.parametrize("why", ["nobody to tell", "clock", "secrets torn"])
def test_nothing_is_queued_where_nothing_can_be_told(watched: Watched, home: Home, why: str) -> None:
    if why == "clock":
        watched.clock.believed = False
    elif why == "secrets torn":
        home.secrets.write_text("[[[")
    else:
        home.settings.write_text('[servers.home]\nurl = "http://192.0.2.1"\n')
    assert not watched.queued(after=FIRST_SECONDS)


def test_a_webhook_alone_is_somebody_to_tell(watched: Watched, home: Home) -> None:
    home.settings.write_text('[servers.home]\nurl = "http://192.0.2.1"\n')
    secrets.put(home.secrets, "notices", "webhook", address="http://192.0.2.1/x")
    assert watched.queued(after=FIRST_SECONDS)
