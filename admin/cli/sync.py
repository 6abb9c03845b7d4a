"""`mantelpiece sync`: bring albums up to date now."""

from __future__ import annotations

from typing import Any

import click

from admin.cli.output import size
from admin.cli.verb import Call, prepared, tell_settings_problems, verb
from sync.settings.last_good import keep_copy
from sync.work import most_serious


@verb("sync")
@click.argument("albums", nargs=-1, metavar="[ALBUM]...")
def command(call: Call, *, albums: tuple[str, ...]) -> int:
    """Bring albums up to date now; all of them where none is named.

    Nothing is removed because of an error or an incomplete answer, and much at once only after your yes.

    \b
    Examples:
      mantelpiece sync
      mantelpiece sync "Holidays" --json
    """
    names = call.album_names(albums)
    code = tell_settings_problems(call)
    # Without a service nobody else keeps the copy that a torn settings file is read from.
    keep_copy(prepared(call).home)
    ended = call.do("sync", {"albums": names or None})
    told: dict[str, Any] = ended.facts.get("albums", {})
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.table(
        [(name, *(one.get(key, 0) for key in ("added", "replaced", "removed", "kept", "held", "off_disk")),
          size(one.get("bytes", 0))) for name, one in told.items()],
        heads=("album", "added", "replaced", "removed", "kept", "held", "off disk", "downloaded"),
        empty="No album is set up: mantelpiece album add NAME-OR-ID",
    )  # fmt: skip
    for name, one in told.items():
        for problem in one.get("problems", []):
            call.output.problem(f"{name}: {problem}")
    for problem in ended.problems:
        call.output.detail(problem)
    held = [name for name, one in told.items() if one.get("held")]
    if held:
        call.output.say(f"Held for your yes in {', '.join(held)}: see 'mantelpiece held list'.")
    return most_serious([code, ended.exit_code])
