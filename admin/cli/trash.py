"""`mantelpiece trash`: what was removed lately, and how it comes back."""

from __future__ import annotations

import click

from admin.cli.group import Verbs
from admin.cli.output import moment, size
from admin.cli.verb import Call, prepared, verb
from sync.errors import UsageError
from sync.library import trash as rows
from sync.library.reading import reading


@click.group("trash", cls=Verbs)
def command() -> None:
    """What was removed lately: list, restore."""


@verb("list")
def list_trash(call: Call) -> int:
    """What lies in the trash, the oldest first."""
    with reading(call.home) as library:
        found = rows.entries(library) if library else []
    call.output.result({"trash": [
        {"id": row.id, "key": row.key, "album": row.album, "bytes": row.bytes, "reason": row.reason,
         "trashed_at": row.trashed_at} for row in found
    ]})  # fmt: skip
    call.output.table(
        [(row.id, row.album, size(row.bytes), moment(row.trashed_at), row.reason) for row in found],
        heads=("id", "album", "size", "since (UTC)", "why"), empty="The trash is empty.",
    )  # fmt: skip
    return 0


@verb("restore")
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
def restore(call: Call, *, ids: tuple[int, ...]) -> int:
    """Put photos back into their albums, by the ids that 'mantelpiece trash list' shows."""
    with reading(call.home) as library:
        known = {row.id for row in rows.entries(library)} if library else set()
    for one in ids:
        if one not in known:
            raise UsageError(f"The trash has no entry {one}.", advice="'mantelpiece trash list' shows what it has.")
    found, code = prepared(call).do_each("trash-restore", [{"id": one} for one in ids])
    call.output.result({"restored": found})
    for told in found:
        if "error" in told:
            call.output.problem(f"{told['id']}: {told['error']} {told['advice']}".strip())
        else:
            call.output.say(told["sentence"])
    return code


for _verb in (list_trash, restore):
    command.add_command(_verb)
