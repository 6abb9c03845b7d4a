"""The job `writeback-run`: brings originals up to date with what Immich knows. One file's trouble stops no other.

Every write stands in the journal before its file is replaced, so that a process that is killed leaves nothing
unknown: the next run settles what was open and goes on with what is still dirty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.connect import open_server
from sync.counted import counted
from sync.errors import DiskError, MantelpieceError, ServerError, UsageError
from sync.library import known, plans
from sync.library import writeback as ledger
from sync.library.known import ServerRow
from sync.settings.tree import chosen_of
from sync.settings.writeback import Root
from sync.work import Result, Work, most_serious
from sync.writeback.counts import all_counts, sentence
from sync.writeback.crew import Shift
from sync.writeback.examine import Around, doubled
from sync.writeback.examined import HELD
from sync.writeback.exiftool import ExifTool
from sync.writeback.gather import Gathered, gather
from sync.writeback.guard import judge
from sync.writeback.paths import Mapping
from sync.writeback.prepare import ready, sweep
from sync.writeback.put import Put, key_of, look_at_all
from sync.writeback.refresh import refresh
from sync.writeback.remembered import facts_of
from sync.writeback.settle import settle
from sync.writeback.still_held import kept

_MOVED = "The plan is no longer what was shown, and nothing was done."
_LEFT = "Files that are no longer as the preview showed them were left as they are."
_HELD = (
    "Nothing of that was done: confirm a preview's plan, or say yes to all of it with 'mantelpiece writeback run "
    "--take-out'."
)
_AGAIN = "See 'mantelpiece writeback preview' again."


@dataclass
class Told:
    """What a run came to so far."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    run: int | None = None

    def trouble(self, error: MantelpieceError) -> None:
        self.problems.append(str(error))
        self.codes.append(error.exit_code)


def run(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"roots": [names] | None, "plan": id | None, "whole": bool, "take_out": bool}`; with `take_out` a person says
    yes to what was held. Facts: {"counts": {word: n}, "run": id | None,
    "roots": {name: {state: n}}}. Raises UsageError, Cancelled, DiskError."""
    roots = chosen_of(work.settings.writeback, arguments.get("roots"), work.settings.need_root)
    told = Told()
    settle(work)
    plan = _confirmed(work, arguments.get("plan"))
    with ExifTool() as tool:
        for server in dict.fromkeys(root.server for root in roots):
            mine = [root for root in roots if root.server == server and _awake(work, root, told)]
            if mine:
                _of_server(work, tool, server, mine, told, plan=plan, arguments=arguments)
    if told.run is not None:
        with work.library.transaction() as db:
            ledger.end(db, told.run, all_counts(told.counts), now=work.clock.now())
    failed = any(told.counts[word] for word in ("errors", "ambiguous"))
    code = most_serious([*told.codes, 1 if failed else 0])
    facts = {
        "counts": all_counts(told.counts),
        "run": told.run if told.counts["files_written"] + told.counts["sidecars_written"] else None,
        "roots": {root.name: known.states(work.library, root.name) for root in roots},
    }
    return Result(facts, sentence(told.counts), exit_code=code, problems=told.problems)


def _awake(work: Work, root: Root, told: Told) -> bool:
    """A root that is new, or whose run was taken back, rests until a person asks for it."""
    if not work.asked and ledger.root(work.library, root.name).rests:
        told.problems.append(f"{root.name} rests until 'mantelpiece writeback run' is called for it.")
        return False
    return True


def _confirmed(work: Work, plan: str | None) -> dict[str, str] | None:
    """What a confirmed plan would do, by the ids of assets. Raises UsageError."""
    if not plan:
        return None
    shown = plans.shown(work.library, plan)
    if shown is None:
        raise UsageError(f"The plan {plan!r} is not known any more, and nothing was done.", advice=_AGAIN)
    return shown


def _of_server(
    work: Work,
    tool: ExifTool,
    server: str,
    roots: list[Root],
    told: Told,
    *,
    plan: dict[str, str] | None,
    arguments: dict[str, Any],
) -> None:
    immich = open_server(work, server)
    all_roots = [root for root in work.settings.writeback if root.server == server]
    try:
        found = gather(work, immich, server, all_roots, whole=bool(arguments.get("whole")))
    except (ServerError, UsageError) as error:
        told.trouble(error)
        return
    told.problems += found.problems
    told.codes += [1] * len(found.problems)
    if found.only_adds:
        told.problems.append(f"Nothing was taken out of any file in this run: {found.only_adds}.")
    count_unmapped(work, found, told.counts)
    arounds = list(_ready(work, tool, roots, found.row, told))
    if plan is not None:
        _refuse_moved(work, server, arounds, plan)
    put = Put(work, told.counts, told.problems, run=told.run, take_out=bool(arguments.get("take_out")))
    try:
        for around in arounds:
            _of_root(work, around, put, plan)
        _take_out(work, server, arounds, put, told)
    finally:
        told.run = put.run
    if put.counts["moved"]:
        told.problems.append(_LEFT)
        told.codes.append(1)
    told.problems += refresh(work, immich, server)


def count_unmapped(work: Work, found: Gathered, counts: Counter[str]) -> None:
    """How many photos there are, and how many of them lie under no root."""
    by_root = known.by_root(work.library, found.server)
    counts["total"] += sum(by_root.values())
    counts["path_segment_mismatch"] += by_root.get("", 0)


def _ready(work: Work, tool: ExifTool, roots: list[Root], server: ServerRow, told: Told) -> Iterator[Around]:
    for root in roots:
        probed, problem = ready(work, root)
        if problem:
            told.problems.append(f"{root.name}: {problem} Nothing was written there.")
            told.codes.append(1)
            told.counts["waiting"] += len(known.dirty(work.library, root.name, root.server))
            continue
        sweep(work, root)
        around = Around(work, tool, root, probed, server)
        around.doubled = doubled(places(work, around))
        yield around


def places(work: Work, around: Around) -> Iterator[tuple[int, Path]]:
    """Where the files lie that are to be looked at."""
    mapping = Mapping([around.root])
    for number in known.dirty(work.library, around.root.name, around.root.server):
        row = known.asset(work.library, number)
        place = mapping.place(facts_of(row.facts).path) if row else None
        if place is not None:
            yield number, place.path


def _refuse_moved(work: Work, server: str, arounds: list[Around], plan: dict[str, str]) -> None:
    """A confirmed plan is done as it was shown, or not at all."""
    left = {key: digest for key, digest in plan.items() if key.rpartition(" ")[0] == server}
    for around in arounds:
        for number in known.dirty(work.library, around.root.name, server):
            work.check()
            for seen in look_at_all(around, [number], only=plan):
                if left.pop(key_of(around, seen.row.asset)) != seen.digest():
                    raise UsageError(f"{seen.path.name} would be written otherwise now. {_MOVED}", advice=_AGAIN)
    if left:
        raise UsageError(counted("{number} {number:file of the plan needs|files of the plan need} nothing now. {told}",
                                 number=len(left), told=_MOVED), advice=_AGAIN)


def _of_root(work: Work, around: Around, put: Put, plan: dict[str, str] | None) -> None:
    row = ledger.root(work.library, around.root.name)
    if row.rests:
        with work.library.transaction() as db:
            ledger.rest(db, around.root.name, rests=False)
    numbers = known.dirty(work.library, around.root.name, around.root.server)
    if not numbers:
        return
    if put.run is None:
        with work.library.transaction() as db:
            put.run = ledger.begin(db, now=work.clock.now())
    _write(work, around, put, numbers, plan)


def _write(work: Work, around: Around, put: Put, numbers: list[int], plan: dict[str, str] | None) -> None:
    shift = Shift(work, around, put, numbers, plan)
    try:
        shift.run()
    except DiskError as error:
        # One disk's trouble is every file's on it, and no other root's.
        put.problems.append(f"{around.root.name}: {error}")
        put.counts["errors"] += 1
        put.counts["waiting"] += shift.left


def _take_out(work: Work, server: str, arounds: list[Around], put: Put, told: Told) -> None:
    """Last of all what takes something of ours out of files: as much as nobody needs to be asked for."""
    if not put.losing:
        return
    losing = dict(put.losing)
    verdict = judge(losing.values(), ledger.having(work.library, server, put.run or 0))
    go = {one.number for one in verdict.go}
    plan = {key: one.digest for key, one in losing.items() if one.number in go}
    for around in arounds:
        numbers = [one.number for one in verdict.go if one.root == around.root.name]
        if numbers:
            _write(work, around, put, numbers, plan)
    if verdict.hold:
        reason = " ".join(verdict.reasons)
        with work.library.transaction() as db:
            for one in verdict.hold:
                known.settle(db, one.number, state=HELD, reason=reason, tried=kept(one))
        told.counts["held"] += len(verdict.hold)
        told.problems.append(f"{reason} {_HELD}")
        told.codes.append(4)
