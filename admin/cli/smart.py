"""`mantelpiece smart`: albums on the server that keep themselves by a rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.names import only_one
from admin.cli.verb import Call, prepared, tell_lines, tell_settings_problems, verb
from admin.moving_in import server_for, take_smart
from sync.counted import counted
from sync.errors import RuleError, UsageError
from sync.library import smart as rows
from sync.library.reading import reading
from sync.replaced.lines import text_of
from sync.settings.tree import Smart
from sync.smart.explain import explain
from sync.smart.take_over import read_file
from sync.smart.written import rule_of
from sync.work import most_serious


@click.group("smart", cls=Verbs)
def command() -> None:
    """Albums on the server that a rule keeps: list, preview, apply, undo, import, why."""


@verb("list")
def list_smart(call: Call) -> int:
    """Every smart album: its rule in words, and how it is."""
    code = tell_settings_problems(call)
    with reading(call.home) as library:
        told = [_told(one, rows.get(library, one.name) if library else None,
                      rows.runs(library, one.name) if library else [])
                for one in call.settings().settings.smart]  # fmt: skip
    call.output.result({"smart": told})
    call.output.table(
        [(one["name"], one["mode"], one["total"], f"{one['interval_minutes']:g} min", one["state"], one["sentence"])
         for one in told],
        heads=("album", "mode", "photos", "every", "state", "rule"),
        empty="No smart album is set up: write a [[smart]] section into the settings, or use the phone page.",
    )  # fmt: skip
    return most_serious([code, *(2 for one in told if one["refused"])])


def _told(smart: Smart, row: rows.SmartRow | None, runs: list[rows.RunRow]) -> dict[str, Any]:
    refused = ""
    try:
        sentence = explain(rule_of(smart))
    except RuleError as error:
        sentence, refused = "", error.sentence
    row = row or rows.SmartRow(name=smart.name)
    state = refused or row.problem or row.held or ("taken back" if row.undone else "")
    if not state:
        state = "paused" if smart.paused else "ok" if row.rule else "not run yet"
    settings: dict[str, Any] = msgspec.to_builtins(smart)
    return settings | {
        "sentence": sentence,
        "refused": refused,
        "total": row.total,
        "state": state,
        "problem": row.problem,
        "held": row.held,
        "runs": [msgspec.to_builtins(run) for run in runs[:10]],
    }


@verb("preview")
@click.argument("album", required=False)
def preview(call: Call, *, album: str | None) -> int:
    """What the next run of a smart album would do, photo by photo with reasons. Changes nothing.

    Where there is only one, it needs no naming.
    """
    ended = prepared(call).do("smart-preview", {"album": _meant(call, album)})
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    rule = ended.facts["rule"]
    call.output.say(f"{rule[:1].upper()}{rule[1:]}.")
    for item in ended.facts.get("items", []):
        call.output.say("  ".join(str(item[key]) for key in ("do", "what", "asset", "why") if item[key]))
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


@verb("apply")
@click.argument("albums", nargs=-1, metavar="[ALBUM]...")
@click.option("--plan", metavar="ID", help="Apply exactly the plan that 'preview' showed, also what it would hold.")
def apply(call: Call, *, albums: tuple[str, ...], plan: str | None) -> int:
    """Bring smart albums up to date now; all of them where none is named.

    \b
    Examples:
      mantelpiece smart apply
      mantelpiece smart apply "Anna and Ben" --plan 3f9a0c12b4de
    """
    code = tell_settings_problems(call)
    names = [call.settings().settings.need_smart(album).name for album in albums]
    ended = prepared(call).do("smart-apply", {"albums": names or None, "plan": plan})
    told: dict[str, Any] = ended.facts.get("albums", {})
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.table(
        [(name, one["added"], one["removed"], one["held"], one["total"]) for name, one in told.items()],
        heads=("album", "added", "removed", "held", "total"), empty="No smart album is set up.",
    )  # fmt: skip
    for problem in ended.problems:
        call.output.problem(problem)
    return most_serious([code, ended.exit_code])


@verb("undo")
@click.argument("album", required=False)
@click.option("--run", "number", type=int, metavar="N", help="Which run, by its number in 'smart list --json'.")
def undo(call: Call, *, album: str | None, number: int | None) -> int:
    """Take the last run of a smart album back. It then rests until you apply it again."""
    ended = prepared(call).do("smart-undo", {"album": _meant(call, album), "run": number})
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


@verb("why")
@click.argument("words", nargs=-1, required=True, metavar="[ALBUM] ID-OR-FILE")
def why(call: Call, *, words: tuple[str, ...]) -> int:
    """Which test of a rule lets a photo in or keeps it out; of every rule where no album is named.

    \b
    Examples:
      mantelpiece smart why IMG_0815.jpg
      mantelpiece smart why "Anna and Ben" IMG_0815.jpg
    """
    if len(words) > 2:
        raise UsageError("Say one album and one photo.", advice="A name of several words wants quotes.")
    *named, asset = words
    settings = call.settings().settings
    names = [settings.need_smart(named[0]).name] if named else [smart.name for smart in settings.smart]
    if len(names) < 2:
        ended = prepared(call).do("smart-why", {"album": only_one(names, "smart album"), "asset": asset})
        call.output.result(ended.facts)
        _tell_why(call, ended.facts | {"sentence": ended.sentence})
        return ended.exit_code
    found, code = prepared(call).do_each("smart-why", [{"album": name, "asset": asset} for name in names])
    call.output.result({"albums": found})
    for told in found:
        if "error" in told:
            call.output.problem(f"{told['album']}: {told['error']} {told['advice']}".strip())
        else:
            _tell_why(call, told)
    return code


def _tell_why(call: Call, told: dict[str, Any]) -> None:
    call.output.say(told["sentence"])
    call.output.table(
        [("yes" if one["fits"] else "no", one["test"], "decides" if one["decides"] else "") for one in told["tests"]],
        heads=("fits", "test", ""),
    )


def _meant(call: Call, album: str | None) -> str:
    settings = call.settings().settings
    return settings.need_smart(album).name if album else only_one([one.name for one in settings.smart], "smart album")


@verb("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--server", metavar="NAME", help="The server that the albums are on, where there are several.")
def take_over(call: Call, *, file: Path, server: str | None) -> int:
    """Take over the rules of the replaced tools: local_settings.py or JSON with SYNC_CONFIGS, or a .env of
    people-to-album. Nothing in the file is executed; each line says what became of it.
    """
    found = read_file(file.name, text_of(file))
    settings = call.settings().settings
    name = server_for(settings, found.url, server)
    added = take_smart(prepared(call).home, settings, found, name)
    call.output.result({"server": name, "added": added, "lines": msgspec.to_builtins(found.lines)})
    tell_lines(call, found.lines)
    call.output.say(counted("{number} smart {number:album was|albums were} added.", number=len(added)))
    call.output.say("See 'mantelpiece smart preview' before the first run.")
    return 0 if found.whole else 1


for _verb in (list_smart, preview, apply, undo, why, take_over):
    command.add_command(_verb)
