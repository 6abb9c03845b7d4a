"""The roots of write-back: their folders, exiftool, and what the last run found there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from admin.cli.checks.finding import Finding, bad, ok, warn
from sync.home import Home
from sync.library import known
from sync.library import writeback as rows
from sync.library.reading import reading
from sync.settings.last_good import Kept

_WORDS = {
    "missing": "{} of its originals are not found: is the folder the one that the prefix stands for?",
    "ambiguous": "{} of its originals are claimed by several assets, and none of them is written.",
    "unproved": "{} of its originals are not proved to be the asset: they changed since Immich read them; scan there.",
    "unwritable": "{} of its originals are of a kind that cannot be written; sidecars can (where = \"sidecar\").",
    "failed": "{} of its originals could not be written: 'mantelpiece writeback explain FILE' says why.",
}


def originals(home: Home, kept: Kept) -> Iterator[Finding]:
    """Every root, and the tool that writes."""
    roots = kept.settings.writeback
    if not roots:
        return
    if shutil.which("exiftool") is None:
        yield bad("write-back", "exiftool is not installed.", "sudo apt install libimage-exiftool-perl")
    for root in roots:
        folder = Path(root.folder)
        if not folder.is_dir():
            yield bad("write-back", f"{root.name}: there is no folder {folder}.", "Is its disk mounted?")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield bad("write-back", f"{root.name}: {folder} cannot be written into.",
                      "Is it mounted read-only, and does it belong to the user who runs mantelpiece?")  # fmt: skip
    with reading(home) as library:
        if library is None:
            return
        for root in roots:
            row = rows.root(library, root.name)
            if row.problem:
                yield bad("write-back", f"{root.name}: {row.problem}")
            elif row.rests:
                yield warn("write-back", f"{root.name} rests.", "mantelpiece writeback preview, then run")
            else:
                yield ok("write-back", f"{root.name} follows Immich.")
            for state, count in known.states(library, root.name).items():
                if state in _WORDS:
                    yield warn("write-back", f"{root.name}: {_WORDS[state].format(count)}")
