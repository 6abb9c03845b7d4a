"""Has Immich read what was written: the metadata of each asset or, where the key may not, whole libraries.

What could not be told, because the server was away or the run was ended, is told by the next run.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.errors import NotAvailable, PermissionMissing, ServerError
from sync.immich.batches import batches
from sync.immich.server import Immich
from sync.library import known
from sync.library import writeback as ledger
from sync.work import Work
from sync.writeback.remembered import facts_of


def refresh(work: Work, immich: Immich, server: str) -> list[str]:
    """Gives what could not be told, in sentences; nothing of it undoes a write."""
    assets = ledger.untold(work.library, server)
    if not assets:
        return []
    work.report({"doing": "Having Immich read what was written", "album": server})
    try:
        for chunk in batches(assets):
            _refresh_each(immich, chunk)
            with work.library.transaction() as db:
                ledger.told(db, server, chunk)
    except PermissionMissing:
        problems = _scan(work, immich, server, assets)
        with work.library.transaction() as db:
            ledger.told(db, server, assets)
        return problems
    except ServerError as error:
        return [f"Immich could not be told to read what was written: {error.sentence} The next run tells it."]
    return []


def _refresh_each(immich: Immich, assets: Sequence[str]) -> None:
    """One asset that is gone refuses all of them: then each is asked for alone."""
    try:
        immich.refresh_metadata(assets)
    except NotAvailable:
        if len(assets) > 1:
            for asset in assets:
                _refresh_each(immich, [asset])


def _scan(work: Work, immich: Immich, server: str, assets: list[str]) -> list[str]:
    rows = [known.find_asset(work.library, server, asset) for asset in assets]
    libraries = {facts_of(row.facts).library for row in rows if row is not None}
    named = sorted(library for library in libraries if library)
    try:
        for library in named:
            immich.scan_library(library)
    except ServerError:
        named = []
    if named and None not in libraries:
        return []
    advice = "Give the key the permission job.create, or let Immich scan its libraries."
    return [f"Immich was not told to read what was written, because the key may not: {advice}"]
