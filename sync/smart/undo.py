"""The job `smart-undo`: takes a run back, as far as it is still so: what it added leaves, what it removed returns.

The smart album then rests until a person applies it again; else the next run would do it all once more.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sync.connect import open_server
from sync.counted import counted
from sync.errors import NotAvailable, PermissionMissing, UsageError
from sync.immich.batches import batches
from sync.immich.server import Immich
from sync.library import smart as rows
from sync.library.smart import RunRow, SmartRow, State
from sync.settings.tree import Smart
from sync.work import Result, Work


def undo(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"album": name, "run": number | None}`; the newest run where none is named. Facts: {"album", "run", "removed",
    "added", "refused"}. Raises UsageError, ServerError."""
    smart = work.settings.need_smart(str(arguments["album"]))
    run = _run(work, smart.name, arguments.get("run"))
    if run.server not in work.settings.servers:
        raise UsageError(f"The server {run.server!r} of that run is not set up any more.")
    immich = open_server(work, run.server)
    row = rows.get(work.library, smart.name) or SmartRow(name=smart.name)
    with work.library.transaction() as db:
        # From now on: half of it taken back, the next run would put it in again.
        rows.put(db, msgspec.structs.replace(row, undone=True))
    removed, kept = _take_out(work, immich, run)
    returned, left_out = _put_back(work, immich, run)
    refused = kept + left_out
    with work.library.transaction() as db:
        rows.undone(db, run.id, now=work.clock.now())
    facts: dict[str, Any] = {"album": smart.name, "run": run.id, "removed": removed, "added": returned}
    facts["refused"] = refused
    problems = [counted("The server refused {number} {number:photo|photos}.", number=refused)] if refused else []
    gone = run.created and not refused and _take_album_away(immich, smart, run, problems)
    if gone:
        with work.library.transaction() as db:
            rows.put(db, msgspec.structs.replace(row, undone=True, album="", total=0))
    facts["deleted"] = gone
    put_back = f"{returned} put back, and the album that it made is gone." if gone else f"{returned} put back."
    sentence = (
        f"Run {run.id} of {smart.name!r} is taken back: {removed} taken out, {put_back} It rests until it is run again."
    )
    return Result(facts, sentence, exit_code=1 if refused else 0, problems=problems)


def _take_out(work: Work, immich: Immich, run: RunRow) -> tuple[int, int]:
    """What the run added and is still there leaves; how many did, and how many the server refused."""
    added = rows.added(work.library, run.album)
    still = added[State.ADDED] | added[State.ASKED]
    removed = refused = 0
    for chunk in batches(
        [one.asset for one in rows.changes(work.library, run.id) if one.action == "add" and one.asset in still]
    ):
        work.check()
        with work.library.transaction() as db:
            rows.note(db, run.album, chunk, State.ASKED)
        told = immich.take_from_album(run.album, chunk)
        with work.library.transaction() as db:
            rows.note(db, run.album, [*told.done, *told.was_so], None)
        removed += len(told.done)
        refused += len(told.refused)
    return removed, refused


def _put_back(work: Work, immich: Immich, run: RunRow) -> tuple[int, int]:
    """What the run removed returns; how many did, and how many the server refused."""
    returned = refused = 0
    for chunk in batches([one for one in rows.changes(work.library, run.id) if one.action == "remove"]):
        work.check()
        told = immich.add_to_album(run.album, [one.asset for one in chunk])
        # What is in it already a person put back: it is theirs.
        back = set(told.done)
        with work.library.transaction() as db:
            rows.note(db, run.album, [one.asset for one in chunk if one.ours and one.asset in back], State.ADDED)
        returned += len(told.done)
        refused += len(told.refused)
    return returned, refused


def _take_album_away(immich: Immich, smart: Smart, run: RunRow, problems: list[str]) -> bool:
    """Delete the album that the run made, if it is empty and as we made it; else say why it stays."""
    try:
        why = _touched(immich, smart, run)
        if not why:
            immich.delete_album(run.album)
            return True
    except NotAvailable:
        return True
    except PermissionMissing as error:
        why = f"the key may not delete it ({error.facts.get('permission') or 'album.delete'})"
    problems.append(f"The album itself was made by that run, and stays: {why}.")
    return False


def _touched(immich: Immich, smart: Smart, run: RunRow) -> str:
    album, worn = immich.album(run.album), immich.album_dress(run.album)
    if immich.album_members(run.album):
        return "others have put photos in"
    if not album.owned or album.name not in (smart.album, smart.name):
        return "somebody gave it another name"
    if worn.description not in ("", smart.description):
        return "somebody described it"
    guests = {user for user, role in worn.roles.items() if role != "owner"} - {immich.me()}
    named = {*smart.viewers, *smart.editors}
    ours = {user for user, name in immich.users() if user in named or name in named} if guests and named else set()
    return "somebody shared it" if guests - ours else ""


def _run(work: Work, name: str, number: int | None) -> RunRow:
    known = [run for run in rows.runs(work.library, name) if run.undone_at is None]
    if number is not None:
        known = [run for run in known if run.id == number]
    if not known:
        what = f"no run {number}" if number is not None else "no run"
        raise UsageError(f"There is {what} of {name!r} that could be taken back.")
    return known[0]
