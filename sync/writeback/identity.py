"""Whether a file is the asset that Immich means: by its hash, else by its size and time. Nothing is written before.

An upload's checksum is of its bytes, so that size and time prove one only after we wrote into it; an external
library's is of its path and proves nothing. A file that is as we left it needs no further proof.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from sync.files import storable_ns
from sync.library.writeback import FileRow
from sync.writeback.remembered import Proof


def as_we_left_it(found: os.stat_result, row: FileRow | None) -> bool:
    """Whether the ledger knows the file exactly as it is."""
    return row is not None and (row.size_bytes, row.mtime_ns) == (found.st_size, storable_ns(found.st_mtime_ns))


def prove(
    path: Path, found: os.stat_result, proof: Proof, *, external: bool, row: FileRow | None, resolution_ns: int
) -> str:
    """Empty where the file is the asset's, else why that is not known. Raises OSError."""
    if as_we_left_it(found, row):
        return ""
    same_size = proof.size_bytes == found.st_size
    late_ns = abs(found.st_mtime_ns - proof.modified_ms * 1_000_000)
    # Immich keeps milliseconds; some file systems only two whole seconds.
    if same_size and late_ns <= max(resolution_ns, 1_000_000) and (external or row is not None):
        return ""
    if not external and _sha1(path) == proof.checksum:
        return ""
    if row is not None:
        return "it was changed since, and Immich has not read it again yet"
    if not external:
        return "its hash is not the one that Immich knows"
    if not same_size:
        return f"it has {found.st_size} bytes, and Immich knows {proof.size_bytes}"
    return "its time is not the one that Immich knows"


def _sha1(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha1")
    return base64.b64encode(digest.digest()).decode()
