"""`mantelpiece writeback`: what Immich knows, written into the original files."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.output import moment
from admin.cli.verb import Call, prepared, tell_lines, tell_settings_problems, verb
from admin.moving_in import server_for
from sync.errors import UsageError
from sync.files import write_durably
from sync.jobs.progress import Ended
from sync.jobs.wake import ring
from sync.library import known
from sync.library import writeback as rows
from sync.library.database import Library
from sync.library.reading import reading
from sync.replaced.lines import text_of
from sync.replaced.ultra_sync import TakenOver, take_over
from sync.settings.edit import add_root
from sync.settings.writeback import Root
from sync.work import most_serious


@click.group("writeback", cls=Verbs)
def command() -> None:
    """What Immich knows, in the original files: list, preview, run, undo, import, explain."""


@verb("list")
def list_roots(call: Call) -> int:
    """The folders of originals and how they are, and the runs that can be taken back."""
    code = tell_settings_problems(call)
    with reading(call.home) as library:
        told = [_told(library, root) for root in call.settings().settings.writeback]
        runs = [msgspec.to_builtins(run) for run in rows.runs(library)[:20]] if library else []
    call.output.result({"roots": told, "runs": runs})
    call.output.table(
        [(one["name"], one["prefix"], one["folder"], ", ".join(one["modules"]), one["state"]) for one in told],
        heads=("root", "in Immich", "folder", "modules", "state"),
        empty="No folder of originals is set up: write a [[writeback]] section into the settings, or use "
              "the phone page.",
    )
    call.output.table(
        [(run["id"], moment(run["at"]), run["changes"], moment(run["undone_at"])) for run in runs],
        heads=("run", "at (UTC)", "files", "taken back (UTC)"),
    )
    return code


def _told(library: Library | None, root: Root) -> dict[str, Any]:
    row = rows.root(library, root.name) if library else rows.RootRow(name=root.name)
    held = known.states(library, root.name).get("held", 0) if library else 0
    waits = f"{held:,} wait for your yes (run --take-out)" if held else "ok"
    state = row.problem or ("rests until it is run" if row.rests else waits)
    settings: dict[str, Any] = msgspec.to_builtins(root)
    state = "paused" if root.paused else state
    return settings | {"state": state, "problem": row.problem, "rests": row.rests, "held": held}


@verb("preview")
@click.argument("roots", nargs=-1, metavar="[ROOT]...")
@click.option("--most", type=click.IntRange(1), default=500, show_default=True, help="Look at so many files.")
@click.option("--stats", type=click.Path(path_type=Path), metavar="FILE", help="Write the counts as .json or .csv.")
def preview(call: Call, *, roots: tuple[str, ...], most: int, stats: Path | None) -> int:
    """What the next run would write, file by file, old and new. Writes into no file."""
    _stats_name(stats)
    ended = prepared(call).do("writeback-preview", {"roots": _names(call, roots), "most": most})
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    for item in ended.facts.get("items", []):
        call.output.say(item["what"])
        for each in item["fields"]:
            call.output.say(f"  {each['name']}: {_in_one_line(each['old'])} -> {_in_one_line(each['new'])}")
    call.output.say(ended.sentence)
    if ended.facts.get("items"):
        call.output.say(f"To write exactly this: mantelpiece writeback run --plan {ended.facts['plan']}")
    return _finish(call, ended, stats)


def _in_one_line(value: str | None) -> str:
    """A caption's second line, as it stands, could pass for a line of ours."""
    return " ⏎ ".join((value or "").splitlines()) or "-"


@verb("run")
@click.argument("roots", nargs=-1, metavar="[ROOT]...")
@click.option("--plan", metavar="ID", help="Write exactly what 'preview' showed, or nothing.")
@click.option("--whole", is_flag=True, help="Ask Immich for everything again, not only for what is new.")
@click.option("--take-out", is_flag=True, help="Also take out of files what waits for your yes, exactly that.")
@click.option("--stats", type=click.Path(path_type=Path), metavar="FILE", help="Write the counts as .json or .csv.")
def run(
    call: Call, *, roots: tuple[str, ...], plan: str | None, whole: bool, take_out: bool, stats: Path | None
) -> int:
    """Bring originals up to date now; all roots where none is named.

    \b
    Examples:
      mantelpiece writeback run
      mantelpiece writeback run --plan 3f9a0c12b4de
      mantelpiece writeback run archive --stats counts.csv
    """
    _stats_name(stats)
    code = tell_settings_problems(call)
    arguments = {"roots": _names(call, roots), "plan": plan, "whole": whole, "take_out": take_out}
    ended = prepared(call).do("writeback-run", arguments)
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.say(ended.sentence)
    return most_serious([code, _finish(call, ended, stats)])


@verb("undo")
@click.option("--run", "number", type=int, metavar="N", help="Which run, by its number in 'writeback list'.")
def undo(call: Call, *, number: int | None) -> int:
    """Take the last run back. Its roots then rest until you run them again."""
    ended = prepared(call).do("writeback-undo", {"run": number})
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    call.output.say(ended.sentence)
    return _finish(call, ended, None)


@verb("explain")
@click.argument("file", metavar="FILE-OR-ID")
def explain(call: Call, *, file: str) -> int:
    """Which photo of Immich a file is, what would be written into it or why not, and what was."""
    typed = str(Path(file).absolute()) if Path(file).exists() else file
    ended = prepared(call).do("writeback-explain", {"file": typed})
    facts = ended.facts
    call.output.result(facts)
    call.output.say(ended.sentence)
    call.output.table(
        [("file", facts["file"]), ("in Immich", facts["immich"]), ("asset", facts["asset"]), ("root", facts["root"])],
        heads=("", ""),
    )
    call.output.table(
        [(each["name"], each["old"], each["new"]) for each in facts["fields"]], heads=("field", "old", "new")
    )
    for note in facts["notes"]:
        call.output.say(note)
    for one in facts["history"]:
        undone = ", taken back" if one["undone"] else ""
        call.output.say(f"Run {one['run']}{undone}: " + ", ".join(each[0] for each in one["fields"]))
    return ended.exit_code


@verb("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--environment", is_flag=True, help="Also read its variables from the environment.")
@click.option("--flags", default="", metavar="TEXT", help='How it was called: "--all --albums".')
@click.option("--server", metavar="NAME", help="The server, where there are several.")
@click.option("--prefix", default="", metavar="PATH", help="How Immich's paths begin; found out where it is not given.")
@click.option("--folder", default="", metavar="PATH", help="Where the originals lie on this machine, if elsewhere.")
@click.option("--name", default="originals", show_default=True, help="The name of the new root.")
def import_old(
    call: Call,
    *,
    file: Path | None,
    environment: bool,
    flags: str,
    server: str | None,
    prefix: str,
    folder: str,
    name: str,
) -> int:
    """Take over the configuration of Immich Ultra-Sync: its INI, .env or JSON file, variables and flags. Nothing is
    written into any file by it: the new root rests until you run it.

    \b
    Examples:
      mantelpiece writeback import immich-sync.conf --flags "--all --albums"
      mantelpiece writeback import --environment --prefix /usr/src/app/external
    """
    text = text_of(file) if file else ""
    variables = dict(os.environ) if environment else {}
    found = take_over(name=file.name if file else "", text=text, environ=variables, flags=flags)
    place = folder or found.folder
    if not place:
        raise UsageError("Nothing says where the originals lie.", advice="Give --folder.")
    known = server_for(call.settings().settings, found.url, server, certain=True)
    probed = prepared(call).do("writeback-probe", {"server": known, "folder": place, "prefix": prefix or None})
    if not probed.facts["prefix"]:
        raise UsageError(
            f"None of the photos that Immich told of lies below {place}.",
            advice="Give --prefix: how the paths begin that Immich shows in a photo's details.",
        )
    values = {"name": name, "server": known, "prefix": probed.facts["prefix"], "folder": probed.facts["root_folder"]}
    add_root(call.home, values | found.values)
    ring(call.home)
    _tell_import(call, found, values | found.values, probed)
    return 0 if found.whole and not probed.problems else 1


def _tell_import(call: Call, found: TakenOver, root: dict[str, Any], probed: Ended) -> None:
    call.output.result({"root": root, "lines": msgspec.to_builtins(found.lines), "probe": probed.facts})
    tell_lines(call, found.lines)
    for note in probed.facts["notes"]:
        call.output.say(note)
    call.output.say(probed.sentence)
    call.output.say(f"The root {root['name']!r} was added. See 'mantelpiece writeback preview' before the first run.")
    for problem in probed.problems:
        call.output.problem(problem)


def _names(call: Call, typed: tuple[str, ...]) -> list[str] | None:
    settings = call.settings().settings
    return [settings.need_root(name).name for name in typed] or None


def _stats_name(stats: Path | None) -> None:
    """Refused before any work is done."""
    if stats is not None and stats.suffix not in (".json", ".csv"):
        raise UsageError(f"{stats} must end with .json or .csv.")


def _finish(call: Call, ended: Ended, stats: Path | None) -> int:
    for problem in ended.problems:
        call.output.problem(problem)
    if stats is not None:
        write_durably(stats.absolute(), stats_text(ended.facts["counts"], stats.suffix, datetime.now(UTC)).encode())
    return ended.exit_code


def stats_text(counts: dict[str, int], suffix: str, now: datetime) -> str:
    """The counts as the replaced tool wrote them."""
    stamp = now.isoformat(timespec="seconds")
    if suffix == ".json":
        return json.dumps({"timestamp": stamp, "statistics": counts}, indent=2) + "\n"
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("Timestamp", "Metric", "Value"))
    writer.writerows((stamp, word, number) for word, number in counts.items())
    return table.getvalue()


for _verb in (list_roots, preview, run, undo, explain, import_old):
    command.add_command(_verb)
