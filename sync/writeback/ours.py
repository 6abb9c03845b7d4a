"""What the ledger has of a file, and so what in it is ours: also where Immich moved it since, or took it in anew.

Those are known by being exactly as we left them; of any other file nothing is ours. Called by examine.py and put.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sync.library import known
from sync.library import writeback as ledger
from sync.library.database import Library
from sync.library.writeback import FileRow
from sync.writeback.identity import as_we_left_it


def row_of(library: Library, server: str, asset: str, path: Path, role: str) -> FileRow | None:
    """The row of that asset's file, under its path of today; None where there is none. Raises OSError."""
    row = ledger.file(library, str(path))
    if row is not None and (row.server, row.asset) == (server, asset):
        return row
    for before in ledger.files_of(library, server, asset, role):
        if _is_as_we_left_it(path, before) and not os.path.lexists(before.path):
            return msgspec.structs.replace(before, path=str(path))
    return None


def ours_in(library: Library, server: str, asset: str, path: Path, role: str) -> str:
    """What of a file that was proved to be the asset's is ours, as JSON: also what was written for an asset that is no
    more. That row proves nothing of this one. Raises OSError."""
    row = row_of(library, server, asset, path, role)
    if row is None:
        row = ledger.file(library, str(path))
        if row is None or not known.is_gone(library, row.server, row.asset) or not _is_as_we_left_it(path, row):
            return "{}"
    return row.ours


def _is_as_we_left_it(path: Path, row: FileRow) -> bool:
    try:
        return as_we_left_it(path.stat(), row)
    except FileNotFoundError:
        return False
