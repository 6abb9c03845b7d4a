"""Has Immich read what was written: the metadata of each asset or, where the key may not, whole libraries."""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import NotAvailable, PermissionMissing, ServerError
from sync.immich.reread import MOST
from sync.immich.server import Immich
from sync.work import Work
from sync.writeback.put import Touched


def tell(work: Work, immich: Immich, written: Sequence[Touched]) -> list[str]:
    """Gives what could not be told, in sentences; nothing of it undoes a write."""
    if not written:
        return []
    work.report({"doing": "Having Immich read what was written"})
    try:
        for start in range(0, len(written), MOST):
            immich.refresh_metadata([one.asset for one in written[start : start + MOST]])
    except PermissionMissing:
        return _scan(immich, written)
    except (NotAvailable, ServerError) as error:
        return [f"Immich could not be told to read what was written: {error.sentence} It will with its next scan."]
    return []


def _scan(immich: Immich, written: Sequence[Touched]) -> list[str]:
    libraries = sorted({one.library for one in written if one.library})
    try:
        for library in libraries:
            immich.scan_library(library)
    except ServerError:
        libraries = []
    if libraries and all(one.library for one in written):
        return []
    advice = "Give the key the permission job.create, or let Immich scan its libraries."
    return [f"Immich was not told to read what was written, because the key may not: {advice}"]
