"""`mantelpiece ingest`: photos that arrive in a folder become well-ordered assets in Immich."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from admin.cli.group import Verbs
from admin.cli.ingest_download import download
from admin.cli.ingest_import import take_over
from admin.cli.names import only_one
from admin.cli.output import moment
from admin.cli.verb import Call, prepared, tell_settings_problems, verb
from sync.library import ingest as rows
from sync.library.ingest import State
from sync.library.reading import reading
from sync.settings.ingest import Inbox
from sync.work import most_serious


@click.group("ingest", cls=Verbs)
def command() -> None:
    """Photos that arrive in a folder, into Immich: preview, run, undo, import, status, check, download."""


@verb("status")
def status(call: Call) -> int:
    """Every inbox: what was taken in, what waits and why, and the runs that can be taken back."""
    code = tell_settings_problems(call)
    with reading(call.home) as library:
        told = [_told(inbox, library) for inbox in call.settings().settings.inboxes]
        runs = rows.runs(library)[:10] if library else []
    listed = [msgspec.to_builtins(run) for run in runs]
    call.output.result({"inboxes": told, "runs": listed})
    call.output.table(
        [(one["name"], one["way"], one["done"], one["pending"], one["problem"] or one["state"]) for one in told],
        heads=("inbox", "way", "done", "pending", "state"),
        empty="No inbox is set up: write an [[inboxes]] section into the settings, or see 'mantelpiece ingest import'.",
    )
    for one in told:
        for key, problem in one["groups"][:20]:
            call.output.say(f"{one['name']}: {key}: {problem}")
    call.output.table(
        [(run["id"], run["inbox"], moment(run["at"]), ", ".join(f"{word} {n}" for word, n in run["counts"].items()),
          "taken back" if run["undone_at"] else "") for run in listed],
        heads=("run", "inbox", "at (UTC)", "what it did", ""),
    )  # fmt: skip
    return most_serious([code, *(1 for one in told if one["problem"] or one["groups"])])


def _told(inbox: Inbox, library: Any) -> dict[str, Any]:
    row = rows.inbox(library, inbox.name) if library else rows.InboxRow(inbox=inbox.name)
    counts = rows.counts(library, inbox.name) if library else {}
    settings: dict[str, Any] = msgspec.to_builtins(inbox)
    return settings | {
        "done": counts.get(State.DONE, 0),
        "known": counts.get(State.KNOWN, 0),
        "pending": counts.get(State.PENDING, 0) + counts.get(State.LEAVING, 0),
        "problem": row.problem,
        "groups": rows.problems(library, inbox.name) if library else [],
        "state": "paused" if inbox.paused else "ok" if row.identity else "not run yet",
    }


_FULL = click.option("--full", is_flag=True, help="Also photos that Immich had before this inbox was set up.")
_FAVOURITES = click.option("--favourites", is_flag=True, help="Look only at what sidecars say of favourites.")


@verb("preview")
@click.argument("inbox", required=False)
@_FULL
@_FAVOURITES
def preview(call: Call, *, inbox: str | None, full: bool, favourites: bool) -> int:
    """What the next run of an inbox would do, photo by photo with reasons. Changes nothing.

    Where there is only one, it needs no naming.
    """
    asked = {"inbox": _meant(call, inbox), "full": full, "favourites": favourites}
    ended = prepared(call).do("ingest-preview", asked)
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    for item in ended.facts.get("items", []):
        fields = "; ".join(f"{one['name']}: {one['new']}" for one in item["fields"])
        call.output.say(f"{item['do']}  {item['what']}  {fields}  ({item['why']})")
    if ended.facts.get("more"):
        call.output.say(f"and {ended.facts['more']} more")
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


@verb("run")
@click.argument("inboxes", nargs=-1, metavar="[INBOX]...")
@click.option("--plan", metavar="ID", help="Do exactly the plan that 'preview' showed, or nothing.")
@_FULL
@_FAVOURITES
def run(call: Call, *, inboxes: tuple[str, ...], plan: str | None, full: bool, favourites: bool) -> int:
    """Take inboxes in now; all of them where none is named.

    \b
    Examples:
      mantelpiece ingest run
      mantelpiece ingest run iPhone --plan 3f9a0c12b4de
      mantelpiece ingest run iPhone --favourites
    """
    code = tell_settings_problems(call)
    names = [call.settings().settings.need_inbox(inbox).name for inbox in inboxes]
    asked = {"inboxes": names or None, "plan": plan, "full": full, "favourites": favourites}
    ended = prepared(call).do("ingest-run", asked)
    call.output.result(ended.facts | {"problems": list(ended.problems), "sentence": ended.sentence})
    call.output.say(ended.sentence)
    skipped = [f"{name}: {said}" for name, told in ended.facts["inboxes"].items() for said in told.get("skipped", ())]
    for problem in [*ended.problems, *skipped]:
        call.output.problem(problem)
    return most_serious([code, ended.exit_code])


@verb("undo")
@click.argument("inbox", required=False)
@click.option("--run", "number", type=int, metavar="N", help="Which run, by its number in 'ingest status'.")
def undo(call: Call, *, inbox: str | None, number: int | None) -> int:
    """Take back the stacks, albums and favourites of the last run. Photos stay, and so do live videos."""
    asked = {"inbox": call.settings().settings.need_inbox(inbox).name if inbox else None, "run": number}
    ended = prepared(call).do("ingest-undo", asked)
    call.output.result(ended.facts | {"problems": list(ended.problems)})
    call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


@verb("check")
@click.argument("inbox", required=False)
def check(call: Call, *, inbox: str | None) -> int:
    """Whether an inbox can work, a sentence for each thing that is in its way; and which libraries there are."""
    ended = prepared(call).do("ingest-check", {"inbox": _meant(call, inbox)})
    call.output.result(ended.facts)
    call.output.table(
        [(one["id"], one["name"], ", ".join(one["import_paths"])) for one in ended.facts["libraries"]],
        heads=("library", "name", "import paths"),
    )
    if ended.facts["ok"]:
        call.output.say(ended.sentence)
    for problem in ended.problems:
        call.output.problem(problem)
    return ended.exit_code


def _meant(call: Call, inbox: str | None) -> str:
    settings = call.settings().settings
    return settings.need_inbox(inbox).name if inbox else only_one([one.name for one in settings.inboxes], "inbox")


for _verb in (preview, run, undo, take_over, status, check, download):
    command.add_command(_verb)
