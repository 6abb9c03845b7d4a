"""Every kind of job: its lane, and the lock that it holds while it runs. What a kind does is its handler's affair."""

from __future__ import annotations

from dataclasses import dataclass

from sync.errors import UsageError, did_you_mean
from sync.library.jobs import Lane

MIRROR = "mirror"
"""The lock of whoever changes objects, albums or the catalogue."""

SMART = "smart"
"""The lock of whoever changes albums on a server."""

FAVOURITES = "favourites"
"""The job that brings favourites to their servers, and its lock."""


@dataclass(frozen=True)
class Kind:
    lane: Lane
    resource: str = ""


KINDS = {
    "sync": Kind(Lane.BULK, MIRROR),
    "details": Kind(Lane.BULK, MIRROR),
    "scrub": Kind(Lane.BULK, MIRROR),
    "verify": Kind(Lane.BULK, MIRROR),
    "import": Kind(Lane.BULK, MIRROR),
    "upload": Kind(Lane.BULK, MIRROR),
    "upload-remove": Kind(Lane.BULK, MIRROR),
    "preview": Kind(Lane.ASKED),
    "probe": Kind(Lane.ASKED),
    "albums": Kind(Lane.ASKED),
    "resolve": Kind(Lane.ASKED),
    "thumbs": Kind(Lane.ASKED, "thumbs"),
    FAVOURITES: Kind(Lane.ASKED, FAVOURITES),
    "held": Kind(Lane.ASKED, MIRROR),
    "trash-restore": Kind(Lane.ASKED, MIRROR),
    "trash-empty": Kind(Lane.ASKED, MIRROR),
    "smart-apply": Kind(Lane.BULK, SMART),
    "smart-preview": Kind(Lane.ASKED),
    "smart-why": Kind(Lane.ASKED),
    "smart-undo": Kind(Lane.ASKED, SMART),
}


def kind_of(name: str) -> Kind:
    """Raises UsageError with the nearest known kind."""
    try:
        return KINDS[name]
    except KeyError:
        raise UsageError(f"There is no job {name!r}.{did_you_mean(name, list(KINDS))}") from None


def lock_name(number: int) -> str:
    """The lock that a job's process holds as long as it lives, under the folder of locks."""
    return f"job-{number}"
