"""The service with real processes: poison, crashes, cancelling, restarts, a library that turns to garbage."""

from __future__ import annotations

import importlib
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import psutil
import pytest

from sync.clock import SystemClock
from sync.errors import Busy
from sync.home import Home
from sync.jobs import progress
from sync.jobs.follow import cancel, follow, open_library, queue, serving
from sync.jobs.process import alive
from sync.jobs.wake import ring
from sync.library import jobs, runs
from sync.library.database import Library
from sync.library.jobs import Job, Lane, State
from sync.library.runs import Outcome, Run
from tests.patience import PATIENCE_SECONDS, until
from tests.sync.jobs.conftest import PROGRAM, folders, service

SYSTEM = SystemClock()


@contextmanager
def opened(home: Home) -> Any:
    library = open_library(home)
    try:
        yield library
    finally:
        library.close()


def all_runs(home: Home) -> list[Run]:
    with opened(home) as library:
        return runs.history(library)


def of_album(home: Home, album: str) -> list[Run]:
    return [run for run in all_runs(home) if run.arguments.get("albums") == [album]]


def job_of(home: Home, album: str) -> Job | None:
    with opened(home) as library:
        every = jobs.in_state(library, *State)
        return next((job for job in every if job.arguments.get("albums") == [album]), None)


def has_ended(pid: int) -> bool:
    """Also where nobody asks for what it ended with, as in a container whose first process does not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_poison_job_is_parked_after_three_attempts_and_the_others_go_on(home: Home) -> None:
    folders(home, "killed", "defect", "ok")
    with service(home):
        for album in ("killed", "defect"):
            until(lambda album=album: (job := job_of(home, album)) and job.state is State.PARKED)
            assert [run.outcome for run in of_album(home, album)] == [Outcome.CRASHED] * 3
        until(lambda: of_album(home, "ok"))
    with service(home):
        # Also after a restart it stays parked, until its settings change.
        home.settings.write_text(home.settings.read_text().replace("[[albums]]", "[[albums]]\nlimit = 5", 1))
        ring(home)
        until(lambda: len(of_album(home, "killed")) == 6)
        assert len(of_album(home, "defect")) == 3


def test_a_bulk_child_that_is_killed_is_tried_again_and_then_does_its_work(home: Home) -> None:
    folders(home, "once")
    with service(home):
        until(lambda: len(of_album(home, "once")) == 2)
        until(lambda: (job := job_of(home, "once")) and job.state is State.ENDED)
    assert [run.outcome for run in of_album(home, "once")] == [Outcome.DONE, Outcome.CRASHED]
    assert not list(home.locks.glob("job-*")), "nothing of it stays in the runtime folder"


@pytest.mark.parametrize("album", ["slow", "deaf"])
def test_a_job_that_a_person_cancels_ends_with_all_it_started(home: Home, album: str) -> None:
    folders(home, album)
    with service(home):
        until(lambda: (job := job_of(home, album)) and progress.read(home, job.id))
        if album == "deaf":
            until((home.root / "deaf").exists)
        job = job_of(home, album)
        assert job is not None
        with opened(home) as library:
            cancel(home, library, job.id)
            ended = follow(home, library, job.id, clock=SYSTEM)
        assert ended.outcome == "cancelled"
        assert job_of(home, album).state is State.ENDED  # type: ignore[union-attr]
        if album == "deaf":
            for pid in (home.root / "deaf").read_text().split():
                until(lambda pid=pid: has_ended(int(pid)))


@pytest.mark.parametrize("album", ["slow", "deaf"])
def test_the_service_ends_on_sigterm_with_its_jobs_which_wait_for_the_next(home: Home, album: str) -> None:
    folders(home, album)
    with service(home) as process:
        until(lambda: (job := job_of(home, album)) and alive(home, job.id) and progress.read(home, job.id))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    job = job_of(home, album)
    assert job is not None
    assert (job.state, job.attempts) == (State.WAITING, 0)
    assert of_album(home, album)[0].outcome is Outcome.CANCELLED


def test_a_job_does_not_outlive_a_service_that_was_killed(home: Home) -> None:
    folders(home, "deaf")
    with service(home) as process:
        until((home.root / "deaf").exists)
        process.kill()
        process.wait()
        for pid in (home.root / "deaf").read_text().split():
            until(lambda pid=pid: has_ended(int(pid)))


def test_two_services_do_not_serve_one_home(home: Home) -> None:
    with service(home), service(home) as second:
        assert second.wait(PATIENCE_SECONDS) == 1
    assert "Busy: the sync service is running." in (home.root / "service.log").read_text()


def test_an_asked_job_is_answered_while_a_bulk_job_runs_and_told_with_what_its_lock_is_busy(home: Home) -> None:
    folders(home, "slow")
    with service(home), opened(home) as library:
        until(lambda: (job := job_of(home, "slow")) and progress.read(home, job.id))
        answer = follow(home, library, queue(home, library, "preview", {"do": "ok"}, asked_by="test"), clock=SYSTEM)
        assert answer.sentence == "ok is done."
        assert answer.facts["asked"] is True
        busy = follow(home, library, queue(home, library, "held", {"do": "ok"}, asked_by="test"), clock=SYSTEM)
        assert busy.sentence == "Busy: sync of slow is running."


def test_a_second_sync_without_a_service_says_that_one_is_running(home: Home) -> None:
    with opened(home) as library:
        number = queue(home, library, "sync", {"albums": ["slow"]}, asked_by="test")
        first = subprocess.Popen([*PROGRAM, "job", str(number)], stdin=subprocess.PIPE)
        until(lambda: progress.read(home, number))
        other = queue(home, library, "sync", {"albums": ["ok"]}, asked_by="test")
        with pytest.raises(Busy, match="Busy: sync of slow is running"):
            follow(home, library, other, clock=SYSTEM, program=PROGRAM)
        assert jobs.get(library, other).state is State.ENDED  # type: ignore[union-attr]
        first.communicate(timeout=PATIENCE_SECONDS)


def test_two_who_ask_for_the_same_at_once_without_a_service_hear_of_one_run(home: Home) -> None:
    def ask() -> str:
        with opened(home) as library:
            number = queue(home, library, "sync", {"albums": ["ok"]}, asked_by="test")
            both_asked.wait(PATIENCE_SECONDS)
            return follow(home, library, number, clock=SYSTEM, program=PROGRAM).sentence

    both_asked = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        assert [one.result() for one in [pool.submit(ask), pool.submit(ask)]] == ["ok is done."] * 2
    with opened(home) as library:
        assert len(runs.history(library)) == 1


def test_a_library_that_turns_to_garbage_under_the_service_is_begun_anew(home: Home) -> None:
    folders(home, "garbage", "ok")
    with service(home):
        until(lambda: list(home.private.glob("library.db.corrupt.*")))
        home.settings.write_text(home.settings.read_text().replace('name = "garbage"', 'name = "fine"'))
        ring(home)
        until(lambda: "job" in (home.root / "service.log").read_text() and runs_of(home, "fine"))


def runs_of(home: Home, album: str) -> list[Run]:
    try:
        return of_album(home, album)
    except Exception:
        return []  # Being begun anew.


def test_a_changed_key_or_setting_is_noticed_and_an_unreachable_server_is_tried_again_later(home: Home) -> None:
    folders(home, "unreachable")
    with service(home):
        until(lambda: [run for run in of_album(home, "unreachable") if run.outcome])
        run = of_album(home, "unreachable")[0]
        assert (run.outcome, run.exit_code) == (Outcome.FAILED, 3)
        assert run.sentence == "No answer at http://x/?key=***"
        folders(home, "unreachable", "ok")
        ring(home)
        until(lambda: [run for run in of_album(home, "ok") if run.outcome])
        assert of_album(home, "ok")[0].result["facts"]["asked"] is False  # type: ignore[index]
    assert len(of_album(home, "unreachable")) == 1


def test_large_facts_reach_who_waits_but_not_the_library(home: Home) -> None:
    with opened(home) as library:
        number = queue(home, library, "preview", {"do": "large"}, asked_by="test")
        ended = follow(home, library, number, clock=SYSTEM, program=PROGRAM)
        assert len(ended.facts["text"]) == 100_000
        assert runs.last_of(library, number).result is None  # type: ignore[union-attr]


def test_a_lost_marker_ends_a_job_before_it_begins(home: Home) -> None:
    with opened(home) as library:
        number = queue(home, library, "sync", {"albums": ["ok"]}, asked_by="test")
        home.marker.unlink()
        ended = follow(home, library, number, clock=SYSTEM, program=PROGRAM)
        assert "lost its marker" in ended.sentence
        assert jobs.get(library, number).state is State.ENDED  # type: ignore[union-attr]


def test_equal_jobs_that_wait_are_one_and_a_person_takes_it_over(home: Home) -> None:
    library = Library(home.library)
    add = lambda who: jobs.add(  # noqa: E731
        library, kind="sync", lane=Lane.BULK, resource="mirror", arguments={"albums": None}, asked_by=who
    )
    first = add("schedule")
    assert add("phone") == first
    assert add("schedule") == first
    assert jobs.get(library, first).asked_by == "phone"  # type: ignore[union-attr]
    library.close()


def test_the_service_says_ready_alive_and_ending_to_systemd(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(home.runtime / "notify"))
        ear.settimeout(PATIENCE_SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", str(home.runtime / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        with service(home):
            assert ear.recv(64) == b"READY=1"
            assert ear.recv(64) == b"WATCHDOG=1"
        said = {ear.recv(64)}
        while b"STOPPING=1" not in said:
            said.add(ear.recv(64))


def test_the_service_imports_nothing_heavy() -> None:
    heavy = "requests", "PIL", "flask", "sync.mirror", "sync.immich", "sqlite_utils", "tomlkit"
    code = f"import sys, sync.daemon; print(*[m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


def test_every_kind_has_a_handler_that_can_be_imported() -> None:
    from sync.jobs.kinds import KINDS

    for kind in KINDS.values():
        module, name = kind.handler.split(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_nobody_serves_where_no_service_runs(home: Home) -> None:
    assert not serving(home)
    assert not ring(home)
