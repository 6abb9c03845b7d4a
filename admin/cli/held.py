"""`mantelpiece held`: removals that wait for a person's yes."""

from __future__ import annotations

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.output import moment
from admin.cli.verb import Call, prepared, verb
from sync.counted import counted
from sync.errors import UsageError, did_you_mean
from sync.library import held as rows
from sync.library import memberships
from sync.library.reading import reading

_KEPT = "{name}: {number} {number:photo stays|photos stay} by your word; the server lists {number:it|them} no more."


@click.group("held", cls=Verbs)
def command() -> None:
    """Removals that wait for your yes: list, keep, remove, ask."""


@verb("list")
def list_held(call: Call) -> int:
    """What is held and why, and what was kept by your word. Exit code 4 where something waits."""
    with reading(call.home) as library:
        found = rows.every(library) if library else []
        kept = memberships.kept_counts(library) if library else {}
    told = [msgspec.to_builtins(row) | {"count": len(row.photos)} for row in found]
    call.output.result({"held": told, "kept": kept})
    call.output.table(
        [(row.album, len(row.photos), moment(row.since),
          "to be removed by the next sync" if row.decision == "remove" else row.reason) for row in found],
        heads=("album", "photos", "since (UTC)", "why"), empty="Nothing is held.",
    )  # fmt: skip
    for name, number in kept.items():
        call.output.say(counted(_KEPT, name=name, number=number))
    if kept:
        call.output.say("'mantelpiece held ask ALBUM' takes that back, and asks again.")
    if any(row.decision is None for row in found):
        call.output.say("Decide with 'mantelpiece held keep ALBUM' or 'mantelpiece held remove ALBUM'.")
    return 4 if any(row.decision is None for row in found) else 0


@verb("keep")
@click.argument("album")
def keep(call: Call, *, album: str) -> int:
    """Keep showing what is gone from the server; 'held ask' takes it back."""
    return _decide(call, album, "keep")


@verb("remove")
@click.argument("album")
def remove(call: Call, *, album: str) -> int:
    """Yes, it may go: to the trash, for the days of mirror.trash_days (30); 'trash restore' brings it back."""
    return _decide(call, album, "remove")


@verb("ask")
@click.argument("album")
def ask(call: Call, *, album: str) -> int:
    """Take 'keep' back: what stays by your word (out of the trash too) waits for your yes again. Nothing is removed.

    \b
    Examples:
      mantelpiece held keep "Holidays"
      mantelpiece held ask "Holidays"
    """
    with reading(call.home) as library:
        names = list(memberships.kept_counts(library)) if library else []
    name = next((one for one in names if one.casefold() == album.casefold()), None)
    if name is None:
        raise UsageError(f"Nothing in {album!r} was kept by your word.{did_you_mean(album, names)}")
    ended = prepared(call).do("held", {"album": name, "decision": "ask"})
    call.output.result(ended.facts)
    call.output.say(ended.sentence)
    return ended.exit_code


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


for _verb in (list_held, keep, remove, ask):
    command.add_command(_verb)
