"""What the page asked of sync, and the answers that sync would have given: no sync runs, jobs only wait."""

from __future__ import annotations

from typing import Any

from sync.home import Home
from sync.jobs.progress import Ended, put_ended
from sync.library import jobs
from sync.library.database import Library
from sync.library.jobs import State

ROOT_TRIED: dict[str, Any] = {
    "folder": {"problem": "", "file_system": "ext4"}, "prefix": "/usr/src/app/external", "root_folder": "/mnt/photos",
    "mapped": 12, "there": 12, "of": 12, "external": 12, "suggestion": None, "permissions": [], "notes": ["A <b>note."],
}  # fmt: skip
"""What a folder that was tried out as a root of write-back can do."""


def queued(library: Library) -> list[tuple[str, dict[str, object]]]:
    """Kind and arguments of every job that waits."""
    return [(job.kind, job.arguments) for job in jobs.in_state(library, State.WAITING)]


def ended(home: Home, number: int, **facts: object) -> None:
    """The job came to these facts."""
    put_ended(home, Ended(job=number, outcome="done", exit_code=0, sentence="Done.", facts=dict(facts)))


def the_only(library: Library, kind: str) -> int:
    """The number of the one job of that kind that waits."""
    (number,) = [job.id for job in jobs.in_state(library, State.WAITING) if job.kind == kind]
    return number
