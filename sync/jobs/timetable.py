"""Holds the schedule against the queue: queues what is due, tells the schedule what came of it, and remembers that.

A job that is parked (for settings that no try can mend) blocks its entry until these change. Called by the daemon's
loop; everything of it that must outlive the process lies in the library.
"""

from __future__ import annotations

from datetime import UTC

from sync.clock import Clock, boot_id, zone_of
from sync.jobs.entries import entries, entries_of, entry_name
from sync.jobs.kinds import KINDS
from sync.jobs.lanes import Finished
from sync.jobs.schedule import Entry, Schedule
from sync.library import jobs, runs, schedule
from sync.library.database import Library
from sync.library.jobs import SCHEDULE, Job, State
from sync.library.runs import Outcome, Run
from sync.settings.last_good import Kept
from sync.settings.tree import Settings


class Timetable:
    """What returns, and which job in the queue is its."""

    def __init__(self, library: Library, clock: Clock) -> None:
        self._library = library
        self._schedule = Schedule(clock, UTC, boot_id())
        self._queued: dict[str, tuple[int, str]] = {}
        """By entry: the number of its job, and the settings that it was queued under."""
        self._blocked: set[str] = set()

    def plan(self, kept: Kept, *, secrets_state: str) -> None:
        """Take over new settings. What they no longer name is forgotten, where they could be read whole."""
        self._schedule.zone = zone_of(kept.settings.time_zone)
        wanted = entries(kept.settings, secrets_state=secrets_state)
        gone = self._schedule.plan(wanted, schedule.remembered(self._library))
        if gone and kept.whole:
            with self._library.transaction() as db:
                for name in gone:
                    schedule.forget(db, name)

    def seconds_to_next(self) -> float:
        """How long until something is due; infinite when nothing will be."""
        return self._schedule.seconds_to_next()

    def queue_due(self) -> None:
        """Put what is due into the queue."""
        for entry in self._schedule.due():
            self._queue(entry)

    def settle(self) -> None:
        """Tell the schedule what came of its jobs."""
        for name, (number, identity) in list(self._queued.items()):
            job = jobs.get(self._library, number)
            if job is not None and job.state in (State.WAITING, State.RUNNING):
                continue
            parked = job is not None and job.state is State.PARKED
            if parked and name in self._blocked:
                if self._schedule.identity(name) != identity:
                    self._blocked.discard(name)
                    self._queued[name] = (number, self._schedule.identity(name))
                    jobs.release(self._library, number)
                continue
            self._remember(name, well=not parked and went_well(runs.last_of(self._library, number)), identity=identity)
            if parked:
                self._blocked.add(name)
                self._schedule.started(name)
            else:
                self._blocked.discard(name)
                del self._queued[name]

    def count_asked(self, finished: Finished, settings: Settings) -> None:
        """A sync that a person asked for is one that need not be done again so soon."""
        job, run = finished.job, finished.run
        scheduled = any(job.id == number for number, _ in self._queued.values())
        if job.kind != "sync" or scheduled or run is None or run.ended_at is None:
            return
        named = job.arguments.get("albums")
        albums = [album.name for album in settings.albums] if named is None else named
        for album in albums:
            if entry_name(album) not in self._queued:
                self._remember(entry_name(album), well=went_well(run))

    def hurry(self, job: Job, settings: Settings) -> None:
        """What failed with the server of these albums is tried again now, in place of within the hour."""
        named = job.arguments.get("albums") or []
        there = {album.server for album in settings.albums if album.name in named and album.server}
        self._schedule.hurry(entries_of(settings, there))

    def _queue(self, entry: Entry) -> None:
        parked = self._parked(entry)
        if parked is None:
            kind = KINDS[entry.kind]
            number = jobs.add(
                self._library, kind=entry.kind, lane=kind.lane, resource=kind.resource, arguments=entry.arguments,
                asked_by=SCHEDULE,
            )  # fmt: skip
        else:
            number = parked.id
            known = schedule.remembered(self._library).get(entry.name)
            if known is None or known.identity != entry.identity:
                jobs.release(self._library, number)
        self._queued[entry.name] = (number, entry.identity)
        self._schedule.started(entry.name)

    def _parked(self, entry: Entry) -> Job | None:
        parked = jobs.in_state(self._library, State.PARKED)
        return next((job for job in parked if (job.kind, job.arguments) == (entry.kind, entry.arguments)), None)

    def _remember(self, name: str, *, well: bool, identity: str | None = None) -> None:
        remembered = self._schedule.ended(name, well=well, identity=identity)
        if remembered is not None:
            with self._library.transaction() as db:
                schedule.remember(db, remembered)


def went_well(run: Run | None) -> bool:
    """Whether it came to its end with every server there."""
    return run is not None and run.outcome is Outcome.DONE and run.exit_code != 3
