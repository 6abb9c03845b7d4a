"""`mantelpiece verify`: re-hash every object."""

from __future__ import annotations

import click

from admin.cli.verb import Call, prepared, verb


@verb("verify")
@click.option("--repair", is_flag=True, help="Fetch bad ones again from the server.")
def command(call: Call, *, repair: bool) -> int:
    """Re-hash every object of the mirror and say which are bad, and which were changed by hand.

    \b
    Examples:
      mantelpiece verify
      mantelpiece verify --repair --json
    """
    ended = prepared(call).do("verify", {"repair": repair})
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code
