"""What a job's handler is given, and what it gives back: the seam between sync/jobs and the rooms that do the work.

A handler is a function `(work, arguments) -> Result`; it reports progress, asks often whether it is cancelled, and
raises errors of sync/errors.py. It knows nothing of lanes, queues or processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sync.clock import Clock
from sync.errors import Cancelled
from sync.home import Home
from sync.library.database import Library
from sync.settings.tree import Album, Settings

if TYPE_CHECKING:
    from datetime import date

    from sync.immich.listing import Listing
    from sync.immich.reader import Reader

Report = Callable[[dict[str, Any]], None]
"""Takes what is being done now: `{"doing": "Fetching photos", "album": "Holidays", "done": 12, "of": 300}`."""


class ListByRule(Protocol):
    """Lists what an album's rule matches: of a server's library, or of another source's listing that it narrows."""

    def __call__(
        self, work: Work, album: Album, immich: Reader, *, inner: Listing | None, then: date | None
    ) -> Listing:
        """`then`: the day of the last complete listing; what matched on it and does no more left with the calendar.
        Raises RuleError, or does so when it is iterated."""


@dataclass
class Work:
    """One execution of a job."""

    home: Home
    settings: Settings
    settings_whole: bool
    """Whether the settings were read without a problem in their albums: only then does a missing album mean that its
    owner removed it."""
    library: Library
    clock: Clock
    asked: bool = False
    """A person started it: *sync now* counts as the second complete listing."""
    report: Report = lambda _progress: None
    cancelled: Callable[[], bool] = lambda: False
    list_by_rule: ListByRule | None = None
    """How rooms that know no rules list by one; handed in by sync/handlers.py."""

    def check(self) -> None:
        """Raise Cancelled once somebody wants this to end."""
        if self.cancelled():
            raise Cancelled("Cancelled; what was fetched so far is kept.")


@dataclass
class Result:
    """What a run came to: facts for --json and the phone, and how serious it is."""

    facts: dict[str, Any]
    sentence: str
    exit_code: int = 0
    """0 done, 1 done with problems, 3 server not reachable, 4 held."""
    problems: list[str] = field(default_factory=list)


Handler = Callable[[Work, dict[str, Any]], Result]

_SEVERITY = {2: 4, 3: 3, 4: 2, 1: 1, 0: 0}


def most_serious(codes: list[int]) -> int:
    """The exit code that wins: 2, 3, 4, 1, 0."""
    return max(codes, key=lambda code: _SEVERITY.get(code, 1), default=0)
