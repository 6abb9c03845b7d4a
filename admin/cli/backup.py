"""`mantelpiece backup`: settings, ledgers and what the wall showed in one file; never a secret, never a photo."""

from __future__ import annotations

import io
from pathlib import Path

import click

from admin.cli.verb import Call, verb
from sync.backup import archive
from sync.clock import SystemClock
from sync.errors import UsageError
from sync.files import write_durably
from sync.library.reading import reading


@verb("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(call: Call, *, file: Path) -> int:
    """Write a backup: settings, ledgers, what the wall showed and hides. Keys and photos are not in it.

    \b
    Example:
      mantelpiece backup frame-2026-05.zip
    """
    if file.exists():
        raise UsageError(f"{file} is there already.", advice="Choose another name.")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {file.absolute().parent}.")
    whole = io.BytesIO()
    with reading(call.home) as library:
        archive.make(call.home, library, SystemClock(), whole)
    write_durably(file.absolute(), whole.getvalue(), mode=0o600)
    call.output.result({"backup": str(file), "bytes": len(whole.getvalue())})
    call.output.say(f"The backup is {file}. Keys are not in it: keep them elsewhere.")
    return 0
