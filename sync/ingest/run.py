"""The job `ingest-run`: takes inboxes in. One inbox's trouble never stops the others, nor one group's its inbox.

A pass without news asks the server nothing. Whatever ends a run (a crash, a timeout, a power cut), the next one takes
it up from the ledger exactly where it stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from sync.connect import open_server
from sync.counted import counted
from sync.errors import DiskError, MantelpieceError, ServerError, UsageError
from sync.immich.batches import batches
from sync.immich.server import Immich
from sync.ingest.arrive import look_for, take_in
from sync.ingest.check import judge_emptied, judge_here, judge_library
from sync.ingest.let_go import let_go
from sync.ingest.one_run import Run
from sync.ingest.plan import plan_of
from sync.ingest.renew import renew
from sync.ingest.send import send_up
from sync.ingest.settled import left_alone
from sync.ingest.steps import finish
from sync.ingest.survey import Survey, Todo, remember, survey
from sync.library import ingest as rows
from sync.library.ingest import InboxRow, State
from sync.settings.ingest import Inbox, Way
from sync.settings.tree import chosen_of
from sync.work import Result, Work, most_serious

COUNTED = (
    ("photos", "{number} {number:photo|photos} processed"), ("files", "{number} {number:file|files} registered"),
    ("there", "{number} {number:file that was|files that were} there already"),
    ("stacks", "{number} {number:stack|stacks} created"), ("favourites", "{number} {number:asset|assets} favourited"),
    ("unfavourites", "{number} {number:favourite|favourites} taken back"),
    ("live", "{number} live {number:photo|photos} associated"), ("albums", "{number} {number:album|albums} updated"),
    ("archived", "{number} archived"), ("shown", "{number} brought back from the archive"),
    ("moved", "{number} {number:file|files} moved away"), ("deleted", "{number} {number:file|files} deleted"),
)  # fmt: skip
_ALWAYS = ("photos", "files", "stacks", "favourites", "live", "albums")


def ingest(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"inboxes": [names] | None, "plan": id | None, "full": bool, "favourites": bool}`; a plan is that of exactly one
    inbox. Facts: {"inboxes": {name: {photos, files, stacks, …, waiting, run, problems}}}. Raises UsageError,
    Cancelled, and DiskError once the other inboxes were taken in."""
    chosen = chosen_of(work.settings.inboxes, arguments.get("inboxes"), work.settings.need_inbox)
    confirmed = arguments.get("plan") or None
    if confirmed and len(chosen) != 1:
        raise UsageError("A plan is of one inbox; name it.")
    told: dict[str, dict[str, Any]] = {}
    codes: list[int] = []
    full: DiskError | None = None
    for inbox in chosen:
        work.check()
        try:
            facts, code = _of_inbox(work, inbox, arguments, confirmed)
        except (ServerError, UsageError) as error:
            facts, code = _trouble(work, inbox, error), error.exit_code
        except DiskError as error:
            # Each inbox has a disk of its own; if it is ours that fails, the next one raises too.
            full = full or error
            continue
        told[inbox.name] = facts
        codes.append(code)
    if full is not None:
        raise full
    problems = [f"{name}: {text}" for name, facts in told.items() for text in facts["problems"]]
    sentence = _sentence(list(told.values()))
    return Result({"inboxes": told}, sentence, exit_code=most_serious(codes), problems=problems)


def _sentence(told: Sequence[dict[str, Any]]) -> str:
    """The counters, as the replaced plugin printed them."""
    sums = {key: sum(facts.get(key, 0) for facts in told) for key, _ in COUNTED}
    shown = [counted(told, number=sums[key]) for key, told in COUNTED if sums[key] or key in _ALWAYS]
    waiting = sum(facts.get("waiting", 0) for facts in told)
    rest = counted(" {number} {number:photo has|photos have} not come to rest yet.", number=waiting) if waiting else ""
    alone = sum(facts.get("left_alone", 0) for facts in told)
    rest += counted(" {number} {number:file is|files are} left alone.", number=alone) if alone else ""
    return f"{', '.join(shown)}.{rest}"


def _trouble(work: Work, inbox: Inbox, error: MantelpieceError) -> dict[str, Any]:
    row = rows.inbox(work.library, inbox.name)
    if row.problem != error.sentence:
        with work.library.transaction() as db:
            rows.put_inbox(db, msgspec.structs.replace(row, problem=error.sentence))
    return {"problems": [str(error)], "run": None}


def _of_inbox(work: Work, inbox: Inbox, arguments: dict[str, Any], confirmed: str | None) -> tuple[dict[str, Any], int]:
    if problems := judge_here(inbox, work.settings, work.home):
        raise UsageError(problems[0])
    full, favourites = bool(arguments.get("full")), bool(arguments.get("favourites"))
    work.report({"doing": "Looking through the inbox", "album": inbox.name})
    _forget_others(work, inbox)
    found = survey(work.library, inbox, full=full, favourites=favourites)
    if gone := judge_emptied(inbox, found.files.values()):
        raise UsageError(gone, advice="Nothing was done. If you emptied it yourself, put any file into it.")
    if favourites:
        found.todo = [todo for todo in found.todo if todo.renewed]
    remember(work.library, found)
    unlisted = inbox.way is Way.LIBRARY and not rows.inbox(work.library, inbox.name).cursor
    if not found.todo and not (unlisted and found.restless):
        _ended(work, inbox, None)
        return _facts(found, {}, None, []), 0
    immich = open_server(work, inbox.server)
    run, before = _begun(work, inbox, immich, found, confirmed or "")
    try:
        _classify(run, before, whole=full or favourites)
        if confirmed is not None and plan_of(found).id != confirmed:
            raise UsageError(
                f"The plan is no longer {confirmed}: files have come or changed since. Nothing was done.",
                advice=f"See 'mantelpiece ingest preview' again; it is {plan_of(found).id} now.",
            )
        _work_through(run)
    finally:
        with work.library.transaction() as db:
            rows.end(db, run.number, {key: run.counts[key] for key, _ in COUNTED if run.counts[key]})
    _ended(work, inbox, run.cursor)
    return _facts(found, dict(run.counts), run.number, run.problems), 1 if run.problems else 0


def _facts(found: Survey, counts: dict[str, int], number: int | None, problems: list[str]) -> dict[str, Any]:
    empty = dict.fromkeys((key for key, _ in COUNTED), 0)
    return empty | counts | {
        "waiting": found.waiting, "settled": found.settled, "run": number, "problems": problems[:100],
        "left_alone": len(found.seen.skipped), "skipped": left_alone(found.seen),
    }  # fmt: skip


def _begun(work: Work, inbox: Inbox, immich: Immich, found: Survey, plan: str) -> tuple[Run, InboxRow]:
    before = rows.inbox(work.library, inbox.name)
    if inbox.way is Way.LIBRARY and (problems := judge_library(immich, inbox)):
        raise UsageError(problems[0])
    with work.library.transaction() as db:
        rows.put_inbox(db, msgspec.structs.replace(before, identity=identity_of(work, inbox)))
        number = rows.begin(db, inbox.name, server=inbox.server, plan=plan, now=work.clock.now())
    cursor = datetime.fromisoformat(before.cursor) if before.cursor else None
    doubts = rows.in_doubt(work.library, inbox.server)
    return Run(work, inbox, immich, found, number, doubts, cursor=cursor), before


def _forget_others(work: Work, inbox: Inbox) -> None:
    """Of another server or library, what was known of the old one says nothing: no asset of it is one of this."""
    known = rows.inbox(work.library, inbox.name).identity
    if known and known != identity_of(work, inbox):
        with work.library.transaction() as db:
            rows.forget(db, inbox.name)


def identity_of(work: Work, inbox: Inbox) -> str:
    """What an inbox's ledger belongs to."""
    return f"{inbox.way} {work.settings.servers[inbox.server].url} {inbox.library}"


def _ended(work: Work, inbox: Inbox, cursor: datetime | None) -> None:
    row = rows.inbox(work.library, inbox.name)
    text = cursor.isoformat() if cursor else row.cursor
    if row.problem or text != row.cursor or not row.ran_at:
        now = work.clock.now().isoformat(timespec="seconds")
        with work.library.transaction() as db:
            rows.put_inbox(db, msgspec.structs.replace(row, cursor=text, problem="", ran_at=now))


def _classify(run: Run, before: InboxRow, *, whole: bool) -> None:
    """See what the server has already. At the first run, a group that it has whole was there before us: it is noted,
    and left as it is unless a person asks for a full pass. Everything else is new from then on, whoever scans it."""
    if run.inbox.way is not Way.LIBRARY:
        return
    first, found = not before.cursor, run.found
    look_for(run, [*found.todo, *found.restless] if first else found.todo, whole=first or whole)
    if not first:
        return
    known = [] if whole else [todo for todo in (*found.todo, *found.restless) if todo.fresh and todo.complete]
    for todo in known:
        run.change(todo, state=State.KNOWN, sidecars=todo.sidecars, favourite=bool(todo.favourite))
    assert run.cursor is not None
    listed = msgspec.structs.replace(rows.inbox(run.work.library, run.inbox.name), cursor=run.cursor.isoformat())
    # All of them at once: after a scan, what is new could not be told from what was there.
    run.write([*found.todo, *found.restless], lambda db: rows.put_inbox(db, listed))
    found.todo = [todo for todo in found.todo if todo.row.state is not State.KNOWN]
    found.restless = [todo for todo in found.restless if todo.row.state is not State.KNOWN]
    found.settled += len(known)


def _work_through(run: Run) -> None:
    renew(run, [todo for todo in run.found.todo if todo.renewed])
    leaving = [todo for todo in run.found.todo if todo.row.state is State.LEAVING]
    let_go(run, leaving)
    fresh = [todo for todo in run.found.todo if not todo.renewed and todo.row.state is State.PENDING]
    size = run.inbox.batch or len(fresh) or 1
    done = 0
    for batch in batches(fresh, size):
        run.work.check()
        for ready in _brought(run, batch):
            finish(run, ready)
            if run.inbox.way is Way.UPLOAD:
                let_go(run, ready)
            done += len(ready)
            run.work.report({"doing": "Filing photos", "album": run.inbox.name, "done": done, "of": len(fresh)})


def _brought(run: Run, batch: Sequence[Todo]) -> Iterator[list[Todo]]:
    return take_in(run, batch) if run.inbox.way is Way.LIBRARY else send_up(run, batch)
