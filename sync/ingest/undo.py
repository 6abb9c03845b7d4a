"""The job `ingest-undo`: takes back the stacks, albums and favourites of a run, as far as they are still so.

Assets are never deleted, and live videos stay linked: unlinking one would show a video that its photo still plays.
"""

from __future__ import annotations

from typing import Any

from sync.connect import open_server
from sync.errors import NotAvailable, UsageError
from sync.immich.facts import Visibility
from sync.immich.server import Immich
from sync.ingest.one_run import chunks
from sync.library import ingest as rows
from sync.library.ingest import Change, RunRow, What
from sync.work import Result, Work


def undo(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"run": number | None, "inbox": name | None}`; the newest run where none is named. Facts: {"run", "inbox",
    "stacks", "favourites", "filed", "albums", "archived"}. Raises UsageError, ServerError."""
    run = _run(work, arguments.get("run"), arguments.get("inbox"))
    if run.server not in work.settings.servers:
        raise UsageError(f"The server {run.server!r} of that run is not set up any more.")
    immich = open_server(work, run.server)
    by: dict[What, list[Change]] = {what: [] for what in What}
    for change in rows.changes(work.library, run.id):
        by[change.what].append(change)
    problems: list[str] = []
    facts: dict[str, Any] = {"run": run.id, "inbox": run.inbox}
    facts["filed"] = _out_of_albums(work, immich, by[What.ALBUM])
    facts["albums"] = len(by[What.NEW_ALBUM])
    facts["favourites"] = _favourites(work, immich, run, by, problems)
    facts["archived"] = _back(work, immich, by[What.ARCHIVE], problems)
    facts["stacks"] = _unstack(work, immich, by[What.STACK])
    with work.library.transaction() as db:
        rows.undone(db, run.id, now=work.clock.now())
    if by[What.NEW_ALBUM]:
        names = ", ".join(change.target for change in by[What.NEW_ALBUM])
        problems.append(f"Albums that the run made are empty of what it added, and stay: {names}.")
    sentence = (
        f"Run {run.id} of {run.inbox!r} is taken back: {facts['stacks']} stacks taken apart, {facts['filed']} assets "
        f"taken out of albums, {facts['favourites']} favourites set back. No photo was deleted."
    )
    return Result(facts, sentence, problems=problems)


def _run(work: Work, number: int | None, inbox: str | None) -> RunRow:
    known = [run for run in rows.runs(work.library, inbox) if run.undone_at is None]
    known = [run for run in known if number is None or run.id == number]
    if not known:
        what = f"no run {number}" if number is not None else "no run"
        raise UsageError(f"There is {what} that could be taken back.", advice="See 'mantelpiece ingest status'.")
    return known[0]


def _out_of_albums(work: Work, immich: Immich, changes: list[Change]) -> int:
    taken = 0
    for album in dict.fromkeys(change.target for change in changes):
        assets = [change.asset for change in changes if change.target == album]
        for chunk in chunks(assets):
            work.check()
            try:
                taken += len(immich.take_from_album(album, list(chunk)).done)
            except NotAvailable:
                break  # the album is gone: nothing is in it
    return taken


def _favourites(work: Work, immich: Immich, run: RunRow, by: dict[What, list[Change]], problems: list[str]) -> int:
    """Only those that are ours still; and those that we took away come back."""
    gave = [change.asset for change in by[What.FAVOURITE]]
    mine = rows.ours(work.library, run.server, gave)
    gave = [asset for asset in gave if asset in mine]
    took = [change.asset for change in by[What.UNFAVOURITE]]
    done = _each(work, gave, lambda asset: immich.set_favourite(asset, value=False), problems)
    back = _each(work, took, lambda asset: immich.set_favourite(asset, value=True), problems)
    with work.library.transaction() as db:
        rows.note_favourites(db, run.server, gave, ours=False)
        rows.note_favourites(db, run.server, took, ours=True)
    return done + back


def _each(work: Work, assets: list[str], do: Any, problems: list[str]) -> int:
    done = 0
    for asset in assets:
        work.check()
        try:
            do(asset)
            done += 1
        except NotAvailable as error:
            problems.append(error.sentence)
    return done


def _back(work: Work, immich: Immich, changes: list[Change], problems: list[str]) -> int:
    assets = [change.asset for change in changes]
    return _each(work, assets, lambda one: immich.set_visibility([one], Visibility.TIMELINE), problems)


def _unstack(work: Work, immich: Immich, changes: list[Change]) -> int:
    """A stack that is exactly as it was made; one that a person changed stays."""
    if not changes:
        return 0
    made = {frozenset(change.target.split(",")) for change in changes}
    still = [stack.id for stack in immich.stacks() if frozenset(stack.members) in made]
    taken = 0
    for stack in still:
        work.check()
        try:
            immich.delete_stack(stack)
            taken += 1
        except NotAvailable:
            continue
    return taken
