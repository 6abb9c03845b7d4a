"""Every kind of job, in one table: its lane, what does its work, and the lock that it holds while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from sync.errors import UsageError, did_you_mean
from sync.library.jobs import Job, Lane

MIRROR = "mirror"
"""The lock of whoever changes objects, albums or the catalogue."""

SMART = "smart"
"""The lock of whoever changes albums on a server."""

WRITEBACK = "writeback"
"""The lock of whoever changes originals, or asks what to change in them."""

INGEST = "ingest"
"""The lock of whoever takes photos in."""

FAVOURITES = "favourites"
"""The job that brings favourites to their servers, and its lock."""

NOTICES = "notices"
"""The job that tells by mail and webhook, and its lock."""


ICLOUDPD = "icloudpd"
"""The job that downloads from iCloud, and its lock."""


@dataclass(frozen=True)
class Kind:
    lane: Lane
    handler: str
    """`module:function`, a `sync.work.Handler`; imported only when a job of this kind runs."""
    resource: str = ""


KINDS = {
    "sync": Kind(Lane.BULK, "sync.mirror.synchronise:synchronise", MIRROR),
    "details": Kind(Lane.BULK, "sync.mirror.details:details", MIRROR),
    "scrub": Kind(Lane.BULK, "sync.mirror.scrub:scrub", MIRROR),
    "verify": Kind(Lane.BULK, "sync.mirror.scrub:verify", MIRROR),
    "import": Kind(Lane.BULK, "sync.mirror.take_over:take_over", MIRROR),
    "upload": Kind(Lane.BULK, "sync.mirror.uploads:upload", MIRROR),
    "upload-remove": Kind(Lane.BULK, "sync.mirror.uploads:remove", MIRROR),
    "preview": Kind(Lane.ASKED, "sync.mirror.preview:preview"),
    "probe": Kind(Lane.ASKED, "sync.inquiries:probe"),
    "albums": Kind(Lane.ASKED, "sync.inquiries:albums"),
    "names": Kind(Lane.ASKED, "sync.inquiries:names"),
    "resolve": Kind(Lane.ASKED, "sync.inquiries:resolve"),
    "thumbs": Kind(Lane.ASKED, "sync.mirror.thumbs:thumbs", "thumbs"),
    FAVOURITES: Kind(Lane.ASKED, "sync.favourites:favourites", FAVOURITES),
    "held": Kind(Lane.ASKED, "sync.mirror.held:held", MIRROR),
    "trash-restore": Kind(Lane.ASKED, "sync.mirror.trash:restore_handler", MIRROR),
    "trash-empty": Kind(Lane.ASKED, "sync.mirror.trash:empty_handler", MIRROR),
    "restore": Kind(Lane.ASKED, "sync.backup.restoring:restore"),
    ICLOUDPD: Kind(Lane.DOWNLOAD, "sync.ingest.download:download", ICLOUDPD),
    "smart-apply": Kind(Lane.BULK, "sync.smart.keep:keep", SMART),
    "smart-preview": Kind(Lane.ASKED, "sync.smart.why:preview"),
    "smart-why": Kind(Lane.ASKED, "sync.smart.why:why"),
    NOTICES: Kind(Lane.ASKED, "sync.notices.tell:tell", NOTICES),
    "notices-test": Kind(Lane.ASKED, "sync.notices.tell:test"),
    "smart-undo": Kind(Lane.ASKED, "sync.smart.undo:undo", SMART),
    "writeback-run": Kind(Lane.BULK, "sync.writeback.run:run", WRITEBACK),
    "writeback-undo": Kind(Lane.BULK, "sync.writeback.undo_run:undo", WRITEBACK),
    "writeback-preview": Kind(Lane.ASKED, "sync.writeback.preview:preview", WRITEBACK),
    "writeback-probe": Kind(Lane.ASKED, "sync.writeback.probe:probe"),
    "writeback-explain": Kind(Lane.ASKED, "sync.writeback.explain:explain"),
    "ingest-run": Kind(Lane.BULK, "sync.ingest.run:ingest", INGEST),
    "ingest-preview": Kind(Lane.ASKED, "sync.ingest.preview:preview"),
    "ingest-check": Kind(Lane.ASKED, "sync.ingest.check:check"),
    "ingest-import": Kind(Lane.ASKED, "sync.ingest.move_in:read_old"),
    "ingest-fill": Kind(Lane.BULK, "sync.ingest.move_in:fill_landing", INGEST),
    "ingest-undo": Kind(Lane.ASKED, "sync.ingest.undo:undo", INGEST),
}


def kind_of(name: str) -> Kind:
    """Raises UsageError with the nearest known kind."""
    try:
        return KINDS[name]
    except KeyError:
        raise UsageError(f"There is no job {name!r}.{did_you_mean(name, list(KINDS))}") from None


def describe(job: Job) -> str:
    """`sync of Holidays`, for whoever finds it busy."""
    albums = job.arguments.get("albums") or ([job.arguments["album"]] if "album" in job.arguments else [])
    return job.kind + (f" of {', '.join(albums)}" if albums else "")


def lock_name(number: int) -> str:
    """The lock that a job's process holds as long as it lives, under the folder of locks."""
    return f"job-{number}"
