"""The job `writeback-undo`: takes a run back, file by file, the newest first: what others changed since stays theirs,
and a file that was moved is followed to where Immich says it is.

The roots of that run then rest until a person asks for them again; else the next run would write it all once more.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from sync.connect import open_server
from sync.counted import counted
from sync.errors import DiskError, MantelpieceError, ServerError, ToolMissing, UsageError
from sync.library import known
from sync.library import writeback as ledger
from sync.library.writeback import ChangeRow, FileRow, RunRow
from sync.settings.writeback import Owner
from sync.work import Result, Work
from sync.writeback.examined import ORIGINAL
from sync.writeback.exiftool import ExifTool
from sync.writeback.paths import Mapping, Place
from sync.writeback.refresh import refresh
from sync.writeback.remembered import facts_of
from sync.writeback.settle import settle
from sync.writeback.sidecar import sidecar_of
from sync.writeback.undo import undo as take_back
from sync.writeback.write import Written, print_of

_WRITTEN = msgspec.msgpack.Decoder(Written)
_SAID = 20


def undo(work: Work, arguments: dict[str, Any]) -> Result:
    """`{"run": number | None}`; the newest run where none is named. Facts: {"run", "exact", "merged", "failed"}: as
    before to the byte, where others changed the file since and only ours went, and not at all. Raises UsageError,
    Cancelled: what was taken back until then stays so, and the rest can be taken back later."""
    settle(work)
    run = _run(work, arguments.get("run"))
    counts: Counter[str] = Counter()
    problems: list[str] = []
    servers: set[str] = set()
    numbers = ledger.changes(work.library, run.id)
    with ExifTool() as tool:
        for done, number in enumerate(numbers):
            work.check()
            work.report({"doing": "Taking back", "done": done, "of": len(numbers)})
            change = ledger.change(work.library, number)
            assert change is not None
            try:
                word = _one(work, tool, change)
            except (DiskError, ToolMissing):
                raise
            except (MantelpieceError, OSError) as error:
                word = "failed"
                if len(problems) < _SAID:
                    problems.append(f"{change.path}: {error}")
            counts[word] += 1
            servers.add(change.server)
    if not counts["failed"]:
        with work.library.transaction() as db:
            ledger.run_undone(db, run.id, now=work.clock.now())
    for server in sorted(servers & work.settings.servers.keys()):
        try:
            problems += refresh(work, open_server(work, server), server)
        except (ServerError, UsageError) as error:
            problems.append(str(error))
    facts = {"run": run.id, "exact": counts["exact"], "merged": counts["merged"], "failed": counts["failed"]}
    sentence = counted(
        "Run {run} is taken back: {exact} {exact:file is as it was|files are as they were} before, "
        "{merged} {merged:keeps|keep} what others changed since, {failed} could not be. It rests until it is run "
        "again.",
        run=run.id, **{word: f"{counts[word]:,}" for word in ("exact", "merged", "failed")},
    )  # fmt: skip
    return Result(facts, sentence, exit_code=1 if counts["failed"] else 0, problems=problems)


def _run(work: Work, number: int | None) -> RunRow:
    there = [run for run in ledger.runs(work.library) if run.undone_at is None and number in (None, run.id)]
    if not there:
        what = "no run" if number is None else f"no run {number}"
        raise UsageError(f"There is {what} that could be taken back.")
    return there[0]


def _one(work: Work, tool: ExifTool, change: ChangeRow) -> str:
    """Take one write back. Its root, and the one that the file was moved into, rest before the file is touched:
    a cancelled undo is not written again."""
    written = _WRITTEN.decode(change.back)
    path, name = Path(change.path), change.root
    if not path.exists() and (followed := _followed(work, change, written)) is not None:
        path, name = followed.path, followed.root
        written = msgspec.structs.replace(written, path=str(path))
    with work.library.transaction() as db:
        for each in {change.root, name}:
            ledger.rest(db, each, rests=True)
    root = next((root for root in work.settings.writeback if root.name == name), None)
    owner_any = root is not None and root.owner is Owner.ANY
    undone = take_back(tool, written, owner_any=owner_any)
    before = _row_of(work, change, path)
    with work.library.transaction() as db:
        ledger.undone(db, change.id)
        if not Path(change.path).exists():
            ledger.drop_file(db, change.path)
        if not path.exists():
            ledger.drop_file(db, str(path))
        elif before is not None:
            status = path.stat()
            ledger.put_file(
                db,
                msgspec.structs.replace(
                    before,
                    path=str(path),
                    size_bytes=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                    ours=change.ours_before if undone.exact else _ours_left(before.ours, change, undone.left),
                ),
            )
        known.mark_dirty(db, known.numbers(work.library, change.server, [change.asset]))
    return "exact" if undone.exact else "merged"


def _row_of(work: Work, change: ChangeRow, path: Path) -> FileRow | None:
    """What the ledger has of the file that was put back: under a new path it may be of another asset that lay there."""
    row = ledger.file(work.library, str(path))
    followed = str(path) != change.path
    if row is None or (followed and (row.server, row.asset) != (change.server, change.asset)):
        return ledger.file(work.library, change.path)
    return row


def _followed(work: Work, change: ChangeRow, written: Written) -> Place | None:
    """Where the file lies that was moved since: where Immich says that its asset is, provided that it is byte for byte
    what we wrote. Raises OSError."""
    row = known.find_asset(work.library, change.server, change.asset)
    roots = [root for root in work.settings.writeback if root.server == change.server]
    place = Mapping(roots).place(facts_of(row.facts).path) if row is not None else None
    if place is None or not place.path.exists():
        return None
    path = place.path if change.role == ORIGINAL else sidecar_of(place.path)
    if path.is_symlink() or not path.is_file() or print_of(path).sha256 != written.after.sha256:
        return None
    return Place(place.root, path)


def _ours_left(now: str, change: ChangeRow, left: tuple[str, ...]) -> str:
    """What is ours in a file out of which one of several writes was taken: that of the others, and what is back."""
    ours, before, after = (json.loads(packed) for packed in (now, change.ours_before, change.ours_after))
    for module in {*before, *after}:
        was, became, mine = before.get(module, {}), after.get(module, {}), ours.setdefault(module, {})
        for tag in {*was, *became} - {*left}:
            if isinstance(was.get(tag, became.get(tag)), list):
                gone = [one for one in became.get(tag, []) if one not in was.get(tag, [])]
                back = [one for one in was.get(tag, []) if one not in became.get(tag, [])]
                mine[tag] = [one for one in mine.get(tag, []) if one not in gone and one not in back] + back
            elif mine.get(tag) == became.get(tag):
                mine[tag] = was.get(tag)
        ours[module] = {tag: value for tag, value in mine.items() if value}
    return json.dumps({module: tags for module, tags in ours.items() if tags})
