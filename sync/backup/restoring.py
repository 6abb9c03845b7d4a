"""The job `restore`: a backup that somebody brought to the page, put in place. In a process of its own, because a
backup may unpack to more than the page's process may hold.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sync.backup import archive
from sync.errors import UsageError
from sync.work import Result, Work


def restore(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"file": path}`. Facts: {"kept": name of the backup of what was there, "enter", "notes", "made_at"}. Raises
    UsageError or Busy with nothing changed."""
    try:
        with Path(str(arguments["file"])).open("rb") as stream:
            found = archive.read(stream)
    except OSError as error:
        raise UsageError("The backup is not here any more.", advice="Choose its file again.") from error
    done = archive.restore(work.home, work.library, work.clock, found)
    facts = {"kept": done.kept.name, "enter": done.enter, "notes": done.notes, "made_at": found.manifest.made_at}
    return Result(facts, "The backup is in place.")
