"""Looks at the file of one asset: where it lies, whether it is the asset, and what would be written into it.

Nothing is written. Every reason to leave a file alone has a word of its own, under which it is counted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from sync.errors import ToolFailed, Unwritable
from sync.library import known, known_groups
from sync.library import writeback as ledger
from sync.library.known import AssetRow, ServerRow
from sync.library.writeback import FileRow
from sync.settings.writeback import Owner, Root, Where
from sync.work import Work
from sync.writeback.changes import changes
from sync.writeback.examined import (
    AMBIGUOUS,
    FAILED,
    MISSING,
    ORIGINAL,
    OUTSIDE,
    SIDECAR,
    UNPROVED,
    UNWRITABLE,
    Examined,
    Target,
)
from sync.writeback.exiftool import ExifTool
from sync.writeback.identity import as_we_left_it, prove
from sync.writeback.look import look, look_ahead, look_beside, real_path
from sync.writeback.mapping import Options
from sync.writeback.ours import ours_in, row_of
from sync.writeback.paths import Mapping
from sync.writeback.pause import rests
from sync.writeback.remembered import facts_of, knowledge_of, proof_of
from sync.writeback.roots import Probed
from sync.writeback.sidecar import is_there, sidecar_of
from sync.writeback.tags import Ahead


@dataclass
class Around:
    """What examining the files of one root needs."""

    work: Work
    tool: ExifTool
    root: Root
    probed: Probed
    server: ServerRow
    doubled: frozenset[str] = frozenset()
    """Paths that several assets claim."""

    @property
    def mapping(self) -> Mapping:
        return Mapping([self.root])

    @property
    def options(self) -> Options:
        root = self.root
        return Options(caption_limit=root.caption_limit, favourite_as_rating=root.favourite_as_rating)


def examine(around: Around, row: AssetRow) -> Examined:
    """Raises ToolMissing, Cancelled; anything else that is wrong with one file is its state."""
    [seen] = examine_all(around, [row])
    return seen


def examine_all(around: Around, rows: Iterable[AssetRow]) -> list[Examined]:
    """As `examine`; what can be read of their files at once is."""
    found = [_found(around, row) for row in rows]
    ahead = look_ahead(around.tool, [seen.path for seen in found if not seen.state])
    for seen in found:
        if not seen.state:
            with _told(seen):
                _decide(around, seen, ahead)
        if seen.state:
            seen.targets = []
    return found


def _found(around: Around, row: AssetRow) -> Examined:
    facts = facts_of(row.facts)
    place = around.mapping.place(facts.path)
    if place is None:
        return Examined(row, facts, Path(), state=OUTSIDE, reason="its path is under no root")
    seen = Examined(row, facts, place.path)
    with _told(seen):
        _find(around, seen)
    return seen


@contextmanager
def _told(seen: Examined) -> Iterator[None]:
    """What is wrong with one file becomes its state."""
    try:
        yield
    except Unwritable as error:
        seen.state, seen.reason = UNWRITABLE, error.sentence
    except ToolFailed as error:
        seen.state, seen.reason = FAILED, error.sentence
    except FileNotFoundError:
        seen.state, seen.reason = MISSING, "there is no such file"
    except OSError as error:
        seen.state, seen.reason = FAILED, f"it cannot be read: {error.strerror}"


def _find(around: Around, seen: Examined) -> None:
    """Whether the file is there, inside its root, one asset's alone, and this asset's."""
    found = seen.path.stat()
    seen.tried = f"{found.st_size} {found.st_mtime_ns} {seen.row.proof.hex()}"
    if not _inside(around.root, seen.path):
        seen.state, seen.reason = OUTSIDE, "a link leads out of the folder of its root"
        return
    if str(seen.path) in around.doubled:
        seen.state, seen.reason = AMBIGUOUS, "several assets claim this file"
        return
    row = ledger.file(around.work.library, str(seen.path))
    real = ledger.file(around.work.library, str(real_path(seen.path)))
    if real is not None and (real.server, real.asset) != (around.server.name, seen.row.asset):
        row = real
    mine = (around.server.name, seen.row.asset)
    if row is not None and (row.server, row.asset) != mine:
        other = known.find_asset(around.work.library, row.server, row.asset)
        if other is not None and other.root and not known.is_gone(around.work.library, row.server, row.asset):
            seen.state, seen.reason = AMBIGUOUS, "several assets claim this file"
            return
        row = None
    row = row or row_of(around.work.library, *mine, seen.path, ORIGINAL)
    if seen.row.state == FAILED and not around.work.asked and _rests(around, seen):
        seen.state, seen.reason, seen.tried, seen.rests = FAILED, seen.row.reason, seen.row.tried, True
        return
    if seen.row.state in (UNPROVED, UNWRITABLE) and seen.row.tried == seen.tried:
        seen.state, seen.reason = seen.row.state, seen.row.reason
        return
    doubt = prove(
        seen.path,
        found,
        proof_of(seen.row.proof),
        external=seen.facts.library is not None,
        row=row,
        resolution_ns=around.probed.resolution_ns,
    )
    if doubt:
        seen.state, seen.reason = UNPROVED, doubt


def _rests(around: Around, seen: Examined) -> bool:
    return rests(seen.row.tried, failing(around, seen), around.work.clock.now())


def failing(around: Around, seen: Examined) -> str:
    """What a failure is one of: this file, and all that is known of it now."""
    groups = known_groups.groups_of(around.work.library, seen.row.id)
    told = (
        seen.tried,
        seen.row.facts,
        seen.row.faces,
        sorted((kind, sorted(each.items())) for kind, each in groups.items()),
    )
    return sha256(msgspec.msgpack.encode(told)).hexdigest()[:16]


def _decide(around: Around, seen: Examined, ahead: Ahead) -> None:
    groups = known_groups.groups_of(around.work.library, seen.row.id)
    knowledge = knowledge_of(seen.row, groups, around.server, modules=around.root.modules, now=around.work.clock.now())
    roles = _roles(around, seen)
    if any(role == SIDECAR and _misleads(around.root, path) for role, path in roles):
        seen.state, seen.reason = OUTSIDE, "in place of its sidecar is a link to something else"
        return
    if any(role == SIDECAR and _unread(around, seen, path) for role, path in roles):
        # Never counted as tried: Immich's reading it changes nothing that the photo is proved by.
        seen.state, seen.reason, seen.tried, seen.unread = UNPROVED, "Immich has not read its sidecar yet", "", True
        return
    for role, path in roles:
        try:
            if role == ORIGINAL:
                found = look(around.tool, path, ahead=ahead)
            else:
                found = look_beside(around.tool, path, seen.path, ahead=ahead)
        except Unwritable as error:
            if role == ORIGINAL and error.facts.get("reason") == "format" and _beside(around.root, seen, roles):
                continue
            raise
        there = ours_in(around.work.library, around.server.name, seen.row.asset, path, role) if found.exists else "{}"
        ours = json.loads(there)
        decided = changes(knowledge, found, ours, modules=around.root.modules, options=around.options)
        fresh = FileRow(
            path=str(path),
            server=around.server.name,
            asset=seen.row.asset,
            root=around.root.name,
            role=role,
            size_bytes=found.size_bytes,
            mtime_ns=found.mtime_ns,
            ours=json.dumps(ours),
        )
        seen.targets.append(Target(role, path, found, decided, fresh))


def _beside(root: Root, seen: Examined, roles: list[tuple[str, Path]]) -> bool:
    """Beside a format that nothing is written into there is a sidecar: a new one where the root leaves that to us."""
    sidecar = sidecar_of(seen.path)
    if len(roles) == 1 and root.where is None and not _misleads(root, sidecar):
        roles.append((SIDECAR, sidecar))
    return len(roles) > 1


def _inside(root: Root, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root.folder))


def _misleads(root: Root, sidecar: Path) -> bool:
    """Whether a link would have something else written than the sidecar of this photo, be it there or not."""
    real = Path(os.path.realpath(sidecar))
    # A link to itself stays one.
    return not _inside(root, sidecar) or real.name != sidecar.name or real.is_symlink()


def _unread(around: Around, seen: Examined, sidecar: Path) -> bool:
    """Whether others wrote into the sidecar after the last that Immich says: their words are newer than Immich's."""
    if not sidecar.exists():
        return False
    found = sidecar.stat()
    if as_we_left_it(found, row_of(around.work.library, around.server.name, seen.row.asset, sidecar, SIDECAR)):
        return False
    return found.st_mtime > datetime.fromisoformat(seen.row.stamp).timestamp()


def _roles(around: Around, seen: Examined) -> list[tuple[str, Path]]:
    """Which files are written. A sidecar that is there beats the file when Immich reads: then it is written too."""
    where = around.root.where or (Where.FILE if seen.facts.library is not None else Where.SIDECAR)
    beside = sidecar_of(seen.path)
    into_file = where is not Where.SIDECAR
    if into_file and around.root.owner is Owner.KEEP and not around.probed.keeps_owner(seen.path.stat()):
        into_file, where = False, Where.SIDECAR
    roles = [(ORIGINAL, seen.path)] if into_file else []
    if where is not Where.FILE or is_there(beside):
        roles.append((SIDECAR, beside))
    return roles


def doubled(places: Iterable[tuple[int, Path]]) -> frozenset[str]:
    """Paths that are one file for several assets: the same name, names that this file system does not tell apart, or
    links to it. Hard links are files of their own: writing parts them."""
    seen: dict[object, str] = {}
    twice: set[str] = set()
    for _, path in places:
        try:
            found = path.stat()
        except OSError:
            continue
        key: object = (found.st_dev, found.st_ino)
        if found.st_nlink > 1:
            # By what folder it lies in, and not by its path: one may be mounted in two places.
            real = Path(os.path.realpath(path))
            key = (found.st_dev, real.parent.stat().st_ino, real.name)
        if key in seen:
            twice |= {seen[key], str(path)}
        seen[key] = str(path)
    return frozenset(twice)
