"""`mantelpiece ingest import`: an old icloudpd command line becomes inboxes, and their landing folders are filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from admin.cli.verb import Call, JobFailed, prepared, tell_lines, verb
from admin.moving_in import server_for, take_inboxes
from sync.replaced.lines import Line
from sync.work import most_serious


@verb("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--server", metavar="NAME", help="The server to take photos into, where there are several.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where this machine has the folder of --directory.")
@click.option("--landing", type=click.Path(path_type=Path), help="The new folder that icloudpd is to write into.")
@click.option("--library", metavar="ID", help="Immich's id of the external library, where the line names none.")
@click.option("--pending", type=click.Path(path_type=Path), help="The plugin's immich_pending_files.json.")
def take_over(call: Call, *, file: Path, server: str | None, pending: Path | None, **places: Path | str | None) -> int:
    """Take over an icloudpd command line with its --immich options, from a file: a script, or a compose file.

    Each option says what became of it; passwords and keys are not taken. Its folder stays the library's folder; a
    landing folder beside it is filled by links, so that nothing is downloaded again.
    """
    asked = {"file": str(file.absolute())}
    asked |= {key: str(Path(place).absolute()) if isinstance(place, Path) else place
              for key, place in places.items() if place}  # fmt: skip
    ended = prepared(call).do("ingest-import", asked)
    settings = call.settings().settings
    name = server_for(settings, ended.facts["url"], server)
    added = take_inboxes(call.home, settings, ended.facts["inboxes"], name)
    codes = [ended.exit_code]
    told: list[dict[str, Any]] = []
    for inbox in added:
        try:
            filled = call.do("ingest-fill", {"inbox": inbox, "pending": str(pending.absolute()) if pending else None})
        except JobFailed as error:
            told.append({"inbox": inbox, "error": error.sentence, "advice": error.advice})
            codes.append(error.exit_code)
        else:
            told.append({"inbox": inbox, "sentence": filled.sentence, "problems": list(filled.problems)} | filled.facts)
            codes.append(filled.exit_code)
    call.output.result({"server": name, "added": added, "filled": told, "lines": ended.facts["lines"]})
    _say(call, ended.facts["lines"], ended.sentence, told)
    return most_serious(codes)


def _say(call: Call, lines: list[dict[str, Any]], sentence: str, told: list[dict[str, Any]]) -> None:
    tell_lines(call, [Line(**line) for line in lines])
    call.output.say(sentence)
    for one in told:
        call.output.say(f"{one['inbox']}: {one.get('sentence') or ' '.join((one['error'], one['advice']))}")
        for problem in one.get("problems", []):
            call.output.problem(f"{one['inbox']}: {problem}")
    if told:
        call.output.say("Stop the old icloudpd, and see 'mantelpiece ingest preview' before the first run.")
