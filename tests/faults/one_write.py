"""Writes one caption and one name into one original, as write-back does: the program that the sweeps strike."""

from __future__ import annotations

import sys
from pathlib import Path

from sync.replaced.ultra_sync import ALL
from sync.writeback.changes import changes
from sync.writeback.exiftool import ExifTool
from sync.writeback.knowledge import Knowledge
from sync.writeback.look import look
from sync.writeback.mapping import Options
from sync.writeback.write import write


def main(path: Path) -> None:
    knowledge = Knowledge(people=("Ann", "Bob"), caption="At the sea", latitude=-33.5, longitude=-70.25)
    with ExifTool(deadline_seconds=30) as tool:
        found = look(tool, path)
        decided = changes(knowledge, found, {}, modules=ALL, options=Options())
        if decided.changes:
            write(tool, found, decided.changes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
