"""Moving in from the replaced plugin: its command line read (job `ingest-import`), its folder kept as the library's and
a landing folder filled beside it, so that nothing is downloaded again (job `ingest-fill`).

Between the two, whoever asked writes the inboxes into the settings. Nothing secret of the command line is kept. What
the plugin had not finished is taken up by the first run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from sync.connect import open_server
from sync.counted import counted
from sync.errors import NotAvailable, UsageError
from sync.ingest.check import judge_library
from sync.ingest.fill import fill
from sync.ingest.old_options import TakenOver
from sync.ingest.pending import read_pending
from sync.ingest.places import folder_of, publishes, server_folder_of, source_of
from sync.ingest.survey import remember, survey
from sync.ingest.take_over import read_command
from sync.library import ingest as rows
from sync.library.ingest import State
from sync.replaced.lines import text_of
from sync.settings.ingest import Inbox
from sync.work import Result, Work


def read_old(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"file": path, "folder": path | None, "landing": path | None, "library": id | None}`: what the command line in
    that file means here.

    Facts: {"inboxes": entries for the settings without their server, "lines": [{what, taken, told}], "url", "pending"}.
    `folder` is where this machine has the folder that the command line names. Raises UsageError.
    """
    found = read_command(text_of(Path(str(arguments["file"]))))
    given = {key: str(arguments[key]) for key in ("folder", "landing", "library") if arguments.get(key)}
    if len(found.inboxes) > 1 and given.keys() & {"folder", "landing"}:
        raise UsageError("The command line has several accounts: their folders are set in the settings, one by one.")
    inboxes = [_placed(inbox, given) for inbox in found.inboxes]
    lines = [{"what": line.what, "taken": line.taken, "told": line.told} for line in found.lines]
    facts = {"inboxes": inboxes, "lines": lines, "url": found.url, "pending": found.pending}
    return Result(facts, _told(found), exit_code=0 if found.whole else 1)


def fill_landing(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"inbox": name, "pending": path | None}`: fill the inbox's landing folder from its library's folder, and note
    what the plugin had not finished. May be called again. Facts: {"linked", "there", "sidecars", "pending"}.

    Raises UsageError, NotAvailable, ServerError.
    """
    inbox = work.settings.need_inbox(str(arguments["inbox"]))
    if not publishes(inbox):
        raise UsageError(f"The inbox {inbox.name!r} has no landing folder to fill.")
    if problems := judge_library(open_server(work, inbox.server), inbox):
        raise UsageError(problems[0])
    pending = read_pending(text_of(Path(str(arguments["pending"])))) if arguments.get("pending") else []
    filled = fill(
        folder_of(inbox), source_of(inbox), check=work.check,
        report=lambda done, of: work.report({"doing": "Filling the landing folder", "done": done, "of": of}),
    )  # fmt: skip
    noted = _note_pending(work, inbox, {path for each in pending for path in each.files})
    facts = {"linked": filled.linked, "there": filled.there, "sidecars": filled.sidecars, "pending": noted}
    sentence = counted(
        "{number} {number:file is|files are} linked into {folder}, {count} {count:sidecar|sidecars} copied.",
        number=filled.linked, folder=source_of(inbox), count=filled.sidecars,
    )  # fmt: skip
    if noted:
        sentence += " " + counted(_NOTED, number=noted)
    return Result(facts, sentence, exit_code=1 if filled.problems else 0, problems=filled.problems)


_NOTED = "{number} {number:photo that was not finished is|photos that were not finished are} taken up by the first run."


def _placed(inbox: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    """The inbox with this machine's folders. Immich calls the folder as the plugin did: it asked for that."""
    placed = inbox | given
    if placed["folder"] != inbox["folder"]:
        placed["server_folder"] = inbox["folder"]
        placed.setdefault("landing", "")
        placed["landing"] = given.get("landing") or placed["folder"].rstrip("/") + ".landing"
    return placed


def _told(found: TakenOver) -> str:
    dropped = sum(not line.taken for line in found.lines)
    sentence = (
        "{number} {number:inbox|inboxes}; {count} {count:option is|options are} taken over, {dropped} {dropped:is|are} "
        "not."
    )
    return counted(sentence, number=len(found.inboxes), count=len(found.lines) - dropped, dropped=dropped)


def _note_pending(work: Work, inbox: Inbox, paths: set[str]) -> int:
    """Have the first run finish these photos: it leaves alone what Immich has already, unless it is noted as open."""
    base = server_folder_of(inbox).rstrip("/") + "/"
    wanted = {path.removeprefix(base) for path in paths if path.startswith(base)}
    if not wanted:
        return 0
    try:
        found = survey(work.library, inbox)
    except NotAvailable:
        return 0
    open_ = [todo for todo in (*found.todo, *found.restless) if todo.fresh and wanted & set(todo.paths)]
    remember(work.library, found)
    with work.library.transaction() as db:
        rows.put_groups(db, inbox.name, [msgspec.structs.replace(todo.row, state=State.PENDING) for todo in open_])
    return len(open_)
