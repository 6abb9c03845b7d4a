"""`mantelpiece restore`: a backup back in place, here or as a new frame; what it replaces is kept."""

from __future__ import annotations

from pathlib import Path

import click

from admin.cli.output import moment
from admin.cli.verb import Call, prepared, verb
from sync.backup import archive
from sync.clock import SystemClock
from sync.errors import UsageError
from sync.jobs.follow import open_library
from sync.jobs.wake import ring


@verb("restore")
@click.argument("file", type=click.Path(path_type=Path))
def command(call: Call, *, file: Path) -> int:
    """Put a backup in place: it is judged first, and what it replaces is kept as a backup of its own.

    Photos are fetched again by the next sync, once the keys are entered.
    """
    try:
        with file.open("rb") as stream:
            found = archive.read(stream)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    prepared(call)
    library = open_library(call.home)
    try:
        done = archive.restore(call.home, library, SystemClock(), found)
    finally:
        library.close()
    ring(call.home)
    call.output.result({"kept": str(done.kept), "enter": list(done.enter), "notes": list(done.notes)})
    call.output.say(f"Restored, as of {moment(found.manifest.made_at)} UTC. What was there before: {done.kept}")
    for note in done.notes:
        call.output.say(note)
    for sentence in done.enter:
        call.output.say(f"To be entered again: {sentence}")
    return 0
