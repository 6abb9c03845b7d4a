"""`mantelpiece run`: sync, wall and phone page in one process group, for one person at a desk (or a container)."""

from __future__ import annotations

import click

from admin.cli.supervise import supervise
from admin.cli.verb import Call, prepared, verb
from sync.errors import Busy, UsageError, did_you_mean
from sync.jobs.follow import serving

PARTS = {"sync": ("sync",), "frame": ("frame",), "admin": ("admin",)}
"""What runs, and the module of each."""
SPARE = frozenset({"admin"})
"""A page that cannot listen must not keep photos from the wall."""


@verb("run")
@click.option("--without", multiple=True, metavar="PART", help="Leave out frame (the wall), admin (the page) or sync.")
def command(call: Call, *, without: tuple[str, ...]) -> int:
    """Run sync, the wall and the phone page until Ctrl-C, or q at the wall. What dies is started again.

    \b
    Examples:
      mantelpiece run
      mantelpiece run --without frame
    """
    for part in without:
        if part not in PARTS:
            raise UsageError(f"There is no part {part!r} to leave out.{did_you_mean(part, list(PARTS))}")
    wanted = {name: modules for name, modules in PARTS.items() if name not in without}
    if not wanted:
        raise UsageError("Nothing is left to run.")
    prepared(call)
    if "sync" in wanted and serving(call.home):
        raise Busy("mantelpiece is running already.", advice="'mantelpiece status' says what it does.")
    return supervise(wanted, home=call.home, output=call.output, spare=SPARE)
