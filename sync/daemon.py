"""The sync service: the schedule fills the queue, the lanes work it off, settings are read again when they change.

One at a time for a home (locks/daemon). It sleeps until something is due, ends, or rings, and looks around every few
seconds; nothing heavy is imported here, for every job runs in a child. SIGTERM or SIGINT ends it within two seconds.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

from sync import logs
from sync.clock import Clock, StepDetector
from sync.errors import ANEW, DiskError, LibraryCorrupt
from sync.files import locked, signature
from sync.home import Home, prepare
from sync.intents import Intents
from sync.jobs import believed
from sync.jobs.kinds import FAVOURITES, KINDS
from sync.jobs.lanes import RETRY_SECONDS, Lanes
from sync.jobs.process import PROGRAM
from sync.jobs.timetable import Timetable, went_well
from sync.jobs.wake import Bell
from sync.library import intents, jobs, runs
from sync.library.database import Library
from sync.library.jobs import SCHEDULE, State
from sync.notices.disk_watch import DiskWatch
from sync.notices.watch import Watch
from sync.notify import Notifier
from sync.settings.clashes import Problem
from sync.settings.last_good import keep_copy, load_kept

LOOK_SECONDS = 5.0
DISK_RETRY_SECONDS = 300.0
NOTE_SECONDS = 3600.0
FAVOURITES_SECONDS = 30.0
"""Between two tries to send what waits, unless somebody marks another photo."""

log = logging.getLogger(__name__)


def run(home: Home, *, clock: Clock, program: Sequence[str] = PROGRAM, retry_seconds: float = RETRY_SECONDS) -> int:
    """Serve until a signal ends it, or until somebody asks for a new beginning (ANEW). Raises Busy where another one
    serves this home."""
    prepare(home)
    with ExitStack() as stack:
        stack.enter_context(locked(home.locks / "daemon", "the sync service"))
        daemon = Daemon(home, clock=clock, program=program, retry_seconds=retry_seconds)
        stack.callback(daemon.close)
        daemon.serve()
    return ANEW if daemon.anew else 0


class Daemon:
    def __init__(self, home: Home, *, clock: Clock, program: Sequence[str], retry_seconds: float) -> None:
        self._home, self._clock, self._program, self._retry_seconds = home, clock, program, retry_seconds
        self._selector = selectors.DefaultSelector()
        self._notifier = Notifier(os.environ, clock)
        self._bell = Bell(home)
        self._selector.register(self._bell.socket, selectors.EVENT_READ)
        self._signals = _end_on_signals(self._selector)
        self._ended = self.anew = False
        self._seen: object = None
        self._problems: tuple[Problem, ...] = ()
        self._steps = StepDetector(clock)
        self._note_at = self._favourites_at = float("-inf")
        self._intents = Intents(home)
        self._notices, self._disk = Watch(home, clock), DiskWatch(home, clock, program)
        self._settings = load_kept(home).settings
        logs.set_up(home, self._settings.log, rotates=True)
        self._open()

    def _open(self) -> None:
        with locked(self._home.locks / "library", "opening the library", wait_seconds=30):
            self._library = Library(self._home.library)
        if self._library.quarantined is not None:
            log.error("the library was damaged: moved to %s, a new one is begun", self._library.quarantined)
        self._clock = believed.clock(self._library, self._clock)
        self._lanes = Lanes(
            self._home, self._library, clock=self._clock, selector=self._selector, program=self._program,
            retry_seconds=self._retry_seconds,
        )  # fmt: skip
        self._lanes.recover()
        runs.prune(self._library)
        self._timetable = Timetable(self._library, self._clock)
        self._seen = None

    def serve(self) -> None:
        """The loop."""
        self._notifier.ready()
        while not self._ended:
            try:
                self._turn()
                self._disk.works()
                self._sleep(min(LOOK_SECONDS, self._timetable.seconds_to_next(), self._lanes.seconds_to_next()))
            except DiskError as error:
                if isinstance(error, LibraryCorrupt):
                    self._begin_again(error)
                    continue
                log.error("%s Next look in five minutes.", error)  # noqa: TRY400
                self._disk.fails(error.sentence)
                self._wait_for_the_disk()
            except sqlite3.OperationalError as error:
                log.warning("the library is busy: %s", error)
                self._sleep(LOOK_SECONDS)
            except sqlite3.DatabaseError as error:
                self._begin_again(error)

    def close(self) -> None:
        """End every job, then let go."""
        self._notifier.stopping()
        try:
            self._lanes.close()
            self._timetable.settle()
        except (DiskError, sqlite3.Error) as error:
            log.warning("could not write down the end of a job: %s", error)
            self._lanes.abandon()
        self._library.close()
        self._bell.close()
        self._selector.close()

    def _turn(self) -> None:
        """One look at everything; feeds the watchdog, so that a stuck library or lane starves it."""
        self._look_at_settings()
        step = self._steps.stepped_seconds()
        if step:
            log.info("the wall clock was moved by %+.0f s; rhythms stay as they are", step)
        self._lanes.cancel_wanted()
        for finished in self._lanes.finished():
            self._timetable.count_asked(finished, self._settings)
            self._notices.ended(finished.job.kind, finished.run)
            if finished.job.kind == "sync" and went_well(finished.run):
                # A server that was away is there again. Keys that may not are not asked so often.
                self._try_favourites(before=(self._clock.now() + timedelta(hours=1)).isoformat())
                self._timetable.hurry(finished.job, self._settings)
        self._timetable.settle()
        self._look_at_intents()
        self._timetable.queue_due()
        self._notices.look(self._library, self._clock)
        self._lanes.start_waiting()
        self._note_time(stepped=bool(step))
        self._notifier.alive()

    def _look_at_settings(self) -> None:
        seen = (signature(self._home.settings), signature(self._home.secrets))
        if seen == self._seen:
            return
        self._seen = seen
        kept = load_kept(self._home)
        self._settings = kept.settings
        keep_copy(self._home)
        logs.set_up(self._home, kept.settings.log, rotates=True)
        if kept.problems != self._problems:
            self._problems = kept.problems
            for problem in kept.problems:
                log.warning("settings: %s", problem.sentence)
        self._try_favourites(before="9999")
        self._timetable.plan(kept, secrets_state=str(seen[1]))

    def _look_at_intents(self) -> None:
        """Record what was done at the wall, and have favourites sent."""
        took, now = self._intents.take(self._library), self._clock.monotonic()
        if not took and now < self._favourites_at:
            return
        if not intents.any_due(self._library, self._clock.now().isoformat()):
            return
        known = jobs.in_state(self._library, State.WAITING, State.RUNNING, State.PARKED)
        if any(job.kind == FAVOURITES for job in known):
            return
        self._favourites_at = now + FAVOURITES_SECONDS
        kind = KINDS[FAVOURITES]
        jobs.add(
            self._library, kind=FAVOURITES, lane=kind.lane, resource=kind.resource, arguments={}, asked_by=SCHEDULE
        )

    def _try_favourites(self, *, before: str) -> None:
        intents.try_again(self._library, before=before)
        self._favourites_at = float("-inf")

    def _note_time(self, *, stepped: bool) -> None:
        now = self._clock.monotonic()
        if now >= self._note_at and not stepped:
            self._note_at = now + NOTE_SECONDS
            believed.note(self._library, self._clock)

    def _begin_again(self, error: Exception) -> None:
        log.error("the library cannot be read any more: %s", error)
        self._lanes.abandon()
        self._library.close()
        self._open()

    def _wait_for_the_disk(self) -> None:
        # Alive, though nothing can be written: a restart would not help the disk. Whoever rings wants it tried now.
        until = self._clock.monotonic() + DISK_RETRY_SECONDS
        while not self._ended and self._clock.monotonic() < until:
            self._notifier.alive()
            if self._sleep(LOOK_SECONDS):
                return

    def _sleep(self, seconds: float) -> bool:
        """Wait for an event; whether somebody rang."""
        rang = False
        for key, _ in self._selector.select(max(0.0, seconds)):
            if key.fileobj is self._bell.socket:
                self.anew |= self._bell.drain()
                self._ended |= self.anew
                rang = True
            elif key.fileobj is self._signals:
                self._ended = True
        return rang


def _end_on_signals(selector: selectors.BaseSelector) -> socket.socket:
    """A socket that becomes readable when the process is told to end."""
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    selector.register(reader, selectors.EVENT_READ)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return reader
