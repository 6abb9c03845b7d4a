"""Writes into the files of one asset: journal first, then the file, then the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from sync.errors import DiskError, MantelpieceError, Moved, OwnerWouldChange, ToolMissing, Unwritable
from sync.library import known
from sync.library import writeback as ledger
from sync.library.writeback import FileRow
from sync.settings_writeback import Owner
from sync.work import Work
from sync.writeback.copies import Copies
from sync.writeback.counts import count_state
from sync.writeback.examine import FAILED, HELD, ORIGINAL, UNWRITABLE, Around, Examined, Target, examine, failing, shown
from sync.writeback.hold import Losing
from sync.writeback.pause import failed
from sync.writeback.settle import settle_one
from sync.writeback.write import Written, write

_TOGETHER = 200
"""So many files that need nothing are noted in one transaction: a crash costs another look at them, no more."""
_SAID = 20
"""So many files are named in a run's problems; all of them are in the counts."""


@dataclass
class Put:
    """One run's writes, by one hand."""

    work: Work
    counts: Counter[str]
    problems: list[str]
    run: int | None = None
    """Its number in the journal, begun before the first write."""
    take_out: bool = False
    """A person said yes to what was held: exactly that."""
    losing: dict[str, Losing] = field(default_factory=dict)
    """Photos that something of ours would be taken out of, by how plans name them: not written before all others are,
    and it is known how many these are. All hands share it."""
    _later: list[tuple[Examined, list[FileRow]]] = field(default_factory=list)

    def one(self, around: Around, copies: Copies, number: int, *, only: Mapping[str, str] | None) -> None:
        """Look at one asset and write what is new: with `only`, what that plan says of it, or nothing. Raises
        DiskError, ToolMissing, Cancelled."""
        seen = look_at(around, number, only=only)
        if seen is None or (not seen.state and self._waits(around, seen, only)):
            return
        if not seen.state:
            try:
                self._write(around, copies, seen)
            except (DiskError, ToolMissing):
                raise
            except (Unwritable, OwnerWouldChange) as error:
                seen.state, seen.reason = UNWRITABLE, error.sentence
            except Moved:
                # Somebody writes into it at this moment: the next run looks again.
                self.counts["waiting"] += 1
                return
            except MantelpieceError as error:
                seen.state, seen.reason = FAILED, error.sentence
            except OSError as error:
                seen.state, seen.reason = FAILED, f"it cannot be written: {error.strerror}"
        if seen.state:
            self._leave(around, seen)

    def _waits(self, around: Around, seen: Examined, plan: Mapping[str, str] | None) -> bool:
        """Whether it is not what was confirmed, or would lose something of ours before anybody knows how many do."""
        key = key_of(around, seen.row.asset)
        if plan is not None:
            moved = plan[key] != seen.digest()
            self.counts["moved"] += moved
            return moved
        loses, waits = seen.loses, seen.row.state == HELD
        if not loses or (self.take_out and waits and seen.row.tried == seen.digest()):
            return False
        self.losing[key] = Losing(seen.row.id, around.root.name, loses, seen.digest(), waits)
        return True

    def _leave(self, around: Around, seen: Examined) -> None:
        count_state(self.counts, seen.state)
        if seen.state == FAILED and not seen.rests:
            kept = seen.row.tried if seen.row.state == FAILED else ""
            seen.tried = failed(kept, failing(around, seen), self.work.clock.now())
        if seen.state == FAILED and len(self.problems) < _SAID:
            self.problems.append(f"{seen.path}: {seen.reason}")
        before = seen.row
        if seen.unread:
            with self.work.library.transaction() as db:
                ledger.untell(db, around.root.server, before.asset)
        if (before.state, before.reason, before.tried) != (seen.state, seen.reason, seen.tried):
            self._note(seen, [])

    def _note(self, seen: Examined, rows: list[FileRow]) -> None:
        self._later.append((seen, rows))
        if len(self._later) >= _TOGETHER:
            self.finish()

    def finish(self) -> None:
        """Note what was found of files that were not written."""
        later, self._later = self._later, []
        if later:
            with self.work.library.transaction() as db:
                for seen, rows in later:
                    for row in rows:
                        ledger.put_file(db, row)
                    known.settle(db, seen.row.id, state=seen.state, reason=seen.reason, tried=seen.tried)

    def _write(self, around: Around, copies: Copies, seen: Examined) -> None:
        rows: list[FileRow] = []
        changes: list[int] = []
        for target in seen.targets:
            if not target.decided.changes:
                if target.found.exists:
                    rows.append(_after(target, target.found.size_bytes, target.found.mtime_ns))
                continue
            if target.role == ORIGINAL and copies.wanted:
                self.counts["copies"] += copies.keep(seen.path)
            change, written = self._put(around, target)
            changes.append(change)
            rows.append(_after(target, written.after.size_bytes, written.after.mtime_ns))
            self.counts["files_written" if target.role == ORIGINAL else "sidecars_written"] += 1
        if seen.path not in [target.path for target in seen.targets]:
            # Proved once: as long as it stays as it is, its sidecar needs no proof again.
            status = seen.path.stat()
            rows.append(_proved(around, seen, status.st_size, status.st_mtime_ns))
        if not changes:
            self.counts["skipped"] += 1
            self._note(seen, rows)
            return
        with self.work.library.transaction() as db:
            for change in changes:
                ledger.done(db, change)
            for row in rows:
                ledger.put_file(db, row)
            known.settle(db, seen.row.id, tried=seen.tried)
        self.counts["updated"] += 1

    def _put(self, around: Around, target: Target) -> tuple[int, Written]:
        library, change = self.work.library, 0

        def journal(written: Written) -> None:
            nonlocal change
            with library.transaction() as db:
                change = ledger.intend(
                    db,
                    self.run or 0,
                    target.row,
                    fields=[shown(one) for one in target.decided.changes],
                    back=msgspec.msgpack.encode(written),
                    ours_after=json.dumps(target.decided.ours),
                )

        try:
            written = write(
                around.tool,
                target.found,
                target.decided.changes,
                keep_mtime=around.root.keep_mtime,
                owner_any=around.root.owner is Owner.ANY,
                before_replace=journal,
            )
        except (MantelpieceError, OSError):
            # The file may be the new one all the same: what fails last is to make its name survive a power cut.
            intended = ledger.change(library, change) if change else None
            if intended is not None:
                settle_one(self.work, intended)
            raise
        return change, written


def _after(target: Target, size_bytes: int, mtime_ns: int) -> FileRow:
    ours = json.dumps(target.decided.ours)
    return msgspec.structs.replace(target.row, size_bytes=size_bytes, mtime_ns=mtime_ns, ours=ours)


def _proved(around: Around, seen: Examined, size_bytes: int, mtime_ns: int) -> FileRow:
    row = ledger.file(around.work.library, str(seen.path))
    return FileRow(
        path=str(seen.path),
        server=around.root.server,
        asset=seen.row.asset,
        root=around.root.name,
        role=ORIGINAL,
        size_bytes=size_bytes,
        mtime_ns=mtime_ns,
        ours=row.ours if row and row.asset == seen.row.asset else "{}",
    )


def key_of(around: Around, asset: str) -> str:
    """An asset as plans name it."""
    return f"{around.root.server} {asset}"


def look_at(around: Around, number: int, *, only: Collection[str] | None) -> Examined | None:
    """Examine the asset of that number; None where it is none of `only`."""
    row = known.asset(around.work.library, number)
    if row is None or (only is not None and key_of(around, row.asset) not in only):
        return None
    return examine(around, row)
