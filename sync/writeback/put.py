"""Writes into the files of some assets: journal first, then the files, then the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from sync.errors import DiskError, MantelpieceError, Moved, OwnerWouldChange, ToolMissing, Unwritable
from sync.library import known
from sync.library import writeback as ledger
from sync.library.writeback import FileRow
from sync.settings.writeback import Owner
from sync.work import Work
from sync.writeback.copies import Copies
from sync.writeback.counts import count_state
from sync.writeback.examine import Around, examine_all, failing
from sync.writeback.examined import FAILED, HELD, ORIGINAL, UNWRITABLE, Examined, Target, shown
from sync.writeback.guard import Losing
from sync.writeback.ours import ours_in
from sync.writeback.pause import failed
from sync.writeback.scratch_space import SMALL_BYTES, ScratchSpace
from sync.writeback.settle import settle_one
from sync.writeback.still_held import digest_of, ground, still_held
from sync.writeback.write import Draft, write_all

_TOGETHER = 200
"""So many files that need nothing are noted in one transaction: a crash costs another look at them, no more."""
_SAID = 20
"""So many files are named in a run's problems; all of them are in the counts."""


@dataclass(eq=False, kw_only=True)
class _Sheet(Draft):
    """One file of an asset that is written."""

    target: Target
    change: int = 0
    """Its number in the journal."""


@dataclass(frozen=True)
class _Asset:
    seen: Examined
    sheets: list[_Sheet]

    @property
    def error(self) -> MantelpieceError | OSError | None:
        return next((sheet.error for sheet in self.sheets if sheet.error is not None), None)

    @property
    def written(self) -> list[_Sheet]:
        return [sheet for sheet in self.sheets if sheet.error is None]


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
    scratch_space: ScratchSpace = field(default_factory=ScratchSpace)
    """All hands share it."""
    _later: list[tuple[Examined, list[FileRow]]] = field(default_factory=list)

    def some(self, around: Around, copies: Copies, numbers: Sequence[int], *, only: Mapping[str, str] | None) -> None:
        """Look at some assets and write what is new: with `only`, what that plan says of them, or nothing. Raises
        DiskError, ToolMissing, Cancelled."""
        going: list[_Asset] = []
        unsure = [number for number in numbers if only is not None or not self._still_waits(around, number)]
        for seen in look_at_all(around, unsure, only=only):
            if seen.state:
                self._leave(around, seen)
            elif not self._waits(around, seen, only):
                going.append(_Asset(seen, [_sheet(around, target) for target in seen.changed]))
        for size_bytes, batch in _of_size(going):
            with self.scratch_space.of(size_bytes):
                self._write(around, copies, batch)

    def _waits(self, around: Around, seen: Examined, plan: Mapping[str, str] | None) -> bool:
        """Whether it is not what was confirmed, or would lose something of ours before anybody knows how many do."""
        key = key_of(around, seen.row.asset)
        if plan is not None:
            moved = plan[key] != seen.digest()
            self.counts["moved"] += moved
            return moved
        loses, waits = seen.loses, seen.row.state == HELD
        if not loses or (self.take_out and waits and digest_of(seen.row) == seen.digest()):
            return False
        why = ground(around, seen.row)
        self.losing[key] = Losing(seen.row.id, around.root.name, loses, seen.digest(), waits, why)
        return True

    def _still_waits(self, around: Around, number: int) -> bool:
        """Whether all is as it was when it was held, so that its files need not be read."""
        row = known.asset(self.work.library, number)
        losing = None if row is None or self.take_out else still_held(around, row)
        if row is None or losing is None:
            return False
        self.losing[key_of(around, row.asset)] = losing
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

    def _write(self, around: Around, copies: Copies, batch: Sequence[_Asset]) -> None:
        sheets = [(asset, sheet) for asset in batch for sheet in asset.sheets]
        for asset, sheet in sheets:
            if sheet.target.role == ORIGINAL and copies.wanted:
                with sheet.trying():
                    self.counts["copies"] += copies.keep(asset.seen.path, sheet.found.file_type)
        well = [sheet for _, sheet in sheets if sheet.error is None]
        if well:
            write_all(around.tool, well, before_replace=self._intend)
        self._done(around, batch)
        for asset in batch:
            self._tell(around, asset)
        for asset in batch:
            # Every file's trouble; by now what was written beside it is counted.
            if isinstance(asset.error, DiskError | ToolMissing):
                raise asset.error

    def _intend(self, sheets: Sequence[_Sheet]) -> None:
        # Put together beforehand: meanwhile no other hand may write into the library.
        told = [
            (
                sheet,
                [shown(one) for one in sheet.target.decided.changes],
                msgspec.msgpack.encode(sheet.written),
                json.dumps(sheet.target.decided.ours),
            )
            for sheet in sheets
        ]
        with self.work.library.transaction() as db:
            for sheet, fields, back, ours in told:
                sheet.change = ledger.intend(
                    db, self.run or 0, sheet.target.row, fields=fields, back=back, ours_after=ours
                )

    def _done(self, around: Around, batch: Sequence[_Asset]) -> None:
        """Bring the ledger up to date with what was written; what is not known for certain is found out."""
        for asset in batch:
            for sheet in asset.sheets:
                if sheet.error is None or not sheet.change:
                    continue
                if isinstance(sheet.error, Moved):
                    # Theirs, even where it says the same: nothing of it may count as ours.
                    with self.work.library.transaction() as db:
                        ledger.forget(db, sheet.change)
                    continue
                # The file may be the new one all the same: what fails last is to make its name survive a power cut.
                intended = ledger.change(self.work.library, sheet.change)
                if intended is not None:
                    settle_one(self.work, intended)
        with self.work.library.transaction() as db:
            for asset in batch:
                for sheet in asset.written:
                    ledger.done(db, sheet.change)
                    ledger.put_file(db, _after(sheet))
                if asset.error is None and asset.sheets:
                    for row in self._beside(around, asset.seen):
                        ledger.put_file(db, row)
                    known.settle(db, asset.seen.row.id, tried=asset.seen.tried)

    def _beside(self, around: Around, seen: Examined) -> list[FileRow]:
        """Files of an asset that needed nothing, as they are."""
        rows = [_as_found(target) for target in seen.targets if not target.decided.changes and target.found.exists]
        if seen.path not in [target.path for target in seen.targets]:
            # Proved once: as long as it stays as it is, its sidecar needs no proof again.
            with suppress(FileNotFoundError):
                status = seen.path.stat()
                rows.append(_proved(around, seen, status.st_size, status.st_mtime_ns))
        return rows

    def _tell(self, around: Around, asset: _Asset) -> None:
        seen, error = asset.seen, asset.error
        for sheet in asset.written:
            self.counts["files_written" if sheet.target.role == ORIGINAL else "sidecars_written"] += 1
        if error is None:
            self.counts["updated" if asset.sheets else "skipped"] += 1
            if not asset.sheets:
                self._note(seen, self._beside(around, seen))
            return
        if isinstance(error, DiskError | ToolMissing):
            return
        if isinstance(error, Moved):
            # Somebody writes into it at this moment: the next run looks again.
            self.counts["waiting"] += 1
            return
        if isinstance(error, Unwritable | OwnerWouldChange):
            seen.state, seen.reason = UNWRITABLE, error.sentence
        elif isinstance(error, MantelpieceError):
            seen.state, seen.reason = FAILED, error.sentence
        else:
            seen.state, seen.reason = FAILED, f"it cannot be written: {error.strerror}"
        self._leave(around, seen)


def _sheet(around: Around, target: Target) -> _Sheet:
    root = around.root
    return _Sheet(
        found=target.found,
        changes=target.decided.changes,
        keep_mtime=root.keep_mtime,
        owner_any=root.owner is Owner.ANY,
        target=target,
    )


def _of_size(assets: Sequence[_Asset]) -> Iterator[tuple[int, list[_Asset]]]:
    """Batches that need little room for their scratch copies, and how many bytes of it; a film is one by itself."""
    batch: list[_Asset] = []
    size = 0
    for asset in assets:
        more = sum(sheet.target.found.size_bytes for sheet in asset.sheets)
        if batch and size + more > SMALL_BYTES:
            yield size, batch
            batch, size = [], 0
        batch.append(asset)
        size += more
    if batch:
        yield size, batch


def _after(sheet: _Sheet) -> FileRow:
    written = sheet.written
    assert written is not None
    return _left(sheet.target, written.after.size_bytes, written.after.mtime_ns)


def _as_found(target: Target) -> FileRow:
    return _left(target, target.found.size_bytes, target.found.mtime_ns)


def _left(target: Target, size_bytes: int, mtime_ns: int) -> FileRow:
    ours = json.dumps(target.decided.ours)
    return msgspec.structs.replace(target.row, size_bytes=size_bytes, mtime_ns=mtime_ns, ours=ours)


def _proved(around: Around, seen: Examined, size_bytes: int, mtime_ns: int) -> FileRow:
    return FileRow(
        path=str(seen.path),
        server=around.root.server,
        asset=seen.row.asset,
        root=around.root.name,
        role=ORIGINAL,
        size_bytes=size_bytes,
        mtime_ns=mtime_ns,
        ours=ours_in(around.work.library, around.root.server, seen.row.asset, seen.path, ORIGINAL),
    )


def key_of(around: Around, asset: str) -> str:
    """An asset as plans name it."""
    return f"{around.root.server} {asset}"


def look_at_all(around: Around, numbers: Iterable[int], *, only: Collection[str] | None) -> list[Examined]:
    """Examine the assets of these numbers that are of `only`."""
    rows = (known.asset(around.work.library, number) for number in numbers)
    wanted = [row for row in rows if row is not None and (only is None or key_of(around, row.asset) in only)]
    return examine_all(around, wanted)
