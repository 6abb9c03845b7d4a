"""`mantelpiece held`: removals that wait for a person's yes."""

from __future__ import annotations

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.output import moment
from admin.cli.verb import Call, prepared, verb
from sync.errors import UsageError, did_you_mean
from sync.library import held as rows
from sync.library.reading import reading


@click.group("held", cls=Verbs)
def command() -> None:
    """Removals that wait for your yes: list, keep, remove."""


@verb("list")
def list_held(call: Call) -> int:
    """What is held, and why. Exit code 4 where something is."""
    with reading(call.home) as library:
        found = rows.every(library) if library else []
    call.output.result({"held": [msgspec.to_builtins(row) | {"count": len(row.photos)} for row in found]})
    call.output.table(
        [(row.album, len(row.photos), moment(row.since),
          "to be removed by the next sync" if row.decision == "remove" else row.reason) for row in found],
        heads=("album", "photos", "since (UTC)", "why"), empty="Nothing is held.",
    )  # fmt: skip
    if any(row.decision is None for row in found):
        call.output.say("Decide with 'mantelpiece held keep ALBUM' or 'mantelpiece held remove ALBUM'.")
    return 4 if any(row.decision is None for row in found) else 0


@verb("keep")
@click.argument("album")
def keep(call: Call, *, album: str) -> int:
    """Keep showing what is gone from the server."""
    return _decide(call, album, "keep")


@verb("remove")
@click.argument("album")
def remove(call: Call, *, album: str) -> int:
    """Yes, it may go: to the trash, where it stays for 30 days."""
    return _decide(call, album, "remove")


def _decide(call: Call, album: str, decision: str) -> int:
    with reading(call.home) as library:
        found = rows.every(library) if library else []
    row = next((one for one in found if one.album.casefold() == album.casefold()), None)
    if row is None:
        raise UsageError(f"Nothing is held in {album!r}.{did_you_mean(album, [one.album for one in found])}")
    ended = prepared(call).do("held", {"album": row.album, "decision": decision, "plan": row.plan})
    call.output.result(ended.facts)
    call.output.say(ended.sentence)
    return ended.exit_code


for _verb in (list_held, keep, remove):
    command.add_command(_verb)
