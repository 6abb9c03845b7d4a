"""What lies in an inbox beside what the ledger knows of it: which groups are new, waiting, or tell something new.

Reads the folder and the ledger, asks no server, writes nothing but (`remember`) the stamps of files, so that one that
did not change is never opened again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from sync.ingest.group import Group, Role
from sync.ingest.grouping import ALL_SIZES, group
from sync.ingest.identifiers import FileFacts
from sync.ingest.places import source_of
from sync.ingest.settled import Look, Stamp, is_network, is_settled, look
from sync.ingest.sidecars import Sidecar, SidecarRefused, bytes_of, read
from sync.library import ingest as rows
from sync.library.database import Library
from sync.library.ingest import FileRow, GroupRow, State
from sync.settings.ingest import Inbox, Way

HID = "hid"
"""The step of a group that we archived because iCloud hides it."""
_FACTS = msgspec.json.Decoder(FileFacts)


@dataclass
class Todo:
    """A group that is to be worked on."""

    group: Group
    row: GroupRow
    fresh: bool = False
    """Never seen before: nothing of it can have been done."""
    favourite: bool | None = None
    """What its newest sidecar says; None without one."""
    hidden: bool = False
    sidecars: str = ""
    """Stands for its sidecars as they are now."""
    renewed: bool = False
    """Only its sidecar tells something new."""
    forced: bool = False
    """A person asked for its favourite, whatever was made of it before."""
    assets: dict[str, str] = field(default_factory=dict)
    """Immich's id by path, as far as it is known."""
    live: dict[str, str | None] = field(default_factory=dict)
    """The live video that Immich has for an asset, where it was listed."""
    liked: set[str] = field(default_factory=set)
    """Assets that are favourites already, as listed."""
    old: set[str] = field(default_factory=set)
    """Assets that were there before this run."""

    @property
    def paths(self) -> list[str]:
        return [member.found.path for member in self.group.members]

    @property
    def complete(self) -> bool:
        return all(self.assets.get(path) for path in self.paths)

    def of(self, role: Role) -> list[str]:
        """The assets of a role."""
        return [self.assets[member.found.path] for member in self.group.of(role) if member.found.path in self.assets]


@dataclass
class Survey:
    """One look at one inbox."""

    inbox: Inbox
    source: Path
    seen: Look
    files: dict[str, FileRow]
    """As they are now."""
    todo: list[Todo] = field(default_factory=list)
    restless: list[Todo] = field(default_factory=list)
    """Groups that have not come to rest."""
    settled: int = 0
    """Groups that need nothing."""
    changed: list[FileRow] = field(default_factory=list)
    """Rows that the ledger does not have so."""

    @property
    def waiting(self) -> int:
        return len(self.restless)


def survey(library: Library, inbox: Inbox, *, full: bool = False, favourites: bool = False) -> Survey:
    """Look. `full`: groups that were there before count as new; `favourites`: every sidecar counts as new. Raises
    NotAvailable where the folder cannot be read."""
    source = source_of(inbox)
    before, groups = rows.files(library, inbox.name), rows.groups(library, inbox.name)

    def known(path: str, size: int, modified_ns: int) -> FileFacts | None:
        row = before.get(path)
        unchanged = row is not None and (row.size, row.modified_ns) == (size, modified_ns)
        return _FACTS.decode(row.facts) if row and row.facts and unchanged else None

    seen = look(source, known)
    found = Survey(inbox, source, seen, {})
    _fill_rows(found, before)
    earlier: dict[str, Stamp] | None = None
    now_ns, network = time.time_ns(), is_network(source)
    for one in group(seen.files, sizes=sizes_of(inbox)):
        todo = _todo(found, one, groups, full=full, favourites=favourites)
        if todo is None:
            found.settled += 1
            continue
        # A time to come (a clock that was set back) says as little as another machine's.
        unknown = network or any(member.found.changed_ns > now_ns for member in one.members)
        if unknown and earlier is None:
            earlier = _stamps(before)
        settled = is_settled(
            one, seen, now_ns=now_ns, quiet_seconds=inbox.quiet_seconds, before=earlier if unknown else None
        )
        (found.todo if settled else found.restless).append(todo)
    return found


def sizes_of(inbox: Inbox) -> frozenset[Role]:
    """The sizes that icloudpd was told to download: it gives some of them the same names."""
    return frozenset(Role(size) for size in inbox.icloudpd.sizes) if inbox.icloudpd.account else ALL_SIZES


def remember(library: Library, found: Survey) -> None:
    """Write down what is new of files; nothing where nothing is. What came of groups is written when it came."""
    if found.changed:
        with library.transaction() as db:
            rows.put_files(db, found.inbox.name, found.changed)
        found.changed = []


def _fill_rows(found: Survey, before: dict[str, FileRow]) -> None:
    """The files as they are now."""
    for file in found.seen.files:
        old = before.get(file.path)
        stamp = found.seen.sidecars.get(file.path + ".xmp")
        text = f"{stamp[0]} {stamp[1]}" if stamp else ""
        row = old
        if old is None or (old.size, old.changed_ns, old.modified_ns) != (
            file.size_bytes, file.changed_ns, file.modified_ns,
        ):  # fmt: skip
            same = old is not None and (old.size, old.modified_ns) == (file.size_bytes, file.modified_ns)
            # An upload is other bytes' asset no longer: a card that begins to count anew gives old names to new photos.
            keeps = same or found.inbox.way is Way.LIBRARY
            row = FileRow(
                path=file.path, size=file.size_bytes, changed_ns=file.changed_ns, modified_ns=file.modified_ns,
                facts=msgspec.json.encode(file.facts).decode(), place=old.place if old else "",
                asset=old.asset if old and keeps else "", sha1="",
                sidecar=old.sidecar if old else "", favourite=old.favourite if old else None,
                hidden=old.hidden if old else False, sent=old.sent if old and same else "",
            )  # fmt: skip
        assert row is not None
        if row.sidecar != text:
            row = _with_sidecar(found, row, text)
        if row != old:
            found.changed.append(row)
        found.files[file.path] = row


def _with_sidecar(found: Survey, row: FileRow, stamp: str) -> FileRow:
    said = read_sidecar(found.source / f"{row.path}.xmp") if stamp else None
    rating = found.inbox.favourite_rating
    favourite = None if said is None else bool(rating) and said.favourite(rating)
    return msgspec.structs.replace(row, sidecar=stamp, favourite=favourite, hidden=bool(said and said.hidden))


def read_sidecar(path: Path) -> Sidecar | None:
    """What a sidecar says; None where there is none that can be read."""
    data = bytes_of(path)
    try:
        return None if data is None else read(data)
    except SidecarRefused:
        return None


def _stamps(before: dict[str, FileRow]) -> dict[str, Stamp]:
    """What the last look saw, with its sidecars."""
    stamps: dict[str, Stamp] = {path: (row.size, row.changed_ns) for path, row in before.items()}
    for path, row in before.items():
        if row.sidecar:
            size, _, changed = row.sidecar.partition(" ")
            stamps[path + ".xmp"] = (int(size), int(changed))
    return stamps


def _todo(found: Survey, one: Group, groups: dict[str, GroupRow], *, full: bool, favourites: bool) -> Todo | None:
    row, members = groups.get(one.key), _members_of(one)
    told = _sidecars_of(found, one)
    todo = Todo(one, row or GroupRow(key=one.key, members=members, sidecars="", state=State.PENDING), fresh=row is None)
    todo.sidecars, (todo.favourite, todo.hidden) = told, _said(found, one)
    todo.assets = {path: found.files[path].asset for path in todo.paths if found.files[path].asset}
    if row is None or (row.state in (State.PENDING, State.LEAVING) and row.members == members):
        return todo
    if row.members != members or (full and row.state is not State.LEAVING):
        steps = HID if HID in todo.row.steps.split() else ""
        todo.row = msgspec.structs.replace(todo.row, members=members, state=State.PENDING, steps=steps, late=False)
        todo.old.update(todo.assets.values())
        return todo
    todo.forced = favourites
    todo.renewed = row.sidecars != told or (favourites and todo.favourite is not None)
    return todo if todo.renewed else None


def _members_of(one: Group) -> str:
    """Differs when other files, or files of other content, make up the group."""
    told = sorted(f"{m.found.path}\0{m.role}\0{m.found.size_bytes}\0{m.found.modified_ns}" for m in one.members)
    return sha256("\n".join(told).encode()).hexdigest()[:16]


def _sidecars_of(found: Survey, one: Group) -> str:
    """Differs when a sidecar of the group was written anew."""
    told = [found.files[member.found.path].sidecar for member in one.members]
    return sha256("\n".join(told).encode()).hexdigest()[:16] if any(told) else ""


def _said(found: Survey, one: Group) -> tuple[bool | None, bool]:
    """What the newest sidecar of the group says: those of sizes that are no longer downloaded grow old."""
    told = [(int(found.files[path].sidecar.partition(" ")[2]), found.files[path])
            for path in (member.found.path for member in one.members) if found.files[path].sidecar]  # fmt: skip
    told = [(at, row) for at, row in told if row.favourite is not None]
    if not told:
        return None, False
    newest = max(told, key=lambda each: each[0])[1]
    return newest.favourite, newest.hidden


def created_of(todo: Todo) -> datetime:
    """The photo's time by its file, in this machine's zone: icloudpd sets it."""
    return datetime.fromtimestamp(todo.group.members[0].found.modified_ns / 1e9).astimezone()
