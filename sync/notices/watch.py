"""Tells the daemon when there is something to tell: looks at the library now and then, and queues the job `notices`.

Looks soon after a job ended, else every five minutes, and not while much is on its way: a server that is back clears
its albums one after the other. A mailbox that refuses is tried more and more rarely.
"""

from __future__ import annotations

import logging

from sync import questions, secrets
from sync.clock import Clock
from sync.errors import UsageError
from sync.home import Home
from sync.jobs.kinds import KINDS, NOTICES
from sync.library import jobs
from sync.library import notices as rows
from sync.library.database import Library
from sync.library.jobs import SCHEDULE, Lane, State
from sync.library.runs import Run
from sync.notices.channels import names
from sync.notices.decide import decide, summary_is_due
from sync.notices.matters import matters
from sync.settings.last_good import Kept, load_kept
from sync.today import moment_in

FIRST_SECONDS = 600.0
"""After a start, before what the library remembers is believed."""
LOOK_SECONDS = 300.0
SOON_SECONDS = 60.0
BUSY_SECONDS = 900.0
"""So long bulk jobs may put a look off."""
HANGS_SECONDS = 180.0
"""A mail server may drip for ever; nothing else would be told then."""

log = logging.getLogger(__name__)


class Watch:
    """One for the life of the daemon."""

    def __init__(self, home: Home, clock: Clock) -> None:
        self._home, self._clock = home, clock
        self._first = clock.monotonic() + FIRST_SECONDS
        self._next = self._first
        self._busy_until = 0.0
        self._failures = 0
        self._job: tuple[int, float] | None = None

    def ended(self, kind: str, run: Run | None) -> None:
        """A job ended: what it wrote may be news."""
        now = self._clock.monotonic()
        if kind != NOTICES:
            self._next = min(self._next, max(self._first, now + SOON_SECONDS))
            return
        well = run is not None and run.exit_code == 0
        self._failures = 0 if well else self._failures + 1
        self._job = None
        if not well:
            self._next = now + min(LOOK_SECONDS * 2 ** min(self._failures, 6), 3600.0)

    def look(self, library: Library, clock: Clock) -> None:
        """Queue the job where something is to be told."""
        now = self._clock.monotonic()
        if self._job is not None and now - self._job[1] > HANGS_SECONDS:
            jobs.cancel(library, self._job[0])
            self._job = None
        if now < self._next or not clock.trusted():
            return
        waiting = jobs.in_state(library, State.WAITING, State.RUNNING)
        if any(job.kind == NOTICES for job in waiting):
            return
        if any(job.lane is Lane.BULK for job in waiting):
            self._busy_until = self._busy_until or now + BUSY_SECONDS
            if now < self._busy_until:
                return
        self._busy_until, self._next = 0.0, now + LOOK_SECONDS
        if self._is_due(library, load_kept(self._home), clock):
            kind = KINDS[NOTICES]
            number = jobs.add(
                library, kind=NOTICES, lane=kind.lane, resource=kind.resource, arguments={}, asked_by=SCHEDULE
            )
            self._job = (number, now)

    def _is_due(self, library: Library, kept: Kept, clock: Clock) -> bool:
        rules = kept.settings.notices
        try:
            channels = names(rules, secrets.of_notices(self._home.secrets))
        except UsageError as error:
            log.warning("notices: %s", error)
            return False
        if not channels:
            return False
        now = clock.now()
        found = matters(library, kept.settings, questions.pending(self._home))
        for channel in channels:
            told = rows.every(library, channel)
            if decide(found, told, rules, now=now, whole=kept.whole):
                return True
            if summary_is_due(told, rules, now_here=moment_in(now, kept.settings.time_zone)):
                return True
        return False
