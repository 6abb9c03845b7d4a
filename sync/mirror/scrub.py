"""Hashes every object again within `mirror.scrub_days`: bit rot, changes by hand, unreadable and missing files.

What is wrong is moved to the trash's quarantine, never deleted, and leaves the wall and the views at once; its photos
want it again, so that the next sync fetches it (`verify --repair` does so itself). Objects that no row names are
counted, and go to the trash only after days, never in numbers. The jobs `scrub` (a daily slice) and `verify` (all).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha1
from math import ceil
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sync.counted import counted
from sync.errors import DiskFailing, ServerError
from sync.home import Home
from sync.library import damage, meta
from sync.library.damage import Wanted
from sync.library.database import Library
from sync.library.objects import ObjectRow
from sync.mirror import trash, view
from sync.mirror.publish import publish
from sync.settings.tree import Keep
from sync.work import Result, Work

ORPHAN_DAYS = 7
"""An object without a row may be of a run that was killed, or of a library that is being rebuilt."""

UNREADABLE_MOST = 20
"""A disk that fails everywhere would empty the wall: then nothing more is set aside."""

_READ_ERRORS = {errno.EIO, errno.EBADMSG, errno.EUCLEAN}
_AT_ONCE = 200
_CHUNK = 1 << 20


class Verdict(StrEnum):
    GOOD = "good"
    ROTTEN = "bit rot"
    BY_HAND = "changed by hand"
    UNREADABLE = "unreadable"
    MISSING = "missing"


class Cursor(Struct, frozen=True):
    """How far the round has come: the last name hashed, and when."""

    after: str = ""
    at: str = ""


@dataclass
class Found:
    """What a scrub came to."""

    checked: int = 0
    orphans: int = 0
    bad: list[tuple[ObjectRow, Verdict, list[Wanted]]] = field(default_factory=list)

    def count(self, verdict: Verdict) -> int:
        return sum(one is verdict for _, one, _ in self.bad)


def scrub(work: Work, _arguments: Mapping[str, Any]) -> Result:
    """Job `scrub`: hash the day's slice."""
    library, found = work.library, Found()
    cursor = msgspec.json.decode(meta.get(library, "scrub", "{}"), type=Cursor)
    total = damage.count(library)
    most = _slice(total, work.settings.mirror.scrub_days, cursor, work)
    fresh = damage.never_checked(library, most=total)
    _examine(work, fresh, found, total=len(fresh) + most)
    slice_ = damage.slice_of(library, after=cursor.after, most=most)
    if len(slice_) < most:
        slice_ += damage.slice_of(library, after="", most=most - len(slice_))
    _examine(work, slice_, found, total=len(fresh) + most)
    after = slice_[-1].name if slice_ else ""
    now = work.clock.now().isoformat() if work.clock.trusted() else ""
    with library.transaction() as db:
        # One small row for the whole slice: a time on each object would rewrite the library every month.
        meta.put(db, "scrub", msgspec.json.encode(Cursor(after, now)).decode())
    found.orphans = _orphans(work)
    trash.expire(library, work.home, days=work.settings.mirror.trash_days, clock=work.clock)
    publish(library, work.home, settings=work.settings)
    return _result(work, found, repaired=0)


def verify(
    work: Work, arguments: Mapping[str, Any], *, refetch: Callable[[Work, list[str]], Result] | None = None
) -> Result:
    """Job `verify`: hash everything now; {"repair": true} fetches again at once what was found wrong.

    `refetch` brings the albums of those names up to date; it is the sync unless a caller knows better.
    """
    found = Found()
    total = damage.count(work.library)
    # What an earlier check set aside is not among the objects any more, and is to be repaired all the same.
    earlier = _lacking(work) if arguments.get("repair") else []
    _examine(work, _every(work.library), found, total=total)
    found.orphans = _orphans(work)
    publish(work.library, work.home, settings=work.settings)
    problems: list[str] = []
    exit_code = 0
    repaired = 0
    if arguments.get("repair") and (found.bad or earlier):
        lost = [one for _, _, wanted in found.bad for one in wanted] + earlier
        albums = sorted({album for one in lost for album in one.albums})
        try:
            if albums:
                outcome = (refetch or _synchronise)(work, albums)
                problems, exit_code = outcome.problems, outcome.exit_code
        except ServerError as error:
            problems, exit_code = [str(error)], error.exit_code
        repaired = sum(_is_repaired(work.library, wanted) for _, _, wanted in found.bad)
    result = _result(work, found, repaired=repaired)
    back = {(one.photo, one.original) for one in earlier if damage.is_back(work.library, one)}
    if back:
        result.facts["repaired"] += len(back)
        told = " {number} that {number:was|were} missing since an earlier check {number:is|are} back."
        result.sentence += counted(told, number=len(back))
    result.problems.extend(problems)
    result.exit_code = exit_code or result.exit_code
    return result


def examine(home: Home, row: ObjectRow) -> Verdict:
    """Hash one object from the disk, not from the page cache, against its name."""
    path = home.object_path(row.name)
    try:
        with open(path, "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            digest = _digest(file.fileno())
    except FileNotFoundError:
        return Verdict.MISSING
    except OSError as error:
        if error.errno not in _READ_ERRORS:
            raise
        return Verdict.UNREADABLE
    if digest == row.name.partition(".")[0]:
        return Verdict.GOOD
    # Who writes into a file moves its time; a card that forgets does not.
    touched = (found.st_mtime_ns, found.st_size) != (row.mtime_ns, row.bytes)
    return Verdict.BY_HAND if touched else Verdict.ROTTEN


def _digest(handle: int) -> str:
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    state = sha1(usedforsecurity=False)
    while chunk := os.read(handle, _CHUNK):
        state.update(chunk)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    return state.hexdigest()


def _slice(total: int, days: float, cursor: Cursor, work: Work) -> int:
    """How many objects are due: a day's share, and what days without power left undone, up to a week's."""
    passed = 1.0
    if cursor.at and work.clock.trusted():
        since = (work.clock.now() - datetime.fromisoformat(cursor.at)) / timedelta(days=1)
        passed = min(7.0, max(1.0, since))
    return min(total, ceil(total * passed / days))


def _every(library: Library) -> Iterator[ObjectRow]:
    after = ""
    while rows := damage.slice_of(library, after=after, most=_AT_ONCE):
        yield from rows
        after = rows[-1].name


def _examine(work: Work, rows: Iterable[ObjectRow], found: Found, *, total: int) -> None:
    fresh: list[str] = []
    for row in rows:
        work.check()
        if found.checked % 50 == 0:
            work.report({"doing": "Checking every byte", "done": found.checked, "of": total})
        verdict = examine(work.home, row)
        found.checked += 1
        if verdict is not Verdict.GOOD:
            if found.count(Verdict.UNREADABLE) >= UNREADABLE_MOST:
                raise DiskFailing(f"More than {UNREADABLE_MOST} files cannot be read.", files=UNREADABLE_MOST)
            found.bad.append((row, verdict, _set_aside(work, row)))
        elif not row.checked_at:
            fresh.append(row.name)
    if fresh:
        with work.library.transaction() as db:
            damage.checked(db, fresh, now=work.clock.now().isoformat())


def _set_aside(work: Work, row: ObjectRow) -> list[Wanted]:
    """Rows first, then the file: a crash between leaves an object without a row, which is hashed before it is used."""
    with work.library.transaction() as db:
        lost = damage.lose(db, row.name)
    work.library.checkpoint()
    try:
        inode = work.home.object_path(row.name).stat().st_ino
    except FileNotFoundError:
        return lost
    trash.quarantine(work.home, row.name, now=work.clock.now())
    view.drop_links(work.home, inode)
    return lost


def _orphans(work: Work) -> int:
    """Count objects that no row names. Old ones go to the trash, unless they are many or an album was never listed."""
    orphans = list(_unnamed(work))
    old = [path for path in orphans if work.clock.now() - _came(path) > timedelta(days=ORPHAN_DAYS)]
    few = len(old) <= max(10, damage.count(work.library) // 5)
    if old and few and work.clock.trusted() and damage.all_listed(work.library):
        trash.move_out(work.library, work.home, [path.name for path in old])
    return len(orphans)


def _unnamed(work: Work) -> Iterator[Path]:
    for folder in sorted(work.home.objects.iterdir()):
        work.check()
        if len(folder.name) != 2 or not folder.is_dir():
            continue
        known = damage.known(work.library, folder.name)
        for entry in os.scandir(folder):
            if entry.name not in known and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _came(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_ctime, UTC)


def _lacking(work: Work) -> list[Wanted]:
    return [
        one
        for album in work.settings.albums
        for one in damage.lacking(work.library, album.name, originals=album.kept is Keep.ORIGINAL)
    ]


def _is_repaired(library: Library, wanted: list[Wanted]) -> bool:
    return all(damage.is_back(library, one) for one in wanted)


def _synchronise(work: Work, albums: list[str]) -> Result:
    from sync.mirror.synchronise import synchronise

    return synchronise(work, {"albums": albums})


def _result(work: Work, found: Found, *, repaired: int) -> Result:
    kept = trash.quarantined(work.home)
    facts = {
        "checked": found.checked,
        "bad": len(found.bad),
        "repaired": repaired,
        "changed_by_hand": found.count(Verdict.BY_HAND),
        "bit_rot": found.count(Verdict.ROTTEN),
        "unreadable": found.count(Verdict.UNREADABLE),
        "missing": found.count(Verdict.MISSING),
        "orphans": found.orphans,
        "quarantined": len(kept),
    }
    told = "{file}: {error}; {number} {number:photo wants|photos want} it again."
    problems = [counted(told, file=row.name, error=verdict, number=len(wanted)) for row, verdict, wanted in found.bad]
    sentence = "{number} {number:file|files} checked, {bad} bad, {repaired} repaired."
    sentence = counted(sentence, number=found.checked, bad=len(found.bad), repaired=repaired)
    if found.count(Verdict.BY_HAND):
        told = " {number} {number:was changed by hand and lies|were changed by hand and lie} in {folder}."
        sentence += counted(told, number=found.count(Verdict.BY_HAND), folder=work.home.trash / trash.QUARANTINE)
    return Result(facts, sentence, exit_code=1 if len(found.bad) > repaired else 0, problems=problems)
