"""The job `ingest-preview`: what the next run of an inbox would do, group by group with reasons. Changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sync.connect import open_server
from sync.counted import counted
from sync.errors import UsageError
from sync.ingest.arrive import look_for
from sync.ingest.check import judge_here, judge_library
from sync.ingest.one_run import Run
from sync.ingest.plan import plan_of
from sync.ingest.run import identity_of
from sync.ingest.settled import left_alone
from sync.ingest.survey import survey
from sync.library import ingest as rows
from sync.settings.ingest import Way
from sync.work import Result, Work


def preview(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"inbox": name, "full": bool, "favourites": bool}`. Facts: those of every chore's preview, and {"inbox",
    "waiting", "known": groups that were there before this inbox}. Raises UsageError, ServerError."""
    inbox = work.settings.need_inbox(str(arguments["inbox"]))
    full, favourites = bool(arguments.get("full")), bool(arguments.get("favourites"))
    if problems := judge_here(inbox, work.settings, work.home):
        raise UsageError(problems[0])
    found = survey(work.library, inbox, full=full, favourites=favourites)
    if favourites:
        found.todo = [todo for todo in found.todo if todo.renewed]
    known = 0
    if (found.todo or found.restless) and inbox.way is Way.LIBRARY:
        immich = open_server(work, inbox.server)
        if problems := judge_library(immich, inbox):
            raise UsageError(problems[0])
        before = rows.inbox(work.library, inbox.name)
        same = before.identity in ("", identity_of(work, inbox))
        cursor = datetime.fromisoformat(before.cursor) if before.cursor and same else None
        run = Run(work, inbox, immich, found, 0, set(), Counter(), cursor=cursor)
        look_for(run, [*found.todo, *found.restless], whole=cursor is None or full or favourites)
        if cursor is None and not (full or favourites):
            known = sum(todo.fresh and todo.complete for todo in (*found.todo, *found.restless))
            found.restless = [todo for todo in found.restless if not (todo.fresh and todo.complete)]
            found.todo = [todo for todo in found.todo if not (todo.fresh and todo.complete)]
    plan = plan_of(found)
    facts = {
        "inbox": inbox.name, "plan": plan.id, "counts": dict(plan.counts), "items": plan.items, "more": plan.more,
        "waiting": found.waiting, "known": known,
    }  # fmt: skip
    said = ", ".join(f"{count} to {word}" for word, count in plan.counts.items()) or "nothing to do"
    rest = counted("; {number} {number:has|have} not come to rest yet", number=found.waiting) if found.waiting else ""
    there = "; {number} {number:was there before and stays as it is|were there before and stay as they are}"
    rest += counted(there, number=known) if known else ""
    said = said[:1].upper() + said[1:]
    return Result(facts, f"{said}{rest}. This is plan {plan.id}.", problems=left_alone(found.seen))
